"""Compound graphics of a presentation state (PS3.3 C.10.5.1.2) as lines and words that any drawing knows.

Whoever writes one also writes what approximates it, with the same Compound Graphic Instance ID; where that is there, it is what is drawn.
"""

import math
from collections.abc import Callable

from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.viewer.objects.head import items, numbers, pairs, text

Point = list[float]
Lines = list[list[Point]]
# Farther than any picture is wide, and than any screen in parts of itself.
BEYOND = {"PIXEL": 100_000.0, "DISPLAY": 10.0}
TICK = {"PIXEL": 6.0, "DISPLAY": 0.012}
STEPS = 72


def compounds_of(item: Dataset) -> tuple[list[Json], list[Json], bool]:
    """Graphics and texts of the compound ones that nothing else stands for, and whether some cannot be drawn as they are."""
    primitives = [*items(item, "GraphicObjectSequence"), *items(item, "TextObjectSequence")]
    approximated = {one.get("CompoundGraphicInstanceID") for one in primitives}
    graphics: list[Json] = []
    texts: list[Json] = []
    is_left_out = False
    for one in items(item, "CompoundGraphicSequence"):
        if one.get("CompoundGraphicInstanceID") in approximated - {None}:
            continue
        lines, words = _drawn(one)
        graphics += [_graphic(one, line) for line in lines]
        texts += words
        is_left_out |= not lines or text(one, "CompoundGraphicType") not in WHOLE
    return graphics, texts, is_left_out


def _graphic(one: Dataset, line: list[Point]) -> Json:
    is_filled = one.get("GraphicFilled") == "Y" and text(one, "CompoundGraphicType") in {"RECTANGLE", "ELLIPSE"}
    return {"type": "POLYLINE", "points": line, "units": _units(one), "filled": is_filled}


def _units(one: Dataset) -> str:
    return "DISPLAY" if text(one, "CompoundGraphicUnits") == "DISPLAY" else "PIXEL"


def _drawn(one: Dataset) -> tuple[Lines, list[Json]]:
    points, draw = pairs(numbers(one, "GraphicData")), DRAWING.get(text(one, "CompoundGraphicType"))
    if draw is None or not points:
        return [], []
    lines, ticks = draw(points, one), _ticks(points, one)
    return _turned([*lines, *(mark for mark, _at, _label in ticks)], one), [_label(at, label, one) for _mark, at, label in ticks if label]


def _line(points: list[Point], _one: Dataset) -> Lines:
    return [points] if len(points) > 1 else []


def _infinite(points: list[Point], one: Dataset) -> Lines:
    if len(points) < 2 or not (way := _way(points)):
        return []
    (x, y), far = points[0], BEYOND[_units(one)]
    return [[[x - way[0] * far, y - way[1] * far], [x + way[0] * far, y + way[1] * far]]]


def _cut(points: list[Point], one: Dataset) -> Lines:
    """A line with a gap in its middle."""
    if len(points) < 2 or not (way := _way(points)):
        return []
    start, end = points[0], points[1]
    middle, gap = [(a + b) / 2 for a, b in zip(start, end, strict=True)], _number(one, "GapLength") / 2
    return [[start, [part - step * gap for part, step in zip(middle, way, strict=True)]],
            [[part + step * gap for part, step in zip(middle, way, strict=True)], end]]  # fmt: skip


def _range(points: list[Point], one: Dataset) -> Lines:
    """A line with a bar across each of its ends."""
    return [] if len(points) < 2 else [points[:2], _across(points, points[0], one), _across(points, points[1], one)]


def _crosshair(points: list[Point], one: Dataset) -> Lines:
    (x, y), inner, outer = points[0], _number(one, "GapLength") / 2, _number(one, "DiameterOfVisibility") / 2
    reach = outer or BEYOND[_units(one)]
    return [[[x + a * inner, y + b * inner], [x + a * reach, y + b * reach]] for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]


def _rectangle(points: list[Point], _one: Dataset) -> Lines:
    if len(points) < 2:
        return []
    (left, top), (right, bottom) = points[0], points[-1] if len(points) == 2 else points[2]
    return [[[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]]


def _ellipse(points: list[Point], _one: Dataset) -> Lines:
    """Within the rectangle of its corners."""
    if len(points) < 2:
        return []
    (left, top), (right, bottom) = points[0], points[-1] if len(points) == 2 else points[2]
    x, y, wide, high = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
    turns = [2 * math.pi * step / STEPS for step in range(STEPS + 1)]
    return [[[x + wide * math.cos(turn), y + high * math.sin(turn)] for turn in turns]]


DRAWING: dict[str, Callable[[list[Point], Dataset], Lines]] = {
    "MULTILINE": _line, "INFINITELINE": _infinite, "CUTLINE": _cut, "RANGELINE": _range, "RULER": _line, "AXIS": _line,
    "CROSSHAIR": _crosshair, "RECTANGLE": _rectangle, "ELLIPSE": _ellipse, "ARROW": _line,
}  # fmt: skip
# An arrow is drawn without its head.
WHOLE = frozenset(DRAWING) - {"ARROW"}


def _ticks(points: list[Point], one: Dataset) -> list[tuple[list[Point], Point, str]]:
    """Each tick with its place and what stands beside it."""
    if len(points) < 2:
        return []
    (x, y), (ex, ey), is_labelled = points[0], points[1], one.get("ShowTickLabel") == "Y"
    found = []
    for tick in items(one, "MajorTicksSequence"):
        part = _number(tick, "TickPosition")
        at = [x + (ex - x) * part, y + (ey - y) * part]
        found.append((_across(points, at, one), at, text(tick, "TickLabel") if is_labelled else ""))
    return found


def _label(at: Point, label: str, one: Dataset) -> Json:
    return {"text": label, "at": at, "units": _units(one), "to": [], "toUnits": _units(one)}


def _across(points: list[Point], at: Point, one: Dataset) -> list[Point]:
    way, size = _way(points) or [1.0, 0.0], TICK[_units(one)]
    return [[at[0] - way[1] * size, at[1] + way[0] * size], [at[0] + way[1] * size, at[1] - way[0] * size]]


def _way(points: list[Point]) -> Point:
    """The direction of a line; nothing when its ends are one."""
    across, down = points[1][0] - points[0][0], points[1][1] - points[0][1]
    size = math.hypot(across, down)
    return [across / size, down / size] if size else []


def _turned(lines: Lines, one: Dataset) -> Lines:
    """Clockwise by Rotation Angle around Rotation Point, else around the middle."""
    turn, around = math.radians(_number(one, "RotationAngle")), numbers(one, "RotationPoint")
    if not turn or not lines:
        return lines
    every = [point for line in lines for point in line]
    x, y = around if len(around) == 2 else [(min(part) + max(part)) / 2 for part in zip(*every, strict=True)]
    cosine, sine = math.cos(turn), math.sin(turn)
    return [[[x + (a - x) * cosine - (b - y) * sine, y + (a - x) * sine + (b - y) * cosine] for a, b in line] for line in lines]


def _number(one: Dataset, keyword: str) -> float:
    return next(iter(numbers(one, keyword)), 0.0)
