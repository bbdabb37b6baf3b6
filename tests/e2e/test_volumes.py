"""Cut planes, slabs and volume rendering in a real browser, over made volumes whose marks are at known places.

Not covered: graphics hardware, touch, and how fast it draws. What is refused, and why, is tested in static/viewer/tests too.
"""

import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pydicom.uid import generate_uid

from tests import people
from tests.e2e.volume_room import (
    BALL,
    PHANTOM,
    SIDES,
    SLOW,
    SignIn,
    at_the_ball,
    ball_in,
    brightness,
    drag,
    grey,
    in_room,
    on_screen,
    opened,
    pixel_of,
    scale_of,
    size,
    turning_handle,
    until,
    view,
)
from tests.imaging import pictures
from tests.imaging.phantoms import Ball, Phantom

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_ball_is_where_it_belongs_in_each_plane(site: str, sign_in: SignIn) -> None:
    page = at_the_ball(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    for plane in SIDES:
        expected = pixel_of(PHANTOM, BALL.place, plane, *size(page, plane))
        scale = scale_of(PHANTOM, plane, *size(page, plane))
        x, y, width = ball_in(page, plane, expected, int(14 * scale))
        assert (x, y) == pytest.approx(expected, abs=1.2 * scale)
        assert width == pytest.approx(18 * scale, abs=2.2 * scale)
    assert view(page, "sagittal").locator('[data-part="edge-left"]').text_content() == "A"
    assert view(page, "coronal").locator('[data-part="edge-top"]').text_content() == "H"


def test_a_length_in_a_cut_plane_is_in_millimetres(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    page.keyboard.press("l")
    for number, plane in enumerate(("coronal", "sagittal"), start=1):
        width, height = size(page, plane)
        drag(page, plane, (width / 2 - 70, height / 2 - 40), (width / 2 + 50, height / 2 + 50))
        text = view(page, plane).locator("svg text").last
        expect(text).to_contain_text("mm")
        expect(page.locator("[data-room-marks-count]")).to_have_text(str(number))
        # The list of marks takes no room from the planes once there is one: nothing moves below the hand.
        assert size(page, plane) == (width, height)
        length = pytest.approx(150 / scale_of(PHANTOM, plane, width, height), rel=0.01)
        until(lambda text=text, length=length: float((text.text_content() or "0").split()[0]) == length)


def test_a_slab_shows_the_largest_the_smallest_and_the_mean(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    spot = pixel_of(PHANTOM, BALL.place, "coronal", *size(page, "coronal"))
    assert brightness(page, "coronal", spot) < 60
    page.locator("[data-room-thickness]").fill("60")
    until(lambda: brightness(page, "coronal", spot) > 240)
    expect(view(page, "coronal").locator('[data-part="where"]')).to_contain_text("MIP 60 mm")
    page.locator("[data-room-slab]").select_option("mean")
    until(lambda: 60 < brightness(page, "coronal", spot) < 200)
    page.locator("[data-room-slab]").select_option("minip")
    until(lambda: brightness(page, "coronal", spot) < 60)


def test_a_slab_is_as_thick_as_it_says(site: str, sign_in: SignIn) -> None:
    """A ball from 6 to 12 mm behind the plane is in a slab of 24 mm, and not in one of 10."""
    crossing = PHANTOM.origin[1] + (PHANTOM.rows - 1) / 2 * PHANTOM.spacing[1]
    far = Ball((BALL.place[0], crossing + 9, BALL.place[2]), 3, 1000)
    page = in_room(opened(sign_in(people.radiologist()), site, Phantom((far,), rows=128, spacing=(1.0, 0.75, 2.0)).send()))
    page.locator("[data-room-thickness]").fill("24")
    spot = pixel_of(PHANTOM, far.place, "coronal", *size(page, "coronal"))
    until(lambda: brightness(page, "coronal", spot) > 200)
    page.locator("[data-room-thickness]").fill("10")
    until(lambda: brightness(page, "coronal", spot) < 60)


def test_what_was_filled_in_is_none_of_a_slab(site: str, sign_in: SignIn) -> None:
    """Before the ball lies one that was filled in; what is round both is at half of the window."""
    filled = Ball((BALL.place[0], -15.0, BALL.place[2]), 9, -2000)
    phantom = Phantom((BALL, filled), background=300)
    page = in_room(opened(sign_in(people.radiologist()), site, phantom.send(PixelPaddingValue=-2000)))
    spot = pixel_of(phantom, BALL.place, "coronal", *size(page, "coronal"))
    page.locator("[data-room-thickness]").fill("60")
    until(lambda: brightness(page, "coronal", spot) > 240)
    page.locator("[data-room-slab]").select_option("minip")
    until(lambda: 115 < brightness(page, "coronal", spot) < 140)
    page.locator("[data-room-slab]").select_option("mean")
    # 18 mm of 1000 and 24 mm of 300; with what was filled in it would be black.
    until(lambda: 165 < brightness(page, "coronal", spot) < 200)


def test_a_mean_knows_values_above_a_million(site: str, sign_in: SignIn) -> None:
    hot = Phantom((Ball(BALL.place, 9, 4_000_000),), background=2_000_000, attributes={"RescaleSlope": "200", "WindowCenter": "2000000",
        "WindowWidth": "4000000"})  # fmt: skip
    page = in_room(opened(sign_in(people.radiologist()), site, hot.send()))
    spot = pixel_of(hot, BALL.place, "coronal", *size(page, "coronal"))
    page.locator("[data-room-thickness]").fill("60")
    page.locator("[data-room-slab]").select_option("mean")
    until(lambda: 140 < brightness(page, "coronal", spot) < 190)


def test_one_key_leads_back_to_where_the_reader_was(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, PHANTOM.send())
    page.keyboard.press("PageDown")
    page.keyboard.press("3")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/frames/" in request.url else None)
    in_room(page)
    expect(view(page, "axial").locator('[data-part="where"]')).to_contain_text("z −280.0 mm")
    expect(view(page, "axial").locator('[data-part="window"]')).to_contain_text("W 2000 L 450")
    page.keyboard.press("ArrowDown")
    expect(view(page, "axial").locator('[data-part="where"]')).not_to_contain_text("z −280.0 mm")
    page.keyboard.press("5")
    expect(view(page, "sagittal").locator('[data-part="window"]')).to_contain_text("W 35 L 35")
    page.keyboard.press("Escape")
    expect(page.locator("[data-room]")).to_be_hidden()
    expect(page.locator('.pane [data-part="where"]').first).to_contain_text("Im 11 / 40")
    expect(page.locator('.pane [data-part="window"]').first).to_contain_text("W 2000 L 450")
    in_room(page)
    until(lambda: brightness(page, "axial", (size(page, "axial")[0] / 2 + 60, size(page, "axial")[1] / 2 + 60)) > 10)
    assert not asked, "pictures that are here are not fetched again"


def test_tools_that_do_not_work_there_are_greyed_and_say_why(site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]) -> None:
    page = opened(sign_in(people.radiologist()), site, PHANTOM.send())

    def button(act: str) -> Locator:
        return page.locator(f".tools [data-act='{act}']").last

    usual = {act: button(act).get_attribute("title") for act in ("ellipse", "rotate", "header", "layout-2x2", "length")}
    in_room(page)
    refused = "ellipse probe chart arrow note rotate flip fit lines cursor header layout-2x2 cine"
    for act in refused.split():
        expect(button(act)).to_have_attribute("aria-disabled", "true")
        expect(button(act)).to_have_attribute("title", "Not while the volume is open. Escape leads back to the images.")
    for act in ("length", "angle", "window", "scroll", "invert", "reset", "mpr", "solid", "key", "full", "panel"):
        expect(button(act)).not_to_have_attribute("aria-disabled", "true")
    no_serious_fault(page)
    button("lines").focus()
    expect(button("lines")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-announce]")).to_contain_text("Not while the volume is open")
    page.keyboard.press("o")
    expect(page.locator("[data-announce]")).to_contain_text("Not while the volume is open")
    page.keyboard.press("Shift+U")
    expect(page.locator("[data-room]")).to_have_attribute("data-kind", "solid")
    expect(button("length")).to_have_attribute("aria-disabled", "true", timeout=SLOW)
    expect(page.locator(".preset").first).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("3")
    expect(page.locator("[data-announce]")).to_contain_text("A volume is shown by its own presets")
    page.keyboard.press("Escape")
    expect(page.locator("[data-room]")).to_be_hidden()
    expect(page.locator("[data-act][aria-disabled], .preset[aria-disabled]")).to_have_count(0)
    assert usual == {act: button(act).get_attribute("title") for act in usual}


def test_a_turned_line_makes_an_oblique_plane(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    width, height = size(page, "axial")
    handle = page.locator('[data-view="view-axial"] svg circle').first
    line = (width * 0.72, height / 2)
    page.mouse.move(*on_screen(page, "axial", (width * 0.6, height / 2)))
    expect(handle).to_be_attached()
    drag(page, "axial", turning_handle(page), (line[0] - 20, line[1] + 60))
    expect(view(page, "coronal").locator('[data-part="what"]')).to_contain_text("Oblique")
    expect(view(page, "coronal").locator('[data-part="edge-right"]')).to_have_text(re.compile("L[AP]|[AP]L"))
    page.keyboard.press("x")
    expect(view(page, "coronal").locator('[data-part="what"]')).to_contain_text("Coronal")


def test_a_volume_is_seen_from_outside_and_cropped(site: str, sign_in: SignIn) -> None:
    small = Phantom((Ball((20.0, 14.5, -260.0), 20, 1000),))
    page = sign_in(people.radiologist())
    page.set_viewport_size({"width": 1000, "height": 420})
    opened(page, site, small.send())
    page.keyboard.press("Shift+U")
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)

    def lit() -> int:
        return int((grey(view(page, "solid"))[60:-60, 60:-60] > 40).sum())

    expect(page.locator(".announce.is-shown")).to_have_count(0)
    until(lambda: lit() > 500)
    whole = lit()
    page.get_by_label("Crop from R").fill("75")
    until(lambda: 0 < lit() < whole * 0.8)
    page.get_by_label("Crop from R").fill("95")
    until(lambda: lit() == 0)
    view(page, "solid").focus()
    page.keyboard.press("x")
    until(lambda: lit() > whole * 0.8)


def test_the_frames_of_one_object_are_a_volume_too(site: str, sign_in: SignIn) -> None:
    study = pictures.send(PHANTOM.in_one_object()).study
    assert study is not None
    page = at_the_ball(opened(sign_in(people.radiologist()), site, study))
    expect(view(page, "axial").locator('[data-part="where"]')).to_contain_text("CT 1000 HU")


def test_the_mouse_changes_the_window_of_all_planes(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    page.keyboard.press("w")
    width, height = size(page, "coronal")
    drag(page, "coronal", (width / 2 - 40, height / 2), (width / 2 + 40, height / 2))
    expect(view(page, "axial").locator('[data-part="window"]')).not_to_contain_text("W 1400")
    shown = view(page, "coronal").locator('[data-part="window"]').text_content() or ""
    expect(view(page, "axial").locator('[data-part="window"]')).to_have_text(shown)


REFUSED = {
    "uneven": ({}, range(0, 12, 1), [4], "unevenly spaced, 2.00 to 4.00 mm apart"),
    "few": ({}, range(2), [], "at least three slices"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_safe_is_refused_at_the_button(site: str, sign_in: SignIn, name: str) -> None:
    attributes, numbers, left_out, reason = REFUSED[name]
    named = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), **attributes}
    sent = [pictures.send(PHANTOM.slice(number, **named)) for number in numbers if number not in left_out]
    assert sent[0].study is not None
    page = opened(sign_in(people.radiologist()), site, sent[0].study)
    page.keyboard.press("u")
    expect(page.locator("[data-refusal]")).to_contain_text(reason)
    expect(page.locator("[data-room]")).to_be_hidden()
    page.keyboard.press(";")
    expect(page.locator("[data-refusal]")).to_contain_text("no series to fuse")
    page.keyboard.press("Escape")
    expect(page.locator("[data-refusal]")).to_be_hidden()


LITTLE_MEMORY = """
const asked = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) { return name === 0x8073 ? 30 : asked.call(this, name); };
"""
NO_WEBGL2 = """
const got = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind === 'webgl2' ? null : got.call(this, kind, ...rest); };
"""


def test_while_it_is_fetched_it_says_how_much_and_can_be_left(site: str, sign_in: SignIn) -> None:
    page = sign_in(people.radiologist())
    held: list[Route] = []
    is_free = threading.Event()
    study = PHANTOM.send()
    seen: list[str] = []

    def hold(route: Route) -> None:
        seen.append(route.request.url)
        if is_free.is_set() or len(seen) <= 5:
            route.continue_()
        else:
            held.append(route)

    page.route("**/frames/*", hold)
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    expect(page.locator("html")).to_have_attribute("data-viewer", "first-image", timeout=SLOW)
    page.keyboard.press("u")
    expect(page.locator("[data-room-loading]")).to_contain_text("5 of 40 images", timeout=SLOW)
    page.keyboard.press("Escape")
    expect(page.locator("[data-room]")).to_be_hidden()
    is_free.set()
    while held:
        held.pop().continue_()
    in_room(page)


def test_what_does_not_fit_is_offered_with_fewer_slices(site: str, sign_in: SignIn) -> None:
    flat = Phantom((), columns=24, rows=24)
    page = sign_in(people.radiologist())
    page.add_init_script(LITTLE_MEMORY)
    opened(page, site, flat.send())
    page.keyboard.press("u")
    expect(page.locator("[data-refusal]")).to_contain_text("There are 40 slices; the graphics of this computer take volumes of at most 30.")
    page.get_by_role("button", name="Take one slice in 2: 20 slices").click()
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)
    expect(page.locator("[data-room-title]")).to_contain_text("one slice in 2 only")


def test_without_webgl_2_it_says_so_and_the_images_are_read(site: str, sign_in: SignIn) -> None:
    page = sign_in(people.radiologist())
    page.add_init_script(NO_WEBGL2)
    opened(page, site, Phantom((), columns=24, rows=24, slices=4).send())
    page.keyboard.press("Shift+U")
    expect(page.locator("[data-refusal]")).to_contain_text("without WebGL 2")
    page.keyboard.press("End")
    expect(page.locator('.pane [data-part="where"]').first).to_contain_text("Im 4 / 4")
