"""Handing a report over: offered with a word, taken, refused, withdrawn, overtaken; who may, what each sees, and what is recorded.

Not covered: how quickly the colleague's open page tells (tests/e2e/test_reading_list.py).
"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imaging.access.models import AuditEvent, User
from imaging.common.errors import InvalidInput, WrongState
from imaging.orders.models import Exam
from imaging.patients.services import patient_protect
from reporting.reading.filters import ListFilter
from reporting.reading.rows import in_view, open_rows
from reporting.reports.handing import colleagues_for, offers_for, refusals_for
from reporting.reports.models import DraftCopy, HandOver, Report
from reporting.reports.services import (
    report_offer,
    report_offer_refuse,
    report_offer_take,
    report_offer_withdraw,
    report_open,
    report_release,
    report_submit,
)
from reporting.subspecialties.models import Subspecialty
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def client(user: User) -> Client:
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


def acts() -> list[str]:
    return list(AuditEvent.objects.filter(act__startswith="report.offer").order_by("pk").values_list("act", flat=True))


def test_what_is_offered_is_taken_with_its_text(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    report_offer(report=report, user=resident, to=radiologist, word="  Please,  I am\n called away ")
    assert offers_for(radiologist).get().word == "Please, I am called away"
    report.refresh_from_db()
    assert report.locked_by == resident  # until it is taken
    taken = report_offer_take(report=report, user=radiologist)
    exam.refresh_from_db()
    assert (taken.locked_by, taken.author, exam.reader) == (radiologist, radiologist, radiologist)
    assert taken.draft_sections[1]["text"] == stories.FINDINGS
    assert DraftCopy.objects.get().user == resident
    assert not offers_for(radiologist).exists()
    assert acts() == ["report.offer", "report.offer-take"]
    last = AuditEvent.objects.filter(act="report.offer-take").get()
    assert (last.detail["giver"], last.detail["taker"], last.accession_number) == (
        resident.username,
        radiologist.username,
        exam.accession_number,
    )
    assert exam.events.filter(kind="report_handed_over").exists()


def test_who_refuses_leaves_it_with_the_giver_who_reads_why(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    report_offer(report=report, user=resident, to=radiologist)
    report_offer_refuse(report=report, user=radiologist, word="In theatre")
    report.refresh_from_db()
    assert report.locked_by == resident
    page = client(resident)
    assert "In theatre" in page.get("/reports/offers/").content.decode()
    assert "In theatre" not in page.post("/reports/offers/", {"refusal": refusals_for(resident).get().pk}).content.decode()
    assert not refusals_for(resident).exists()
    with pytest.raises(WrongState):
        report_offer_take(report=report, user=radiologist)


def test_only_to_whom_it_is_offered_may_answer_and_only_the_giver_withdraws(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    other = people.staff("radiologist", "other")
    report_offer(report=report, user=resident, to=radiologist)
    for act in (report_offer_take, report_offer_refuse):
        with pytest.raises(WrongState):
            act(report=report, user=other)
    with pytest.raises(WrongState):
        report_offer_withdraw(report=report, user=radiologist)
    report_offer_withdraw(report=report, user=resident)
    with pytest.raises(WrongState):
        report_offer_take(report=report, user=radiologist)


def test_another_offer_takes_the_place_of_the_one_before(exam: Exam, resident: User, radiologist: User) -> None:
    report, other = stories.written(exam, resident), people.staff("radiologist", "other")
    report_offer(report=report, user=resident, to=other)
    report_offer(report=report, user=resident, to=radiologist)
    assert not offers_for(other).exists()
    assert offers_for(radiologist).count() == 1


def test_what_was_given_back_or_sent_on_cannot_be_taken_and_does_not_come_back(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    report_offer(report=report, user=resident, to=radiologist)
    report_release(report=report, user=resident)
    assert not offers_for(radiologist).exists()
    report_open(exam=exam, user=resident)
    assert not offers_for(radiologist).exists()  # it stood for the time before
    again = Report.objects.get(pk=report.pk)
    report_offer(report=again, user=resident, to=radiologist)
    report_submit(report=Report.objects.get(pk=report.pk), user=resident)
    assert not offers_for(radiologist).exists()


def test_to_oneself_to_who_does_not_read_or_may_not_sign_is_refused(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    for nobody in (radiologist, people.front_desk(), people.manager()):
        with pytest.raises(InvalidInput) as refused:
            report_offer(report=report, user=radiologist, to=nobody)
        assert refused.value.field == "to"
    report_submit(report=report, user=radiologist)
    preliminary = report_open(exam=exam, user=radiologist)
    with pytest.raises(InvalidInput):
        report_offer(report=preliminary, user=radiologist, to=resident)


def test_a_protected_exam_is_offered_only_to_who_may_take_it_and_its_word_waits(exam: Exam, resident: User, radiologist: User) -> None:
    other = people.staff("radiologist", "other")
    report = stories.written(exam, radiologist)
    patient_protect(patient=exam.patient, protected=True, actor="HIS")
    report.refresh_from_db()
    assert resident not in colleagues_for(report, exam, radiologist).others
    report_offer(report=report, user=radiologist, to=other, word="The mayor again")
    side = client(other).get(f"/reading/{exam.accession_number}/").content.decode()
    assert "data-handed" in side
    assert "mayor" not in side
    taken = report_offer_take(report=report, user=other)
    assert taken.locked_by == other


def test_who_refuses_unseen_is_not_told_the_word_by_rest_and_no_word_is_in_the_trail(exam: Exam, radiologist: User) -> None:
    other = people.staff("radiologist", "other")
    report = stories.written(exam, radiologist)
    patient_protect(patient=exam.patient, protected=True, actor="HIS")
    report_offer(report=report, user=radiologist, to=other, word="The mayor again")
    answer = client(other).post(f"/api/reports/{exam.accession_number}/hand-over/refuse/", {"word": "Ill"}, content_type="application/json")
    assert (answer.status_code, answer.json()["word"], answer.json()["answer"]) == (200, "", "Ill")
    assert not [row for row in AuditEvent.objects.filter(act__startswith="report.offer") if "word" in row.detail]


def test_colleagues_who_read_such_exams_come_first(exam: Exam, resident: User, radiologist: User) -> None:
    stories.subspecialties()
    other = people.staff("radiologist", "other")
    Subspecialty.objects.get(code="neuro").readers.add(other)
    found = colleagues_for(stories.written(exam, resident), exam, resident)
    assert found.near == [other]
    assert radiologist in found.others
    assert resident not in found.others


@pytest.mark.parametrize("is_protected", [False, True])
def test_a_large_house_costs_as_many_questions_as_a_small_one(exam: Exam, radiologist: User, is_protected: bool) -> None:
    report = stories.written(exam, radiologist)
    if is_protected:
        patient_protect(patient=exam.patient, protected=True, actor="HIS")
        report.refresh_from_db()

    def found_and_asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            found = colleagues_for(report, exam, radiologist)
        return len(found.near) + len(found.others), len(asked)

    people.staff("radiologist", "first")
    small, questions = found_and_asked()
    for number in range(8):
        people.staff("radiologist", f"reader{number}")
    large, many = found_and_asked()
    assert (large - small, many - questions) == (8, 0)


def test_the_list_and_the_panel_offer_it_and_tell_without_a_name(exam: Exam, resident: User, radiologist: User) -> None:
    stories.with_images(exam)
    report_open(exam=exam, user=resident)
    giver, taker = client(resident), client(radiologist)
    address = f"/reports/{exam.accession_number}"
    assert 'name="word"' in giver.get(f"{address}/panel/").content.decode()
    told = giver.post(f"{address}/hand-over/", {"to": radiologist.pk, "word": "Lunch"}).content.decode()
    assert "Offered to" in told
    notice = taker.get("/reports/offers/").content.decode()
    assert resident.label in notice
    assert not any(secret in notice for secret in ("LIN", exam.patient.number, exam.accession_number, "Lunch"))
    assert [row.exam for row in in_view(open_rows(radiologist, ListFilter()), "mine")] == [exam]
    assert "handed to you" in taker.get("/reading/rows/?view=mine").content.decode()
    assert "Lunch" in taker.get(f"/reading/{exam.accession_number}/").content.decode()
    assert "Lunch" in taker.get(f"{address}/panel/").content.decode()
    went = taker.post(f"{address}/hand-take/", {"list": "1"})
    assert went.url == f"/viewer/{exam.study_instance_uid}/"
    assert taker.post(f"{address}/hand-refuse/", {"list": "1"}).status_code == 409


def test_to_nobody_is_said_in_the_panel(exam: Exam, resident: User) -> None:
    report_open(exam=exam, user=resident)
    refused = client(resident).post(f"/reports/{exam.accession_number}/hand-over/", {"to": "x"})
    assert "Choose to whom." in refused.content.decode()
    assert not HandOver.objects.exists()


def test_what_is_typed_goes_along(exam: Exam, resident: User, radiologist: User) -> None:
    report = report_open(exam=exam, user=resident)
    form: dict[str, Any] = {"to": radiologist.pk, "revision": report.draft_revision, "section-findings": "Just typed."}
    client(resident).post(f"/reports/{exam.accession_number}/hand-over/", form)
    assert any(part["text"] == "Just typed." for part in Report.objects.get().draft_sections)


def test_the_same_by_rest(exam: Exam, resident: User, radiologist: User) -> None:
    report_open(exam=exam, user=resident)
    giver, taker, address = client(resident), client(radiologist), f"/api/reports/{exam.accession_number}/hand-over/"
    made = giver.post(address, {"to": radiologist.username, "word": "Lunch"}, content_type="application/json")
    assert (made.status_code, made.json()["outcome"]) == (201, "")
    assert taker.post(f"{address}refuse/", {"word": "No"}, content_type="application/json").json()["outcome"] == "refused"
    assert giver.delete(address).status_code == 409
    giver.post(address, {"to": radiologist.username}, content_type="application/json")
    assert taker.post(f"{address}take/").status_code == 200
    assert Report.objects.get().locked_by == radiologist
    assert giver.post(address, {"to": "nobody"}, content_type="application/json").status_code == 400
