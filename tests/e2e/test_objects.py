"""Objects in a real browser: marks saved to the archive and read back by another reader, overlays over pictures, documents in a pane.

Not covered: a PDF's pages (headless Chromium has no viewer for them), and how fast many large overlays are drawn.
"""

import base64
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from imaging.archive.models import Series
from imaging.viewer.models import SavedObject
from tests import people
from tests.e2e.test_viewer import SLOW, SignIn, corner, drag, lin_study, opened, surface
from tests.imaging import pictures
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import key, slices

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
INK, GOLD = (0x8F, 0xD3, 0xFF), (232, 199, 102)


def tile(page: Page, modality: str) -> Locator:
    """The tile of a series of objects, by its modality."""
    series = Series.objects.order_by("-pk").filter(modality=modality)[0]
    return page.locator(f'.rail-tile[data-set="{series.series_instance_uid}"]')


def layer(page: Page) -> np.ndarray:
    """What is painted over the picture of the first viewport: rows x columns x RGBA."""
    address = page.locator("canvas[data-layer]").first.evaluate("canvas => canvas.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA"))


def inked(picture: np.ndarray, colour: tuple[int, int, int], tolerance: int = 80) -> np.ndarray:
    near = np.abs(picture[..., :3].astype(int) - colour).max(axis=-1) <= tolerance
    return near & (picture[..., 3] > 128)


def live_line(page: Page) -> tuple[float, float, float, float]:
    """The measured line as the engine draws it, from left to right."""
    ends = page.locator(".pane svg line").first.evaluate("line => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)))")
    x1, y1, x2, y2 = ends
    return (x1, y1, x2, y2) if x1 <= x2 else (x2, y2, x1, y1)


def test_marks_saved_by_one_are_read_at_the_same_places_by_another(site: str, sign_in: SignIn, context: BrowserContext) -> None:
    study = lin_study(3)
    page = opened(sign_in(people.radiologist()), site, study)
    page.keyboard.press("ArrowDown")
    expect(corner(page, "where")).to_contain_text("Im 2 / 3")
    page.keyboard.press("l")
    box = surface(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag(page, (x - 90, y + 31), (x + 70, y + 31))
    page.keyboard.press("1")
    with page.expect_response(lambda answer: answer.url.endswith("/key-images/") and answer.ok):
        page.keyboard.press("k")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-announce]")).to_contain_text("in the archive, version 1")
    assert [row.kind for row in SavedObject.objects.order_by("pk")] == ["presentation", "keys", "measurements"]
    expect(tile(page, "SR")).to_contain_text(people.radiologist().label)

    sign_in(people.resident())
    other = opened(context.new_page(), site, study)
    tile(other, "SR").click()
    expect(other.locator('[data-object="report"]')).to_contain_text("Length")
    expect(other.locator('[data-object="report"]')).to_contain_text(people.radiologist().label)
    expect(corner(other, "where")).to_contain_text("Im 2 / 3")
    same_place(other, INK)
    other.locator('[data-object="report"]').get_by_role("button", name="Close").click()
    tile(other, "KO").click()
    expect(corner(other, "window")).to_contain_text("W 1500 L −600")
    same_place(other, GOLD)


def same_place(page: Page, colour: tuple[int, int, int]) -> None:
    """What the object has lies where the engine draws the mark itself, within a pixel."""
    expect(page.locator(".pane svg line").first).to_be_attached(timeout=SLOW)
    page.locator("[data-reading][data-objects-open]").wait_for()
    drawn = settled(page, lambda: inked(layer(page), colour).any())
    x1, y1, x2, _y2 = live_line(page)
    ink = inked(drawn, colour)
    band = ink[round(y1) - 3 : round(y1) + 4]
    columns = np.nonzero(band)[1]
    assert columns.min() == pytest.approx(x1, abs=1.5)
    assert columns.max() == pytest.approx(x2, abs=1.5)
    middle = band[:, round((x1 + x2) / 2)]
    assert np.nonzero(middle)[0].mean() + round(y1) - 3 + 0.5 == pytest.approx(y1, abs=1)


def settled(page: Page, is_there: Callable[[], bool]) -> np.ndarray:
    """The painted layer, once it stands still."""
    before = None
    for _turn in range(40):
        now = layer(page)
        if before is not None and is_there() and now.shape == before.shape and (now == before).all():
            return now
        before = now
        page.wait_for_timeout(100)
    raise AssertionError("nothing is painted, or it never stands still")


