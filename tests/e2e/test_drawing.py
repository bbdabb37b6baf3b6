"""The hand at work: what is let go of in the middle leaves nothing behind, what is drawn without a size is no mark.

Not covered: marks on planes through volumes.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.viewer.models import Annotation
from tests import people
from tests.e2e.test_measurements import Bench, region
from tests.e2e.test_viewer import opened
from tests.imaging import pictures
from tests.system import until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]

TWO_LINES = ("Shift+C", "Shift+A")
TRACED = ("Shift+D", "q")
DRAGGED = ("l", "Shift+L", "o", "Shift+O", "b", "d", "v", "Shift+M")
KEYS = (*DRAGGED, *TWO_LINES, *TRACED, "a")


def drawn(page: Page) -> Locator:
    return page.locator(".pane .surface svg :is(line, path, polyline, ellipse, circle, rect, text):not(defs *)")


def half_drawn(bench: Bench, key: str) -> None:
    """Draw with the tool of `key` until its mark is half done."""
    page = bench.page
    page.keyboard.press(key)
    if key == "a":
        bench.drag((110, 64), (30, 64))
        page.mouse.move(*bench.at((60, 20)), steps=2)
    elif key in TRACED:
        bench.click((30, 30), (90, 30))
        page.mouse.move(*bench.at((90, 90)), steps=2)
    else:
        if key in TWO_LINES:
            bench.drag((20, 30), (100, 30))
        hold(bench, (30, 40), (80, 70))
    expect(drawn(page)).not_to_have_count(0)


def hold(bench: Bench, *places: tuple[float, float]) -> None:
    bench.page.mouse.move(*bench.at(places[0]))
    bench.page.mouse.down()
    for place in places[1:]:
        bench.page.mouse.move(*bench.at(place), steps=3)


def kept() -> int:
    return Annotation.objects.filter(removed_at=None).count()


def bench_of(sign_in: SignIn, site: str, slices: int = 1) -> Bench:
    return Bench(opened(sign_in(people.radiologist()), site, pictures.stack(slices, PixelSpacing=[0.5, 0.5])))


def gone(page: Page, act: Callable[[], None]) -> None:
    """Do `act`, and wait until nothing of what is drawn waits to be sent any more."""
    act()
    expect(drawn(page)).to_have_count(0)
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('lightbox.viewer.outbox'))")


def test_escape_lets_go_of_what_is_drawn(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    for key in KEYS:
        half_drawn(bench, key)
        gone(page, lambda: page.keyboard.press("Escape"))
        page.mouse.up()
        page.mouse.move(*bench.at((100, 110)))
        expect(drawn(page)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-announce]")).to_contain_text("nothing to take back")
    until(lambda: kept() == 0, "a mark was kept that is gone")


def test_another_picture_or_tool_ends_what_is_drawn(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site, 2)
    page = bench.page
    for key in KEYS:
        half_drawn(bench, key)
        gone(page, lambda: page.keyboard.press("ArrowDown"))
        page.mouse.move(*bench.at((70, 30)), steps=2)
        page.mouse.up()
        expect(drawn(page)).to_have_count(0)
        gone_before = Annotation.objects.count()
        page.keyboard.press("Home")
        expect(drawn(page)).to_have_count(0)
        assert (kept(), Annotation.objects.count()) == (0, gone_before), key
    half_drawn(bench, "a")
    gone(page, lambda: page.keyboard.press("l"))
    page.mouse.move(*bench.at((70, 30)), steps=2)
    expect(drawn(page)).to_have_count(0)


def test_escape_puts_back_a_mark_that_is_moved(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page, picture = bench.page, bench.page.locator(".pane svg")
    bench.measure("l", lambda: bench.drag((14, 30), (115, 30)))
    hold(bench, (115, 30), (65, 30))
    expect(picture).to_contain_text("25.")
    page.keyboard.press("Escape")
    expect(picture).to_contain_text("50.")
    page.mouse.move(*bench.at((40, 90)), steps=2)
    page.mouse.up()
    expect(picture).to_contain_text("50.")
    page.keyboard.press("Control+z")
    expect(drawn(page)).to_have_count(0)


def test_one_movement_is_taken_back_at_once(site: str, sign_in: SignIn) -> None:
    """However often the hand rests on its way, and what is kept meanwhile."""
    bench = bench_of(sign_in, site)
    page, picture = bench.page, bench.page.locator(".pane svg")
    bench.measure("l", lambda: bench.drag((14, 30), (115, 30)))
    hold(bench, (115, 30))
    for place in ((95, 30), (75, 30)):
        page.mouse.move(*bench.at(place), steps=3)
        length = pytest.approx((place[0] - 14) / 2, rel=0.01)
        until(lambda length=length: Annotation.objects.get().values["length"] == length, "the rest on the way was not kept")
    page.mouse.up()
    expect(picture).to_contain_text("30.")
    page.keyboard.press("Control+z")
    expect(picture).to_contain_text("50.")


def test_a_press_without_a_movement_leaves_no_mark(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    for key in ("l", "Shift+L", "o", "Shift+O", "b"):
        page.keyboard.press(key)
        bench.click((50, 50))
        page.wait_for_timeout(450)  # Two clicks at one place within this are a double click.
        bench.click((50, 50))
        expect(page.locator("[data-announce]")).to_contain_text("Nothing drawn")
        expect(drawn(page)).to_have_count(0)
        page.evaluate("() => { document.querySelector('[data-announce]').textContent = '' }")
    for key in TWO_LINES:
        page.keyboard.press(key)
        bench.drag((20, 30), (100, 30))
        bench.drag((20, 60), (100, 60), (20, 60))
        expect(page.locator("[data-announce]")).to_contain_text("Nothing drawn")
        expect(drawn(page)).to_have_count(0)
        page.evaluate("() => { document.querySelector('[data-announce]').textContent = '' }")
    until(lambda: kept() == 0, "a mark was kept that is gone")


def test_a_double_click_ends_an_angle(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page, picture = bench.page, bench.page.locator(".pane svg")
    page.keyboard.press("a")
    bench.click((30, 30), (90, 30))
    page.mouse.move(*bench.at((90, 90)), steps=2)
    page.mouse.dblclick(*bench.at((90, 90)))
    expect(picture).to_contain_text("90.0°")
    page.mouse.move(*bench.at((40, 110)), steps=3)
    expect(picture).to_contain_text("90.0°")


def test_a_mark_that_measures_nothing_does_not_stay(site: str, sign_in: SignIn) -> None:
    """Between time and velocity there is no angle; beside the picture there is no value."""
    doppler = region(0, 0, 127, 127, (4, 7), (0.02, -2.5), (0, 64))
    plain = {"PixelSpacing": None, "ImagePositionPatient": None, "ImageOrientationPatient": None}
    study = pictures.stack(1, Modality="US", SequenceOfUltrasoundRegions=[doppler], **plain)
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    page, said = bench.page, bench.page.locator("[data-announce]")
    for key, act in (
        ("a", lambda: (bench.drag((110, 64), (30, 64)), bench.click((80, 14)))),
        ("Shift+L", lambda: bench.drag((20, 40), (100, 60))),
        ("v", lambda: bench.click((134, 64))),
    ):
        page.keyboard.press(key)
        act()
        expect(said).to_contain_text("Nothing can be measured here")
        expect(drawn(page)).to_have_count(0)
        page.evaluate("() => { document.querySelector('[data-announce]').textContent = '' }")
