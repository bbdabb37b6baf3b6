"""What a mark is made of, as data: its lines on the picture, and how PS3.16 names and counts what was measured with it.

A tool that is not listed is drawn as a path through its points; a value that is not listed stays out of the documents.
"""

from dataclasses import dataclass
from typing import Any

from imaging.viewer.models import Annotation

Points = list[list[float]]
PATH, LINES, BOX, CLOSED, ELLIPSE, CIRCLE, POINT, WORDS = "path", "lines", "box", "closed", "ellipse", "circle", "point", "words"
SHAPES = {
    "Length": PATH, "Angle": PATH, "Bidirectional": LINES, "CobbAngle": LINES, "CardiothoracicRatio": LINES, "EllipticalROI": ELLIPSE,
    "CircleROI": CIRCLE, "RectangleROI": BOX, "PlanarFreehandROI": CLOSED, "SplineROI": CLOSED, "LivewireContour": CLOSED,
    "Probe": POINT, "ArrowAnnotate": PATH, "Label": WORDS,
}  # fmt: skip
REGIONS = frozenset({ELLIPSE, CIRCLE, BOX, CLOSED})


@dataclass(frozen=True)
class Outline:
    """One graphic, as both GSPS (PS3.3 C.10.5) and SCOORD (C.18.6) have it: type, and places in pixels from the corner of the picture."""

    kind: str
    points: Points


def outlines(mark: Annotation) -> list[Outline]:
    """The graphics of a mark, in the order of its values."""
    points: Points = [[float(column), float(row)] for column, row in mark.points]
    shape = SHAPES.get(mark.tool, PATH if len(points) > 1 else POINT)
    if shape == WORDS:
        return []
    if shape == LINES and len(points) >= 4:
        return [Outline("POLYLINE", points[at : at + 2]) for at in range(0, len(points) - 1, 2)]
    if shape == ELLIPSE and len(points) == 4:
        return [Outline("ELLIPSE", _long_axis_first(points))]
    if shape == CIRCLE and len(points) >= 2:
        return [Outline("CIRCLE", points[:2])]
    if shape == BOX and len(points) == 4:
        return [Outline("POLYLINE", [points[0], points[1], points[3], points[2], points[0]])]
    if shape == CLOSED and len(points) > 2:
        return [Outline("POLYLINE", points if points[0] == points[-1] else [*points, points[0]])]
    return [Outline("POLYLINE" if len(points) > 1 else "POINT", points)]


def _long_axis_first(points: Points) -> Points:
    """The ends of the long axis, then of the short one."""
    first, second = points[:2], points[2:]
    return [*first, *second] if _squared(first) >= _squared(second) else [*second, *first]


def _squared(ends: Points) -> float:
    return (ends[0][0] - ends[1][0]) ** 2 + (ends[0][1] - ends[1][1]) ** 2


def is_region(mark: Annotation) -> bool:
    return SHAPES.get(mark.tool) in REGIONS


# value, meaning, scheme
Code = tuple[str, str, str]


@dataclass(frozen=True)
class Measure:
    """What a value of a mark means: its concept, the value's unit (a key of `values`, or always the same), and which outline it is of."""

    concept: Code
    unit: str
    outline: int | None = None
    derivation: Code | None = None


