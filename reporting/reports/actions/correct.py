"""Correct a signed report: a new version with other text, and why; the old one stays as it was."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, WrongState
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import ExamState
from reporting.reports.actions.holding import hold, let_go, report_lock, require_free, require_holder, require_sight
from reporting.reports.actions.identity import identity_confirm
from reporting.reports.actions.outgoing import audit_version, latest_version, plain_sections, require_complete, require_revision
from reporting.reports.events import report_addended
from reporting.reports.models import Report, ReportState, ReportVersion, VersionKind
from reporting.reports.versions import version_add

REASON_CHARACTERS = 500


@transaction.atomic
def correction_begin(*, report: Report, user: User) -> Report:
    """The signed text becomes the draft of a corrected version, held by `user`.

    Raises WrongState before signing or while an addendum is being written, ReportTaken, Forbidden for who may not sign.
    """
    require(user, Act.REPORT_SIGN)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    before = latest_version(locked)
    if not locked.is_signed or before is None:
        raise WrongState(_("Only a signed report is corrected; this one can still be changed."))
    require_free(report=locked, user=user)
    if locked.draft_sections and not is_correction(locked):
        raise WrongState(_("An addendum is being written; sign it or empty it first."))
    if not locked.draft_sections:
        locked.draft_sections = [{**part, "required": True} for part in before.sections]
        locked.draft_revision += 1
    hold(report=locked, user=user)
    locked.save()
    return locked


def is_correction(report: Report) -> bool:
    """Whether the draft of a signed report is its corrected text (and not an addendum)."""
    before = latest_version(report)
    keys = {part["key"] for part in report.draft_sections}
    return before is not None and bool(keys) and keys == {part["key"] for part in before.sections}


def report_correct(
    *, report: Report, user: User, password: str, reason: str, revision: int | None = None, door: str = "page"
) -> ReportVersion:
    """Sign the corrected version. Receivers of `report_addended` are told; `version.kind` says that it is a correction.

    Raises InvalidInput without a reason or without any change, WrongPassword, Incomplete, ReportTaken, WrongState, Forbidden.
    """
    require(user, Act.REPORT_SIGN)
    require_sight(exam=report.exam, user=user)
    if not reason.strip() or len(reason) > REASON_CHARACTERS:
        raise InvalidInput(_("Say why, in at most %(count)s characters.") % {"count": REASON_CHARACTERS}, field="reason")
    identity_confirm(user=user, password=password, door=door, accession=report.exam.accession_number)
    return _correct(report, user, reason.strip(), revision, door)


@transaction.atomic
def _correct(report: Report, user: User, reason: str, revision: int | None, door: str) -> ReportVersion:
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    require_holder(report=locked, user=user)
    before = latest_version(locked)
    if before is None or not is_correction(locked):
        raise WrongState(_("No correction is being written."))
    require_revision(report=locked, revision=revision)
    require_complete(report=locked)
    sections = _marked(locked.draft_sections, before)
    if not any(part["changed"] for part in sections):
        raise InvalidInput(_("Nothing was changed in the text."))
    version = version_add(report=locked, kind=VersionKind.CORRECTED, sections=sections, author=user, signer=user, reason=reason)
    locked.state, locked.draft_sections = ReportState.ADDENDED, []
    let_go(report=locked)
    locked.save()
    exam_state_set(exam=locked.exam, state=ExamState.ADDENDED, user=user)
    exam_event_add(exam=locked.exam, kind="corrected", user=user, name=user.label, version=version.number, reason=reason)
    audit_version(act="report.correct", version=version, user=user, door=door)
    report_addended.send(sender=Report, report=locked, version=version, user=user)
    return version


def _marked(draft: list[dict[str, Any]], before: ReportVersion) -> list[dict[str, Any]]:
    """The corrected sections; those whose text differs are marked, on paper too."""
    old = {part["key"]: part for part in before.sections}
    kept = [{**old[part["key"]], **part} for part in plain_sections(draft)]
    return [{**part, "changed": part["text"] != old[part["key"]]["text"]} for part in kept]
