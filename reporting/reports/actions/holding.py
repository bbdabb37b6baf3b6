"""Who holds a report: it is locked with its exam (the exam first, always), and one person writes at a time."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.common.errors import NotFound, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_lock
from imaging.patients.protection import Sight
from reporting.reports.errors import ReportTaken
from reporting.reports.models import CopyReason, DraftCopy, Report
from reporting.reports.selectors import sight_of_exam


def report_lock(*, report: Report) -> Report:
    """The report with its exam, both locked until the transaction ends."""
    exam = exam_lock(exam_id=report.exam_id)
    locked = Report.objects.select_for_update().get(pk=report.pk)
    locked.exam = exam
    return locked


def require_sight(*, exam: Exam, user: User) -> None:
    """Raises NotFound unless `user` sees whose exam this is."""
    if sight_of_exam(user, exam) is not Sight.FULL:
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": exam.accession_number})


def require_free(*, report: Report, user: User) -> None:
    """Raises ReportTaken, naming who, when somebody else is writing."""
    if report.locked_by_id not in {None, user.pk}:
        name = report.locked_by.label if report.locked_by else ""
        raise ReportTaken(_("%(name)s is writing this report. Look only, or take it over.") % {"name": name}, by=name)


def require_holder(*, report: Report, user: User) -> None:
    """Raises ReportTaken or WrongState unless `user` is the one who writes now."""
    require_free(report=report, user=user)
    if report.locked_by_id is None:
        raise WrongState(_("Take the report first: nobody is writing it now."), code="not-opened")


def hold(*, report: Report, user: User) -> None:
    """From now on `user` writes; the caller saves the report."""
    report.locked_by, report.locked_at = user, timezone.now()
    announce("report")


def let_go(*, report: Report) -> None:
    report.locked_by, report.locked_at = None, None
    announce("report")


def reader_set(*, exam: Exam, user: User | None) -> None:
    """Who reads the exam: it opens a protected patient's images and reports to them."""
    exam.reader = user
    exam.save(update_fields=["reader", "changed_at"])
    announce("reading")


def copy_keep(*, report: Report, user: User, reason: CopyReason, sections: list[dict[str, Any]], revision: int) -> DraftCopy:
    return DraftCopy.objects.create(report=report, user=user, reason=reason, sections=sections, based_on_revision=max(0, revision))


def is_abandoned(report: Report) -> bool:
    """Whether the one who holds the draft has not touched it for long."""
    touched = max(filter(None, [report.locked_at, report.draft_saved_at]), default=None)
    return touched is not None and timezone.now() - touched > dt.timedelta(minutes=settings.REPORT_ABANDONED_MINUTES)


def may_take_over(user: User, report: Report) -> bool:
    """Who signs may take any draft; everybody else who writes, an abandoned one."""
    if report.locked_by_id in {None, user.pk} or not may(user, Act.REPORT_WRITE):
        return False
    return may(user, Act.REPORT_SIGN) or (is_abandoned(report) and not report.is_signed)
