"""What the checks of the archive have found, one open row for each file."""

from django.utils import timezone

from imaging.access.models import User
from imaging.archive.life.models import FindingKind, Outcome, StorageFinding
from imaging.archive.models import Instance
from imaging.common.live import announce

MANY = 1000


def finding_open(
    *, kind: FindingKind, tier: str, path: str, instance: Instance | None = None, size_bytes: int | None = None
) -> StorageFinding:
    """Tell of a file; the same again while it is open changes nothing."""
    found, made = StorageFinding.objects.get_or_create(
        tier=tier, path=path, resolved_at=None, defaults={"kind": kind, "instance": instance, "size_bytes": size_bytes}
    )
    if made:
        announce("storage")
    return found


def findings_are_many() -> bool:
    """Whether so much is wrong that the checks rest until somebody has looked: a tier that is not mounted is one fault, not millions."""
    return len(StorageFinding.objects.filter(resolved_at=None).values_list("pk")[:MANY]) >= MANY


def finding_settle(*, instance: Instance, outcome: Outcome, user: User | None = None) -> int:
    """Close what is open about `instance`; returns how many rows that were."""
    rows = StorageFinding.objects.filter(instance=instance, resolved_at=None)
    settled = rows.update(resolved_at=timezone.now(), resolved_by=user, outcome=outcome)
    if settled:
        announce("storage")
    return settled


def is_found_damaged(instance: Instance) -> bool:
    """Whether a check has found the file of `instance` gone or changed, and nobody has put it right yet."""
    return StorageFinding.objects.filter(instance=instance, resolved_at=None).exists()