MEAN: Code = ("373098007", "Mean", "SCT")
MAXIMUM: Code = ("56851009", "Maximum", "SCT")
UPTAKE: Code = ("126400", "Standardized Uptake Value", "DCM")
MEASURES: dict[str, Measure] = {
    "length": Measure(("410668003", "Length", "SCT"), "unit", 0),
    "width": Measure(("103340004", "Short Axis", "SCT"), "unit", 1),
    "angle": Measure(("1483009", "Angle", "SCT"), "°"),
    "area": Measure(("42798000", "Area", "SCT"), "areaUnit"),
    "perimeter": Measure(("131191004", "Perimeter", "SCT"), "unit"),
    "diameter": Measure(("81827009", "Diameter", "SCT"), "unit"),
    "ratio": Measure(("ratio", "Cardiothoracic ratio", "99LIGHTBOX"), "1"),
    "value": Measure(("value", "Pixel value", "99LIGHTBOX"), "modalityUnit"),
    "x": Measure(("x", "Across in the ultrasound region", "99LIGHTBOX"), "xUnit"),
    "y": Measure(("y", "Down in the ultrasound region", "99LIGHTBOX"), "yUnit"),
    "vti": Measure(("20354-7", "Velocity Time Integral", "LN"), "cm"),
    "vmax": Measure(("vmax", "Largest velocity of the envelope", "99LIGHTBOX"), "cm/s"),
    "vmean": Measure(("11692-1", "Time averaged peak velocity", "LN"), "cm/s"),
    "time": Measure(("59108-1", "Envelope Duration", "LN"), "s"),
    "mean": Measure(MEAN, "modalityUnit"),
    "stdDev": Measure(("386136009", "Standard Deviation", "SCT"), "modalityUnit"),
    "min": Measure(("255605001", "Minimum", "SCT"), "modalityUnit"),
    "max": Measure(MAXIMUM, "modalityUnit"),
    "suv": Measure(UPTAKE, "suvUnit"),
    "suvMean": Measure(UPTAKE, "suvUnit", derivation=MEAN),
    "suvMax": Measure(UPTAKE, "suvUnit", derivation=MAXIMUM),
}
# Kinds of uptake value and their units (PS3.16 CID 85 and 84).
SUV_CODES: dict[str, tuple[Code, Code]] = {
    "g/ml{SUVbw}": (("126401", "SUVbw", "DCM"), ("g/ml{SUVbw}", f"{UPTAKE[1]} body weight", "UCUM")),
    "g/ml{SUVlbm}": (("126402", "SUVlbm", "DCM"), ("g/ml{SUVlbm}", f"{UPTAKE[1]} lean body mass (James)", "UCUM")),
    "cm2/ml{SUVbsa}": (("126403", "SUVbsa", "DCM"), ("cm2/ml{SUVbsa}", f"{UPTAKE[1]} body surface area", "UCUM")),
}
LONG_AXIS: Code = ("103339001", "Long Axis", "SCT")
NO_UNIT: Code = ("1", "no units", "UCUM")
UNITS: dict[str, Code] = {
    "mm": ("mm", "mm", "UCUM"), "cm": ("cm", "cm", "UCUM"), "mm²": ("mm2", "mm2", "UCUM"), "cm²": ("cm2", "cm2", "UCUM"),
    "px": ("{pixels}", "pixels", "UCUM"), "px²": ("{pixels}2", "square pixels", "UCUM"), "°": ("deg", "degree", "UCUM"),
    "HU": ("[hnsf'U]", "Hounsfield unit", "UCUM"), "SUV": ("g/ml{SUVbw}", "Standardized Uptake Value body weight", "UCUM"),
    "Bq/mL": ("Bq/ml", "Becquerels/milliliter", "UCUM"), "g/mL": ("g/ml", "g/ml", "UCUM"), "mg/mL": ("mg/ml", "mg/ml", "UCUM"),
    "%": ("%", "Percent", "UCUM"), "10²³/mL": ("10*23/ml", "10^23/ml", "UCUM"),
    **{name: unit for name, (_concept, unit) in SUV_CODES.items()},
    "s": ("s", "s", "UCUM"), "ms": ("ms", "ms", "UCUM"), "cm/s": ("cm/s", "cm/s", "UCUM"), "m/s": ("m/s", "m/s", "UCUM"),
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A number with what it means, how it was derived, its unit, and the outlines that it was read from."""

    concept: Code
    number: float
    unit: Code
    outlines: list[Outline]
    is_at_detector: bool
    derivation: Code | None = None


def measured(mark: Annotation) -> list[Measured]:
    """What was measured with a mark, as far as it is one number each; colours have a mean for each of them and stay out."""
    drawn = outlines(mark)
    return [_measured(mark, name, measure, drawn) for name, measure in MEASURES.items() if _is_one_number(mark.values.get(name))]


def _measured(mark: Annotation, name: str, measure: Measure, drawn: list[Outline]) -> Measured:
    said = str(mark.values.get(measure.unit) or "") if measure.unit.endswith(("unit", "Unit")) else measure.unit
    base, _, source = said.partition(" ")
    concept = LONG_AXIS if name == "length" and "width" in mark.values else SUV_CODES[base][0] if base in SUV_CODES else measure.concept
    of = drawn if measure.outline is None or measure.outline >= len(drawn) else [drawn[measure.outline]]
    return Measured(concept, mark.values[name], UNITS.get(base, NO_UNIT), of, source == "Proj", measure.derivation)


def _is_one_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
