"""Give a report back, or take one over from somebody who left it. Both leave a trace, and the text stays."""

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Forbidden, NotFound, WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from imaging.patients.protection import Sight
from reporting.reports.actions.holding import copy_keep, hold, let_go, may_take_over, reader_set, report_lock, require_holder, require_sight
from reporting.reports.actions.outgoing import latest_version
from reporting.reports.models import CopyReason, Report, ReportState
from reporting.reports.selectors import may_take_protected, sight_of_exam


@transaction.atomic
def report_release(*, report: Report, user: User, door: str = "page") -> Report:
    """Stop writing: an exam whose first draft is given back waits for a reader again. Raises ReportTaken or WrongState."""
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    require_holder(report=locked, user=user)
    let_go(report=locked)
    if locked.is_signed and _is_untouched(locked):
        locked.draft_sections = []
    locked.save()
    if locked.state == ReportState.DRAFT:
        exam_state_set(exam=locked.exam, state=ExamState.COMPLETED, user=user)
        exam_event_add(exam=locked.exam, kind="report_released", user=user)
    audit_record(act="report.release", door=door, user=user, accession_number=locked.exam.accession_number)
    if not locked.is_signed:
        reader_set(exam=locked.exam, user=None if locked.state == ReportState.DRAFT else locked.author)
    return locked


def _is_untouched(report: Report) -> bool:
    """An addendum or correction in which nothing was written: the signed text as it is, or nothing."""
    last = latest_version(report)
    signed = {part["key"]: part["text"] for part in last.sections} if last else {}
    return all(part["text"].strip() == signed.get(part["key"], "") for part in report.draft_sections)


@transaction.atomic
def report_take_over(*, report: Report, user: User, door: str = "page") -> Report:
    """Go on with a draft that somebody else holds; their text is kept under their name too.

    Who signs may always; others who write, when the draft is abandoned. Raises Forbidden otherwise, WrongState when nobody holds it.
    """
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    _require_may_take_over(locked, user)
    other = locked.locked_by or locked.author
    copy_keep(report=locked, user=other, reason=CopyReason.TAKEN_OVER, sections=locked.draft_sections, revision=locked.draft_revision)
    if locked.state == ReportState.DRAFT:
        locked.author = user
    hold(report=locked, user=user)
    locked.draft_revision += 1  # whatever the other window saves from now on meets a conflict
    locked.save()
    if not locked.is_signed:
        reader_set(exam=locked.exam, user=user)
    exam_event_add(exam=locked.exam, kind="report_taken_over", user=user, name=user.label, other=other.label)
    audit_record(act="report.take-over", door=door, user=user, accession_number=locked.exam.accession_number, taken_from=other.username)
    return locked


def _require_may_take_over(report: Report, user: User) -> None:
    sight = sight_of_exam(user, report.exam)
    if sight is Sight.NONE or (sight is Sight.MASKED and (report.is_signed or not may_take_protected(user))):
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": report.exam.accession_number})
    if report.locked_by_id in {None, user.pk}:
        raise WrongState(_("Nobody else is writing this report; take it."))
    if not may_take_over(user, report):
        raise Forbidden(
            _("%(name)s is writing this report. Who signs reports may take it over; others when it was left alone for a while.")
            % {"name": report.locked_by.label if report.locked_by else ""}
        )
