"""What a viewer says of a picture that it made of volumes: read strictly, and told in the words of DICOM."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imaging.archive.models import Instance
from imaging.viewer.checks import Check, number, one_of, part, refusal, row, text
from imaging.viewer.looks import SOLIDS
from imaging.viewer.marking import LARGEST
from imaging.viewer.objects.planes_write import SLABS
from imaging.viewer.objects.shapes import Code
from imaging.viewer.planes.services import READ_UNITS

PLANE, THROUGH, SOLID = "plane", "through", "solid"
MOST_SOURCES, LONGEST_CAPTION, LARGEST_ABOUT = 2, 200, 8192
_value = number(-LARGEST, LARGEST)
SOURCE_CHECKS: dict[str, Check] = {
    "instance": text(64), "frame": number(1, 999_999, whole=True), "window": row(_value, 2), "unit": one_of(*READ_UNITS),
}  # fmt: skip


def _source(value: Any, where: str) -> dict[str, Any]:
    said = part(SOURCE_CHECKS, value, where)
    if not said.get("instance"):
        raise refusal(f"{where}.instance")
    return said


CHECKS: dict[str, Check] = {
    "look": one_of(PLANE, THROUGH, SOLID), "plane": one_of("", "axial", "coronal", "sagittal", "oblique"),
    "slab": one_of("", *SLABS), "thickness": number(0, 1000), "preset": one_of("", *SOLIDS), "spacing": number(0.0001, 1000),
    "caption": text(LONGEST_CAPTION), "sources": row(_source, *range(1, MOST_SOURCES + 1)),
}  # fmt: skip
# How a picture was derived (PS3.16 CID 7203), and what is said of that in Image Type.
REFORMATTED: Code = ("113072", "Multiplanar reformatting", "DCM")
PROJECTED: Code = ("113078", "Maximum intensity projection", "DCM")
RENDERED: Code = ("113074", "Volume rendering", "DCM")
SLAB_CODES: dict[str, Code] = {
    "mip": PROJECTED, "minip": ("113079", "Minimum intensity projection", "DCM"), "mean": ("113049", "Pixel by pixel mean", "DCM"),
}  # fmt: skip
IMAGE_TYPES = {PLANE: "MPR", THROUGH: "MIP", SOLID: "VOLUME RENDERING"}


@dataclass(frozen=True)
class Source:
    """A series that was shown, by its picture nearest to the middle of what was seen, with the window of its values (UCUM)."""

    instance: Instance
    frame: int
    window: tuple[float, float] | None
    unit: str


def about_read(document: Any) -> dict[str, Any]:
    """What is said of a picture. Raises InvalidInput; `field` names the part at fault."""
    said = part(CHECKS, document, "about")
    if missing := {"look", "sources"} - set(said):
        raise refusal(f"about.{min(missing)}")
    return said


def derivations_of(about: dict[str, Any]) -> list[Code]:
    if about["look"] == SOLID:
        return [PROJECTED if about.get("preset") == "mip" else RENDERED]
    if about["look"] == THROUGH:
        return [PROJECTED]
    slab = about.get("slab", "")
    return [REFORMATTED, SLAB_CODES[slab]] if slab else [REFORMATTED]


def derivation_said(about: dict[str, Any], sources: Sequence[Source]) -> str:
    """Plane or preset, slab, and of each series its window: "Oblique plane; maximum intensity slab of 10 mm; series 2 (CT), ..."."""
    if about["look"] == SOLID:
        said = [f"Volume rendering, preset {about.get('preset') or 'none'}"]
    elif about["look"] == THROUGH:
        said = ["Maximum intensity projection through the volume"]
    else:
        said = [f"{about.get('plane', '').capitalize()} plane".strip().capitalize()]
        if kind := SLABS.get(about.get("slab", "")):
            said.append(f"{kind} slab of {about.get('thickness', 0):g} mm")
    return "; ".join([*said, *(_source_said(source) for source in sources)])


def _source_said(source: Source) -> str:
    series = source.instance.series
    said = f"series {series.series_number if series.series_number is not None else '?'} ({series.modality})"
    if source.window is None:
        return said
    lower, upper = source.window
    return f"{said} from {lower:g} to {upper:g} {source.unit}".rstrip()
