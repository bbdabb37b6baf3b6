"""Send the text out as a preliminary report, for somebody who signs."""

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from reporting.reports.actions.holding import let_go, report_lock, require_holder, require_sight
from reporting.reports.actions.outgoing import audit_version, plain_sections, require_complete, require_revision
from reporting.reports.events import report_preliminary
from reporting.reports.models import Report, ReportState, ReportVersion, VersionKind
from reporting.reports.versions import version_add


@transaction.atomic
def report_submit(*, report: Report, user: User, revision: int | None = None, door: str = "page") -> ReportVersion:
    """Make a preliminary version of the draft and let it go. Receivers of `report_preliminary` are told.

    `revision` is the one that `user` saw, if they say so. Raises Incomplete with what is still open, ReportTaken when somebody else
    writes, Conflict when the text changed after it was seen, WrongState after signing.
    """
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    if locked.is_signed:
        raise WrongState(_("This report is signed; only an addendum or a corrected version can follow."))
    require_holder(report=locked, user=user)
    require_revision(report=locked, revision=revision)
    require_complete(report=locked)
    version = version_add(report=locked, kind=VersionKind.PRELIMINARY, sections=plain_sections(locked.draft_sections), author=user)
    locked.state, locked.sent_back_reason = ReportState.PRELIMINARY, ""
    let_go(report=locked)
    locked.save()
    exam_state_set(exam=locked.exam, state=ExamState.PRELIMINARY, user=user)
    exam_event_add(exam=locked.exam, kind="preliminary", user=user, name=user.label, version=version.number)
    audit_version(act="report.submit", version=version, user=user, door=door)
    report_preliminary.send(sender=Report, report=locked, version=version, user=user)
    return version
