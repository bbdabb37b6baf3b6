"""Measurements on cut planes in a real browser: kept, put back on the same series, taken back, listed, and saved as a report.

Not covered: touch; what the report says in detail (tests/imaging/viewer/objects/test_planes_saved.py).
"""

import pytest
from playwright.sync_api import Page, expect

from imaging.viewer.models import SavedObject
from imaging.viewer.planes.models import PlaneMark
from tests import people
from tests.e2e.saves import saved
from tests.e2e.test_fusion import pet_study
from tests.e2e.volume_room import (
    BALL,
    PHANTOM,
    SignIn,
    at_the_ball,
    drag,
    in_room,
    on_screen,
    opened,
    pixel_of,
    scale_of,
    size,
    until,
    view,
)
from tests.imaging.phantoms import FRAME

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def measured(page: Page, plane: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag with the chosen tool until the server has it."""
    saved(page, lambda: drag(page, plane, start, end), below="/plane-marks/")


def seen_in_another_window(page: Page) -> None:
    """A window in which the same planes are open shows what is measured here, and what is taken back."""
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[data-room-marks-count]")).to_have_text("1", timeout=40_000)
    page.bring_to_front()
    page.keyboard.press("l")
    measured(page, "sagittal", (60, 40), (120, 90))
    for window in (page, other):
        expect(window.locator("[data-room-marks-count]")).to_have_text("2")
    with page.expect_response(lambda answer: "/plane-marks/" in answer.url and '"removed":true' in (answer.request.post_data or "")):
        page.keyboard.press("Control+z")
    for window in (page, other):
        expect(window.locator("[data-room-marks-count]")).to_have_text("1")
    other.close()


def test_what_is_measured_is_kept_put_back_undone_and_led_to(site: str, sign_in: SignIn) -> None:
    study = PHANTOM.send()
    page = in_room(opened(sign_in(people.radiologist()), site, study))
    page.keyboard.press("l")
    width, height = size(page, "coronal")
    measured(page, "coronal", (width / 2 - 70, height / 2 - 40), (width / 2 + 50, height / 2 + 50))
    kept = PlaneMark.objects.get()
    assert kept.values["length"] == pytest.approx(150 / scale_of(PHANTOM, "coronal", width, height), rel=0.01)
    assert (kept.frame_of_reference_uid, kept.places[0][1]) == (FRAME, kept.places[1][1])
    shown = view(page, "coronal").locator("svg text").last.text_content()

    page.reload()
    # The planes are as they were left.
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=40_000)
    expect(view(page, "coronal").locator("svg text").last).to_have_text(shown or "")
    expect(page.locator("[data-room-marks-count]")).to_have_text("1")
    # Elsewhere it is not seen; the list leads back.
    view(page, "coronal").focus()
    for _step in range(3):
        page.keyboard.press("PageDown")
    expect(view(page, "coronal").locator("svg text")).to_have_count(0)
    page.locator("[data-room-marks] summary").click()
    page.locator("[data-room-marks] li button").click()
    expect(view(page, "coronal").locator("svg text").last).to_have_text(shown or "")

    page.keyboard.press("Control+z")
    expect(page.locator("[data-announce]")).to_contain_text("nothing to take back")
    seen_in_another_window(page)
    assert PlaneMark.objects.filter(removed_at=None).count() == 1

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-announce]")).to_contain_text("in the archive, version 1")
    assert SavedObject.objects.get().instance.sop_class_uid.endswith(".88.34")
    page.keyboard.press("Escape")
    page.locator('.rail-tile[data-set="' + SavedObject.objects.get().instance.series.series_instance_uid + '"]').click()
    page.locator('[data-object="report"] li button').click()
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=40_000)
    expect(view(page, "coronal").locator("svg text").last).to_have_text(shown or "")


def test_what_is_not_sent_yet_is_there_when_the_planes_are_opened_again(site: str, sign_in: SignIn) -> None:
    study = PHANTOM.send()
    page = in_room(opened(sign_in(people.radiologist()), site, study))
    page.keyboard.press("l")
    measured(page, "coronal", (60, 60), (160, 60))
    measured(page, "axial", (60, 60), (120, 90))
    page.context.route("**/plane-marks/*-*/", lambda route: route.abort())
    page.keyboard.press("Control+z")
    drag(page, "sagittal", (60, 40), (120, 90))
    expect(page.locator("[data-problem]")).to_contain_text("Measurements are not saved yet.")
    page.keyboard.press("u")
    expect(page.locator("[data-room]")).to_be_hidden()
    in_room(page)
    expect(page.locator("[data-room-marks-count]")).to_have_text("2")
    page.context.unroute("**/plane-marks/*-*/")
    expect(page.locator("[data-problem]")).to_be_hidden(timeout=15_000)
    page.keyboard.press("u")
    in_room(page)
    expect(page.locator("[data-room-marks-count]")).to_have_text("2")
    first, second, third = PlaneMark.objects.order_by("pk")
    assert [mark.removed_at is None for mark in (first, second, third)] == [True, False, True]


def test_escape_ends_what_is_drawn_on_a_plane_and_leaves_the_planes_open(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    page.keyboard.press("a")
    drag(page, "coronal", (60, 60), (160, 60))
    page.mouse.move(*on_screen(page, "coronal", (120, 120)), steps=3)
    page.keyboard.press("Escape")
    page.mouse.move(*on_screen(page, "coronal", (90, 140)), steps=3)
    expect(view(page, "coronal").locator("svg text")).to_have_count(0)
    expect(page.locator("[data-room]")).to_be_visible()
    until(lambda: not PlaneMark.objects.filter(removed_at=None).exists())
    page.keyboard.press("Escape")
    expect(page.locator("[data-room]")).to_be_hidden()


def test_a_ball_is_read_in_the_unit_that_the_pictures_name_and_without_what_was_filled_in(site: str, sign_in: SignIn) -> None:
    """An iodine map of a scanner that loses something in its coding and fills in what it did not see."""
    study = PHANTOM.send(RescaleType="MGML", LossyImageCompression="01", PixelPaddingValue=int(PHANTOM.background))
    page = at_the_ball(opened(sign_in(people.radiologist()), site, study))
    page.locator("[data-act=ball]").click()
    spot = pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial"))
    measured(page, "axial", spot, (spot[0] + 60, spot[1]))
    mark = PlaneMark.objects.get()
    assert mark.values["diameter"] > 2 * BALL.radius
    [reading] = mark.readings
    assert (reading["unit"], reading["mean"], reading["stdDev"]) == ("mg/ml", pytest.approx(1000), pytest.approx(0))
    expect(view(page, "axial").locator("svg text").last).to_contain_text("1000 mg/mL")
    for plane in ("axial", "coronal", "sagittal"):
        expect(view(page, plane).locator('[data-part="window"]')).to_contain_text("Lossy")


def test_uptake_in_a_ball_is_kept_with_its_unit_and_others_only_see_it(site: str, sign_in: SignIn) -> None:
    study = pet_study()
    page = at_the_ball(opened(sign_in(people.radiologist()), site, study), ";")
    page.locator("[data-act=ball]").click()
    spot = pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial"))
    measured(page, "axial", spot, (spot[0] + 12, spot[1]))
    of_ct, of_pet = PlaneMark.objects.get().readings
    assert (of_ct["unit"], of_pet["unit"]) == ("HU", "g/ml{SUVbw}")
    assert (of_ct["mean"], of_pet["max"]) == (pytest.approx(1000), pytest.approx(8, rel=0.01))
    assert 0 < of_pet["peak"] <= of_pet["max"]
    expect(view(page, "axial").locator("svg text").last).to_contain_text("Peak SUV bw")

    other = in_room(opened(sign_in(people.resident()), site, study), ";")
    other.locator("[data-room-marks] summary").click()
    other.locator("[data-room-marks] li button").click()
    expect(view(other, "axial").locator("svg text").last).to_contain_text("Peak SUV bw")
    other.locator("[data-room-marks] summary").click()
    expect(other.locator("[data-room-marks]")).to_contain_text(people.radiologist().label)
