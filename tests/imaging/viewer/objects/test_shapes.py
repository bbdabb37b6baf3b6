"""What the marks of every tool are made of, and what their values are called. Not covered: who may make which (test_api.py)."""

from typing import Any

import pytest

from imaging.viewer.models import Annotation
from imaging.viewer.objects.shapes import measured, outlines

FOUR = [[0, 0], [10, 0], [5, -2], [5, 2]]


def mark(tool: str, points: Any = FOUR, **values: Any) -> Annotation:
    return Annotation(tool=tool, points=points, values=values)


@pytest.mark.parametrize(
    ("tool", "points", "drawn"),
    [
        ("Length", FOUR[:2], [("POLYLINE", 2)]),
        ("Angle", FOUR[:3], [("POLYLINE", 3)]),
        ("Bidirectional", FOUR, [("POLYLINE", 2), ("POLYLINE", 2)]),
        ("CobbAngle", FOUR, [("POLYLINE", 2), ("POLYLINE", 2)]),
        ("CardiothoracicRatio", FOUR, [("POLYLINE", 2), ("POLYLINE", 2)]),
        ("EllipticalROI", FOUR, [("ELLIPSE", 4)]),
        ("CircleROI", FOUR[:2], [("CIRCLE", 2)]),
        ("RectangleROI", FOUR, [("POLYLINE", 5)]),
        ("PlanarFreehandROI", FOUR, [("POLYLINE", 5)]),
        ("SplineROI", FOUR, [("POLYLINE", 5)]),
        ("LivewireContour", [*FOUR, FOUR[0]], [("POLYLINE", 5)]),
        ("Probe", FOUR[:1], [("POINT", 1)]),
        ("ArrowAnnotate", FOUR[:2], [("POLYLINE", 2)]),
        ("Label", FOUR[:1], []),
        ("Unheard", FOUR[:3], [("POLYLINE", 3)]),
    ],
)
def test_every_tool_has_its_lines(tool: str, points: Any, drawn: list[tuple[str, int]]) -> None:
    assert [(one.kind, len(one.points)) for one in outlines(mark(tool, points))] == drawn


def test_the_long_axis_of_an_ellipse_comes_first() -> None:
    [ellipse] = outlines(mark("EllipticalROI", [[5, 2], [5, -2], [0, 0], [10, 0]]))
    assert ellipse.points == [[0, 0], [10, 0], [5, 2], [5, -2]]


def test_two_axes_are_named_and_each_has_its_line() -> None:
    long, short = measured(mark("Bidirectional", length=10.0, width=4.0, unit="mm"))
    assert (long.concept[1], short.concept[1]) == ("Long Axis", "Short Axis")
    assert (long.outlines[0].points, short.outlines[0].points) == (FOUR[:2], FOUR[2:])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"angle": 12.5}, [("Angle", 12.5, "deg")]),
        ({"ratio": 0.48}, [("Cardiothoracic ratio", 0.48, "1")]),
        ({"x": 0.3, "xUnit": "s", "y": 55.0, "yUnit": "cm/s"}, [("Across in the ultrasound region", 0.3, "s"),
         ("Down in the ultrasound region", 55.0, "cm/s")]),
        ({"mean": [1, 2, 3], "area": 5, "areaUnit": "furlong²"}, [("Area", 5, "1")]),
        ({"length": True}, []),
        ({"anything": 4}, []),
    ],
)  # fmt: skip
def test_values_have_their_concepts_and_units(values: dict[str, Any], told: list[tuple[str, float, str]]) -> None:
    assert [(one.concept[1], one.number, one.unit[0]) for one in measured(mark("Length", FOUR[:2], **values))] == told
