"""Letters at the edges of a picture: where its sides lie in the patient. The viewer has the same (viewports/orientation.ts)."""

import math
from collections.abc import Iterator
from typing import Any

LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}
SMALLEST_PART = 0.15
ORIENTATION, STORED = "00200037", "00200020"
PLANE_ORIENTATION, SHARED, PER_FRAME = "00209116", "52009229", "52009230"
Json = dict[str, Any]


def sides_of(metadata: Json, frame: int, *, rotation: int = 0, flipped: bool = False) -> dict[str, str]:
    """The letters for `right`, `bottom`, `left` and `top` of a frame that was mirrored left to right when `flipped`, then turned clockwise
    by `rotation` degrees (Image Orientation (Patient), PS3.3 C.7.6.2.1.1; for projections Patient Orientation, C.7.6.1.1.1).

    Empty where the object does not tell. `metadata`: the object in the DICOM JSON model (PS3.18 F.2); `frame` from 1.
    """
    turn, mirror = math.radians(rotation), -1 if flipped else 1
    right = (mirror * math.cos(turn), -math.sin(turn))
    down = (mirror * math.sin(turn), math.cos(turn))
    cosines = _cosines(metadata, frame)
    told = [_letters(cosines, way) if cosines else _stored(metadata, way) for way in (right, down)]
    if not all(told):
        return {}
    return {"right": told[0], "bottom": told[1], "left": opposite(told[0]), "top": opposite(told[1])}


def opposite(text: str) -> str:
    return "".join(OPPOSITE.get(letter, letter) for letter in text)


def _letters(cosines: list[float], way: tuple[float, float]) -> str:
    """One to three letters, the largest part first, for a way of so many columns and rows."""
    parts = [way[0] * cosines[axis] + way[1] * cosines[axis + 3] for axis in range(3)]
    named = [(abs(part), LETTERS[axis][part < 0]) for axis, part in enumerate(parts) if abs(part) > SMALLEST_PART]
    return "".join(letter for _size, letter in sorted(named, key=lambda one: -one[0]))


def _stored(metadata: Json, way: tuple[float, float]) -> str:
    words = _values(metadata, STORED)
    if len(words) != 2 or not all(isinstance(word, str) and word and set(word) <= set(OPPOSITE) for word in words):
        return ""
    axis = 0 if abs(way[0]) >= abs(way[1]) else 1
    return words[axis] if way[axis] >= 0 else opposite(words[axis])


def _cosines(metadata: Json, frame: int) -> list[float]:
    found = next((values for values in _orientations(metadata, frame) if len(values) == 6), [])
    try:
        cosines = [float(value) for value in found]
    except (TypeError, ValueError):
        return []
    return cosines if all(math.isfinite(value) for value in cosines) else []


def _orientations(metadata: Json, frame: int) -> Iterator[list[Any]]:
    for sequence, index in ((PER_FRAME, frame - 1), (SHARED, 0)):
        items = _values(metadata, sequence)
        for plane in _values(items[index] or {}, PLANE_ORIENTATION) if index < len(items) else ():
            yield _values(plane or {}, ORIENTATION)
    yield _values(metadata, ORIENTATION)


def _values(ds: Json, tag: str) -> list[Any]:
    return (ds.get(tag) or {}).get("Value") or []
