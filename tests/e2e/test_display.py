"""How pictures are shown: look-up tables, windows, colours, shutters, overlays, sizes and turns, read from the screen itself.

Not covered: shutters of frames in enhanced objects, overlays in unused bits of the pixels, and a screen measured with a real card.
"""

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from imaging.access.models import User
from tests import people
from tests.e2e.test_measurements import Bench, each_picture
from tests.e2e.test_viewer import corner, opened, surface
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
SIDE = pictures.SIDE
BLACK, WHITE, GREY = (0, 0, 0), (255, 255, 255), (128, 128, 128)
# Stored values rise from 0 at the left to 127 at the right.
RAMP = np.arange(SIDE, dtype="<i2")[None].repeat(SIDE, axis=0).tobytes()
PLAIN: dict[str, Any] = {"Modality": "OT", "RescaleSlope": None, "RescaleIntercept": None, "PixelRepresentation": 0, "PixelData": RAMP}


def colour(bench: Bench, place: tuple[float, float]) -> tuple[int, ...]:
    """What is on the screen at a place of the picture."""
    shown = Image.open(io.BytesIO(bench.page.screenshot())).convert("RGB")
    x, y = bench.at(place)
    return tuple(int(part) for part in np.asarray(shown)[round(y), round(x)])


def near(wanted: tuple[int, ...], by: int = 10) -> Any:
    return pytest.approx(wanted, abs=by)


def table(first: int, entries: list[int], bits: int = 8, **attributes: str) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.add_new("LUTData", "OW", np.array(entries, "<u2").tobytes())
    for name, value in attributes.items():
        setattr(item, name, value)
    return item


def shown(page: Page, site: str, **attributes: Any) -> Bench:
    return Bench(opened(page, site, pictures.stack(1, **{**PLAIN, **attributes})))


def test_a_table_gives_the_values_their_meaning(site: str, sign_in: SignIn) -> None:
    doubled = table(0, [1000 + 2 * value for value in range(SIDE)], 16, ModalityLUTType="OD")
    bench = shown(sign_in(people.radiologist()), site, ModalityLUTSequence=[doubled], WindowCenter="1128", WindowWidth="256")
    kept = bench.measure("v", lambda: bench.click((100.5, 60.5)))
    assert kept.values == {"value": 1200, "modalityUnit": "OD"}
    assert colour(bench, (10.5, 20)) == near((20, 20, 20))
    assert colour(bench, (120.5, 20)) == near((240, 240, 240))


def test_a_table_of_its_own_shows_a_picture_without_a_window(site: str, sign_in: SignIn) -> None:
    """White from 30 to 90 only; a window puts the straight line back, the preset brings the table again."""
    band = table(0, [255 if 30 <= value <= 90 else 0 for value in range(SIDE)], LUTExplanation="Band")
    bench = shown(sign_in(people.radiologist()), site, VOILUTSequence=[band], WindowCenter=None, WindowWidth=None)
    places = [(15.5, 20), (60.5, 20), (110.5, 20)]
    assert [colour(bench, place) for place in places] == [near(BLACK), near(WHITE), near(BLACK)]
    bench.page.keyboard.press("2")
    rising = [colour(bench, place)[0] for place in places]
    assert rising == sorted(rising)
    bench.page.get_by_role("button", name="Band").click()
    assert [colour(bench, place) for place in places] == [near(BLACK), near(WHITE), near(BLACK)]


def test_a_window_of_sigmoid_form(site: str, sign_in: SignIn) -> None:
    bench = shown(sign_in(people.radiologist()), site, VOILUTFunction="SIGMOID", WindowCenter="64", WindowWidth="60")
    for column in (20, 50, 64, 90):
        wanted = 255 / (1 + np.exp(-4 * (column - 64) / 60))
        assert colour(bench, (column + 0.5, 30))[0] == pytest.approx(wanted, abs=10), column


def test_colours_and_grey_again(site: str, sign_in: SignIn) -> None:
    bench = shown(sign_in(people.radiologist()), site, WindowCenter="64", WindowWidth="128")
    bench.page.locator("[data-family=looks] summary").click()
    bench.page.get_by_role("button", name="Colours of the rainbow").click()
    red, green, blue = colour(bench, (126, 30))
    assert red > 200 > 80 > green and blue < 80
    bench.page.keyboard.press("x")
    assert colour(bench, (64, 30)) == near(GREY)
    bench.page.keyboard.press("i")
    assert colour(bench, (10, 30)) == near((235, 235, 235), 12)


