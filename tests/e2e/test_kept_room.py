"""The volume room, and pictures without smoothing, as they were left: by who comes back, and by a hanging protocol that was demonstrated.

Not covered: slabs (tests/e2e/test_nothing_lost.py), and what is refused of what is kept (tests/imaging/viewer).
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.viewer.hanging.selectors import protocols_in_force
from tests import people
from tests.e2e.test_fusion import pet_study
from tests.e2e.volume_room import (
    BALL,
    PHANTOM,
    SLOW,
    at_the_ball,
    click_at,
    colour_at,
    drag,
    in_room,
    on_screen,
    opened,
    pixel_of,
    size,
    turning_handle,
    until,
    view,
)
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
PLANES = ("axial", "coronal", "sagittal")


def left_and_back(page: Page, site: str, study: Study) -> Page:
    page.goto(f"{site}/reading/")
    return opened(page, site, study)


def back_in_room(page: Page, site: str, study: Study) -> Page:
    left_and_back(page, site, study)
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)
    return page


def turn_a_line(page: Page) -> None:
    """Turn the line of the coronal plane, by its handle in the axial view."""
    width, height = size(page, "axial")
    page.mouse.move(*on_screen(page, "axial", (width * 0.6, height / 2)))
    expect(page.locator('[data-view="view-axial"] svg circle').first).to_be_attached()
    start = turning_handle(page)
    drag(page, "axial", start, (start[0] - 20, start[1] + 60))
    expect(view(page, "coronal").locator('[data-part="what"]')).to_contain_text("Oblique")


def places(page: Page) -> list[str]:
    """Of each plane where it lies, and which way it looks."""
    page.mouse.move(2, 2)  # no value under the pointer
    parts = ("where", "edge-right", "edge-bottom")
    return [view(page, plane).locator(f'[data-part="{part}"]').inner_text() for plane in PLANES for part in parts]


def test_a_plane_over_the_whole_room_is_there_again(site: str, sign_in: SignIn) -> None:
    study = PHANTOM.send()
    page = in_room(opened(sign_in(people.radiologist()), site, study))
    width, height = size(page, "coronal")
    page.mouse.dblclick(*on_screen(page, "coronal", (width * 0.3, height * 0.3)))
    expect(view(page, "axial")).to_be_hidden()
    left = size(page, "coronal")
    back_in_room(page, site, study)
    expect(view(page, "axial")).to_be_hidden()
    assert size(page, "coronal") == left
    view(page, "coronal").focus()
    page.keyboard.press("Enter")
    expect(view(page, "axial")).to_be_visible()
    assert size(page, "coronal") == (width, height)


def test_turned_planes_are_there_again(site: str, sign_in: SignIn) -> None:
    study = PHANTOM.send()
    page = in_room(opened(sign_in(people.radiologist()), site, study))
    turn_a_line(page)
    click_at(page, "axial", *pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial")))
    expect(view(page, "coronal").locator('[data-part="where"]')).not_to_contain_text("y −2.8 mm")
    left = places(page)
    back_in_room(page, site, study)
    expect(view(page, "coronal").locator('[data-part="what"]')).to_contain_text("Oblique")
    assert places(page) == left
    page.keyboard.press("x")
    expect(view(page, "coronal").locator('[data-part="what"]')).to_contain_text("Coronal")


def test_a_fusion_is_there_again_as_it_was_coloured_and_read(site: str, sign_in: SignIn) -> None:
    study = pet_study()
    page = at_the_ball(opened(sign_in(people.radiologist()), site, study), ";")
    page.locator("[data-fusion-colour]").select_option("rainbow")
    page.locator("[data-fusion-kind]").select_option("lbm")
    page.locator("[data-fusion-blend]").fill("100")
    page.locator("[data-fusion-most]").fill("6.5")
    spot = pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial"))
    # 5.86 of 6.5 by lean mass: between yellow and red.
    until(lambda: colour_at(page, "axial", spot) == pytest.approx((255, 100, 0), abs=12))
    back_in_room(page, site, study)
    expect(page.locator("[data-fusion-colour]")).to_have_value("rainbow")
    expect(page.locator("[data-fusion-kind]")).to_have_value("lbm")
    expect(page.locator("[data-fusion-blend]")).to_have_value("100")
    expect(page.locator("[data-fusion-most-shown]")).to_have_text("6.5 g/ml")
    expect(view(page, "axial").locator('[data-part="window"]')).to_contain_text("SUV lbm 0.0 … 6.5 g/ml")
    until(lambda: colour_at(page, "axial", spot) == pytest.approx((255, 100, 0), abs=12))


def test_a_volume_is_there_again_with_its_preset_and_cropped(site: str, sign_in: SignIn) -> None:
    study = PHANTOM.send()
    page = in_room(opened(sign_in(people.radiologist()), site, study), "Shift+U")
    page.locator("[data-room-preset]").select_option("lung")
    page.get_by_label("Crop from R").fill("40")
    page.get_by_label("Crop from L").fill("20")
    width, height = size(page, "solid")
    drag(page, "solid", (width / 2, height / 2), (width / 2 + 60, height / 2 + 50))
    edges = [view(page, "solid").locator(f'[data-part="edge-{edge}"]') for edge in ("top", "right")]
    expect(edges[0]).not_to_have_text("H")
    top, right = (edge.inner_text() for edge in edges)
    back_in_room(page, site, study)
    expect(page.locator("[data-room-preset]")).to_have_value("lung")
    expect(page.get_by_label("Crop from R")).to_have_value("40")
    expect(page.get_by_label("Crop from L")).to_have_value("20")
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    expect(edges[1]).to_have_text(right)
    expect(edges[0]).to_have_text(top)
    view(page, "solid").focus()
    page.keyboard.press("x")
    expect(page.get_by_label("Crop from R")).to_have_value("0")
    expect(view(page, "solid").locator('[data-part="edge-right"]')).to_have_text("L")


def resized(page: Page, name: str, width: int) -> None:
    """A window of another width, drawn anew in it."""
    drawn = f"document.querySelector('[data-view=view-{name}] canvas').width"
    before = page.evaluate(drawn)
    page.set_viewport_size({"width": width, "height": 720})
    until(lambda: page.evaluate(drawn) != before)


def test_a_window_of_another_size_leaves_planes_and_volume_as_they_were_turned(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    turn_a_line(page)
    left = places(page)
    resized(page, "axial", 1240)
    assert places(page) == left
    in_room(page, "Shift+U")
    width, height = size(page, "solid")
    drag(page, "solid", (width / 2, height / 2), (width / 2 + 60, height / 2 + 50))
    edges = [view(page, "solid").locator(f'[data-part="edge-{edge}"]') for edge in ("top", "right")]
    expect(edges[0]).to_have_text("HP")
    expect(edges[1]).to_have_text("LA")
    resized(page, "solid", 1300)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert [edge.inner_text() for edge in edges] == ["HP", "LA"]


def test_pixels_that_are_not_smoothed_stay_so(site: str, sign_in: SignIn) -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 3)
    page = opened(sign_in(people.radiologist()), site, study)
    smooth = page.locator("[data-act=smooth]").first
    expect(smooth).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Shift+S")
    expect(smooth).to_have_attribute("aria-pressed", "false")
    left_and_back(page, site, study)
    expect(smooth).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Shift+S")
    left_and_back(page, site, study)
    expect(smooth).to_have_attribute("aria-pressed", "true")


def test_a_room_is_demonstrated_and_the_next_scan_opens_so(site: str, sign_in: SignIn) -> None:
    reader = people.radiologist()
    page = opened(sign_in(reader), site, pet_study())
    page.keyboard.press("Shift+S")
    in_room(page, ";")
    turn_a_line(page)
    click_at(page, "axial", *pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial")))
    page.locator("[data-fusion-colour]").select_option("grey")
    page.locator("[data-fusion-kind]").select_option("bsa")
    page.locator("[data-fusion-blend]").fill("70")
    left = places(page)
    page.keyboard.press("Shift+K")
    dialog = page.locator("[data-hanging-dialog]")
    dialog.get_by_label("Name").fill("PET over CT")
    expect(dialog.get_by_label("Planes as they were turned")).to_be_checked(timeout=SLOW)
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_be_hidden()
    [kept] = protocols_in_force(reader)
    assert (kept.rule.panes[0].look.smooth, kept.rule.room.fusion) == (False, "grey")
    opened(page, site, pet_study(exam=pictures.exam_of(people.lin_mei_hua())))
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)
    expect(page.locator("[data-fusion-colour]")).to_have_value("grey")
    expect(page.locator("[data-fusion-kind]")).to_have_value("bsa")
    expect(page.locator("[data-fusion-blend]")).to_have_value("70")
    expect(view(page, "coronal").locator('[data-part="what"]')).to_contain_text("Oblique")
    assert [re.sub(r"\.\d", "", place) for place in places(page)] == [re.sub(r"\.\d", "", place) for place in left]
    page.keyboard.press("Escape")
    expect(page.locator("[data-act=smooth]").first).to_have_attribute("aria-pressed", "false")
