"""What a length on a picture is worth: that in the patient, or perhaps at the detector, as in static/viewer/src/measuring/spacing.ts."""

from collections.abc import Iterable
from typing import Any

from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import metadata_of

# Projections: a pixel of the patient is smaller than its shadow on the detector.
PROJECTIONS = frozenset({"CR", "DX", "IO", "MG", "PX", "RF", "RG", "XA"})
PIXEL_SPACING, CALIBRATION_TYPE = "00280030", "00280A02"
OF_DETECTOR = ("00181164", "00182010")

AT_DETECTOR = "At the plane of the detector; not corrected for magnification"
PERHAPS_AT_DETECTOR = "Perhaps at the plane of the detector: the picture does not tell how its Pixel Spacing was measured"
# What we write beside a number, by what it is called when it is read back.
NOTES = {AT_DETECTOR: "detector", PERHAPS_AT_DETECTOR: "perhaps"}


def perhaps_at_detector(instances: Iterable[Instance]) -> set[int]:
    """The keys of those projections whose Pixel Spacing stands alone: nothing tells how it was calibrated (PS3.3 10.7.1.3)."""
    films = {one.pk: one for one in instances if one.series.modality in PROJECTIONS}
    return {pk for pk, one in films.items() if _is_unsaid(metadata_of(one))}


def _is_unsaid(metadata: dict[str, Any]) -> bool:
    if not _values(metadata, PIXEL_SPACING) or _values(metadata, CALIBRATION_TYPE):
        return False
    return not any(_values(metadata, tag) for tag in OF_DETECTOR)


def _values(metadata: dict[str, Any], tag: str) -> list[Any]:
    return [value for value in metadata.get(tag, {}).get("Value", []) if value]
