"""Moving one object to another tier."""

from django.conf import settings

from imaging.archive.life.duties import Pace
from imaging.archive.life.switching import copy_make, copy_switch
from imaging.archive.models import Instance
from imaging.archive.places import place_named


def instance_move(*, instance: Instance, tier: str, pace: Pace) -> bool:
    """Bring the object's file to `tier`; False when it is there already.

    Raises OSError, CopyDiffers (the original is damaged, or was not copied well), or Conflict.
    """
    if instance.tier == tier:
        return False
    _check_room(instance, tier)
    pieces = pace.paced(place_named(instance.tier).pieces(instance.path))
    copy_switch(instance=instance, tier=tier, path=copy_make(tier=tier, pieces=pieces, sha256=instance.sha256))
    return True


def _check_room(instance: Instance, tier: str) -> None:
    free = place_named(tier).room().free
    if free is not None and free - instance.size_bytes < settings.STORAGE_RESERVE_BYTES:
        raise OSError(f"tier {tier} has no room left")