def test_each_pixel_as_it_is_when_nothing_is_smoothed(site: str, sign_in: SignIn) -> None:
    steps = (np.arange(SIDE) % 2 * 127).astype("<i2")[None].repeat(SIDE, axis=0)
    bench = shown(sign_in(people.radiologist()), site, PixelData=steps.tobytes(), WindowCenter="64", WindowWidth="128")
    bench.page.keyboard.press("Shift+S")
    expect(bench.page.locator("[data-announce]")).to_contain_text("Each pixel as it is")
    box = surface(bench.page)
    shown_now = Image.open(io.BytesIO(bench.page.screenshot())).convert("L")
    row = np.asarray(shown_now)[
        round(bench.at((64, 40))[1]), round(box["x"] + box["width"] / 2 - 100) : round(box["x"] + box["width"] / 2 + 100)
    ]
    assert np.isin(row, [*range(6), *range(250, 256)]).mean() > 0.97


SHUTTERS: list[dict[str, Any]] = [
    {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [64, 64], "RadiusOfCircularShutter": 40},
    {
        "ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 25, "ShutterRightVerticalEdge": 104,
        "ShutterUpperHorizontalEdge": 25, "ShutterLowerHorizontalEdge": 104,
    },
    {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [64, 24, 24, 64, 64, 104, 104, 64]},
]  # fmt: skip


def test_a_shutter_covers_the_border_and_can_be_opened(site: str, sign_in: SignIn) -> None:
    bright = np.full((SIDE, SIDE), 127, "<i2").tobytes()
    look = {**PLAIN, "PixelData": bright, "WindowCenter": "64", "WindowWidth": "128", "ShutterPresentationValue": 0}
    for bench in each_picture(sign_in(people.radiologist()), site, [look | shape for shape in SHUTTERS]):
        assert colour(bench, (66, 66)) == near(WHITE)
        assert colour(bench, (14, 112)) == near(BLACK)
        bench.page.keyboard.press("r")
        assert colour(bench, (14, 112)) == near(BLACK)
        bench.page.keyboard.press("Shift+X")
        assert colour(bench, (14, 112)) == near(WHITE)
        bench.page.keyboard.press("Shift+X")


def test_overlay_planes_are_drawn_where_they_belong(site: str, sign_in: SignIn) -> None:
    """A block of 8 by 8 in the plane's corner; the plane begins at row 41 and column 31."""
    bits = np.zeros((64, 64), "u1")
    bits[:8, :8] = 1
    overlay = Dataset()
    overlay.add_new(0x60000010, "US", 64)
    overlay.add_new(0x60000011, "US", 64)
    overlay.add_new(0x60000040, "CS", "G")
    overlay.add_new(0x60000050, "SS", [41, 31])
    overlay.add_new(0x60000100, "US", 1)
    overlay.add_new(0x60000102, "US", 0)
    overlay.add_new(0x60003000, "OW", np.packbits(bits.ravel(), bitorder="little").tobytes())
    ds = pictures.slice_of(1, **{**PLAIN, "PixelData": bytes(2 * SIDE * SIDE), "WindowCenter": "1000"})
    ds.update(overlay)
    study = pictures.send(ds).study
    assert study is not None
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    expect(bench.page.locator(".planes").first).to_be_visible()
    ink = (134, 180, 224)
    assert colour(bench, (34, 44)) == near(ink)
    assert colour(bench, (42, 44)) == near(BLACK)
    bench.page.keyboard.press("h")
    assert colour(bench, (128 - 34, 44)) == near(ink)
    bench.page.keyboard.press("Shift+P")
    assert colour(bench, (128 - 34, 44)) == near(BLACK)


def test_one_to_one_fit_and_true_size(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1, PixelSpacing=[0.5, 0.5]))
    page.keyboard.press("0")
    expect(corner(page, "window")).to_contain_text("Zoom 100 %")
    page.keyboard.press("Shift+F")
    expect(corner(page, "window")).to_contain_text(re.compile(r"Zoom [2-9]\d\d %"))
    page.keyboard.press("Shift+T")
    dialog = page.locator("[data-screen-size]")
    dialog.locator("input").fill("428")
    dialog.get_by_role("button", name="It is as wide").click()
    # A card of 85.6 mm is 428 pixels wide: 5 pixels a millimetre, so 2.5 for each pixel of the picture.
    expect(corner(page, "window")).to_contain_text("Zoom 250 %")
    page.keyboard.press("0")
    page.keyboard.press("Shift+T")
    expect(corner(page, "window")).to_contain_text("Zoom 250 %")


def test_without_a_scale_there_is_no_true_size(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1, Modality="CR", PixelSpacing=None))
    page.keyboard.press("Shift+T")
    expect(page.locator("[data-announce]")).to_contain_text("does not say how large")


