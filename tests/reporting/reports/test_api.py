"""Reports by REST, door by door: it works, a stranger's is not there, the wrong role is refused, bad input says so.

Not covered: paging of the list (KeysetPagination has its own tests).
"""

from typing import Any

import pytest
from rest_framework.test import APIClient

from imaging.access.models import AuditEvent, User
from imaging.access.services import token_create
from imaging.orders.models import Exam
from reporting.reports.models import Report
from reporting.reports.services import report_sign
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def api(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_create(user=user)}")
    return client


def call(user: User, exam: Exam, operation: str = "", method: str = "post", **body: Any) -> Any:
    return getattr(api(user), method)(f"/api/reports/{exam.accession_number}/{operation}", body or None, format="json")


def test_the_whole_way_by_rest(exam: Exam) -> None:
    resident, radiologist = people.resident(), people.radiologist()
    opened = call(resident, exam, "open/", language="en").json()
    assert (opened["state"], opened["draft"]["revision"]) == ("draft", 0)
    kept = call(resident, exam, "draft/", "put", revision=0, sections=stories.texts()).json()
    assert kept["draft"]["revision"] == 1
    submitted = call(resident, exam, "submit/", revision=1)
    assert (submitted.status_code, submitted.json()["kind"]) == (201, "preliminary")
    signed = call(radiologist, exam, "sign/", password=people.PASSWORD)
    assert (signed.status_code, signed.json()["kind"], signed.json()["signer"]) == (201, "final", radiologist.label)
    added = call(radiologist, exam, "addendum/", text="Compared with 2025.", password=people.PASSWORD)
    assert added.json()["sections"][-1]["text"] == "Compared with 2025."
    versions = call(people.clinician(), exam, "versions/", "get").json()
    assert [version["number"] for version in versions] == [1, 2, 3]
    assert versions[2]["previous_hash"] == versions[1]["hash"]


def test_an_addendum_that_is_sent_again_after_a_lost_answer_is_signed_once(exam: Exam) -> None:
    radiologist, other = people.radiologist(), people.staff("radiologist", "other")
    report = stories.written(exam, radiologist)
    report_sign(report=report, user=radiologist, password=people.PASSWORD)
    body = {"text": "Compared with 2025.", "password": people.PASSWORD}
    assert call(radiologist, exam, "addendum/", **body).status_code == 201
    again = call(radiologist, exam, "addendum/", **body | {"text": " Compared with 2025.\n"})
    assert (again.status_code, again.json()["code"]) == (409, "addendum-signed")
    assert "version 2" in again.json()["detail"]
    assert Report.objects.get(pk=report.pk).locked_by is None
    assert call(other, exam, "addendum/", **body).status_code == 201
    assert call(radiologist, exam, "addendum/", **body).status_code == 201
    assert call(radiologist, exam, "addendum/", **body | {"text": "More."}).status_code == 201
    assert len(call(radiologist, exam, "versions/", "get").json()) == 5


def test_sending_back_giving_back_and_taking_over(exam: Exam) -> None:
    resident, radiologist = people.resident(), people.radiologist()
    stories.preliminary(exam, resident)
    assert call(radiologist, exam, "send-back/", reason="Which side?").json()["sent_back_reason"] == "Which side?"
    assert call(radiologist, exam, "take-over/", reason="She is ill").json()["locked_by"] == radiologist.label
    assert call(radiologist, exam, "release/").json()["locked_by"] is None


@pytest.mark.parametrize(
    ("operation", "method"),
    [
        ("", "get"), ("open/", "post"), ("draft/", "put"), ("template/", "post"), ("submit/", "post"), ("send-back/", "post"),
        ("sign/", "post"), ("addendum/", "post"), ("release/", "post"), ("take-over/", "post"), ("versions/", "get"),
    ],
)  # fmt: skip
def test_every_operation_is_shut_to_nobody_and_to_roles_without_the_act(exam: Exam, operation: str, method: str) -> None:
    report = stories.written(exam, people.radiologist())
    url = f"/api/reports/{exam.accession_number}/{operation}"
    assert getattr(APIClient(), method)(url).status_code == 401
    for person in (people.front_desk, people.cashier, people.manager, people.pacs_admin, people.auditor):
        assert call(person(), exam, operation, method).status_code == 403
    assert Report.objects.get(pk=report.pk).draft_revision == report.draft_revision


@pytest.mark.parametrize(
    ("operation", "method", "body"),
    [
        ("", "get", {}), ("open/", "post", {}), ("draft/", "put", {"revision": 0, "sections": {}}), ("submit/", "post", {}),
        ("release/", "post", {}), ("take-over/", "post", {}), ("versions/", "get", {}),
    ],
)  # fmt: skip
def test_a_protected_report_is_not_there_for_a_stranger(operation: str, method: str, body: dict[str, Any]) -> None:
    exam = stories.finished_exam(people.the_mayor())
    stories.written(exam, people.radiologist())
    assert call(people.resident(), exam, operation, method, **body).status_code == 404
    assert APIClient().get("/api/reports/").status_code == 401
    assert api(people.resident()).get("/api/reports/").json()["results"] == []


