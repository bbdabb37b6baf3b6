"""Measurements on cut planes as content of a structured report: they lie on no picture, so their places are those of the patient
(PS3.3 C.18.9 SCOORD3D). A line is in a measurement group (PS3.16 TID 1501), a ball is a volume with its surface (TID 1411).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydicom.dataset import Dataset
from pydicom.valuerep import format_number_as_ds

from imaging.archive.corrections.models import ReceivedSeries
from imaging.archive.own_objects import code, content_item
from imaging.viewer.objects.presentation_write import image_reference
from imaging.viewer.objects.shapes import MEASURES, SUV_CODES, UNITS, Code
from imaging.viewer.planes.models import PlaneMark

LINES, BALL = "1501", "1411"
MEAN, DEVIATION = MEASURES["mean"].concept, MEASURES["stdDev"].concept
DERIVATIONS: dict[str, Code] = {
    "mean": MEAN, "max": MEASURES["max"].concept, "stdDev": DEVIATION, "peak": ("126031", "Peak Value Within ROI", "DCM"),
}  # fmt: skip
# What a unit measures (PS3.16 CID 7469 and 85, units of CID 7181 and 84). Without a name of its own, a number is called what was derived.
QUANTITIES: dict[str, tuple[Code | None, Code]] = {
    "HU": (("112031", "Attenuation Coefficient", "DCM"), UNITS["HU"]),
    **SUV_CODES,
    "Bq/ml": (None, UNITS["Bq/mL"]),
    "g/ml": (None, UNITS["g/mL"]),
    "mg/ml": (None, UNITS["mg/mL"]),
    "%": (None, UNITS["%"]),
    "10*23/ml": (None, UNITS["10²³/mL"]),
    "": (None, ("1", "no units", "UCUM")),
}
SLABS = {"mip": "maximum intensity", "minip": "minimum intensity", "mean": "mean"}


def written(marks: Iterable[PlaneMark]) -> list[PlaneMark]:
    """Those that can be written: without a frame of reference nobody could say where they lie.

    What was read from a series that was corrected since is said of it by the UID that it has now.
    """
    kept = [mark for mark in marks if mark.frame_of_reference_uid]
    named = {reading["series"] for mark in kept for reading in mark.readings}
    received = ReceivedSeries.objects.filter(series_instance_uid__in=named)
    now = dict(received.values_list("series_instance_uid", "series__series_instance_uid"))
    for mark in kept:
        mark.readings = [reading | {"series": now.get(reading["series"], reading["series"])} for reading in mark.readings]
    return kept


def plane_groups(mark: PlaneMark) -> Iterator[tuple[str, list[Dataset]]]:
    """The template and content of each group that `mark` becomes: one of a line, one for each series that a ball was read from."""
    if mark.tool != "Ball":
        yield LINES, [_source(mark), *_numbers(mark, [_line(mark)])]
        return
    readings: list[dict[str, Any]] = mark.readings or [{"series": mark.instance.series.series_instance_uid, "unit": ""}]
    for at, reading in enumerate(readings):
        series = content_item("UIDREF", "CONTAINS", code("121232", "Source series for segmentation"), UID=reading["series"])
        yield BALL, [_surface(mark), series, *(_numbers(mark, []) if at == 0 else []), *_read(reading)]


def _source(mark: PlaneMark) -> Dataset:
    """The slice nearest to it."""
    named = [image_reference(mark.instance, mark.frame)]
    return content_item("IMAGE", "CONTAINS", code("121112", "Source of Measurement"), ReferencedSOPSequence=named)


def _line(mark: PlaneMark) -> Dataset:
    return _places(mark, "INFERRED FROM", "POLYLINE", mark.places)


def _surface(mark: PlaneMark) -> Dataset:
    """A ball as an ellipsoid: both ends of three axes at right angles (C.18.9.1.2)."""
    centre, edge = mark.places
    radius = sum((a - b) ** 2 for a, b in zip(centre, edge, strict=True)) ** 0.5
    ends = [
        [part + way * radius * (axis == side) for axis, part in enumerate(centre)] for side in range(3) for way in (-1, 1)
    ]  # fmt: skip
    return _places(mark, "CONTAINS", "ELLIPSOID", ends, code("121231", "Volume Surface"))


def _places(mark: PlaneMark, relationship: str, kind: str, places: list[list[float]], name: Dataset | None = None) -> Dataset:
    data = [float(part) for place in places for part in place]
    frame = mark.frame_of_reference_uid
    return content_item("SCOORD3D", relationship, name, GraphicType=kind, GraphicData=data, ReferencedFrameOfReferenceUID=frame)


def _numbers(mark: PlaneMark, places: list[Dataset]) -> list[Dataset]:
    """Lengths and angles, with how thick the plane was that they were measured on."""
    found = []
    for name in ("length", "diameter", "angle"):
        if name in mark.values:
            item = _number(MEASURES[name].concept, mark.values[name], UNITS["°" if name == "angle" else "mm"])
            if below := [*_slab(mark), *places]:
                item.ContentSequence = below
            found.append(item)
    return found


def _slab(mark: PlaneMark) -> list[Dataset]:
    kind = SLABS.get(mark.view.get("slab", ""))
    if kind is None:
        return []
    words = f"Measured on a {kind} slab of {mark.view.get('thickness', 0):g} mm: depth within it is not known"
    return [content_item("TEXT", "HAS PROPERTIES", code("121106", "Comment"), TextValue=words)]


def _read(reading: dict[str, Any]) -> list[Dataset]:
    quantity, unit = QUANTITIES[reading["unit"]]
    return [_derived(quantity, way, reading[name], unit) for name, way in DERIVATIONS.items() if name in reading]


def _derived(quantity: Code | None, way: Code, number: float, unit: Code) -> Dataset:
    """What was derived from the values in the volume (TID 1419, Derivation)."""
    item = _number(quantity or way, number, unit)
    if quantity is not None:
        item.ContentSequence = [derivation(way)]
    return item


def derivation(way: Code) -> Dataset:
    """How a number was derived from the values in a region (TID 1419)."""
    return content_item("CODE", "HAS CONCEPT MOD", code("121401", "Derivation"), ConceptCodeSequence=[code(*way)])


def _number(concept: Code, number: float, unit: Code) -> Dataset:
    value = Dataset()
    value.NumericValue, value.MeasurementUnitsCodeSequence = format_number_as_ds(float(number)), [code(*unit)]
    value.FloatingPointValue = float(number)
    return content_item("NUM", "CONTAINS", code(*concept), MeasuredValueSequence=[value])
