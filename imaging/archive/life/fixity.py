"""The scrub: every stored file is read again, gently and for ever, and compared with its digest; and what was found is put right."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.commitment import digest_of, file_is_whole
from imaging.archive.life.duties import Pace, duty, round_begin, round_end
from imaging.archive.life.findings import finding_open, finding_settle, findings_are_many
from imaging.archive.life.hours import usual_hours
from imaging.archive.life.loose import loose_leave
from imaging.archive.life.models import FindingKind, LooseFile, Outcome, StorageFinding
from imaging.archive.life.switching import copy_make
from imaging.archive.models import Instance
from imaging.archive.places import place_named, places
from imaging.common.errors import Conflict, LightboxError

BATCH = 200
# Opening a file costs about as much as reading this much of it.
OPENING_BYTES = 64 * 1024


def fixity_run(pace: Pace | None = None) -> int:
    """Read on from where the last turn ended, in the usual hours; returns how many files were read."""
    with duty("fixity") as held:
        if held is None:
            return 0
        findings_look_again()
        hours = usual_hours()
        if findings_are_many() or (hours is not None and not hours.are_now()):
            return 0
        round_begin(held)
        pace = pace or Pace(settings.FIXITY_BYTES_A_SECOND)
        read = 0
        while not pace.is_over:
            batch = list(Instance.objects.filter(pk__gt=int(held.cursor or 0)).order_by("pk")[:BATCH])
            for instance in batch:
                if pace.is_over:
                    break
                pace.note(OPENING_BYTES)
                instance_check(instance=instance, pace=pace)
                held.cursor, read = str(instance.pk), read + 1
            if not batch:
                round_end(held)
                break
        held.figures = {
            name: held.figures.get(name, 0) + more for name, more in (("files", read), ("bytes", pace.done - read * OPENING_BYTES))
        }
        return read


def findings_look_again(limit: int = 100) -> int:
    """Settle what is in order again, as after a tier was mounted or a backup brought back; returns how many findings that were."""
    rows = StorageFinding.objects.filter(resolved_at=None).exclude(instance=None).select_related("instance").order_by("found_at")
    whole = [row.instance for row in rows[:limit] if row.instance and file_is_whole(row.instance)]
    return sum(finding_settle(instance=instance, outcome=Outcome.WHOLE) for instance in whole)


def instance_check(*, instance: Instance, pace: Pace) -> StorageFinding | None:
    """Read one file. A tier that does not answer is no finding; a file that was moved meanwhile is looked at in its new place next time."""
    try:
        is_whole = digest_of(pace.paced(place_named(instance.tier).pieces(instance.path))) == instance.sha256
        kind = FindingKind.DAMAGED
    except FileNotFoundError:
        is_whole, kind = instance.tier not in places(), FindingKind.MISSING
    except OSError:
        return None
    if is_whole or not Instance.objects.filter(pk=instance.pk, tier=instance.tier, path=instance.path, sha256=instance.sha256).exists():
        return None
    found = finding_open(kind=kind, tier=instance.tier, path=instance.path, instance=instance, size_bytes=instance.size_bytes)
    instance_repair(instance=instance)
    return found


def instance_repair(*, instance: Instance) -> bool:
    """Repair the damaged file from another copy that is still there, one that a move left. False without one."""
    for other in LooseFile.objects.filter(sha256=instance.sha256):
        try:
            path = copy_make(tier=instance.tier, pieces=place_named(other.tier).pieces(other.path), sha256=instance.sha256)
        except (OSError, LightboxError):
            continue
        _point(instance, path)
        return True
    return False


@transaction.atomic
def _point(instance: Instance, path: str) -> None:
    held = Instance.objects.select_for_update().get(pk=instance.pk)
    if (held.tier, held.path) != (instance.tier, instance.path):
        return
    loose_leave(tier=held.tier, path=held.path)
    LooseFile.objects.filter(tier=held.tier, path=path).delete()
    Instance.objects.filter(pk=held.pk).update(path=path)
    finding_settle(instance=held, outcome=Outcome.REPAIRED)


def finding_look_again(*, user: User, finding: StorageFinding, door: str = "page") -> bool:
    """Read the file once more; True, and settled, when it is in order now. Raises Forbidden, Conflict for what is no object's file."""
    require(user, Act.STORAGE_MANAGE)
    instance = finding.instance
    if instance is None:
        raise Conflict(_("This file belongs to no object."))
    is_whole = file_is_whole(instance) or instance_repair(instance=instance)
    if is_whole:
        finding_settle(instance=instance, outcome=Outcome.WHOLE, user=user)
    audit_record(act="storage.look_again", door=door, user=user, finding=finding.pk, found="whole" if is_whole else "damaged")
    return is_whole
