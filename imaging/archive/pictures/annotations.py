"""Words burned into a picture for people: whose it is, and how it was made (PS3.18 8.3.5.1.1)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.intake.values import text_of
from imaging.archive.models import Instance

PATIENT, TECHNIQUE = "patient", "technique"
# With Chinese characters; the second holds Latin ones only.
FONTS = ("wqy-microhei.ttc", "DejaVuSans.ttf")
SMALLEST, LARGEST, LINES_IN_PICTURE = 9, 40, 32
MARGIN = 4
PATIENT_TAGS = (("00100010", "%s"), ("00100020", "%s"), ("00100030", "%s"), ("00100040", "%s"), ("00080020", "%s"), ("00080050", "%s"))
TECHNIQUE_TAGS = (
    ("00080060", "%s"), ("0008103E", "%s"), ("00180060", "%s kV"), ("00181151", "%s mA"), ("00181152", "%s mAs"), ("00180080", "TR %s"),
    ("00180081", "TE %s"), ("00180050", "%s mm"), ("00200013", "# %s"),
)  # fmt: skip


def annotate(image: Image.Image, instance: Instance, wanted: tuple[str, ...]) -> Image.Image:
    """The picture with what is `wanted` of PATIENT (top left) and TECHNIQUE (bottom left) written on it."""
    if not wanted:
        return image
    metadata = metadata_out(instance)
    drawn = image if image.mode == "RGB" else image.convert("RGB") if image.mode != "L" else image.copy()
    size = max(SMALLEST, min(LARGEST, drawn.height // LINES_IN_PICTURE))
    if PATIENT in wanted:
        _write(drawn, list(_lines(metadata, PATIENT_TAGS)), size, MARGIN)
    if TECHNIQUE in wanted:
        lines = list(_lines(metadata, TECHNIQUE_TAGS))
        _write(drawn, lines, size, drawn.height - MARGIN - len(lines) * (size + 2))
    return drawn


def _lines(metadata: dict[str, Any], tags: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for tag, form in tags:
        text = text_of(metadata, tag, 64)
        if text:
            yield form % " ".join(text.replace("^", " ").replace("=", " ").split())


def _write(image: Image.Image, lines: list[str], size: int, top: int) -> None:
    """White with a black edge: readable on any grey."""
    pen, font = ImageDraw.Draw(image), font_of(size)
    white, black = (255, 0) if image.mode == "L" else ((255, 255, 255), (0, 0, 0))
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + number * (size + 2)), line, fill=white, font=font, stroke_width=1, stroke_fill=black)


@lru_cache(maxsize=64)
def font_of(size: int) -> Any:
    """A font with Chinese characters where one is installed."""
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
