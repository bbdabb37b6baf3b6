"""A report's way from draft to addendum, and who may take each step.

Not covered: two real processes racing for one report (the row locks are the same as those that tests of billing race for).
"""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from imaging.access.models import AuditEvent, Outcome, User
from imaging.common.errors import Conflict, Forbidden, InvalidInput, NotFound, WrongState
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.patients.protection import Sight
from reporting.reports import events
from reporting.reports.errors import DraftConflict, Incomplete, ReportTaken, WrongPassword
from reporting.reports.models import DraftCopy, Report, ReportState, VersionKind
from reporting.reports.selectors import exams_reportable_to, sight_of_exam
from reporting.reports.services import (
    draft_save,
    report_addend,
    report_open,
    report_release,
    report_send_back,
    report_sign,
    report_submit,
    report_take_over,
    report_template_set,
)
from reporting.templates_library.models import ReportTemplate
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def kinds(exam: Exam) -> list[str]:
    return list(exam.events.filter(category="people").values_list("kind", flat=True))


def sign(report: Report, user: User, password: str = people.PASSWORD, **kwargs: int) -> object:
    return report_sign(report=report, user=user, password=password, **kwargs)


def test_from_draft_to_addendum_every_step_leaves_its_trace(exam: Exam, resident: User, radiologist: User) -> None:
    told: list[tuple[str, str]] = []

    def hear(name: str) -> object:
        def listen(sender: object, *, report: Report, version: object, user: User, **_: object) -> None:
            told.append((name, version.kind))

        return listen

    listeners = [hear(name) for name in ("preliminary", "signed", "addended")]
    for signal, listener in zip((events.report_preliminary, events.report_signed, events.report_addended), listeners, strict=True):
        signal.connect(listener)
    report = stories.preliminary(exam, resident)
    exam.refresh_from_db()
    assert (exam.state, report.state) == (ExamState.PRELIMINARY, ReportState.PRELIMINARY)
    final = sign(report, radiologist)
    exam.refresh_from_db()
    assert (exam.state, exam.reader, final.author, final.signer) == (ExamState.FINAL, radiologist, resident, radiologist)
    report = report_open(exam=exam, user=radiologist)
    draft_save(report=report, user=radiologist, revision=report.draft_revision, texts={"addendum": "Compared with 2025: unchanged."})
    addendum = report_addend(report=report, user=radiologist, password=people.PASSWORD)
    exam.refresh_from_db()
    report.refresh_from_db()
    assert (exam.state, report.state) == (ExamState.ADDENDED, ReportState.ADDENDED)
    assert [part["text"] for part in addendum.sections] == [stories.FINDINGS, stories.IMPRESSION, "Compared with 2025: unchanged."]
    assert addendum.sections[-1]["by"] == radiologist.label
    assert [version.kind for version in report.versions.all()] == [VersionKind.PRELIMINARY, VersionKind.FINAL, VersionKind.ADDENDUM]
    assert kinds(exam) == ["reading", "preliminary", "signed", "addended"]
    assert told == [("preliminary", "preliminary"), ("signed", "final"), ("addended", "addendum")]


def test_a_second_addendum_follows_the_first(exam: Exam, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    sign(report, radiologist)
    for text in ("First.", "Second."):
        report = report_open(exam=exam, user=radiologist)
        draft_save(report=report, user=radiologist, revision=report.draft_revision, texts={"addendum": text})
        version = report_addend(report=report, user=radiologist, password=people.PASSWORD)
    assert [part["key"] for part in version.sections] == ["findings", "impression", "addendum-2", "addendum-3"]


def test_opening_takes_the_exam_and_opening_again_changes_nothing(exam: Exam, resident: User) -> None:
    first = report_open(exam=exam, user=resident)
    again = report_open(exam=exam, user=resident)
    exam.refresh_from_db()
    assert first.pk == again.pk
    assert (exam.state, exam.reader) == (ExamState.READING, resident)
    assert kinds(exam) == ["reading"]


def test_an_exam_that_has_not_ended_cannot_be_reported(exam: Exam, resident: User) -> None:
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.IN_PROGRESS)
    with pytest.raises(WrongState):
        report_open(exam=exam, user=resident)


