"""Give a report back, or take one over from somebody who left it. Both leave a trace, and the text stays."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Forbidden, InvalidInput, NotFound, WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from imaging.patients.protection import Sight
from reporting.reports.actions.holding import (
    copy_keep,
    hold,
    is_abandoned,
    let_go,
    may_take_over,
    reader_set,
    report_lock,
    require_holder,
    require_sight,
)
from reporting.reports.actions.outgoing import latest_version
from reporting.reports.models import CopyReason, Report, ReportState
from reporting.reports.selectors import may_take_protected, sight_of_exam

REASON_LENGTH = 200
RELEASED_AT_ONCE = 100
UNSIGNED = (ExamState.READING, ExamState.PRELIMINARY)


@transaction.atomic
def report_release(*, report: Report, user: User, door: str = "page") -> Report:
    """Stop writing: an exam whose first draft is given back waits for a reader again. Raises ReportTaken or WrongState."""
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    require_holder(report=locked, user=user)
    _give_back(locked, user)
    audit_record(act="report.release", door=door, user=user, accession_number=locked.exam.accession_number)
    return locked


def abandoned_release(*, now: dt.datetime | None = None) -> int:
    """Give back what nobody has touched for REPORT_RELEASE_MINUTES: the text stays, and whoever wrote it finds it. Returns how many."""
    if not settings.REPORT_RELEASE_MINUTES:
        return 0
    before = (now or timezone.now()) - dt.timedelta(minutes=settings.REPORT_RELEASE_MINUTES)
    left = Report.objects.filter(_untouched_since(before), exam__state__in=UNSIGNED).order_by("locked_at")[:RELEASED_AT_ONCE]
    return sum(_release_if_left(report, before) for report in left)


def _untouched_since(before: dt.datetime) -> Q:
    return Q(locked_by__isnull=False, locked_at__lte=before) & (Q(draft_saved_at=None) | Q(draft_saved_at__lte=before))


@transaction.atomic
def _release_if_left(report: Report, before: dt.datetime) -> bool:
    locked = report_lock(report=report)
    if not Report.objects.filter(_untouched_since(before), pk=locked.pk).exists():
        return False
    holder = _holder(locked)
    _give_back(locked, None)
    exam_event_add(exam=locked.exam, kind="report_left", actor="Lightbox", name=holder)
    audit_record(act="report.release", door="task", actor="Lightbox", accession_number=locked.exam.accession_number, left_by=holder)
    return True


def _give_back(report: Report, user: User | None) -> None:
    let_go(report=report)
    if report.is_signed and _is_untouched(report):
        report.draft_sections = []
    report.save()
    if report.state == ReportState.DRAFT:
        exam_state_set(exam=report.exam, state=ExamState.COMPLETED, user=user, actor="" if user else "Lightbox")
        if user:
            exam_event_add(exam=report.exam, kind="report_released", user=user)
    if not report.is_signed:
        reader_set(exam=report.exam, user=None if report.state == ReportState.DRAFT else report.author)


def _holder(report: Report) -> str:
    return report.locked_by.label if report.locked_by else ""


def _is_untouched(report: Report) -> bool:
    """An addendum or correction in which nothing was written: the signed text as it is, or nothing."""
    last = latest_version(report)
    signed = {part["key"]: part["text"] for part in last.sections} if last else {}
    return all(part["text"].strip() == signed.get(part["key"], "") for part in report.draft_sections)


@transaction.atomic
def report_take_over(*, report: Report, user: User, reason: str = "", door: str = "page") -> Report:
    """Go on with a draft that somebody else holds; their text is kept under their name too.

    Who signs may always, with a `reason` unless the draft is abandoned; others who write, when it is. Raises Forbidden otherwise,
    InvalidInput without a reason, WrongState when nobody holds it.
    """
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    _require_may_take_over(locked, user)
    said = " ".join(reason.split())[:REASON_LENGTH]
    if not said and not is_abandoned(locked):
        raise InvalidInput(_("Say why you take it over: %(name)s reads it.") % {"name": _holder(locked)}, field="reason")
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
    if said:
        exam_event_add(exam=locked.exam, kind="report_taken_why", user=user, reason=said)
    audit_record(
        act="report.take-over", door=door, user=user, accession_number=locked.exam.accession_number, taken_from=other.username, reason=said
    )
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
            % {"name": _holder(report)}
        )