def test_key_images_are_stepped_through_as_they_were_seen(site: str, sign_in: SignIn) -> None:
    study, reader = lin_study(4), people.radiologist()
    first, _second, third, _fourth = slices(study)
    key(reader, first, "Upper", window_centre=40, window_width=80)
    key(reader, third, "Lower", rotation=90, window_centre=-600, window_width=1500)
    page = opened(sign_in(reader), site, study)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-announce]")).to_contain_text("in the archive")
    tile(page, "KO").click()
    panel = page.locator('[data-object="keys"]')
    expect(panel).to_contain_text("Upper")
    expect(panel).to_contain_text("1 / 2")
    expect(corner(page, "window")).to_contain_text("W 80 L 40")
    page.locator(".pane").first.focus()
    page.keyboard.press(">")
    expect(panel).to_contain_text("2 / 2")
    expect(corner(page, "where")).to_contain_text("Im 3 / 4")
    expect(corner(page, "window")).to_contain_text("W 1500 L −600")
    expect(corner(page, "edge-top")).to_have_text("R")
    page.keyboard.press("<")
    expect(corner(page, "edge-top")).to_have_text("A")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)


def test_a_flipped_turned_and_enlarged_picture_comes_back_as_it_was(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    pictures.send(foreign.structure_set(study, {"Nothing drawn": []}))
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "RTSTRUCT").click()  # so that the viewport has one size throughout
    expect(page.locator('[data-object="structures"]')).to_be_visible()
    page.locator(".pane").first.focus()
    for press in ("r", "h", "i", "+", "+", "+"):
        page.keyboard.press(press)
    with page.expect_response(lambda answer: answer.url.endswith("/key-images/") and answer.ok):
        page.keyboard.press("k")
    sides = [corner(page, f"edge-{side}").inner_text() for side in ("top", "left", "right", "bottom")]
    seen = pixels(page)
    page.keyboard.press("x")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-announce]")).to_contain_text("in the archive")
    tile(page, "KO").click()
    expect(page.locator('[data-object="keys"]')).to_be_visible()
    for side, letter in zip(("top", "left", "right", "bottom"), sides, strict=True):
        expect(corner(page, f"edge-{side}")).to_have_text(letter)
    settled(page, lambda: True)
    now = pixels(page)
    assert np.abs(now.astype(int) - seen).mean() < 6


def pixels(page: Page) -> np.ndarray:
    """The middle of the picture as it is drawn, in the size of a stamp."""
    box = surface(page)
    side = min(box["width"], box["height"]) * 0.6
    clip = {"x": box["x"] + (box["width"] - side) / 2, "y": box["y"] + (box["height"] - side) / 2, "width": side, "height": side}
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L").resize((32, 32)))


def test_a_state_of_another_maker_is_applied_and_taken_back(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    pictures.send(foreign.presentation(study, slices(study)[1]))
    page = opened(sign_in(people.radiologist()), site, study)
    before = corner(page, "window").inner_text()
    tile(page, "PR").click()
    expect(page.locator('[data-object="presentation"]')).to_contain_text("Chen, Wei")
    expect(corner(page, "where")).to_contain_text("Im 2 / 2")
    # The state's values begin 1000 lower than the picture's.
    expect(corner(page, "window")).to_contain_text("W 50 L 1100")
    painted = settled(page, lambda: bool((layer(page)[..., 3] == 255).any()))
    box = surface(page)
    scale = min(box["width"], box["height"]) / 80
    left, top = box["width"] / 2 - 40 * scale, box["height"] / 2 - 40 * scale
    shut = (painted[..., 3] == 255) & (painted[..., :3].max(axis=-1) == 0)
    row = shut[round(top + 58 * scale)]
    assert row[round(left + 10 * scale)]
    open_columns = np.nonzero(~row)[0]
    assert (open_columns.min(), open_columns.max()) == pytest.approx((left + 20 * scale, left + 60 * scale), abs=2)
    ink = inked(painted, INK)[round(top + 25 * scale) : round(top + 55 * scale)]
    columns = np.nonzero(ink)[1]
    assert (columns.min(), columns.max()) == pytest.approx((left + 30 * scale, left + 50 * scale), abs=2.5)
    page.locator('[data-object="presentation"]').get_by_role("button", name="Close").click()
    page.locator(".pane").first.focus()
    page.keyboard.press("Home")
    expect(corner(page, "window")).to_contain_text("W 400 L 40")
    assert corner(page, "window").inner_text() == before
    assert not layer(page)[..., 3].any()


def test_a_damaged_object_says_so_and_the_pictures_stay(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    pictures.send(foreign.of(study, "1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT"))
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "RTSTRUCT").click()
    expect(page.locator('[data-object="structures"]')).to_contain_text("no structure")
    expect(corner(page, "where")).to_contain_text("Im 1 / 2")


def test_segments_lie_over_their_pictures_and_are_switched(site: str, sign_in: SignIn) -> None:
    study = lin_study(3)
    masks = np.zeros((3, 128, 128, 2), np.uint8)
    masks[0, 20:40, 60:100, 0] = masks[0, 90:100, 10:30, 1] = 1
    pictures.send(foreign.segmentation([foreign.read(one) for one in slices(study)], masks))
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "SEG").click()
    panel = page.locator('[data-object="segmentation"]')
    expect(panel).to_contain_text("Lesion 1")
    painted = settled(page, lambda: bool((layer(page)[..., 3] > 60).any()))
    rows, columns = np.nonzero(painted[..., 3] > 60)
    scale, left, top = place_of(page)
    assert columns.max() == pytest.approx(left + 100 * scale, abs=2)
    assert rows.min() == pytest.approx(top + 20 * scale, abs=2)
    assert rows.max() == pytest.approx(top + 100 * scale, abs=2)
    panel.get_by_role("checkbox", name="Lesion 2").uncheck()
    painted = settled(page, lambda: True)
    assert np.nonzero(painted[..., 3] > 60)[0].max() == pytest.approx(top + 40 * scale, abs=2)
    page.locator(".pane").first.focus()
    page.keyboard.press("End")
    expect(corner(page, "where")).to_contain_text("Im 3 / 3")
    assert not (settled(page, lambda: True)[..., 3] > 60).any()