def test_a_resident_who_signs_gets_403_and_nothing_is_signed(exam: Exam) -> None:
    report = stories.written(exam, people.resident())
    assert call(people.resident(), exam, "sign/", password=people.PASSWORD).status_code == 403
    assert report.versions.count() == 0


def test_a_wrong_password_signs_nothing(exam: Exam) -> None:
    report = stories.written(exam, people.radiologist())
    answer = call(people.radiologist(), exam, "sign/", password="guess")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (403, "wrong-password", "password")
    assert report.versions.count() == 0


def test_what_is_open_is_listed(exam: Exam) -> None:
    stories.written(exam, people.radiologist(), findings="Midline [not shifted|shifted].")
    answer = call(people.radiologist(), exam, "sign/", password=people.PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (400, "report-incomplete")
    assert answer.json()["problems"][0]["code"] == "open-choice"


def test_the_second_writer_is_told_whose_text_is_there_and_both_are_kept(exam: Exam) -> None:
    resident, radiologist = people.resident(), people.radiologist()
    report = stories.written(exam, resident)
    answer = call(radiologist, exam, "draft/", "put", revision=1, sections={"findings": "Mine."})
    assert (answer.status_code, answer.json()["code"]) == (409, "draft-conflict")
    assert answer.json()["theirs"]["by"] == resident.label
    assert answer.json()["theirs"]["sections"][1]["text"] == stories.FINDINGS
    assert report.draft_copies.get(pk=answer.json()["copy"]).sections[0]["text"] == "Mine."
    taken = call(radiologist, exam, "open/")
    assert (taken.status_code, taken.json()["code"]) == (409, "report-taken")


@pytest.mark.parametrize(
    ("operation", "method", "body", "status"),
    [
        ("open/", "post", {"language": "fr"}, 400),
        ("draft/", "put", {"sections": {"findings": "x"}}, 400),
        ("draft/", "put", {"revision": 0, "sections": {"nonsense": "x"}}, 400),
        ("draft/", "put", {"revision": 0, "sections": "x"}, 400),
        ("template/", "post", {"template": "none"}, 400),
        ("send-back/", "post", {"reason": "x"}, 409),
        ("sign/", "post", {}, 400),
        ("addendum/", "post", {"password": people.PASSWORD, "text": "Too early"}, 409),
    ],
)
def test_bad_input_gets_a_clear_error(exam: Exam, operation: str, method: str, body: dict[str, Any], status: int) -> None:
    if operation != "open/":
        stories.written(exam, people.radiologist())
    answer = call(people.radiologist(), exam, operation, method, **body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_an_exam_that_is_not_there_says_so() -> None:
    assert api(people.radiologist()).post("/api/reports/NOTHING/open/").status_code == 404


def test_clinicians_see_versions_of_their_own_patients_and_never_a_draft(exam: Exam) -> None:
    clinician = people.clinician()
    stories.written(exam, people.radiologist())
    assert call(clinician, exam, "", "get").status_code == 404
    report_sign(report=Report.objects.get(exam=exam), user=people.radiologist(), password=people.PASSWORD)
    seen = call(clinician, exam, "", "get").json()
    assert seen["version"]["kind"] == "final"
    assert seen["draft"] is None
    assert call(people.staff("clinician", "other"), exam, "", "get").status_code == 404


def test_a_technologist_sees_reports_of_exams_they_took(exam: Exam) -> None:
    stories.preliminary(exam, people.resident())
    assert call(people.technologist(), exam, "", "get").status_code == 200
    assert call(people.staff("technologist", "other"), exam, "", "get").status_code == 404


def test_the_list_narrows_by_state_and_to_ones_own(exam: Exam) -> None:
    resident, radiologist = people.resident(), people.radiologist()
    stories.preliminary(exam, resident)
    mine = stories.finished_exam()
    stories.written(mine, radiologist)

    def accessions(query: str) -> list[str]:
        return [row["accession_number"] for row in api(radiologist).get(f"/api/reports/?{query}").json()["results"]]

    assert accessions("") == [mine.accession_number, exam.accession_number]
    assert accessions("state=preliminary") == [exam.accession_number]
    assert accessions("mine=1") == [mine.accession_number]


def test_each_look_leaves_an_audit_row(exam: Exam) -> None:
    stories.preliminary(exam, people.resident())
    call(people.clinician(), exam, "", "get")
    assert AuditEvent.objects.filter(act="report.view", user=people.clinician(), accession_number=exam.accession_number).count() == 1
