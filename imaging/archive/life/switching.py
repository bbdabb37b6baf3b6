"""Copy, verify, switch, delete: the one way in which a stored file gets another place or another coding (copy-on-write).

The order makes it safe to die anywhere: the new file is a row in `LooseFile` before it has a byte; it is read back and compared before the
index points to it; old and new change places in one transaction; the old file goes later.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from imaging.archive.commitment import digest_of
from imaging.archive.life.loose import loose_begin, loose_leave, loose_taken
from imaging.archive.life.models import Compressed
from imaging.archive.models import Instance, Study
from imaging.archive.places import path_new, place_named
from imaging.common.errors import Conflict, LightboxError


class CopyDiffers(LightboxError):
    """What was written is not what was to be written; the old file stays."""

    code = "copy-differs"


def room_check(*, tier: str, size: int) -> None:
    """Raises OSError when `size` more bytes would eat into the reserve of a tier that can be asked for its room."""
    free = place_named(tier).room().free
    if free is not None and free - size < settings.STORAGE_RESERVE_BYTES:
        raise OSError(f"tier {tier} has no room left")


def copy_make(*, tier: str, pieces: Iterable[bytes], sha256: str) -> str:
    """Write `pieces` to a new name in `tier`, read them back, and return the name. Raises CopyDiffers or OSError."""
    path, place = path_new(), place_named(tier)
    loose_begin(tier=tier, path=path)
    place.put(path, pieces)
    if digest_of(place.pieces(path)) != sha256:
        raise CopyDiffers(f"the copy in {tier} differs from the original")
    return path


@transaction.atomic
def copy_switch(*, instance: Instance, tier: str, path: str, changes: dict[str, Any] | None = None, was: Compressed | None = None) -> None:
    """The index points to the copy from now on; `changes` are the values of the row that the copy has otherwise.

    Raises Conflict when the object was changed, moved or deleted meanwhile: the copy is removed by the sweep then.
    """
    held = Instance.objects.select_for_update().filter(pk=instance.pk, tier=instance.tier, path=instance.path).first()
    if held is None:
        raise Conflict("the object was changed meanwhile")
    old = (held.tier, held.path, held.sha256, held.size_bytes)
    held.tier, held.path = tier, path
    for name, value in (changes or {}).items():
        setattr(held, name, value)
    held.save(update_fields=["tier", "path", *(changes or {})])
    if was is not None:
        was.save()
    loose_taken(tier=tier, path=path)
    loose_leave(tier=old[0], path=old[1], sha256=old[2])
    if held.size_bytes != old[3]:
        Study.objects.filter(series__instances=held).update(size_bytes=F("size_bytes") + held.size_bytes - old[3])
