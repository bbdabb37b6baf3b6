"""Give a preliminary report back to its author, with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from reporting.reports.actions.holding import hold, reader_set, report_lock, require_free, require_sight
from reporting.reports.models import Report, ReportState

REASON_CHARACTERS = 500


@transaction.atomic
def report_send_back(*, report: Report, user: User, reason: str, door: str = "page") -> Report:
    """The exam is “reading” again and its author writes on. The preliminary version stays, as it went out.

    Raises InvalidInput without a reason, WrongState unless the report is preliminary, ReportTaken when somebody else works on it.
    """
    require(user, Act.REPORT_SIGN)
    if not reason.strip() or len(reason) > REASON_CHARACTERS:
        raise InvalidInput(_("Say why, in at most %(count)s characters.") % {"count": REASON_CHARACTERS}, field="reason")
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    if locked.state != ReportState.PRELIMINARY:
        raise WrongState(_("Only a preliminary report can be sent back."))
    require_free(report=locked, user=user)
    locked.state, locked.sent_back_reason = ReportState.DRAFT, reason.strip()
    hold(report=locked, user=locked.author)
    locked.save()
    reader_set(exam=locked.exam, user=locked.author)
    exam_state_set(exam=locked.exam, state=ExamState.READING, user=user)
    exam_event_add(exam=locked.exam, kind="sent_back", user=user, reason=reason.strip())
    audit_record(act="report.send-back", door=door, user=user, accession_number=locked.exam.accession_number, reason=reason.strip())
    return locked