@pytest.mark.parametrize("person", [people.technologist, people.clinician, people.pacs_admin, people.front_desk, people.auditor])
def test_who_does_not_write_reports_cannot_open_one(exam: Exam, person: object) -> None:
    with pytest.raises(Forbidden):
        report_open(exam=exam, user=person())


def test_two_people_never_write_one_report(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    with pytest.raises(ReportTaken, match="Resident"):
        report_open(exam=exam, user=radiologist)
    with pytest.raises(DraftConflict) as caught:
        draft_save(report=report, user=radiologist, revision=report.draft_revision, texts={"findings": "Mine."})
    report.refresh_from_db()
    assert report.draft_sections[1]["text"] == stories.FINDINGS
    assert caught.value.by == resident.label
    assert caught.value.theirs == report.draft_sections
    assert DraftCopy.objects.get(pk=caught.value.copy_id).sections[0]["text"] == "Mine."


def test_a_second_window_with_an_old_revision_overwrites_nothing(exam: Exam, resident: User) -> None:
    report = report_open(exam=exam, user=resident, language="en")
    draft_save(report=report, user=resident, revision=0, texts={"findings": "Window one."})
    with pytest.raises(DraftConflict):
        draft_save(report=report, user=resident, revision=0, texts={"findings": "Window two."})
    report.refresh_from_db()
    assert report.draft_sections[1]["text"] == "Window one."
    assert report.draft_copies.get().sections[1]["text"] == "Window two."


def test_the_same_save_twice_is_one_save(exam: Exam, resident: User) -> None:
    report = report_open(exam=exam, user=resident, language="en")
    for _ in range(2):
        saved = draft_save(report=report, user=resident, revision=0, texts={"findings": "Once."})
    assert saved.draft_revision == 1
    assert DraftCopy.objects.count() == 0


def test_text_typed_after_the_report_went_out_is_kept_beside_it(exam: Exam, resident: User) -> None:
    report = stories.preliminary(exam, resident)
    with pytest.raises(WrongState):
        draft_save(report=report, user=resident, revision=report.draft_revision, texts={"findings": "One more thing."})
    assert report.draft_copies.get().sections[0]["text"] == "One more thing."


def test_text_of_a_window_left_open_is_kept_when_an_addendum_is_being_written(exam: Exam, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    report_sign(report=report, user=radiologist, password=people.PASSWORD)
    opened = report_open(exam=exam, user=radiologist)
    with pytest.raises(DraftConflict):
        draft_save(report=opened, user=radiologist, revision=opened.draft_revision, texts={"findings": "Left in the other window."})
    opened.refresh_from_db()
    assert [part["key"] for part in opened.draft_sections] == ["addendum"]
    kept = opened.draft_copies.get().sections
    assert kept == [{"key": "findings", "title": "Findings", "text": "Left in the other window."}]


@pytest.mark.parametrize("texts", [{"nonsense": "x"}, {"findings": "x" * 40_000}])
def test_a_draft_takes_its_own_sections_and_bounded_text(exam: Exam, resident: User, texts: dict[str, str]) -> None:
    report = report_open(exam=exam, user=resident)
    with pytest.raises(InvalidInput):
        draft_save(report=report, user=resident, revision=0, texts=texts)


def test_what_is_still_open_is_listed_and_forbids_going_out(exam: Exam, resident: User) -> None:
    report = stories.written(exam, resident, findings="Midline [not shifted|shifted]. [? mm].", impression="")
    with pytest.raises(Incomplete) as caught:
        report_submit(report=report, user=resident)
    assert [(problem.code, problem.section) for problem in caught.value.problems] == [
        ("empty", "impression"),
        ("open-choice", "findings"),
        ("open-choice", "findings"),
    ]
    assert report.versions.count() == 0


def test_a_resident_cannot_finalise(exam: Exam, resident: User) -> None:
    report = stories.written(exam, resident)
    with pytest.raises(Forbidden):
        sign(report, resident)
    assert report.versions.count() == 0


def test_signing_needs_the_signers_own_password(exam: Exam, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    with pytest.raises(WrongPassword):
        sign(report, radiologist, password="guess")
    report.refresh_from_db()
    assert (report.state, report.versions.count()) == (ReportState.DRAFT, 0)
    assert AuditEvent.objects.filter(act="report.sign", outcome=Outcome.DENIED, user=radiologist).exists()


def test_too_many_wrong_passwords_make_even_the_right_one_wait(exam: Exam, radiologist: User, settings: Settings) -> None:
    report = stories.written(exam, radiologist)
    for _ in range(settings.REPORT_SIGN_FAILURES):
        with pytest.raises(WrongPassword):
            sign(report, radiologist, password="guess")
    with pytest.raises(WrongPassword, match="ten minutes"):
        sign(report, radiologist)


def test_one_signs_what_one_saw(exam: Exam, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    with pytest.raises(Conflict):
        sign(report, radiologist, revision=report.draft_revision - 1)


def test_a_draft_is_signed_by_who_writes_it_only(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    with pytest.raises(ReportTaken):
        sign(report, radiologist)


def test_where_two_people_are_asked_for_nobody_signs_their_own(exam: Exam, radiologist: User, settings: Settings) -> None:
    settings.REPORT_TWO_PEOPLE = True
    report = stories.preliminary(exam, radiologist)
    with pytest.raises(Forbidden, match="two people"):
        sign(report, radiologist)
    assert sign(report, people.staff("radiologist", "second")).signer.username == "second"


def test_nothing_but_an_addendum_follows_a_signature(exam: Exam, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    sign(report, radiologist)
    for act in (lambda: sign(report, radiologist), lambda: report_submit(report=report, user=radiologist)):
        with pytest.raises(WrongState):
            act()
    with pytest.raises(WrongState):
        report_send_back(report=report, user=radiologist, reason="Too late")


def test_an_addendum_needs_a_signed_report_a_password_and_text(exam: Exam, radiologist: User) -> None:
    report = stories.written(exam, radiologist)
    with pytest.raises(WrongState):
        report_addend(report=report, user=radiologist, password=people.PASSWORD)
    sign(report, radiologist)
    report = report_open(exam=exam, user=radiologist)
    with pytest.raises(Incomplete):
        report_addend(report=report, user=radiologist, password=people.PASSWORD)
    with pytest.raises(WrongPassword):
        report_addend(report=report, user=radiologist, password="guess")


def test_a_resident_adds_nothing_to_a_signed_report(exam: Exam, resident: User, radiologist: User) -> None:
    sign(stories.written(exam, radiologist), radiologist)
    with pytest.raises(Forbidden):
        report_open(exam=exam, user=resident)


def test_sent_back_with_a_reason_the_author_writes_on(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.preliminary(exam, resident)
    report_send_back(report=report, user=radiologist, reason="Which side?")
    exam.refresh_from_db()
    report.refresh_from_db()
    assert (exam.state, exam.reader, report.locked_by) == (ExamState.READING, resident, resident)
    assert report.sent_back_reason == "Which side?"
    draft_save(report=report, user=resident, revision=report.draft_revision, texts={"findings": "Left side."})
    assert report_submit(report=report, user=resident).number == 2


def test_sending_back_needs_a_reason_and_a_signer(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.preliminary(exam, resident)
    with pytest.raises(InvalidInput):
        report_send_back(report=report, user=radiologist, reason=" ")
    with pytest.raises(Forbidden):
        report_send_back(report=report, user=resident, reason="No")


def test_an_approver_may_change_the_text_before_signing(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.preliminary(exam, resident)
    report = report_open(exam=exam, user=radiologist)
    draft_save(report=report, user=radiologist, revision=report.draft_revision, texts={"impression": "Small subdural haematoma."})
    final = sign(report, radiologist)
    assert final.sections[-1]["text"] == "Small subdural haematoma."
    assert report.versions.first().sections[-1]["text"] == stories.IMPRESSION
    assert "report_review" in kinds(exam)


def test_given_back_the_exam_waits_again_and_the_text_stays(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    report_release(report=report, user=resident)
    exam.refresh_from_db()
    assert (exam.state, exam.reader) == (ExamState.COMPLETED, None)
    taken = report_open(exam=exam, user=radiologist)
    assert taken.author == radiologist
    assert taken.draft_sections[1]["text"] == stories.FINDINGS
    assert taken.draft_copies.get().user == resident


def test_who_signs_takes_over_with_a_trace_and_the_other_window_meets_a_conflict(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    with pytest.raises(InvalidInput, match="Say why"):
        report_take_over(report=report, user=radiologist)
    report_take_over(report=report, user=radiologist, reason="He was called away")
    exam.refresh_from_db()
    assert exam.reader == radiologist
    assert "report_taken_over" in kinds(exam)
    assert AuditEvent.objects.get(act="report.take-over", user=radiologist).detail["reason"] == "He was called away"
    with pytest.raises(DraftConflict):
        draft_save(report=report, user=resident, revision=report.draft_revision, texts={"findings": "Still me."})


def test_a_resident_takes_over_only_what_was_left_alone(exam: Exam, resident: User, radiologist: User, settings: Settings) -> None:
    report = stories.written(exam, radiologist)
    with pytest.raises(Forbidden, match="Radiologist"):
        report_take_over(report=report, user=resident)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=settings.REPORT_ABANDONED_MINUTES + 1)):
        assert report_take_over(report=report, user=resident).locked_by == resident


def test_another_template_keeps_what_was_written(exam: Exam, resident: User) -> None:
    report = stories.written(exam, resident)
    sections = [
        {"key": "findings", "title": "影像所见", "text": "模板", "required": True},
        {"key": "impression", "title": "诊断意见", "text": ""},
    ]
    template = ReportTemplate.objects.create(code="zh", name="Chinese", language="zh-hans", sections=sections)
    changed = report_template_set(report=report, user=resident, template=template)
    assert [(part["title"], part["text"]) for part in changed.draft_sections] == [
        ("影像所见", stories.FINDINGS),
        ("诊断意见", stories.IMPRESSION),
    ]
    assert changed.language == "zh-hans"
    assert changed.draft_copies.get().reason == "template"


@pytest.mark.parametrize("handler", ["open", "release", "take_over", "submit"])
def test_a_protected_patients_report_does_not_exist_for_a_resident(handler: str, resident: User, radiologist: User) -> None:
    exam = stories.finished_exam(people.the_mayor())
    report = stories.written(exam, radiologist)
    acts = {
        "open": lambda: report_open(exam=exam, user=resident),
        "release": lambda: report_release(report=report, user=resident),
        "take_over": lambda: report_take_over(report=report, user=resident),
        "submit": lambda: report_submit(report=report, user=resident),
    }
    with pytest.raises(NotFound):
        acts[handler]()


def test_a_radiologist_takes_a_protected_exam_unseen_and_sees_it_then(radiologist: User) -> None:
    exam = stories.finished_exam(people.the_mayor())
    report = report_open(exam=exam, user=radiologist)
    assert report.locked_by == radiologist
    with pytest.raises(ReportTaken):
        report_open(exam=exam, user=people.staff("radiologist", "second"))


def test_a_protected_exam_that_is_given_back_is_hidden_again(radiologist: User) -> None:
    exam = stories.finished_exam(people.the_mayor())
    report_release(report=stories.written(exam, radiologist), user=radiologist)
    exam.refresh_from_db()
    assert not exams_reportable_to(radiologist).exists()
    assert sight_of_exam(radiologist, exam) is Sight.MASKED
    assert report_open(exam=exam, user=radiologist).draft_sections[1]["text"] == stories.FINDINGS


def test_a_signed_protected_report_stays_shut_to_other_radiologists(radiologist: User) -> None:
    exam = stories.finished_exam(people.the_mayor())
    sign(stories.written(exam, radiologist), radiologist)
    with pytest.raises(NotFound):
        report_open(exam=exam, user=people.staff("radiologist", "second"))