def place_of(page: Page) -> tuple[float, float, float]:
    """Screen pixels for one of the picture, and where its left and upper edge are: the square picture is fitted into the pane."""
    box = surface(page)
    side = min(box["width"], box["height"])
    return side / pictures.SIDE, (box["width"] - side) / 2, (box["height"] - side) / 2


def test_contours_and_dose_lie_in_the_patient_and_others_are_refused(site: str, sign_in: SignIn) -> None:
    study = lin_study(3)
    square = [20.0, 30, 2, 60, 30, 2, 60, 70, 2, 20, 70, 2]
    pictures.send(foreign.structure_set(study, {"GTV": [square], "Other": [[5, 5, 6, 9, 5, 6, 9, 9, 6]]}))
    grid = np.zeros((2, 128, 128), np.uint32)
    grid[0, 50:80, 70:110] = 60_000
    pictures.send(foreign.dose(study, grid))
    elsewhere = foreign.structure_set(study, {"Elsewhere": [square]}, frame_of_reference="9.8.7")
    elsewhere.Modality = "RTX"
    pictures.send(elsewhere)
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "RTSTRUCT").click()
    expect(page.locator('[data-object="structures"]')).to_contain_text("GTV")
    painted = settled(page, lambda: bool((layer(page)[..., 3] > 60).any()))
    rows, columns = np.nonzero(painted[..., 3] > 60)
    scale, left, top = place_of(page)
    # A place of the patient at 0 is the middle of the first pixel.
    assert (columns.min(), columns.max()) == pytest.approx((left + 20.5 * scale, left + 60.5 * scale), abs=2.5)
    assert (rows.min(), rows.max()) == pytest.approx((top + 30.5 * scale, top + 70.5 * scale), abs=2.5)
    page.locator('[data-object="structures"]').get_by_role("button", name="Close").click()
    tile(page, "RTDOSE").click()
    expect(page.locator('[data-object="dose"]')).to_contain_text("60.00 Gy is 100 %")
    painted = settled(page, lambda: bool((layer(page)[..., 3] > 60).any()))
    columns = np.nonzero(painted[..., 3] > 60)[1]
    scale, left, _top = place_of(page)
    assert (columns.min(), columns.max()) == pytest.approx((left + 70 * scale, left + 110 * scale), abs=2)
    tile(page, "RTX").click()
    expect(page.locator('[data-object="structures"]')).to_contain_text("another frame of reference")


def test_documents_are_read_in_a_pane_without_any_active_content(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    pictures.send(foreign.report(study, foreign.said("Finding", "<script>document.title='hacked'</script> fine")))
    pictures.send(foreign.ecg(study))
    pictures.send(foreign.of(study, "1.2.840.10008.5.1.4.1.1.104.1", "DOC", EncapsulatedDocument=b"%PDF-1.4"))
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "SR").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator(".document-tree")).to_contain_text("fine")
    assert page.locator("iframe").get_attribute("sandbox") == "allow-same-origin"
    tile(page, "ECG").click()
    expect(page.frame_locator("iframe").locator("svg.ecg-paper polyline")).to_have_count(13)
    page.frame_locator("iframe").get_by_role("link", name="Each lead in a row").click()
    expect(page.frame_locator("iframe").locator("svg.ecg-paper polyline")).to_have_count(12)
    page.frame_locator("iframe").locator("body").click()
    page.keyboard.press("Escape")
    expect(page.locator(".pane")).to_be_focused()
    tile(page, "DOC").click()
    expect(page.locator("iframe")).to_have_attribute("src", re.compile(r"/rendered$"))
    expect(page.get_by_role("link", name="Open in a window of its own")).to_be_visible()
    page.locator(".rail-tile").first.click()
    expect(page.locator("iframe")).to_have_count(0)
    expect(corner(page, "where")).to_contain_text("Im 1 / 2")


def test_the_panel_has_no_serious_fault(site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]) -> None:
    study = lin_study(2)
    pictures.send(foreign.segmentation([foreign.read(one) for one in slices(study)], np.ones((2, 128, 128, 1), np.uint8)))
    page = opened(sign_in(people.radiologist()), site, study)
    tile(page, "SEG").click()
    expect(page.locator('[data-object="segmentation"]')).to_contain_text("Lesion 1")
    no_serious_fault(page)
