"""Keep what is being written. Nobody overwrites what they have not seen, and nothing typed is lost."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, LightboxError, WrongState
from reporting.reports.actions.holding import copy_keep, report_lock, require_sight
from reporting.reports.errors import DraftConflict
from reporting.reports.models import CopyReason, Report

SECTION_CHARACTERS = 32_000


def draft_save(*, report: Report, user: User, revision: int, texts: Mapping[str, str], left_out_images: list[int] | None = None) -> Report:
    """Keep `texts` (by section key) as the draft that follows `revision`; returns the report with its new revision.

    The same text again changes nothing, so a repeated save is safe. Raises DraftConflict when somebody else writes or another window
    saved meanwhile: both texts are kept, theirs in the draft, the caller's as a DraftCopy. Raises InvalidInput for an unknown section.
    """
    require(user, Act.REPORT_WRITE)
    with transaction.atomic():
        locked = report_lock(report=report)
        require_sight(exam=locked.exam, user=user)
        refusal = _refusal(locked, user, revision, texts)
        if refusal is None:
            _keep(locked, user, _with_texts(locked.draft_sections, texts))
    if refusal is not None:  # raised after the commit: the copy of the caller's text has to stay
        raise refusal
    return locked


def _with_texts(sections: list[dict[str, Any]], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    unknown = set(texts) - {part["key"] for part in sections}
    if unknown:
        raise InvalidInput(_("This report has no section “%(section)s”.") % {"section": sorted(unknown)[0]}, field="sections")
    if any(len(text) > SECTION_CHARACTERS for text in texts.values()):
        raise InvalidInput(_("A section holds at most %(count)s characters.") % {"count": SECTION_CHARACTERS}, field="sections")
    return [{**part, "text": texts.get(part["key"], part["text"])} for part in sections]


def _refusal(report: Report, user: User, revision: int, texts: Mapping[str, str]) -> LightboxError | None:
    is_of_before = _is_of_before(report, texts)
    if report.locked_by_id == user.pk and not is_of_before:
        sections = _with_texts(report.draft_sections, texts)
        if revision == report.draft_revision or sections == report.draft_sections:
            return None
        return _conflict(report, user, revision, sections, _("You, in another window,"))
    mine = _titled(report, texts)
    if report.locked_by is not None:
        name = _("You, in another window,") if report.locked_by_id == user.pk else report.locked_by.label
        return _conflict(report, user, revision, mine, name)
    copy_keep(report=report, user=user, reason=CopyReason.CONFLICT, sections=mine, revision=revision)
    return WrongState(_("This report is not open for writing: take it first. What you wrote is kept beside it."), code="not-opened")


def _is_of_before(report: Report, texts: Mapping[str, str]) -> bool:
    """Whether this is text for what the draft was before: its sections are others since it was signed, or got another template."""
    others = set(texts) - {part["key"] for part in report.draft_sections}
    if not others:
        return False
    before = [*report.versions.values_list("sections", flat=True), *report.draft_copies.values_list("sections", flat=True)]
    return others <= {part["key"] for sections in before for part in sections}


def _titled(report: Report, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sections that were written, by the titles that the draft or the newest version gives them."""
    version = report.versions.order_by("-number").first()
    known = [*(version.sections if version else []), *report.draft_sections]
    titles = {part["key"]: part["title"] for part in known}
    return [{"key": key, "title": titles.get(key, key), "text": text} for key, text in texts.items()]


def _conflict(report: Report, user: User, revision: int, mine: list[dict[str, Any]], name: str) -> DraftConflict:
    copy = copy_keep(report=report, user=user, reason=CopyReason.CONFLICT, sections=mine, revision=revision)
    message = _("%(name)s changed this report meanwhile. Both texts are kept: compare them, then go on with one.") % {"name": name}
    return DraftConflict(message, by=name, revision=report.draft_revision, theirs=report.draft_sections, copy_id=copy.pk)


def _keep(report: Report, user: User, sections: list[dict[str, Any]]) -> None:
    if sections == report.draft_sections:
        return
    report.draft_sections = sections
    report.draft_revision += 1
    report.draft_saved_at, report.draft_saved_by = timezone.now(), user
    report.save()
