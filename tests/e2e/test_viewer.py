"""The reading page in a real browser: pictures, tools, measurements and key images, over real frames.

Not covered: graphics hardware (Chromium draws in software here), full screen, and dragging from the series list.
"""

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.viewer.models import Annotation, KeyImage
from tests import people
from tests.e2e.slow_line import held
from tests.imaging import pictures
from tests.imaging.archive.objects import ct_slice

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = 30_000
SignIn = Callable[[User], Page]


def lin_study(count: int = 8) -> Study:
    return pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), count)


def test_one_image_is_said_in_the_singular(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study(1))
    page.locator(".rail-tile").first.click()
    expect(page.locator("[data-announce]")).to_have_text(re.compile(r"Lung 2 mm, 1 image$"))


def opened(page: Page, site: str, study: Study, state: str = "complete") -> Page:
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    expect(page.locator("html")).to_have_attribute("data-viewer", state, timeout=SLOW)
    return page


def corner(page: Page, name: str, pane: int = 0) -> Locator:
    return page.locator(".pane").nth(pane).locator(f'[data-part="{name}"]')


def surface(page: Page) -> dict[str, float]:
    box = page.locator(".surface").first.bounding_box()
    assert box is not None
    return dict(box)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def drag_across(page: Page, pixels: float) -> None:
    """Drag sideways around the middle of the picture."""
    box = surface(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, (x - pixels / 2, y), (x + pixels / 2, y))


