"""Files that the index does not know. The other way round, rows without a file, is found by the scrub (`fixity`)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.intake.entry import Status
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.life.duties import duty, round_begin, round_end
from imaging.archive.life.findings import finding_open, findings_are_many
from imaging.archive.life.loose import is_known, loose_leave
from imaging.archive.life.models import FindingKind, LooseFile, Outcome, StorageFinding
from imaging.archive.models import Instance, IntegrityCase
from imaging.archive.places import FAST, Place, place_named, places
from imaging.common.errors import Conflict, InvalidInput, WrongState
from imaging.common.live import announce

LISTED = 2000
# A file of today may be on its way in: its row comes a moment later.
YOUNG = dt.timedelta(hours=24)


def orphans_run() -> int:
    """List the next files of a tier and look for them in the index; returns how many were looked at."""
    with duty("orphans") as held:
        if held is None:
            return 0
        if findings_are_many():
            return 0
        round_begin(held)
        names = list(places())
        name, _bar, after = (held.cursor or f"{names[0]}|").partition("|")
        if name not in names:
            name, after = names[0], ""
        found = place_named(name).paths(after, LISTED)
        _compare(place_named(name), [path for path in found if not _is_young(path)])
        held.figures = {"files": held.figures.get("files", 0) + len(found)}
        if len(found) == LISTED:
            held.cursor = f"{name}|{found[-1]}"
        elif name != names[-1]:
            held.cursor = f"{names[names.index(name) + 1]}|"
        else:
            round_end(held)
        return len(found)


def _is_young(path: str) -> bool:
    """By the minute in its name; a name that says none is old."""
    try:
        made = dt.datetime.strptime(path[:15], "%Y/%m/%d/%H%M").replace(tzinfo=dt.UTC)
    except ValueError:
        return False
    return timezone.now() - made < YOUNG


def _compare(place: Place, paths: list[str]) -> None:
    for at in range(0, len(paths), 500):
        part = paths[at : at + 500]
        known = set(Instance.objects.filter(path__in=part, tier=place.name).values_list("path", flat=True))
        known |= set(LooseFile.objects.filter(path__in=part, tier=place.name).values_list("path", flat=True))
        if place.name == FAST:
            known |= set(IntegrityCase.objects.filter(quarantine_path__in=part).values_list("quarantine_path", flat=True))
        for path in (path for path in part if path not in known and len(path) <= 128):
            finding_open(kind=FindingKind.ORPHAN, tier=place.name, path=path, size_bytes=_size(place, path))


def _size(place: Place, path: str) -> int | None:
    try:
        return place.size(path)
    except OSError:
        return None


def orphan_take_in(*, user: User, finding: StorageFinding, door: str = "page") -> Status:
    """Let the file come in by the usual way, as if it were sent; the loose one goes. Raises what `instance_ingest` raises, and Conflict."""
    require(user, Act.STORAGE_MANAGE)
    _check(finding)
    try:
        with place_named(finding.tier).open(finding.path) as stream:
            result = instance_ingest(stream=stream, source_ae_title="", door="storage")
    except OSError as error:
        raise Conflict(_("The file cannot be read.")) from error
    _settle(finding, user, Outcome.TAKEN_IN, door)
    return result.status


def orphan_remove(*, user: User, finding: StorageFinding, reason: str, door: str = "page") -> None:
    """Remove a file that is of no use. Raises Forbidden, InvalidInput without a reason, Conflict when the index knows it by now."""
    require(user, Act.STORAGE_MANAGE)
    if not reason.strip():
        raise InvalidInput(_("Say why this file is of no use."), field="reason")
    _check(finding)
    _settle(finding, user, Outcome.REMOVED, door, reason=reason)


def _check(finding: StorageFinding) -> None:
    if finding.kind != FindingKind.ORPHAN:
        raise Conflict(_("This file belongs to an object: look at it again."))
    if finding.resolved_at is not None:
        raise WrongState(_("This finding is settled already."))
    if is_known(finding.tier, finding.path):
        raise Conflict(_("The index knows this file by now."))


@transaction.atomic
def _settle(finding: StorageFinding, user: User, outcome: Outcome, door: str, **detail: str) -> None:
    loose_leave(tier=finding.tier, path=finding.path)
    StorageFinding.objects.filter(pk=finding.pk).update(resolved_at=timezone.now(), resolved_by=user, outcome=outcome)
    audit_record(act=f"storage.orphan_{outcome}", door=door, user=user, finding=finding.pk, path=finding.path, **detail)
    announce("storage")