def test_turned_back_and_mirrored_top_to_bottom(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1))
    page.keyboard.press("Shift+H")
    expect(corner(page, "edge-top")).to_have_text("P")
    page.keyboard.press("x")
    page.keyboard.press("Shift+R")
    expect(corner(page, "edge-top")).to_have_text("L")
    page.keyboard.press("r")
    expect(corner(page, "edge-top")).to_have_text("A")


def test_the_lens_shows_more_while_the_button_is_held(site: str, sign_in: SignIn) -> None:
    bench = Bench(opened(sign_in(people.radiologist()), site, pictures.stack(1)))
    page = bench.page
    page.keyboard.press("Shift+Z")
    page.mouse.move(*bench.at((64, 64)))
    page.mouse.down()
    expect(page.locator(".magnifyTool")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".magnifyTool")).to_have_count(0)


def test_lossy_pictures_say_so(site: str, sign_in: SignIn) -> None:
    lossy = {"LossyImageCompression": "01", "LossyImageCompressionRatio": "12.4", "LossyImageCompressionMethod": "ISO_10918_1"}
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1, **lossy))
    expect(corner(page, "window")).to_contain_text("Lossy 12:1")


def test_the_tool_used_last_stands_in_front_also_next_time(site: str, sign_in: SignIn) -> None:
    study = pictures.stack(1)
    page = opened(sign_in(people.radiologist()), site, study)
    front = page.locator("[data-family=regions] [data-front]")
    expect(front).to_contain_text("ROI")
    page.locator("[data-family=regions] summary").click()
    page.get_by_role("button", name="Draw a region by hand").click()
    expect(front).to_contain_text("Freehand")
    expect(front).to_have_attribute("aria-pressed", "true")
    opened(page, site, study)
    expect(front).to_contain_text("Freehand")
    front.click()
    expect(front).to_have_attribute("aria-pressed", "true")


def test_the_window_of_the_body_part_stands_in_front_until_another_was_used(site: str, sign_in: SignIn) -> None:
    head = pictures.stack(3, BodyPartExamined="HEAD")
    page = opened(sign_in(people.radiologist()), site, head)
    first = page.locator(".presets .preset").first
    expect(first).to_have_text("4Brain")
    page.keyboard.press("5")
    expect(first).to_have_text("5Stroke")
    opened(page, site, pictures.stack(3, BodyPartExamined="LSPINE"))
    expect(first).to_have_text("3Bone")
    opened(page, site, head)
    expect(first).to_have_text("5Stroke")


def test_every_window_preset_is_reached_by_mouse_and_the_last_one_stands_in_front(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1))
    menu = page.locator(".preset-bar .menu-list button")
    page.get_by_label("All window presets").click()
    expect(menu).to_have_count(9)
    menu.nth(7).click()
    expect(corner(page, "window")).to_contain_text("W 600 L 300")
    expect(menu.first).to_be_hidden()
    expect(page.locator(".presets .preset").first).to_have_text("8Angio")
    page.keyboard.press("3")
    expect(corner(page, "window")).to_contain_text("W 2000 L 450")
    expect(page.locator(".presets .preset").first).to_have_text("3Bone")
    page.reload()
    expect(page.locator(".presets .preset").first).to_have_text("3Bone")
    page.set_viewport_size({"width": 1100, "height": 700})
    page.get_by_label("All window presets").click()
    expect(menu.nth(8)).to_be_visible()


def test_the_keys_are_for_the_images_again_whichever_way_a_menu_was_left(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(8))
    regions, shown = page.locator("[data-family=regions]"), page.locator(".pane")
    heads = [page.get_by_label("All window presets"), regions.locator("summary"), page.locator(".menu.person summary")]

    def next_image_is(number: int) -> None:
        expect(shown).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(corner(page, "where")).to_contain_text(f"Im {number} / 8")

    for number, head in enumerate(heads, start=2):
        head.click()
        page.keyboard.press("Escape")
        next_image_is(number)
    for _twice in range(2):
        regions.locator("summary").click()
    next_image_is(5)
    regions.locator("summary").click()
    page.keyboard.press("b")
    expect(regions.locator("[data-front]")).to_contain_text("Box")
    expect(regions.locator(".menu-list")).to_be_hidden()
    next_image_is(6)
    page.get_by_label("All window presets").click()
    page.keyboard.press("3")
    expect(corner(page, "window")).to_contain_text("W 2000 L 450")
    next_image_is(7)
    page.locator("[data-panel-handle]").focus()
    page.keyboard.press("Escape")
    next_image_is(8)
