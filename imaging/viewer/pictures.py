"""The picture of a key image, drawn from the stored object with the measurements on it."""

import io
import math
from collections.abc import Callable, Iterable
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from imaging.archive.pictures.rendering import Look, Window, render_image
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.services import MEASURES

INK, EDGE = (232, 199, 102), (0, 0, 0)
SIDE = 1024
QUALITY = 90
Point = tuple[float, float]
Place = Callable[[float, float], Point]


def key_image_picture(key_image: KeyImage, marks: Iterable[Annotation] | None = None) -> bytes:
    """JPEG of the key image as it was seen, with the measurements of that frame, or with `marks`: those of a signed report.

    Raises NotFound, CannotDecode or InvalidInput when the frame cannot be drawn.
    """
    plain = render_image(key_image.instance, key_image.frame, _look(key_image)).convert("RGB")
    picture = _turned(plain, key_image)
    place = _places(key_image, plain, picture)
    _draw_marks(picture, _marks_on(key_image) if marks is None else marks, place)
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


def _marks_on(key_image: KeyImage) -> Iterable[Annotation]:
    return Annotation.objects.filter(instance=key_image.instance, frame=key_image.frame, removed_at=None).order_by("id")


def _draw_marks(picture: Image.Image, marks: Iterable[Annotation], place: Place) -> None:
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=18)
    for mark in marks:
        points = [place(column, row) for column, row in mark.points]
        for start, end in pairwise(_outline(mark.tool, points)):
            draw.line([start, end], fill=EDGE, width=4)
            draw.line([start, end], fill=INK, width=2)
        if points:
            label, (x, y) = label_of(mark), max(points)
            x = min(x + 6, picture.width - draw.textlength(label, font) - 6)
            draw.text((max(6, x), y + 4), label, fill=INK, font=font, stroke_width=2, stroke_fill=EDGE)


def _outline(tool: str, points: list[Point]) -> list[Point]:
    if tool == "EllipticalROI" and len(points) == 4:
        return _ellipse(points)
    if tool == "RectangleROI" and len(points) == 4:
        return [points[0], points[1], points[3], points[2], points[0]]
    return points


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


def label_of(mark: Annotation) -> str:
    """The measured value as a reader writes it."""
    values = {name: value for name, value in mark.values.items() if name not in MEASURES or isinstance(value, int | float)}
    if "angle" in values:
        return f"{values['angle']:.1f}°"
    if "length" in values:
        return _with_unit(values["length"], str(values.get("unit", "px")))
    return _with_unit(values["area"], str(values.get("areaUnit", "px²"))) if "area" in values else ""


def _with_unit(value: float, unit: str) -> str:
    """Millimetres where a scale is known; ultrasound regions measure in centimetres, films where the detector stood."""
    base, *source = unit.split(" ")
    factor = {"cm": 10.0, "cm²": 100.0}.get(base, 1.0)
    plane = " (detector)" if source == ["Proj"] else ""
    return f"{value * factor:.1f} {base.replace('cm', 'mm')}{plane}"
