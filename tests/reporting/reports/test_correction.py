"""Correcting a signed report. Not covered: telling those who read the old version (critical results come later)."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from imaging.access.models import User
from imaging.access.services import token_create
from imaging.common.errors import Forbidden, InvalidInput, WrongState
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from reporting.reports.errors import Incomplete, WrongPassword
from reporting.reports.models import Report, ReportVersion, VersionKind
from reporting.reports.services import (
    addendum_write,
    correction_begin,
    draft_save,
    report_addend,
    report_correct,
    report_open,
    report_release,
    report_sign,
)
from reporting.reports.versions import broken_versions
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(radiologist: User) -> Report:
    made = stories.written(stories.finished_exam(), radiologist)
    report_sign(report=made, user=radiologist, password=people.PASSWORD)
    return Report.objects.get(pk=made.pk)


def correct(report: Report, user: User, text: str = "Left, not right.", reason: str = "Wrong side") -> ReportVersion:
    begun = correction_begin(report=report, user=user)
    draft_save(report=begun, user=user, revision=begun.draft_revision, texts={"findings": text})
    return report_correct(report=begun, user=user, password=people.PASSWORD, reason=reason)


def test_a_corrected_version_follows_marked_with_its_reason_and_the_old_one_stays(report: Report, radiologist: User) -> None:
    version = correct(report, radiologist)
    assert (version.kind, version.reason, version.number) == (VersionKind.CORRECTED, "Wrong side", 2)
    assert [(part["key"], part["changed"]) for part in version.sections] == [("findings", True), ("impression", False)]
    assert report.versions.first().sections[0]["text"] == stories.FINDINGS
    exam = Exam.objects.get()
    assert exam.state == ExamState.ADDENDED
    assert exam.events.filter(kind="corrected").exists()
    assert list(broken_versions(Report.objects.all())) == []


def test_an_addendum_may_follow_a_correction_and_is_corrected_with_its_author_kept(report: Report, radiologist: User) -> None:
    correct(report, radiologist)
    addendum_write(report=Report.objects.get(), user=radiologist, text="Seen again.")
    report_addend(report=report, user=radiologist, password=people.PASSWORD)
    last = correct(Report.objects.get(), radiologist, text="Left.")
    assert [part["key"] for part in last.sections] == ["findings", "impression", "addendum-3"]
    assert last.sections[-1]["by"] == radiologist.label


def test_it_needs_a_reason_a_password_a_change_and_text(report: Report, radiologist: User) -> None:
    begun = correction_begin(report=report, user=radiologist)

    def sign(**given: str) -> None:
        report_correct(**{"report": begun, "user": radiologist, "password": people.PASSWORD, "reason": "Side", **given})

    with pytest.raises(InvalidInput, match="Say why"):
        sign(reason=" ")
    with pytest.raises(WrongPassword):
        sign(password="guess")
    with pytest.raises(InvalidInput, match="Nothing was changed"):
        sign()
    draft_save(report=begun, user=radiologist, revision=begun.draft_revision, texts={"findings": ""})
    with pytest.raises(Incomplete):
        sign()
    assert report.versions.count() == 1


def test_only_a_signed_report_is_corrected_and_only_by_who_signs(report: Report, radiologist: User) -> None:
    with pytest.raises(Forbidden):
        correction_begin(report=report, user=people.resident())
    draft = stories.written(stories.finished_exam(), radiologist)
    with pytest.raises(WrongState):
        correction_begin(report=draft, user=radiologist)


def test_an_addendum_and_a_correction_are_not_mixed(report: Report, radiologist: User) -> None:
    addendum_write(report=report, user=radiologist, text="Half an addendum")
    with pytest.raises(WrongState):
        correction_begin(report=Report.objects.get(), user=radiologist)
    with pytest.raises(WrongState):
        report_correct(report=report, user=radiologist, password=people.PASSWORD, reason="Side")


def test_a_correction_left_untouched_leaves_nothing_behind(report: Report, radiologist: User) -> None:
    begun = correction_begin(report=report, user=radiologist)
    report_release(report=begun, user=radiologist)
    assert Report.objects.get().draft_sections == []
    assert report_open(exam=report.exam, user=radiologist).draft_sections[0]["key"] == "addendum"


def test_it_is_corrected_by_rest_in_one_go(report: Report, radiologist: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_create(user=radiologist)}")
    body = {"sections": {"findings": "Left."}, "reason": "Wrong side", "password": people.PASSWORD}
    answer = client.post(f"/api/reports/{report.exam.accession_number}/correction/", body, format="json")
    assert (answer.status_code, answer.json()["kind"]) == (201, "corrected")


def test_it_is_corrected_in_the_panel(report: Report, radiologist: User) -> None:
    client = Client()
    client.force_login(radiologist)
    address = f"/reports/{report.exam.accession_number}"
    assert "You correct a signed report" in client.post(f"{address}/correct/", headers={"HX-Request": "true"}).content.decode()
    form = {"revision": Report.objects.get().draft_revision, "section-findings": "Left.", "section-impression": stories.IMPRESSION}
    answer = client.post(f"{address}/sign/", {**form, "password": people.PASSWORD, "reason": "Wrong side"})
    assert answer.status_code == 200
    assert report.versions.last().kind == VersionKind.CORRECTED
