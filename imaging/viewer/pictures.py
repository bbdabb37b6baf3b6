"""The picture of a key image, drawn from the stored object with the measurements on it."""

import io
import math
from collections.abc import Iterable

from PIL import Image, ImageDraw, ImageFont

from imaging.archive.rendering import Look, Window, render_image
from imaging.viewer.models import Annotation, KeyImage

INK, EDGE = (232, 199, 102), (0, 0, 0)
SIDE = 1024
QUALITY = 90
Point = tuple[float, float]


def key_image_picture(key_image: KeyImage, marks: Iterable[Annotation] | None = None) -> bytes:
    """JPEG of the key image as it was seen, with the measurements of that frame, or with `marks`: those of a signed report.

    Raises NotFound, CannotDecode or InvalidInput when the frame cannot be drawn.
    """
    look = _look(key_image)
    plain = render_image(key_image.instance, key_image.frame, Look(window=look.window, box=(SIDE, SIDE), inverted=look.inverted))
    picture = plain.convert("RGB")
    scale = picture.width / max(1, key_image.instance.columns or picture.width)
    rows_scale = picture.height / max(1, key_image.instance.rows or picture.height)
    _draw_marks(picture, _marks_on(key_image) if marks is None else marks, scale, rows_scale)
    if key_image.flipped:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if key_image.rotation % 360:
        picture = picture.rotate(-key_image.rotation, expand=True)
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()


def _look(key_image: KeyImage) -> Look:
    centre, width = key_image.window_centre, key_image.window_width
    window = Window(centre, width, "LINEAR_EXACT") if centre is not None and width else None
    return Look(window=window, inverted=key_image.inverted)


def _marks_on(key_image: KeyImage) -> Iterable[Annotation]:
    return Annotation.objects.filter(instance=key_image.instance, frame=key_image.frame, removed_at=None).order_by("id")


def _draw_marks(picture: Image.Image, marks: Iterable[Annotation], columns: float, rows: float) -> None:
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=18)
    for mark in marks:
        points = [(x * columns, y * rows) for x, y in mark.points]
        for start, end in zip(_outline(mark.tool, points), _outline(mark.tool, points)[1:], strict=False):
            draw.line([start, end], fill=EDGE, width=4)
            draw.line([start, end], fill=INK, width=2)
        if points:
            right = max(points)
            draw.text((right[0] + 6, right[1] + 4), label_of(mark), fill=INK, font=font, stroke_width=2, stroke_fill=EDGE)


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
    values = mark.values
    if "angle" in values:
        return f"{values['angle']:.1f}°"
    if "length" in values:
        return _with_unit(values["length"], str(values.get("unit", "px")))
    return _with_unit(values["area"], str(values.get("areaUnit", "px²"))) if "area" in values else ""


def _with_unit(value: float, unit: str) -> str:
    """Millimetres where a scale is known; ultrasound regions measure in centimetres."""
    base = unit.split(" ")[0]
    factor = {"cm": 10.0, "cm²": 100.0}.get(base, 1.0)
    return f"{value * factor:.1f} {base.replace('cm', 'mm')}"