def test_the_whole_series_is_there_and_is_scrolled(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study())
    expect(page.locator(".patient-banner")).to_contain_text("LIN, Mei-Hua")
    expect(corner(page, "where")).to_contain_text("Im 1 / 8")
    expect(page.locator("[data-rail-foot]")).to_contain_text("8 of 8 images in")
    box = surface(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, 100)
    expect(corner(page, "where")).to_contain_text("Im 2 / 8")
    page.keyboard.press("End")
    expect(corner(page, "where")).to_contain_text("Im 8 / 8")
    expect(corner(page, "where")).to_contain_text("z 16.0 mm")

    page.keyboard.press("Shift+I")
    header, search = page.locator("[data-header]"), page.locator("[data-header-search]")
    expect(search).to_be_focused()
    expect(header.locator("tbody")).to_contain_text("Image Position (Patient)")
    search.fill("0010,0020")
    expect(header.locator("tbody tr:visible")).to_have_text([re.compile("0010,0020.*Patient ID.*00482913")])
    expect(header.locator("[data-header-count]")).to_have_text("Attributes: 1")
    search.fill("no such thing")
    expect(header.locator("[data-header-none]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(header).to_be_hidden()
    page.keyboard.press("Home")
    expect(corner(page, "where")).to_contain_text("Im 1 / 8")


def test_letters_say_where_the_patients_sides_are_also_when_turned(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study(2))
    expect(corner(page, "edge-left")).to_have_text("R")
    expect(corner(page, "edge-bottom")).to_have_text("P")
    page.keyboard.press("h")
    expect(corner(page, "edge-left")).to_have_text("L")
    page.keyboard.press("x")
    expect(corner(page, "edge-left")).to_have_text("R")
    page.keyboard.press("r")
    expect(corner(page, "edge-top")).to_have_text("R")


def test_window_by_mouse_by_preset_and_back(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study(2))
    expect(corner(page, "window")).to_contain_text("W 400 L 40")
    drag_across(page, 80)
    expect(corner(page, "window")).not_to_contain_text("W 400 L 40")
    page.keyboard.press("1")
    expect(corner(page, "window")).to_contain_text("W 1500 L −600")
    page.keyboard.press("x")
    expect(corner(page, "window")).to_contain_text("W 400 L 40")


def test_a_length_is_in_millimetres_kept_and_there_again(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study(2))
    page.keyboard.press("l")
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag_across(page, 200)
    expect(page.locator(".pane svg text").first).to_contain_text("mm")
    per_pixel = pictures.SIDE / surface(page)["height"]
    shown = float((page.locator(".pane svg text").first.text_content() or "").split(" ")[0])
    assert shown == pytest.approx(200 * per_pixel, rel=0.02)
    kept = Annotation.objects.get()
    assert kept.values["length"] == pytest.approx(200 * per_pixel, rel=0.02)
    assert kept.points[1][0] - kept.points[0][0] == pytest.approx(200 * per_pixel, rel=0.02)
    page.reload()
    expect(page.locator(".pane svg text").first).to_contain_text(f"{shown:.1f} mm", timeout=SLOW)


def test_what_is_measured_before_earlier_ones_are_back_is_kept(site: str, sign_in: SignIn) -> None:
    page = sign_in(people.radiologist())
    waiting = held(page, "**/annotations/")
    opened(page, site, lin_study(1))
    page.keyboard.press("l")
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag_across(page, 200)
    waiting.pop().continue_()
    assert Annotation.objects.count() == 1


def test_without_pixel_spacing_the_unit_is_pixels(site: str, sign_in: SignIn) -> None:
    study = pictures.stack(1, PixelSpacing=None, ImagePositionPatient=None, ImageOrientationPatient=None, Modality="CR")
    page = opened(sign_in(people.radiologist()), site, study)
    expect(corner(page, "where")).to_contain_text("not calibrated")
    page.keyboard.press("l")
    drag_across(page, 150)
    expect(page.locator(".pane svg text").first).to_have_text(re.compile(r"^[\d.]+ px$"))


def test_a_key_image_is_kept_as_it_is_seen(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study(3))
    page.keyboard.press("ArrowDown")
    expect(corner(page, "where")).to_contain_text("Im 2 / 3")
    page.keyboard.press("1")
    with page.expect_response(re.compile("/key-images/$")) as answer:
        page.keyboard.press("k")
    kept = KeyImage.objects.select_related("instance").get()
    assert (kept.instance.instance_number, kept.frame, kept.window_centre, kept.window_width) == (2, 1, -600, 1500)
    picture = page.request.get(f"{site}{answer.value.json()['picture']}")
    assert picture.body().startswith(b"\xff\xd8\xff")


TURNS = ("Shift+H", "Shift+H r", "h r", "h Shift+H", "Shift+H r r", "r Shift+H", "r h", "Shift+R h Shift+H")


def test_a_key_image_is_turned_and_mirrored_as_it_is_seen(site: str, sign_in: SignIn) -> None:
    """A side that is not the one that was read would be told of in the report."""
    page = opened(sign_in(people.radiologist()), site, lin_study(1))
    page.locator("[data-viewports]").evaluate("(all) => all.toggleAttribute('data-plain', true)")
    box = surface(page)
    side = 0.8 * min(box["width"], box["height"])
    clip = {"x": box["x"] + (box["width"] - side) / 2, "y": box["y"] + (box["height"] - side) / 2, "width": side, "height": side}
    for keys in TURNS:
        for key in ("x", *keys.split()):
            page.keyboard.press(key)
        with page.expect_response(re.compile("/key-images/$")) as answer:
            page.keyboard.press("k")
        kept = coarse(page.request.get(f"{site}{answer.value.json()['picture']}").body(), 0.1)
        seen = coarse(page.screenshot(clip=clip), 0)  # type: ignore[arg-type]
        far = {name: float(np.abs(turned - seen).mean()) for name, turned in all_ways(kept)}
        assert min(far, key=far.__getitem__) == "as kept", (keys, far)


def coarse(picture: bytes, margin: float) -> np.ndarray:
    image = Image.open(io.BytesIO(picture)).convert("L")
    inside = image.crop(
        (int(image.width * margin), int(image.height * margin), int(image.width * (1 - margin)), int(image.height * (1 - margin)))
    )
    return np.asarray(inside.resize((32, 32)), dtype=float)


def all_ways(picture: np.ndarray) -> list[tuple[str, np.ndarray]]:
    ways = [(f"turned by {turn * 90}", np.rot90(picture, turn)) for turn in (1, 2, 3)]
    return [("as kept", picture), *ways, *((f"mirrored, turned by {turn * 90}", np.rot90(np.fliplr(picture), turn)) for turn in range(4))]


def test_four_viewports_show_the_other_series_and_the_prior(site: str, sign_in: SignIn) -> None:
    patient = people.lin_mei_hua()
    exam = pictures.exam_of(patient)
    pictures.stack_for(pictures.exam_of(patient, "CT25010100001"), 2, StudyDate="20250101", SeriesDescription="Earlier")
    study = pictures.stack_for(exam, 4, SeriesInstanceUID="1.2.3.1")
    pictures.stack_for(exam, 2, SeriesInstanceUID="1.2.3.2", SeriesNumber=3, SeriesDescription="Bone")
    page = opened(sign_in(people.radiologist()), site, study)
    page.get_by_role("button", name="2 × 2").click()
    expect(page.locator(".pane")).to_have_count(4)
    expect(corner(page, "what", 1)).to_contain_text("Bone", timeout=SLOW)
    expect(corner(page, "who", 2)).to_contain_text("PRIOR", timeout=SLOW)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)


@pytest.mark.parametrize("kind", ["whole", "segmented"])
def test_a_palette_is_shown_in_its_colours(site: str, sign_in: SignIn, kind: str) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.send(pictures.palette_picture(kind, StudyInstanceUID=exam.study_instance_uid)).study
    assert study is not None
    page = opened(sign_in(people.radiologist()), site, study)
    box = surface(page)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    half, middle = min(box["width"], box["height"]) / 2, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    (red, green, _blue), (more_red, less_green, _none) = (shot.getpixel((middle[0] + side * half * 0.9, middle[1])) for side in (-1, 1))
    assert green > 200 > 50 > red
    assert more_red > 200 > 50 > less_green


def test_a_damaged_picture_says_so_and_the_others_are_read(site: str, sign_in: SignIn) -> None:
    damaged = pictures.slice_of(2, StudyInstanceUID="1.2.3.9", SeriesInstanceUID="1.2.3.9.1")
    damaged.Rows = 4096
    damaged.PixelData = bytes(64)
    pictures.send(damaged)
    study = pictures.stack(1, StudyInstanceUID="1.2.3.9", SeriesInstanceUID="1.2.3.9.1")
    page = opened(sign_in(people.radiologist()), site, study, "error")
    expect(page.locator("[data-problem]")).to_contain_text("1 images could not be shown")
    expect(corner(page, "where")).to_contain_text("Im 1 / 2")


def test_a_study_without_pictures_says_so(site: str, sign_in: SignIn) -> None:
    report = ct_slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11", Modality="SR")
    for keyword in ("Rows", "Columns", "PixelData", "BitsAllocated", "BitsStored", "HighBit"):
        delattr(report, keyword)
    study = pictures.send(report).study
    assert study is not None
    page = opened(sign_in(people.radiologist()), site, study, "error")
    expect(page.locator("[data-problem]")).to_contain_text("no pictures to show")


def test_keys_are_listed_and_axe_finds_no_serious_fault(site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]) -> None:
    page = opened(sign_in(people.radiologist()), site, lin_study(2))
    no_serious_fault(page)
    page.keyboard.press("?")
    dialog = page.locator("#keys-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Measure a length")
    expect(dialog.get_by_text("Zoom in")).to_be_visible()
