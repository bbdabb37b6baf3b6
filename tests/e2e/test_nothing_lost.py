"""Nothing is lost when the tab, the server or the session dies: measurements and the arrangement come back, each to whose they are.

Not covered: what is held and how (static/viewer/tests/held.test.ts, arrangement.test.ts), a browser or machine that dies as a whole.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.viewer.models import Annotation, ReadingLayout
from tests import people
from tests.e2e.crash import crash
from tests.e2e.saves import saved
from tests.e2e.test_viewer import SLOW, corner, drag, drag_across, lin_study, opened, surface
from tests.imaging import pictures
from tests.system import until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
MARKS = "**/annotations/*-*/"
PROBLEM = "[data-problem]"


def reopened(page: Page, site: str, study: Study) -> Page:
    """The same study in a new tab of the same browser, after the old one died."""
    crash(page)
    return opened(page.context.new_page(), site, study)


def test_a_tab_that_dies_while_measuring(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    page = opened(sign_in(people.radiologist()), site, study)
    page.keyboard.press("l")
    box = surface(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(x - 60 + 10 * step, y)
    expect(page.locator(".pane svg text").first).to_contain_text("mm")
    page = reopened(page, site, study)
    expect(page.locator(PROBLEM)).to_contain_text("Measurements that a closed window had not sent yet: 1.")
    expect(page.locator(".pane svg text").first).to_contain_text("mm", timeout=SLOW)
    kept = Annotation.objects.get()
    assert kept.values["length"] > 60 * pictures.SIDE / box["height"]


def test_without_a_server_nothing_goes_astray_not_even_to_who_signs_in_meanwhile(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    page = opened(sign_in(people.radiologist()), site, study)
    page.context.route(MARKS, lambda route: route.abort())
    page.keyboard.press("l")
    drag_across(page, 100)
    expect(page.locator(PROBLEM)).to_contain_text("Measurements are not saved yet.")
    page.context.unroute(MARKS)
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.status == 401):
        sign_in(people.resident())
    assert not Annotation.objects.exists()
    crash(page)
    other = opened(page.context.new_page(), site, study)
    other.close()
    assert not Annotation.objects.exists()
    sign_in(people.radiologist())
    page = opened(page.context.new_page(), site, study)
    expect(page.locator(".pane svg text").first).to_contain_text("mm", timeout=SLOW)
    assert Annotation.objects.get().author == people.radiologist()


def test_two_tabs_of_one_study_show_the_same_measurements(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    page = opened(sign_in(people.radiologist()), site, study)
    other = opened(page.context.new_page(), site, study)
    page.keyboard.press("l")
    drag_across(page, 100)
    expect(other.locator(".pane svg text").first).to_contain_text("mm")
    other.keyboard.press("l")
    drag_across(other, 60)
    until(lambda: Annotation.objects.filter(removed_at=None).count() >= 1, "they are kept")
    page.keyboard.press("Control+z")
    expect(other.locator(".pane svg text")).to_have_count(page.locator(".pane svg text").count())


def stretched(page: Page, start: float, pixels: float) -> None:
    """Take hold of what is half of `start` pixels right of the middle, and pull."""
    box = surface(page)
    x, y = box["x"] + box["width"] / 2 + start / 2, box["y"] + box["height"] / 2
    drag(page, (x, y), (x + pixels, y))


def test_of_two_computers_the_later_change_counts_and_both_show_it(site: str, sign_in: SignIn) -> None:
    study = lin_study(2)
    page = opened(sign_in(people.radiologist()), site, study)
    page.keyboard.press("l")
    saved(page, lambda: drag_across(page, 100), below="/annotations/")
    browser = page.context.browser
    assert browser
    elsewhere = browser.new_context(storage_state=page.context.storage_state(), viewport=page.viewport_size)
    other = opened(elsewhere.new_page(), site, study)
    expect(other.locator(".pane svg text").first).to_contain_text("mm")
    page.context.route(MARKS, lambda route: route.abort())
    stretched(page, 100, 60)
    expect(page.locator(PROBLEM)).to_contain_text("Measurements are not saved yet.")
    saved(other, lambda: stretched(other, 100, 120), below="/annotations/")
    longest = other.locator(".pane svg text").first.text_content() or ""
    assert page.locator(".pane svg text").first.text_content() != longest
    page.context.unroute(MARKS)
    expect(page.locator(PROBLEM)).to_contain_text("changed since in another place")
    expect(page.locator(".pane svg text").first).to_have_text(longest)
    saved(page, lambda: stretched(page, 340, -40), below="/annotations/")
    assert Annotation.objects.get().values["length"] == pytest.approx(float(longest.split()[0]) * 180 / 220, rel=0.02)
    elsewhere.close()


def test_earlier_measurements_that_cannot_be_fetched_are_said_to_be_missing(site: str, sign_in: SignIn) -> None:
    study = lin_study(1)
    page = sign_in(people.radiologist())
    page.route("**/annotations/", lambda route: route.fulfill(status=503))
    opened(page, site, study)
    expect(page.locator(PROBLEM)).to_contain_text("Earlier measurements could not be fetched.")
    page.unroute("**/annotations/")
    expect(page.locator(PROBLEM)).to_be_hidden(timeout=SLOW)


def test_the_arrangement_is_there_again_until_one_starts_afresh(site: str, sign_in: SignIn) -> None:
    study = lin_study(6)
    page = opened(sign_in(people.radiologist()), site, study)
    page.locator("[data-act=layout-1x2]").first.evaluate("button => button.click()")
    page.locator(".pane").first.focus()
    page.keyboard.press("End")
    expect(corner(page, "where")).to_contain_text("Im 6 / 6")
    page.keyboard.press("1")
    page.keyboard.press("h")
    page.keyboard.press("a")
    page.locator("[data-act=colours-pet]").first.evaluate("button => button.click()")
    page.locator("[data-act=cine]").first.evaluate("button => button.click()")
    page.locator("[data-cine-rate]").fill("7")
    page.locator("[data-act=cine]").first.evaluate("button => button.click()")
    page.locator(".pane").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("u")
    page.locator("[data-room-slab]").select_option("mip")
    page.locator("[data-room-thickness]").fill("14")
    until(lambda: _left(study).get("room", {}).get("thickness") == 14, "it is kept")
    page = reopened(page, site, study)
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)
    expect(page.locator("[data-room-slab]")).to_have_value("mip")
    expect(page.locator("[data-room-thickness-shown]")).to_have_text("14 mm")
    page.keyboard.press("u")
    expect(page.locator("[data-room]")).to_be_hidden()
    expect(page.locator(".pane")).to_have_count(2)
    expect(corner(page, "where")).to_contain_text("Im 6 / 6")
    expect(corner(page, "window")).to_contain_text("W 1500 L −600")
    expect(corner(page, "edge-left")).to_have_text("L")
    expect(page.locator("[data-act=angle]").first).to_have_attribute("aria-pressed", "true")
    assert _left(study)["panes"][0]["look"]["colours"] == "pet"
    page.locator("[data-act=cine]").first.evaluate("button => button.click()")
    expect(page.locator("[data-cine-rate]")).to_have_value("7")
    expect(page.locator("[data-left-note]")).to_contain_text("As you left it")
    page.get_by_role("button", name="Start afresh").click()
    expect(page.locator(".pane")).to_have_count(1)
    expect(corner(page, "window")).to_contain_text("W 400 L 40")
    expect(corner(page, "where")).to_contain_text("Im 1 / 6")
    until(lambda: not ReadingLayout.objects.exists(), "it is forgotten")


def test_the_note_that_it_is_as_one_left_it_covers_no_words(site: str, sign_in: SignIn) -> None:
    study = lin_study(6)
    page = sign_in(people.radiologist())
    page.set_viewport_size({"width": 1600, "height": 900})
    opened(page, site, study).keyboard.press("u")
    until(lambda: "room" in _left(study), "it is kept")
    page = reopened(page, site, study)
    page.set_viewport_size({"width": 1600, "height": 900})
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)
    note = page.locator("[data-left-note]")
    expect(note).to_be_visible()
    mine = note.bounding_box()
    parts = page.locator(".room [data-part], .series-foot, .rail-tile").all()
    boxes = [box for part in parts if (box := part.bounding_box())]
    assert mine
    assert len(boxes) > 10
    assert not [box for box in boxes if _overlap(mine, box)]
    note.get_by_role("button", name="Close").focus()
    page.keyboard.press("Enter")
    expect(note).to_be_hidden()


def _overlap(one: Any, other: Any) -> bool:
    sides = (("x", "width"), ("y", "height"))
    return all(one[side] < other[side] + other[size] and other[side] < one[side] + one[size] for side, size in sides)


def _left(study: Study) -> dict[str, Any]:
    row = ReadingLayout.objects.filter(study=study).first()
    return row.arrangement if row else {}


def test_a_picture_of_another_patient_is_never_hung(site: str, sign_in: SignIn) -> None:
    """A file that disagrees with what the archive told: no sender can bring that about, only a fault."""
    study = lin_study(2)
    page = sign_in(people.radiologist())

    def another(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("00482913", "00511207"))

    page.route("**/dicomweb/studies/*/series/*/metadata", another)
    opened(page, site, study, "error")
    expect(page.locator(".pane-message")).to_contain_text("These images name another patient, number 00511207. They are not shown.")
    expect(page.locator(PROBLEM)).to_contain_text("tell the PACS administrator")
    expect(page.locator(".pane[data-shown=image]")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")
