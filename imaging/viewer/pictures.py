"""The picture of a key image, drawn from the stored object with the measurements on it."""

import io
import math
from collections.abc import Callable, Iterable
from itertools import pairwise

from PIL import Image, ImageDraw

from imaging.archive.models import Instance
from imaging.archive.pictures.annotations import font_of
from imaging.archive.pictures.pixels import metadata_of
from imaging.archive.pictures.rendering import Look, Window, render_image
from imaging.viewer.afterreport import noted
from imaging.viewer.lossy import lossy_mark
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.readings import after_report, lines_of
from imaging.viewer.services import FARTHEST, WORDED
from imaging.viewer.sides import sides_of

INK, EDGE = (232, 199, 102), (0, 0, 0)
SIDE = 1024
QUALITY = 90
LETTERS, WARNING = (255, 255, 255), (240, 180, 60)
FONT_SIZE, LETTER_SIZE, CROSS, EDGE_GAP = 18, 28, 6, 8
Point = tuple[float, float]
Place = Callable[[float, float], Point]


def key_image_picture(key_image: KeyImage, marks: Iterable[Annotation] | None = None) -> bytes:
    """JPEG of the key image as it was seen, with the letters of its sides, whether it lost something, and the measurements of that frame,
    or with `marks`: those of a signed report.

    Raises NotFound, CannotDecode or InvalidInput when the frame cannot be drawn.
    """
    plain = render_image(key_image.instance, key_image.frame, _look(key_image)).convert("RGB")
    picture = _turned(plain, key_image)
    place = _places(key_image, plain, picture)
    _draw_sides(picture, key_image)
    _draw_lossy(picture, key_image.instance)
    _draw_marks(picture, marks_on(key_image) if marks is None else marks, place)
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()


def _look(key_image: KeyImage) -> Look:
    centre, width = key_image.window_centre, key_image.window_width
    window = Window(centre, width, "LINEAR_EXACT") if centre is not None and width else None
    source = tuple(key_image.area) if key_image.area else None
    return Look(window=window, box=(SIDE, SIDE), source=source, inverted=key_image.inverted)


def _turned(plain: Image.Image, key_image: KeyImage) -> Image.Image:
    picture = plain.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if key_image.flipped else plain
    return picture.rotate(-key_image.rotation, expand=True) if key_image.rotation % 360 else picture


def _places(key_image: KeyImage, plain: Image.Image, picture: Image.Image) -> Place:
    """Where a pixel of the frame is in `picture`, which is `plain` flipped and turned: labels are written upright after that."""
    left, top, width, height = key_image.area or (0, 0, key_image.instance.columns or plain.width, key_image.instance.rows or plain.height)
    turn, mirror = math.radians(key_image.rotation), -1 if key_image.flipped else 1

    def place(column: float, row: float) -> Point:
        x = mirror * ((column - left) * plain.width / width - plain.width / 2)
        y = (row - top) * plain.height / height - plain.height / 2
        return (
            x * math.cos(turn) - y * math.sin(turn) + picture.width / 2,
            x * math.sin(turn) + y * math.cos(turn) + picture.height / 2,
        )

    return place


def _draw_sides(picture: Image.Image, key_image: KeyImage) -> None:
    """The letters of `sides_of`, in the middle of each edge."""
    sides = sides_of(metadata_of(key_image.instance), key_image.frame, rotation=key_image.rotation, flipped=key_image.flipped)
    draw, font, (width, height) = ImageDraw.Draw(picture), font_of(LETTER_SIZE), picture.size
    for side, letters in sides.items():
        place, anchor = {
            "left": ((EDGE_GAP, height / 2), "lm"), "right": ((width - EDGE_GAP, height / 2), "rm"),
            "top": ((width / 2, EDGE_GAP), "mt"), "bottom": ((width / 2, height - EDGE_GAP), "mb"),
        }[side]  # fmt: skip
        draw.text(place, letters, fill=LETTERS, font=font, anchor=anchor, stroke_width=2, stroke_fill=EDGE)


def _draw_lossy(picture: Image.Image, instance: Instance) -> None:
    """Below at the left, as in the viewer."""
    if mark := lossy_mark(metadata_of(instance), instance.transfer_syntax_uid):
        place = (EDGE_GAP, picture.height - EDGE_GAP)
        ImageDraw.Draw(picture).text(place, mark, fill=WARNING, font=font_of(LETTER_SIZE), anchor="lb", stroke_width=2, stroke_fill=EDGE)


def marks_on(key_image: KeyImage) -> list[Annotation]:
    """The marks on its frame, each with whether it came `after_report`."""
    marks = Annotation.objects.filter(instance=key_image.instance, frame=key_image.frame, removed_at=None).order_by("id")
    return noted(marks, key_image.study)


