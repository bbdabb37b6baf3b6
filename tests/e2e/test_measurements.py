"""What is measured against what is known: phantoms of known lengths and densities, measured with the mouse, within 1 %.

Each value is read where it was kept on the server; what is drawn beside the mark says the same.
Not covered: touch (test_touch_drawing.py), measurements on planes through volumes, PET.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.access.models import User
from imaging.viewer.models import Annotation
from tests import people
from tests.e2e.saves import saved
from tests.e2e.test_viewer import corner, opened, surface
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
Point = tuple[float, float]
WITHIN = 0.01
SIDE = pictures.SIDE
# Half of the phantom has 100, half has 300: a region over the middle has a mean of 200 and a deviation of 100.
HALVES = np.where(np.arange(SIDE) < SIDE // 2, 100, 300).astype("<i2")[None].repeat(SIDE, axis=0)


class Bench:
    """A page with one picture whose pixels are `high` by `wide`; places are columns and rows of the picture."""

    def __init__(self, page: Page, high: float = 1, wide: float = 1, rows: int = SIDE, columns: int = SIDE) -> None:
        self.page, self.high, self.wide, self.rows, self.columns = page, high, wide, rows, columns

    def at(self, place: Point) -> Point:
        box = surface(self.page)
        scale = min(box["width"] / (self.columns * self.wide), box["height"] / (self.rows * self.high))
        x = box["x"] + box["width"] / 2 + (place[0] - self.columns / 2) * self.wide * scale
        return x, box["y"] + box["height"] / 2 + (place[1] - self.rows / 2) * self.high * scale

    def drag(self, *places: Point) -> None:
        self.page.mouse.move(*self.at(places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(place), steps=2)
        self.page.mouse.up()

    def click(self, *places: Point) -> None:
        for place in places:
            self.page.mouse.move(*self.at(place), steps=2)
            self.page.mouse.down()
            self.page.mouse.up()

    def measure(self, key: str, act: Callable[[], Any]) -> Annotation:
        """Take a tool by its key, use it, and give what the server kept of it."""
        known = {str(uid) for uid in Annotation.objects.values_list("uid", flat=True)}
        self.page.keyboard.press(key)
        saved(self.page, act, below="/annotations/", known=known)
        return Annotation.objects.exclude(uid__in=known).get()

    def drawn(self) -> str:
        return " ".join(self.page.locator(".pane svg text").all_text_contents())


def near(value: float) -> Any:
    return pytest.approx(value, rel=WITHIN)


def ring(centre: Point, across: float, down: float, count: int) -> Iterable[Point]:
    turns = (2 * math.pi * step / count for step in range(count))
    return [(centre[0] + across * math.cos(turn), centre[1] + down * math.sin(turn)) for turn in turns]


def test_every_tool_measures_pixels_that_are_not_square(site: str, sign_in: SignIn) -> None:
    """Pixels 0.8 mm high and 0.5 mm wide; one tool a slice."""
    study = pictures.stack(13, PixelSpacing=[0.8, 0.5], PixelData=HALVES.tobytes())
    bench = Bench(opened(sign_in(people.radiologist()), site, study), 0.8, 0.5)
    centre = (64, 64)
    oval = list(ring(centre, 40, 30, 60))
    greys = {"mean": pytest.approx(200, rel=0.02), "stdDev": near(100), "min": 100, "max": 300, "modalityUnit": "HU"}
    cases: list[tuple[str, Callable[[], Any], dict[str, Any]]] = [
        ("l", lambda: bench.drag((14, 24), (114, 104)), {"length": near(math.hypot(50, 64)), "unit": "mm"}),
        ("Shift+L", lambda: bench.drag((14, 64), (114, 64)), {"length": near(50), "unit": "mm"}),
        (
            "Shift+C",
            lambda: (bench.drag((44, 80), (84, 80)), bench.drag((14, 90), (114, 90))),
            {"ratio": near(0.4), "length": near(50), "width": near(20)},
        ),
        ("a", lambda: (bench.drag((110, 64), (30, 64)), bench.click((80, 14))), {"angle": near(math.degrees(math.atan2(40, 25)))}),
        ("Shift+A", lambda: (bench.drag((20, 30), (100, 30)), bench.drag((20, 120), (100, 70))), {"angle": near(45)}),
        ("o", lambda: bench.drag(centre, (104, 94)), {"area": near(math.pi * 20 * 24), "areaUnit": "mm²", **greys}),
        ("Shift+O", lambda: bench.drag(centre, (112, 64)), {"area": near(math.pi * 24 * 24), "diameter": near(48), **greys}),
        ("b", lambda: bench.drag((24, 34), (104, 94)), {"area": near(40 * 48), "perimeter": near(176), **greys}),
        ("d", lambda: bench.drag(*oval, oval[0]), {"area": near(math.pi * 20 * 24), "areaUnit": "mm²", **greys}),
        ("Shift+D", lambda: bench.click(*oval[::5], oval[0]), {"area": near(math.pi * 20 * 24), **greys}),
        ("v", lambda: bench.click((90, 40)), {"value": 300, "modalityUnit": "HU"}),
    ]
    for key, act, wanted in cases:
        kept = bench.measure(key, act).values
        assert {name: kept.get(name) for name in wanted} == wanted, (key, kept)
        bench.page.keyboard.press("ArrowDown")
    bench.page.keyboard.press("Home")
    length = Annotation.objects.get(tool="Length").values["length"]
    expect(bench.page.locator(".pane svg text").first).to_contain_text(f"{length:.1f} mm")


def test_livewire_follows_the_edge_of_a_block(site: str, sign_in: SignIn) -> None:
    block = np.zeros((SIDE, SIDE), "<i2")
    block[32:96, 24:104] = 1000
    study = pictures.stack(1, PixelData=block.tobytes(), WindowCenter="500", WindowWidth="1000")
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    corners = [(24, 32), (104, 32), (104, 96), (24, 96)]
    kept = bench.measure("q", lambda: bench.click(*corners, corners[0]))
    # The wire lies on middles of pixels, on either side of the edge.
    assert kept.values["area"] == pytest.approx(80 * 64, rel=0.03)
    bench.page.reload()
    expect(bench.page.locator(".pane svg text").first).to_contain_text("cm²", timeout=30_000)


def each_picture(page: Page, site: str, headers: Iterable[dict[str, Any]]) -> Iterator[Bench]:
    """A study with a series of one picture for each of `headers`; the page shows one after the other."""
    study_uid, names = generate_uid(), []
    for number, header in enumerate(headers, 1):
        names.append(f"Case {number}")
        study = pictures.stack(1, StudyInstanceUID=study_uid, SeriesNumber=number, SeriesDescription=names[-1], **header)
    opened(page, site, study)
    for name in names:
        expect(corner(page, "what")).to_contain_text(name)
        expect(page.locator(".surface[data-covered]")).to_have_count(0)
        yield Bench(page)
        page.keyboard.press("ArrowRight")


UNITS: list[tuple[dict[str, Any], float, str]] = [
    ({"PixelSpacing": [0.4, 0.4]}, 0.4, "mm"),
    ({"PixelSpacing": None, "ImagerPixelSpacing": [0.2, 0.2]}, 0.2, "mm Proj"),
    ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, 0.2, "mm Proj"),
    ({"PixelSpacing": None, "ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": "1.25"}, 0.16, "mm"),
    ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": "1.25"}, 0.16, "mm"),
    (
        {"PixelSpacing": None, "ImagerPixelSpacing": [0.3, 0.3], "DistanceSourceToDetector": "1500", "DistanceSourceToPatient": "1000"},
        0.2,
        "mm",
    ),
    ({"PixelSpacing": [0.15, 0.15], "ImagerPixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"}, 0.15, "mm"),
    ({"PixelSpacing": None}, 1, "px"),
]


def test_the_unit_is_what_the_header_knows(site: str, sign_in: SignIn) -> None:
    film = {"Modality": "DX", "ImagePositionPatient": None, "ImageOrientationPatient": None, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1"}
    benches = each_picture(sign_in(people.radiologist()), site, [film | header for header, _factor, _unit in UNITS])
    for bench, (header, factor, unit) in zip(benches, UNITS, strict=True):
        kept = bench.measure("l", lambda bench=bench: bench.drag((14, 64), (114, 64))).values
        assert (kept["length"], kept["unit"]) == (near(100 * factor), unit), header
        word = {"mm": " mm", "mm Proj": " mm (detector)", "px": " px"}[unit]
        expect(bench.page.locator(".pane svg text").first).to_have_text(re.compile(rf"^[\d.]+{re.escape(word)}$"))
        if factor == 0.16:
            expect(corner(bench.page, "where")).to_contain_text("magnification 1.25")


def region(left: int, top: int, right: int, bottom: int, units: tuple[int, int], deltas: Point, reference: Point = (0, 0)) -> Dataset:
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0, item.RegionLocationMaxX1, item.RegionLocationMaxY1 = left, top, right, bottom
    item.PhysicalUnitsXDirection, item.PhysicalUnitsYDirection = units
    item.PhysicalDeltaX, item.PhysicalDeltaY = deltas
    item.ReferencePixelX0, item.ReferencePixelY0 = (int(part) for part in reference)
    item.ReferencePixelPhysicalValueX = item.ReferencePixelPhysicalValueY = 0.0
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, 0
    return item


def test_ultrasound_measures_by_region(site: str, sign_in: SignIn) -> None:
    """Above left a picture of 0.5 mm pixels, above right M-mode, below a Doppler spectrum with its base line at row 96."""
    regions = [
        region(0, 0, 63, 63, (3, 3), (0.05, 0.05)),
        region(64, 0, 127, 63, (4, 3), (0.01, 0.1)),
        region(0, 64, 127, 127, (4, 7), (0.02, -2.5), (0, 32)),
    ]
    plain = {
        "PixelSpacing": None,
        "ImagePositionPatient": None,
        "ImageOrientationPatient": None,
        "RescaleSlope": None,
        "RescaleIntercept": None,
    }
    study = pictures.stack(9, Modality="US", SequenceOfUltrasoundRegions=regions, **plain)
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    envelope: list[Point] = [(20.5, 96.5), (20.5, 76.5), (60.5, 76.5), (60.5, 96.5)]
    cases: list[tuple[str, Callable[[], Any], dict[str, Any]]] = [
        ("l", lambda: bench.drag((4, 4), (60, 46)), {"length": near(35), "unit": "mm"}),
        ("o", lambda: bench.drag((32, 32), (60, 52)), {"area": near(math.pi * 14 * 10), "areaUnit": "mm²"}),
        ("l", lambda: bench.drag((70, 4), (120, 54)), {"x": near(0.5), "xUnit": "s", "y": near(50), "yUnit": "mm"}),
        ("l", lambda: bench.drag((10, 70), (110, 120)), {"x": near(2), "xUnit": "s", "y": near(125), "yUnit": "cm/s"}),
        ("v", lambda: bench.click((100.5, 68.5)), {"x": near(2), "y": pytest.approx(70, abs=1.3), "yUnit": "cm/s"}),
        ("v", lambda: bench.click((100.5, 124.5)), {"x": near(2), "y": pytest.approx(-70, abs=1.3), "yUnit": "cm/s"}),
        ("l", lambda: bench.drag((10, 10), (10, 110)), {"length": near(100), "unit": "px"}),
        ("d", lambda: bench.drag(*envelope), {"vti": near(40), "vmax": near(50), "time": near(0.8)}),
    ]
    for key, act, wanted in cases:
        kept = bench.measure(key, act).values
        assert {name: kept.get(name) for name in wanted} == wanted, (key, wanted)
        bench.page.keyboard.press("ArrowDown")
    for _ in range(5):
        bench.page.keyboard.press("ArrowUp")
    expect(corner(bench.page, "where")).to_contain_text("Im 4 / 9")
    assert re.search(r"\d+\.\d cm/s", bench.drawn())


def test_an_arrow_and_a_note_keep_their_words(site: str, sign_in: SignIn) -> None:
    bench = Bench(opened(sign_in(people.radiologist()), site, pictures.stack(1)))
    page = bench.page

    def write(words: str, act: Callable[[], None]) -> None:
        act()
        page.get_by_role("textbox", name="Words on the picture").fill(words)
        page.keyboard.press("Enter")

    arrow = bench.measure("Shift+M", lambda: write("结节 nodule", lambda: bench.drag((40, 40), (80, 60))))
    note = bench.measure("Shift+N", lambda: write("after contrast", lambda: bench.click((30, 100))))
    assert (arrow.data["label"], note.data["label"]) == ("结节 nodule", "after contrast")
    page.reload()
    expect(page.locator(".pane svg")).to_contain_text("结节 nodule", timeout=30_000)
    expect(page.locator(".pane svg")).to_contain_text("after contrast")
    page.keyboard.press("Shift+M")
    bench.drag((60, 20), (90, 30))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-text-entry]")).to_be_hidden()
    assert Annotation.objects.filter(removed_at=None).count() == 2


VALUES: list[tuple[dict[str, Any], str]] = [
    ({"RescaleType": "HU"}, "HU"),
    ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, ""),
    ({"RescaleType": "US"}, ""),
    ({"Modality": "MR"}, ""),
    ({"Modality": "CR", "RescaleType": "OD"}, "OD"),
]


def test_hounsfield_units_only_where_the_picture_has_them(site: str, sign_in: SignIn) -> None:
    benches = each_picture(sign_in(people.radiologist()), site, [header for header, _unit in VALUES])
    for bench, (header, unit) in zip(benches, VALUES, strict=True):
        kept = bench.measure("b", lambda bench=bench: bench.drag((24, 34), (104, 94))).values
        assert kept["modalityUnit"] == unit, header
        assert ("HU" in bench.drawn()) is (unit == "HU"), header


def test_a_region_has_a_histogram_and_a_length_a_profile(site: str, sign_in: SignIn) -> None:
    bench = Bench(opened(sign_in(people.radiologist()), site, pictures.stack(2, PixelData=HALVES.tobytes())))
    page, panel = bench.page, bench.page.locator("[data-histogram]")
    page.keyboard.press("c")
    expect(panel).to_contain_text("Draw or choose a region")
    bench.measure("b", lambda: bench.drag((24, 34), (104, 94)))
    expect(panel).to_contain_text("Histogram")
    expect(panel).to_contain_text("100 HU")
    expect(panel).to_contain_text("300 HU")
    bars = (panel.locator(".chart-bars").get_attribute("d") or "").split("M")[1:]
    tall = [index for index, bar in enumerate(bars) if float(re.search(r"v-?([\d.]+)", bar)[1]) > 0]  # type: ignore[index]
    assert tall == [0, len(bars) - 1]
    page.keyboard.press("ArrowDown")
    bench.measure("l", lambda: bench.drag((24, 64), (104, 64)))
    expect(panel).to_contain_text("Profile")
    points = [pair.split() for pair in (panel.locator(".chart-line").get_attribute("d") or "")[1:].split("L")]
    heights = [float(height) for _across, height in points]
    step = next(index for index, height in enumerate(heights) if height < max(heights))
    assert step / len(heights) == pytest.approx(0.5, abs=0.02)
    assert set(heights) == {min(heights), max(heights)}
    page.keyboard.press("c")
    expect(panel).to_be_hidden()


def test_what_was_done_is_taken_back(site: str, sign_in: SignIn) -> None:
    study = pictures.stack(1)
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    page, texts = bench.page, bench.page.locator(".pane svg text")
    bench.measure("l", lambda: bench.drag((14, 30), (114, 30)))
    bench.measure("l", lambda: bench.drag((14, 60), (64, 60)))
    bench.drag((64, 60), (84, 60))
    expect(page.locator(".pane svg")).to_contain_text("70.")
    page.keyboard.press("Control+z")
    expect(page.locator(".pane svg")).not_to_contain_text("70.")
    page.get_by_role("button", name="Clear").click()
    expect(texts).to_have_count(0)
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        page.keyboard.press("Control+z")
    expect(page.locator(".pane svg")).to_contain_text("100.")
    expect(page.locator(".pane svg")).to_contain_text("50.")
    page.keyboard.press("Control+z")
    expect(page.locator(".pane svg")).not_to_contain_text("50.")
    opened(page, site, study)
    expect(page.locator(".pane svg")).to_contain_text("100.")
    expect(page.locator(".pane svg")).not_to_contain_text("50.")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-announce]")).to_contain_text("nothing to take back")
