"""The reading list, the report panel with its buttons, a report's own page and the list of reports.

Not covered here: scripts (F4, macros, saving by itself): tests/e2e/test_reading.py has them in a browser.
"""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imaging.access import guardian_wrapper
from imaging.access.models import AuditEvent, User
from imaging.archive.models import Study
from imaging.orders.models import Exam, Priority
from imaging.orders.states import ExamState
from imaging.patients.protection import SEE_PROTECTED
from reporting.reading.rows import next_to_read, open_rows
from reporting.reports.models import Report, ReportState
from reporting.reports.services import report_send_back, report_sign
from tests import people
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
ROLES_WITHOUT_REPORTS = (people.front_desk, people.cashier, people.manager, people.pacs_admin, people.auditor)


def as_person(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, url: str) -> str:
    answer = as_person(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def press(user: User, exam: Exam, act: str, **form: Any) -> Any:
    return as_person(user).post(f"/reports/{exam.accession_number}/{act}/", form, **HTMX)


def fields(report: Report, **texts: str) -> dict[str, Any]:
    return {"revision": report.draft_revision, **{f"section-{key}": text for key, text in {**stories.texts(), **texts}.items()}}


# The reading list


def test_the_list_puts_what_is_pressing_first() -> None:
    routine = stories.finished_exam()
    urgent = stories.finished_exam(priority=Priority.URGENT)
    stat = stories.emergency_exam()
    assert [row.exam for row in open_rows(people.radiologist())] == [stat, urgent, routine]


def test_a_row_says_whose_exam_why_and_how_many_images(exam: Exam) -> None:
    stories.with_images(exam, 120)
    text = page(people.radiologist(), "/reading/")
    for wanted in ("LIN, Mei-Hua", "CT head plain", "Fall, GCS 13", ">120<"):
        assert wanted in text


def test_a_protected_patient_is_masked_for_who_handles_and_absent_for_others() -> None:
    exam = stories.finished_exam(people.the_mayor(), reason="Secret reason")
    text = page(people.radiologist(), "/reading/")
    assert "Protected patient" in text
    for secret in ("QIAN", "钱正明", "00900001", "Secret reason"):
        assert secret not in text
        assert secret not in page(people.radiologist(), f"/reading/{exam.accession_number}/")
        assert page(people.radiologist(), f"/reading/?q={secret}").count("<tr id=") == 0
    assert exam.accession_number not in page(people.resident(), "/reading/")
    assert "Protected patient" not in page(people.resident(), "/reading/")
    assert as_person(people.resident()).get(f"/reading/{exam.accession_number}/").status_code == 404


def test_who_is_on_the_access_list_sees_the_name() -> None:
    mayor = people.the_mayor()
    stories.finished_exam(mayor)
    guardian_wrapper.grant(user=people.resident(), permission=SEE_PROTECTED, to=mayor)
    assert "QIAN" in page(people.resident(), "/reading/")


def test_tabs_filter_and_count(exam: Exam) -> None:
    resident, radiologist = people.resident(), people.radiologist()
    stories.preliminary(stories.finished_exam(people.john_smith()), resident)
    assert "SMITH" in page(radiologist, "/reading/?view=sign")
    assert "LIN, Mei" not in page(radiologist, "/reading/?view=sign")
    assert "SMITH" not in page(radiologist, "/reading/?q=lin")
    assert "Nothing fits" in page(radiologist, "/reading/?modality=MR")
    mine = stories.written(exam, radiologist)
    assert "LIN, Mei" in page(radiologist, "/reading/?view=mine")
    report_sign(report=mine, user=radiologist, password=people.PASSWORD)
    assert "LIN, Mei" in page(radiologist, "/reading/?view=signed")
    assert "LIN, Mei" not in page(radiologist, "/reading/")


def test_the_list_costs_the_same_however_long_it_is(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = people.radiologist()
    for _ in range(2):
        stories.finished_exam()
    user.roles  # noqa: B018  asked once for each request
    with django_assert_num_queries(11):
        open_rows(user)
    for _ in range(6):
        stories.finished_exam()
    fresh = User.objects.get(pk=user.pk)
    fresh.roles  # noqa: B018
    with django_assert_num_queries(11):
        open_rows(fresh)


def test_next_comes_what_was_sent_back_then_what_is_complete() -> None:
    resident = people.resident()
    without_images = stories.finished_exam()
    ready = stories.finished_exam()
    stories.with_images(ready)
    assert next_to_read(resident) == ready
    sent_back = stories.finished_exam()
    report_send_back(report=stories.preliminary(sent_back, resident), user=people.radiologist(), reason="Side?")
    assert next_to_read(resident) == sent_back
    assert next_to_read(people.radiologist()) == ready
    assert without_images in [row.exam for row in open_rows(resident)]


def test_reading_next_takes_it_and_leads_to_its_images(exam: Exam) -> None:
    study = stories.with_images(exam)
    answer = as_person(people.resident()).post("/reading/next/")
    exam.refresh_from_db()
    assert (exam.state, exam.reader) == (ExamState.READING, people.resident())
    assert answer.url == f"/viewer/{study.study_instance_uid}/"


def test_with_nothing_to_read_next_is_the_list() -> None:
    assert as_person(people.resident()).post("/reading/next/").url == "/reading/?view=open"


# Who may not


@pytest.mark.parametrize("url", ["/reading/", "/reading/rows/", "/reading/tabs/", "/reading/{}/"])
def test_the_reading_list_is_for_who_writes_reports(exam: Exam, url: str) -> None:
    address = url.format(exam.accession_number)
    assert Client().get(address).status_code == 302
    for person in (*ROLES_WITHOUT_REPORTS, people.technologist, people.clinician):
        assert as_person(person()).get(address).status_code == 403


@pytest.mark.parametrize("act", ["open", "draft", "template", "submit", "sign", "send-back", "release", "take-over", "key-images"])
def test_every_button_is_shut_to_who_does_not_write(exam: Exam, act: str) -> None:
    report = stories.written(exam, people.radiologist())
    assert Client().post(f"/reports/{exam.accession_number}/{act}/").status_code == 302
    for person in (*ROLES_WITHOUT_REPORTS, people.technologist, people.clinician):
        assert press(person(), exam, act).status_code == 403
    assert Report.objects.get(pk=report.pk).draft_revision == report.draft_revision


@pytest.mark.parametrize("act", ["open", "draft", "submit", "release", "take-over"])
def test_a_protected_report_is_not_there_for_a_resident(act: str) -> None:
    exam = stories.finished_exam(people.the_mayor())
    stories.written(exam, people.radiologist())
    assert press(people.resident(), exam, act).status_code == 404


@pytest.mark.parametrize("url", ["/reports/", "/reports/{}/", "/reports/{}/panel/"])
def test_reports_are_shut_to_roles_that_see_none(exam: Exam, url: str) -> None:
    stories.preliminary(exam, people.resident())
    for person in ROLES_WITHOUT_REPORTS:
        assert as_person(person()).get(url.format(exam.accession_number)).status_code == 403


# The panel


def test_the_panel_offers_to_take_a_free_exam_and_then_to_write(exam: Exam) -> None:
    resident = people.resident()
    assert "Take and write" in page(resident, f"/reports/{exam.accession_number}/panel/")
    answer = press(resident, exam, "open", panel="1").content.decode()
    assert 'name="section-findings"' in answer
    assert "data-autosave" in answer


def test_it_is_saved_by_itself_and_tells_the_new_revision(exam: Exam) -> None:
    report = stories.written(exam, people.resident())
    answer = press(people.resident(), exam, "draft", **fields(report, findings="More.\r\nAnd more."))
    assert answer.json() == {"revision": report.draft_revision + 1}
    report.refresh_from_db()
    assert report.draft_sections[1]["text"] == "More.\nAnd more."


def test_a_stale_window_is_told_and_finds_its_text_beside_the_draft(exam: Exam) -> None:
    resident = people.resident()
    report = stories.written(exam, resident)
    answer = press(resident, exam, "draft", **{**fields(report, findings="From the other window."), "revision": 0})
    assert (answer.status_code, answer.json()["code"]) == (409, "draft-conflict")
    text = page(resident, f"/reports/{exam.accession_number}/panel/")
    assert "is kept beside the draft" in text
    assert "From the other window." in text
    assert stories.FINDINGS in text


def test_who_comes_second_looks_only_and_may_take_over(exam: Exam) -> None:
    stories.written(exam, people.resident())
    text = page(people.radiologist(), f"/reports/{exam.accession_number}/panel/")
    assert "is writing" in text
    assert "Take over" in text
    assert 'name="section-findings"' not in text
    assert 'name="section-findings"' in press(people.radiologist(), exam, "take-over", reason="She left").content.decode()


def test_preliminary_goes_out_with_what_is_on_the_screen(exam: Exam) -> None:
    resident = people.resident()
    report = stories.written(exam, resident)
    answer = press(resident, exam, "submit", **fields(report, impression="Typed a second ago."))
    assert answer.status_code == 200
    assert report.versions.get().sections[-1]["text"] == "Typed a second ago."


def test_signing_shows_again_whom_and_what_it_is_for(exam: Exam) -> None:
    stories.with_images(exam)
    stories.written(exam, people.radiologist())
    text = page(people.radiologist(), f"/reports/{exam.accession_number}/panel/")
    shown = text[text.index("data-sign-who") : text.index("data-sign-warnings")]
    for said in ("LIN, Mei-Hua", "林美华", "12 Apr 1968", "00482913", exam.accession_number, "120 images"):
        assert said in shown
    resident = stories.written(stories.finished_exam(), people.resident())
    assert "data-sign-who" not in page(people.resident(), f"/reports/{resident.exam.accession_number}/panel/")


def test_a_signature_is_for_the_images_that_were_shown(exam: Exam) -> None:
    radiologist = people.radiologist()
    report = stories.written(exam, radiologist)
    shown = stories.with_images(exam).study_instance_uid
    assert f'{{"images": "{shown}"}}' in page(radiologist, f"/reports/{exam.accession_number}/panel/")
    refused = press(radiologist, exam, "sign", password=people.PASSWORD, images="1.2.3", **fields(report, impression="Typed just now."))
    assert refused.status_code == 409
    assert "The images of this exam are others" in refused.content.decode()
    report.refresh_from_db()
    assert (report.state, report.draft_sections[-1]["text"]) == (ReportState.DRAFT, "Typed just now.")
    assert press(radiologist, exam, "sign", password=people.PASSWORD, images=shown, **fields(report)).status_code == 200
    report.refresh_from_db()
    assert report.is_signed


def test_signing_asks_for_the_password_and_keeps_the_text_when_it_is_wrong(exam: Exam) -> None:
    radiologist = people.radiologist()
    report = stories.written(exam, radiologist)
    wrong = press(radiologist, exam, "sign", password="guess", **fields(report, impression="Typed just now."))
    assert (wrong.status_code, wrong["X-Partial"]) == (403, "1")
    assert "not your password" in wrong.content.decode()
    report.refresh_from_db()
    assert (report.state, report.draft_sections[-1]["text"]) == (ReportState.DRAFT, "Typed just now.")
    right = press(radiologist, exam, "sign", password=people.PASSWORD, **fields(report, impression="Typed just now."))
    assert right.status_code == 200
    assert report.versions.get().sections[-1]["text"] == "Typed just now."


def test_what_is_open_is_listed_with_links_to_its_place(exam: Exam) -> None:
    radiologist = people.radiologist()
    report = stories.written(exam, radiologist)
    answer = press(radiologist, exam, "sign", password=people.PASSWORD, **fields(report, findings="[left|right]", impression=""))
    assert answer.status_code == 400
    text = answer.content.decode()
    assert 'data-go-section="section-findings"' in text
    assert "“Impression” is empty" in text


def test_signing_and_going_on_takes_the_next_exam(exam: Exam) -> None:
    radiologist = people.radiologist()
    following = stories.finished_exam()
    report = stories.written(exam, radiologist)
    answer = press(radiologist, exam, "sign", password=people.PASSWORD, next="1", **fields(report))
    following.refresh_from_db()
    assert following.reader == radiologist
    assert answer["HX-Redirect"] == f"/reports/{following.accession_number}/"


def test_an_approver_signs_a_preliminary_report_unchanged(exam: Exam) -> None:
    report = stories.preliminary(exam, people.resident())
    answer = press(people.radiologist(), exam, "sign", password=people.PASSWORD, revision=report.draft_revision)
    assert answer.status_code == 200
    assert "Signed by" in answer.content.decode()


def test_an_addendum_is_written_and_signed_in_the_panel(exam: Exam) -> None:
    radiologist = people.radiologist()
    report_sign(report=stories.written(exam, radiologist), user=radiologist, password=people.PASSWORD)
    assert 'name="section-addendum"' in press(radiologist, exam, "open", panel="1").content.decode()
    form = {"revision": 2, "section-addendum": "Compared with 2025.", "password": people.PASSWORD}
    form["revision"] = Report.objects.get(exam=exam).draft_revision
    assert press(radiologist, exam, "sign", **form).status_code == 200
    assert Report.objects.get(exam=exam).state == ReportState.ADDENDED


def test_sending_back_without_a_reason_says_so(exam: Exam) -> None:
    stories.preliminary(exam, people.resident())
    answer = press(people.radiologist(), exam, "send-back", reason="")
    assert (answer.status_code, answer["X-Partial"]) == (400, "1")
    assert "Say why" in answer.content.decode()


def test_earlier_exams_come_with_what_was_concluded() -> None:
    radiologist = people.radiologist()
    before = stories.finished_exam()
    report_sign(report=stories.written(before, radiologist, impression="Old infarct."), user=radiologist, password=people.PASSWORD)
    now = stories.finished_exam()
    assert "Old infarct." in page(radiologist, f"/reports/{now.accession_number}/panel/")


def test_images_of_no_exam_here_are_earlier_ones_too(exam: Exam) -> None:
    """From a disc, or another hospital: matched to the patient, to no exam."""
    radiologist = people.radiologist()
    assert [row.priors for row in open_rows(radiologist)] == [0]
    disc = pictures.stack(2, StudyDate="20250101", StudyDescription="CT head outside", PatientID=exam.patient.number)
    pictures.stack(2, StudyDate="20990101", StudyDescription="CT head later", PatientID=exam.patient.number)
    Study.objects.filter(matched_patient=None).update(matched_patient=exam.patient)
    panel = page(radiologist, f"/reports/{exam.accession_number}/panel/")
    assert "CT head outside" in panel
    assert disc.study_instance_uid in panel
    assert "CT head later" not in panel
    assert [row.priors for row in open_rows(radiologist)] == [2]


# The report's own page, and the list


def test_a_clinician_reads_what_is_out_with_its_state_and_no_draft(exam: Exam) -> None:
    clinician = people.clinician()
    report = stories.preliminary(exam, people.resident())
    text = page(clinician, f"/reports/{exam.accession_number}/")
    assert "Preliminary: not signed yet" in text
    assert stories.IMPRESSION in text
    Report.objects.filter(pk=report.pk).update(draft_sections=[{"key": "findings", "title": "Findings", "text": "Unfinished thought"}])
    assert "Unfinished thought" not in page(clinician, f"/reports/{exam.accession_number}/")
    assert AuditEvent.objects.filter(act="report.view", user=clinician).exists()


def test_a_draft_that_was_never_out_is_not_shown_to_a_clinician(exam: Exam) -> None:
    stories.written(exam, people.resident())
    text = page(people.clinician(), f"/reports/{exam.accession_number}/")
    assert stories.FINDINGS not in text
    assert "There is no report yet" in text


def test_another_clinicians_patient_is_not_there(exam: Exam) -> None:
    stories.preliminary(exam, people.resident())
    assert as_person(people.staff("clinician", "other")).get(f"/reports/{exam.accession_number}/").status_code == 404


def test_reports_are_found_by_patient_number_characters_and_accession(exam: Exam) -> None:
    stories.preliminary(exam, people.resident())
    stories.preliminary(stories.finished_exam(people.john_smith()), people.resident())
    from_words = exam.patient.words
    from_words.create(word="林美华")
    radiologist = people.radiologist()
    for asked in ("林美华", exam.accession_number):
        text = page(radiologist, f"/reports/?q={asked}")
        assert exam.accession_number in text
        assert "SMITH" not in text
    assert "No report found" in page(radiologist, "/reports/?q=nobody&state=final")


@pytest.mark.parametrize("query", ["?before=x", "?state=nonsense", "?before=99999999999999999999", "?q=%00%F0%9F"])
def test_nonsense_in_the_address_of_the_list_breaks_nothing(query: str) -> None:
    assert as_person(people.radiologist()).get(f"/reports/{query}").status_code in {200, 400}


def test_the_time_line_leads_to_the_report(exam: Exam) -> None:
    address = f"/exams/{exam.accession_number}/report/"
    assert "/open/" in page(people.radiologist(), address), "nobody reads it yet"
    assert "/open/" not in page(people.technologist(), address)
    report_sign(report=stories.written(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    for reader in (people.radiologist(), people.resident(), people.clinician()):
        text = page(reader, address)
        assert f"/reports/{exam.accession_number}/" in text
        assert f"/reports/{exam.accession_number}/pdf/" in text
        assert "/open/" not in text
    other = people.staff("technologist", "zhang")
    assert "/reports/" not in page(other, address), "it is not their exam"
    assert as_person(people.front_desk()).get(address).status_code == 403
