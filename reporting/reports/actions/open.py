"""Take an exam and begin, or go on with, its report."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import may, require
from imaging.access.roles import Act
from imaging.common.errors import Forbidden, InvalidInput, NotFound, WrongState
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add, exam_lock, exam_state_set
from imaging.orders.states import PERFORMED, ExamState
from imaging.patients.protection import Sight
from reporting.reports.actions.holding import copy_keep, hold, reader_set, require_free
from reporting.reports.models import CopyReason, Report, ReportState
from reporting.reports.selectors import may_take_protected, sight_of_exam
from reporting.templates_library.choices import section
from reporting.templates_library.models import ReportLanguage
from reporting.templates_library.selectors import template_for

ADDENDUM = "addendum"


@transaction.atomic
def report_open(*, exam: Exam, user: User, language: str = "", door: str = "page") -> Report:
    """Make `user` the one who writes the report of `exam`; a signed report is opened for an addendum.

    The exam becomes “reading” and `user` its reader. Opening one's own again changes nothing. Raises NotFound when the exam is hidden,
    ReportTaken when somebody else writes, WrongState before the exam has ended, Forbidden when only who signs may go on.
    """
    require(user, Act.REPORT_WRITE)
    locked = exam_lock(exam_id=exam.pk)
    _require_takeable(locked, user)
    report = Report.objects.select_for_update().filter(exam=locked).first()
    if report is None:
        return _begin(locked, user, language, door)
    report.exam = locked
    require_free(report=report, user=user)
    if report.locked_by_id != user.pk:
        GO_ON[ReportState(report.state)](report, user)
        hold(report=report, user=user)
        report.save()
        _record(report, user, door)
    return report


def _require_takeable(exam: Exam, user: User) -> None:
    """A protected exam may be taken unseen while it still waits for its report; a signed one only by who sees it."""
    sight = sight_of_exam(user, exam)
    signed = exam.state in {ExamState.FINAL, ExamState.ADDENDED}
    if sight is Sight.NONE or (sight is Sight.MASKED and (signed or not may_take_protected(user))):
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": exam.accession_number})
    if exam.state not in PERFORMED:
        message = _("Exam %(accession)s is “%(state)s”: it can be reported once it has ended.")
        raise WrongState(message % {"accession": exam.accession_number, "state": exam.get_state_display()})


def _begin(exam: Exam, user: User, language: str, door: str) -> Report:
    if exam.state not in {ExamState.COMPLETED, ExamState.READING}:
        raise WrongState(_("Exam %(accession)s has been reported elsewhere.") % {"accession": exam.accession_number})
    chosen = language_for(user, language)
    template = template_for(exam=exam, language=chosen)
    sections = begin_sections(exam, chosen)
    report = Report(exam=exam, author=user, language=chosen, template=template, draft_sections=sections)
    hold(report=report, user=user)
    report.save()
    _start_reading(exam, user)
    _record(report, user, door)
    return report


def language_for(user: User, wanted: str = "") -> str:
    """The language asked for, else the department's, else the reader's own. Raises InvalidInput for one that reports do not have."""
    if wanted and wanted not in ReportLanguage.values:
        raise InvalidInput(_("Reports are written in: %(languages)s.") % {"languages": ", ".join(ReportLanguage.values)}, field="language")
    return wanted or settings.REPORT_LANGUAGE or user.language or settings.LANGUAGE_CODE


def begin_sections(exam: Exam, language: str) -> list[Any]:
    """The sections of the template that fits, or plain ones where the library has nothing in `language`."""
    template = template_for(exam=exam, language=language)
    if template is not None:
        return [section(part["key"], part["title"], part["text"], required=part.get("required", False)) for part in template.sections]
    with translation.override(language):
        return [
            section("technique", _("Technique")),
            section("findings", _("Findings"), required=True),
            section("impression", _("Impression"), required=True),
        ]


def _start_reading(exam: Exam, user: User) -> None:
    reader_set(exam=exam, user=user)
    exam_state_set(exam=exam, state=ExamState.READING, user=user)
    exam_event_add(exam=exam, kind="reading", user=user, name=user.label)


def _go_on_draft(report: Report, user: User) -> None:
    """A draft that was given back: the text stays, and a copy of it under the name of who wrote it."""
    if report.author_id != user.pk:
        copy_keep(
            report=report, user=report.author, reason=CopyReason.TAKEN_OVER, sections=report.draft_sections, revision=report.draft_revision
        )
        report.author = user
    _start_reading(report.exam, user)


def _go_on_preliminary(report: Report, user: User) -> None:
    if report.author_id != user.pk and not may(user, Act.REPORT_SIGN):
        raise Forbidden(_("A preliminary report is changed by its author or by who signs it."))
    reader_set(exam=report.exam, user=user)
    if report.author_id != user.pk:
        exam_event_add(exam=report.exam, kind="report_review", user=user, name=user.label)


def _go_on_signed(report: Report, user: User) -> None:
    """An addendum is begun, or one that was left goes on."""
    require(user, Act.REPORT_SIGN)
    if not report.draft_sections:
        with translation.override(report.language):
            report.draft_sections = [section(ADDENDUM, _("Addendum"), required=True)]


GO_ON = {
    ReportState.DRAFT: _go_on_draft,
    ReportState.PRELIMINARY: _go_on_preliminary,
    ReportState.FINAL: _go_on_signed,
    ReportState.ADDENDED: _go_on_signed,
}


def _record(report: Report, user: User, door: str) -> None:
    exam = report.exam
    audit_record(
        act="report.open", door=door, user=user, patient_number=exam.patient.number, accession_number=exam.accession_number,
        study_instance_uid=exam.study_instance_uid,
    )  # fmt: skip