def _draw_marks(picture: Image.Image, marks: Iterable[Annotation], place: Place) -> None:
    draw = ImageDraw.Draw(picture)
    for mark in marks:
        points = [place(_near(column), _near(row)) for column, row in mark.points]
        if points:
            _draw_lines(draw, _lines(mark.tool, points))
            _write(draw, label_of(mark), max(points), picture.size)


def _near(part: float) -> float:
    """Marks that were kept before their points were bounded may lie anywhere; PostgreSQL gives 1e308 back as an integer of 309 digits."""
    return max(-FARTHEST, min(FARTHEST, part))


def _draw_lines(draw: ImageDraw.ImageDraw, lines: list[list[Point]]) -> None:
    for start, end in (pair for line in lines for pair in pairwise(line)):
        draw.line([start, end], fill=EDGE, width=4)
        draw.line([start, end], fill=INK, width=2)


def _write(draw: ImageDraw.ImageDraw, label: str, beside: Point, size: tuple[int, int]) -> None:
    font = font_of(FONT_SIZE)
    _left, _top, width, height = draw.textbbox((0, 0), label, font, stroke_width=2)
    x = min(beside[0] + 6, size[0] - width - 6)
    y = min(beside[1] + 4, size[1] - height - 6)
    draw.text((max(6, x), max(4, y)), label, fill=INK, font=font, stroke_width=2, stroke_fill=EDGE)


def _lines(tool: str, points: list[Point]) -> list[list[Point]]:
    """What is drawn of a mark, each line through its points."""
    drawn = OUTLINES.get(tool)
    return drawn(points) if drawn else [points]


def _box(points: list[Point]) -> list[list[Point]]:
    return [[points[0], points[1], points[3], points[2], points[0]]] if len(points) == 4 else [points]


def _pairs(points: list[Point]) -> list[list[Point]]:
    return [points[:2], points[2:4]]


def _circle(points: list[Point]) -> list[list[Point]]:
    """From its middle and a place on its edge."""
    (x, y), edge = points[0], points[1]
    radius = math.dist(points[0], edge)
    return [_ellipse([(x, y + radius), (x, y - radius), (x - radius, y), (x + radius, y)])]


def _cross(points: list[Point]) -> list[list[Point]]:
    x, y = points[0]
    return [[(x - CROSS, y), (x + CROSS, y)], [(x, y - CROSS), (x, y + CROSS)]]


def _arrow(points: list[Point]) -> list[list[Point]]:
    """With its head at the first point."""
    (x, y), (tail_x, tail_y) = points[0], points[1]
    turn = math.atan2(tail_y - y, tail_x - x)
    barbs = [(x + CROSS * 2 * math.cos(turn + side), y + CROSS * 2 * math.sin(turn + side)) for side in (-0.4, 0.4)]
    return [points[:2], [barbs[0], points[0], barbs[1]]]


def _ellipse(points: list[Point]) -> list[Point]:
    """From its bottom, top, left and right end."""
    bottom, top, left, right = points
    centre = ((bottom[0] + top[0]) / 2, (bottom[1] + top[1]) / 2)
    along = ((right[0] - left[0]) / 2, (right[1] - left[1]) / 2)
    across = ((bottom[0] - top[0]) / 2, (bottom[1] - top[1]) / 2)
    turns = (2 * math.pi * step / 64 for step in range(65))
    return [
        (
            centre[0] + along[0] * math.cos(turn) + across[0] * math.sin(turn),
            centre[1] + along[1] * math.cos(turn) + across[1] * math.sin(turn),
        )
        for turn in turns
    ]


OUTLINES: dict[str, Callable[[list[Point]], list[list[Point]]]] = {
    "EllipticalROI": lambda points: [_ellipse(points)] if len(points) == 4 else [points],
    "CircleROI": lambda points: _circle(points) if len(points) > 1 else [points],
    "RectangleROI": _box,
    "Bidirectional": _pairs,
    "CobbAngle": _pairs,
    "CardiothoracicRatio": _pairs,
    "Probe": _cross,
    "ArrowAnnotate": lambda points: _arrow(points) if len(points) > 1 else [points],
    "Label": lambda _points: [],
}


def label_of(mark: Annotation) -> str:
    """The measured values in lines as a reader reads them, or the words of an arrow or a note."""
    said = str(mark.data.get("label", "")) if mark.tool in WORDED else "\n".join(lines_of(mark.values))
    return f"{said}\n{after_report()}" if getattr(mark, "after_report", False) else said
