"""Sign the final report."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Forbidden, WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from reporting.reports.actions.holding import let_go, reader_set, report_lock, require_free, require_holder, require_sight
from reporting.reports.actions.identity import identity_confirm
from reporting.reports.actions.outgoing import audit_version, plain_sections, require_complete, require_revision
from reporting.reports.events import report_signed
from reporting.reports.models import Report, ReportState, ReportVersion, VersionKind
from reporting.reports.versions import version_add


def report_sign(*, report: Report, user: User, password: str, revision: int | None = None, door: str = "page") -> ReportVersion:
    """Make the final version; from then on nothing changes it. Receivers of `report_signed` are told.

    Signs one's own draft, or a preliminary report that nobody else works on. Raises Forbidden for who may not sign, WrongPassword,
    Incomplete with what is still open, ReportTaken, Conflict when the text changed after it was seen, WrongState.
    """
    require(user, Act.REPORT_SIGN)
    require_sight(exam=report.exam, user=user)
    identity_confirm(user=user, password=password, door=door, accession=report.exam.accession_number)
    return _sign(report, user, revision, door)


@transaction.atomic
def _sign(report: Report, user: User, revision: int | None, door: str) -> ReportVersion:
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    _require_signable(locked, user)
    require_revision(report=locked, revision=revision)
    require_complete(report=locked)
    version = version_add(
        report=locked, kind=VersionKind.FINAL, sections=plain_sections(locked.draft_sections), author=locked.author, signer=user
    )
    _close(locked, user)
    exam_event_add(exam=locked.exam, kind="signed", user=user, name=user.label, version=version.number)
    audit_version(act="report.sign", version=version, user=user, door=door)
    report_signed.send(sender=Report, report=locked, version=version, user=user)
    return version


def _require_signable(report: Report, user: User) -> None:
    if report.is_signed:
        raise WrongState(_("This report is signed; only an addendum or a corrected version can follow."))
    if report.state == ReportState.PRELIMINARY:
        require_free(report=report, user=user)
    else:
        require_holder(report=report, user=user)
    if settings.REPORT_TWO_PEOPLE and report.author_id == user.pk:
        raise Forbidden(_("This department asks for two people: save it as preliminary, and somebody else signs."), code="two-people")


def _close(report: Report, user: User) -> None:
    report.state, report.draft_sections, report.sent_back_reason = ReportState.FINAL, [], ""
    let_go(report=report)
    report.save()
    reader_set(exam=report.exam, user=user)
    exam_state_set(exam=report.exam, state=ExamState.FINAL, user=user)
