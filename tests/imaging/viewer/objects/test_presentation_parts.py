"""What presentation states of other makers bring: compound graphics, tables, bitmaps, areas, colour profiles; made by hand here.

Not covered: what it looks like (static/viewer/tests/greys.test.ts and tests/e2e/test_presentation.py).
"""

import base64
from typing import Any

import pytest
from pydicom.dataset import Dataset

from imaging.archive.pictures.rendering import srgb_profile
from imaging.viewer.objects.compound_read import compounds_of
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import marked_study, slices
from tests.imaging.viewer.objects.test_reading import says

pytestmark = pytest.mark.django_db


def item(**attributes: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return ds


def compound(kind: str, data: list[float], **attributes: Any) -> Dataset:
    named = {"CompoundGraphicInstanceID": 7, "CompoundGraphicUnits": "PIXEL", "GraphicDimensions": 2, "CompoundGraphicType": kind}
    return item(**named | {"NumberOfGraphicPoints": len(data) // 2, "GraphicData": data} | attributes)


def lines(*compounds: Dataset, **beside: Any) -> list[list[list[float]]]:
    graphics, _texts, _left = compounds_of(item(CompoundGraphicSequence=list(compounds), **beside))
    return [[[round(part, 3) for part in point] for point in one["points"]] for one in graphics]


def lut(first: int, entries: list[int], bits: int = 8) -> Dataset:
    table = item(LUTDescriptor=[len(entries), first, bits])
    table.add_new(0x00283006, "US", entries)
    return table


def state(**attributes: Any) -> dict[str, Any]:
    study = marked_study(1)
    return says(study, foreign.presentation(study, slices(study)[0], **attributes))


@pytest.mark.parametrize(
    ("kind", "data", "attributes", "drawn"),
    [
        ("MULTILINE", [1, 1, 5, 1, 5, 9], {}, [[[1, 1], [5, 1], [5, 9]]]),
        ("CUTLINE", [0, 0, 10, 0], {"GapLength": 4}, [[[0, 0], [3, 0]], [[7, 0], [10, 0]]]),
        ("RANGELINE", [0, 0, 10, 0], {}, [[[0, 0], [10, 0]], [[0, 6], [0, -6]], [[10, 6], [10, -6]]]),
        ("CROSSHAIR", [50, 50], {"GapLength": 4, "DiameterOfVisibility": 20},
         [[[52, 50], [60, 50]], [[48, 50], [40, 50]], [[50, 52], [50, 60]], [[50, 48], [50, 40]]]),
        ("RECTANGLE", [0, 0, 10, 4], {}, [[[0, 0], [10, 0], [10, 4], [0, 4], [0, 0]]]),
        ("RECTANGLE", [0, 0, 10, 4], {"RotationAngle": 90, "RotationPoint": [0, 0]}, [[[0, 0], [0, 10], [-4, 10], [-4, 0], [0, 0]]]),
        ("INFINITELINE", [5, 5, 6, 5], {}, [[[-99995, 5], [100005, 5]]]),
        ("ARROW", [1, 1, 9, 1], {}, [[[1, 1], [9, 1]]]),
    ],
)  # fmt: skip
def test_a_compound_graphic_becomes_lines(kind: str, data: list[float], attributes: dict[str, Any], drawn: Any) -> None:
    assert lines(compound(kind, data, **attributes)) == drawn


def test_an_ellipse_lies_in_its_rectangle_and_is_filled_when_it_says_so() -> None:
    [graphic], _texts, left = compounds_of(item(CompoundGraphicSequence=[compound("ELLIPSE", [0, 0, 10, 4], GraphicFilled="Y")]))
    columns, rows = zip(*graphic["points"], strict=True)
    assert (min(columns), max(columns), min(rows), max(rows)) == pytest.approx((0, 10, 0, 4))
    assert (graphic["filled"], left) == (True, False)


def test_a_ruler_has_ticks_with_their_words() -> None:
    ticks = [item(TickPosition=0.5, TickLabel="5 mm"), item(TickPosition=1, TickLabel="10 mm")]
    ruler = compound("RULER", [0, 0, 10, 0], MajorTicksSequence=ticks, ShowTickLabel="Y")
    graphics, texts, _left = compounds_of(item(CompoundGraphicSequence=[ruler]))
    assert [graphic["points"] for graphic in graphics] == [[[0, 0], [10, 0]], [[5, 6], [5, -6]], [[10, 6], [10, -6]]]
    assert [(text["text"], text["at"]) for text in texts] == [("5 mm", [5, 0]), ("10 mm", [10, 0])]


def test_what_its_author_drew_for_it_is_drawn_instead() -> None:
    beside = [item(GraphicType="POLYLINE", CompoundGraphicInstanceID=7)]
    assert lines(compound("RULER", [0, 0, 10, 0]), GraphicObjectSequence=beside) == []
    assert lines(compound("RULER", [0, 0, 10, 0], CompoundGraphicInstanceID=8), GraphicObjectSequence=beside) != []


@pytest.mark.parametrize(
    ("broken", "is_left_out"),
    [
        (compound("SPIRAL", [0, 0, 1, 1]), True), (compound("ARROW", [0, 0, 1, 1]), True), (compound("CUTLINE", [3, 3, 3, 3]), True),
        (compound("RANGELINE", [1, 1]), True), (compound("MULTILINE", []), True), (compound("AXIS", [0, 0, 1, 1]), False),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_as_it_is_is_named(broken: Dataset, is_left_out: bool) -> None:
    drawing = item(GraphicLayer="A", CompoundGraphicSequence=[broken])
    assert state(GraphicAnnotationSequence=[drawing])["leftOut"] == (["some of its compound drawings"] if is_left_out else [])


def test_tables_are_told_and_nothing_is_left_out() -> None:
    window = item(VOILUTSequence=[lut(65535, [0, 128, 255])])
    told = state(
        SoftcopyVOILUTSequence=[window], PresentationLUTSequence=[lut(0, list(range(255, -1, -1)))], PresentationLUTShape=None,
        ModalityLUTSequence=[lut(10, [1, 2, 3], 16)], RescaleSlope=None, RescaleIntercept=None,
    )  # fmt: skip
    assert told["windows"][0]["table"] == {"first": 65535, "entries": [0, 128, 255], "most": 255}
    assert told["modalityTable"] == {"first": 10, "entries": [1, 2, 3], "most": 65535}
    assert told["presentationTable"]["entries"][:2] == [255, 254]
    assert told["leftOut"] == []


def test_a_table_of_words_is_the_same_and_a_damaged_one_is_named() -> None:
    words = item(LUTDescriptor=[3, 0, 16])
    words.add_new(0x00283006, "OW", b"\x01\x00\x02\x00\xff\xff")
    study = marked_study(1)
    told, damaged = (
        says(study, foreign.presentation(study, slices(study)[0], PresentationLUTSequence=[table]))
        for table in (words, item(LUTDescriptor=[3, 0, 16]))
    )
    assert told["presentationTable"] == {"first": 0, "entries": [1, 2, 65535], "most": 65535}
    assert damaged["leftOut"] == ["a table of grey values that is damaged"]


@pytest.mark.parametrize("descriptor", [[3, 0, 2**32 - 1], [3, 0, 0], [2**31, 0, 16]])
def test_a_table_that_describes_itself_beyond_all_bounds_is_named_and_not_reckoned(descriptor: list[int]) -> None:
    table = item()
    table.add_new(0x00283002, "UL", descriptor)
    table.add_new(0x00283006, "OW", bytes(6))
    study = marked_study(1)
    told = says(study, foreign.presentation(study, slices(study)[0], PresentationLUTSequence=[table]))
    assert told["leftOut"] == ["a table of grey values that is damaged"]


def with_overlay(sent: Dataset, group: int, bits: bytes, layer: str = "", rows: int = 4, columns: int = 4) -> Dataset:
    sent.add_new((group, 0x0010), "US", rows)
    sent.add_new((group, 0x0011), "US", columns)
    sent.add_new((group, 0x0040), "CS", "G")
    sent.add_new((group, 0x0050), "SS", [3, 5])
    sent.add_new((group, 0x0100), "US", 1)
    sent.add_new((group, 0x0102), "US", 0)
    if layer:
        sent.add_new((group, 0x1001), "CS", layer)
    sent.add_new((group, 0x3000), "OW", bits)
    return sent


def test_a_drawn_shutter_and_an_overlay_are_told_as_bitmaps() -> None:
    study = marked_study(1)
    layer = item(GraphicLayer="A", GraphicLayerOrder=1, GraphicLayerRecommendedDisplayGrayscaleValue=65535)
    sent = foreign.presentation(study, slices(study)[0], ShutterShape="BITMAP", ShutterOverlayGroup=0x6000, GraphicLayerSequence=[layer])
    told = says(study, with_overlay(with_overlay(sent, 0x6000, b"\x0f\x00"), 0x6002, b"\x01\x80", "A"))
    assert told["shutters"]["bitmap"] == {"rows": 4, "columns": 4, "origin": [3, 5], "bits": base64.b64encode(b"\x0f\x00").decode()}
    assert told["overlays"] == [
        {"rows": 4, "columns": 4, "origin": [3, 5], "bits": base64.b64encode(b"\x01\x80").decode(), "colour": "#ffffff"}
    ]
    assert told["leftOut"] == []


def test_a_drawn_shutter_that_is_not_there_is_named() -> None:
    assert state(ShutterShape="BITMAP", ShutterOverlayGroup=0x6000)["leftOut"] == ["its drawn shutter"]


def test_a_shutter_of_a_colour_state_has_its_colour() -> None:
    assert state(ShutterPresentationColorCIELabValue=[65535, 32896, 32896])["shutters"]["colour"] == "#ffffff"


@pytest.mark.parametrize(("profile", "left"), [(srgb_profile(), []), (bytes(256), ["its colour profile"])])
def test_colours_of_another_profile_are_named(profile: bytes, left: list[str]) -> None:
    assert state(SOPClassUID="1.2.840.10008.5.1.4.1.1.11.2", ICCProfile=profile)["leftOut"] == left


def test_areas_say_their_size_and_the_shape_of_pixels() -> None:
    area = item(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[64, 64], PresentationSizeMode="MAGNIFY",
                PresentationPixelMagnificationRatio=2.5, PresentationPixelAspectRatio=[2, 1])  # fmt: skip
    [told] = state(DisplayedAreaSelectionSequence=[area])["areas"]
    assert (told["mode"], told["magnification"], told["aspect"], told["spacing"]) == ("MAGNIFY", [2.5], [2, 1], [])
