"""Moving one object to another tier."""

from imaging.archive.life.duties import Pace
from imaging.archive.life.switching import copy_make, copy_switch, room_check
from imaging.archive.models import Instance
from imaging.archive.places import place_named


def instance_move(*, instance: Instance, tier: str, pace: Pace) -> bool:
    """Bring the object's file to `tier`; False when it is there already.

    Raises OSError, CopyDiffers (the original is damaged, or was not copied well), or Conflict.
    """
    if instance.tier == tier:
        return False
    room_check(tier=tier, size=instance.size_bytes)
    pieces = pace.paced(place_named(instance.tier).pieces(instance.path))
    copy_switch(instance=instance, tier=tier, path=copy_make(tier=tier, pieces=pieces, sha256=instance.sha256))
    return True
