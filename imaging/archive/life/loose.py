"""Files that the index may not know. Each is a row before it is a file, so that kill -9 at any moment leaves nothing behind for ever."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from imaging.archive.life.models import LooseFile
from imaging.archive.models import Instance, IntegrityCase
from imaging.archive.places import FAST, place_named

# No copy takes as long: whoever made it is gone.
ABANDONED = dt.timedelta(days=1)
SWEPT = 500


def loose_begin(*, tier: str, path: str) -> LooseFile:
    """To be called, and committed, before the first byte of a new copy is written."""
    return LooseFile.objects.create(tier=tier, path=path, remove_after=timezone.now() + ABANDONED)


def loose_taken(*, tier: str, path: str) -> None:
    """The index knows the copy now: to be called in the transaction that says so."""
    LooseFile.objects.filter(tier=tier, path=path).delete()


def loose_leave(*, tier: str, path: str, sha256: str = "") -> None:
    """The index forgets a file: to be called in the transaction that does so. Its bytes stay a while for whoever is reading them."""
    until = timezone.now() + dt.timedelta(seconds=settings.OLD_COPY_SECONDS)
    LooseFile.objects.update_or_create(tier=tier, path=path, defaults={"remove_after": until, "sha256": sha256})


def is_known(tier: str, path: str) -> bool:
    """Whether the index, or the human queue, holds this file."""
    if Instance.objects.filter(path=path, tier=tier).exists():
        return True
    return tier == FAST and IntegrityCase.objects.filter(quarantine_path=path).exists()


def loose_sweep() -> int:
    """Remove what is due; returns how many files went. A tier that does not answer is asked again another time."""
    gone = 0
    for row in LooseFile.objects.filter(remove_after__lte=timezone.now()).order_by("remove_after")[:SWEPT]:
        if not is_known(row.tier, row.path):
            try:
                place_named(row.tier).remove(row.path)
            except OSError:
                LooseFile.objects.filter(pk=row.pk).update(remove_after=timezone.now() + dt.timedelta(hours=1))
                continue
            gone += 1
        row.delete()
    return gone
