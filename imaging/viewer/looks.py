"""How a viewport and a volume room look: what kept layouts and hanging protocols have in common."""

import math
import operator
from dataclasses import dataclass
from typing import Any

from imaging.viewer.checks import Check, flag, number, one_of, refusal, row

MOST_PANES = 16
PRESETS = ("lung", "mediastinum", "bone", "brain", "stroke", "abdomen", "liver", "angio")
CUSTOM = "own"
TURNS, COLOURS = (0, 90, 180, 270), ("grey", "hot-iron", "pet", "rainbow")
ROOMS, SLABS = ("mpr", "solid", "fusion"), ("thin", "mip", "minip", "mean")
FUSIONS, UPTAKES = ("hot", "rainbow", "grey"), ("bw", "lbm", "bsa")
SOLIDS = ("bone", "vessels", "lung", "soft", "muscle", "mip", "mr", "angio", "brain")
SQUARE = 1e-3  # directions are as long as 1, and at right angles, up to this
MOST_VIEWS = 4  # of a room: three planes, and what is seen through all of it
Direction = tuple[float, ...]


@dataclass(frozen=True)
class RoomLook:
    """Planes, volume or fusion that are opened of what hangs in a viewport; none where `kind` is empty.

    `share` is where the planes cross, in parts of what the volume takes of the patient, from the right, the front and the feet.
    `directions` has for each view where it is looked at from and what is up, as unit vectors of the patient. `width` 0 is the window of
    the viewport, `most` 0 the usual far end of uptake values. `crop` is in hundredths from each side, `alone` the view that has the
    whole room, from 1. What is empty is as at first.
    """

    kind: str = ""
    pane: int = 0
    slab: str = "thin"
    thickness: int = 10
    share: tuple[float, ...] = ()
    directions: tuple[Direction, ...] = ()
    centre: float = 0
    width: float = 0
    invert: bool = False
    fusion: str = "hot"
    blend: int = 50
    suv: str = "bw"
    most: float = 0
    preset: str = ""
    crop: tuple[int, ...] = ()
    alone: int = 0


def _direction(value: Any, where: str) -> Direction:
    six: Direction = row(number(-1.001, 1.001), 6)(value, where)
    towards, up = six[:3], six[3:]
    lengths = (math.hypot(*towards), math.hypot(*up))
    if any(abs(length - 1) > SQUARE for length in lengths) or abs(sum(map(operator.mul, towards, up))) > SQUARE:
        raise refusal(where)
    return six


# A turn is the same in a layout as in a protocol; how far it is zoomed, and the rest, is not.
LOOK_CHECKS: dict[str, Check] = {
    "window": one_of("", CUSTOM, *PRESETS), "flip": flag, "flip_vertical": flag, "invert": flag, "colours": one_of(*COLOURS), "cine": flag,
    "smooth": flag,
}  # fmt: skip
ROOM_CHECKS: dict[str, Check] = {
    "kind": one_of("", *ROOMS), "pane": number(0, MOST_PANES - 1, whole=True), "slab": one_of(*SLABS),
    "thickness": number(1, 100, whole=True),
    "share": row(number(-10, 10), 0, 3), "directions": row(_direction, *range(MOST_VIEWS + 1)),
    "centre": number(-1e6, 1e6), "width": number(0, 1e6), "invert": flag,
    "fusion": one_of(*FUSIONS), "blend": number(0, 100, whole=True), "suv": one_of(*UPTAKES), "most": number(0, 1e9),
    "preset": one_of("", *SOLIDS), "crop": row(number(0, 95, whole=True), 0, 6),
    "alone": number(0, MOST_VIEWS, whole=True),
}  # fmt: skip
