"""Sign an addendum to a final report: the text before it stays as it was."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Duplicate, WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from reporting.reports.actions.draft import draft_save
from reporting.reports.actions.holding import let_go, report_lock, require_holder, require_sight
from reporting.reports.actions.identity import identity_confirm
from reporting.reports.actions.open import ADDENDUM, report_open
from reporting.reports.actions.outgoing import audit_version, latest_version, plain_sections, require_complete, require_revision
from reporting.reports.events import report_addended
from reporting.reports.models import Report, ReportState, ReportVersion, VersionKind
from reporting.reports.versions import version_add


def report_addend(*, report: Report, user: User, password: str, revision: int | None = None, door: str = "page") -> ReportVersion:
    """Make a version with everything signed so far and the addendum that `user` has written. Receivers of `report_addended` are told.

    Raises Forbidden for who may not sign, WrongPassword, WrongState before signing or without an open addendum, Incomplete when it is
    empty, ReportTaken.
    """
    require(user, Act.REPORT_SIGN)
    require_sight(exam=report.exam, user=user)
    identity_confirm(user=user, password=password, door=door, accession=report.exam.accession_number)
    return _addend(report, user, revision, door)


@transaction.atomic
def _addend(report: Report, user: User, revision: int | None, door: str) -> ReportVersion:
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    before = latest_version(locked)
    if not locked.is_signed or before is None:
        raise WrongState(_("An addendum follows a signed report; this one is not signed yet."))
    require_holder(report=locked, user=user)
    if [part["key"] for part in locked.draft_sections] != [ADDENDUM]:
        raise WrongState(_("No addendum is being written."))
    require_revision(report=locked, revision=revision)
    require_complete(report=locked)
    addenda = _numbered(plain_sections(locked.draft_sections), before, user)
    version = version_add(report=locked, kind=VersionKind.ADDENDUM, sections=[*before.sections, *addenda], author=user, signer=user)
    locked.state, locked.draft_sections = ReportState.ADDENDED, []
    let_go(report=locked)
    locked.save()
    exam_state_set(exam=locked.exam, state=ExamState.ADDENDED, user=user)
    exam_event_add(exam=locked.exam, kind="addended", user=user, name=user.label, version=version.number)
    audit_version(act="report.addend", version=version, user=user, door=door)
    report_addended.send(sender=Report, report=locked, version=version, user=user)
    return version


@transaction.atomic
def addendum_write(*, report: Report, user: User, text: str, door: str = "page") -> Report:
    """Open the addendum of a signed report and keep `text` as it, in one go.

    Raises WrongState before signing, Duplicate when `user` has just signed this text: whoever lost the answer sends it again, and the
    report would say it twice.
    """
    locked = report_lock(report=report)
    if not locked.is_signed:
        raise WrongState(_("An addendum follows a signed report; this one is not signed yet."))
    _require_new(latest_version(locked), user, text)
    opened = report_open(exam=report.exam, user=user, door=door)
    return draft_save(report=opened, user=user, revision=opened.draft_revision, texts={ADDENDUM: text})


def _require_new(newest: ReportVersion | None, user: User, text: str) -> None:
    if newest is None or newest.kind != VersionKind.ADDENDUM or newest.signer_id != user.pk:
        return
    if newest.sections[-1]["text"] == text.strip():
        said = _("You have signed this addendum already: it is version %(number)s.") % {"number": newest.number}
        raise Duplicate(said, code="addendum-signed", field="text")


def _numbered(sections: list[dict[str, Any]], before: ReportVersion, user: User) -> list[dict[str, Any]]:
    """Each addendum says which version brought it and who wrote it; keys stay unique in the whole report."""
    number = before.number + 1
    return [{**part, "key": f"{part['key']}-{number}", "by": user.label, "version": number} for part in sections]
