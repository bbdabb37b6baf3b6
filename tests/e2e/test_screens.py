"""One exam on several screens: further windows follow the one with the report, in tool, place, measurements and exam.

Not covered: real screens and the browser's question whether a page may know of them; where windows stand has unit tests (screens.test.ts).
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from tests import people
from tests.e2e.test_viewer import SLOW, corner, drag_across, opened
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]

TWO_SCREENS = """
const [own, other] = [0, 1366].map((availLeft) => ({ availLeft, availTop: 0, availWidth: 1366, availHeight: 768 }));
window.getScreenDetails = async () => ({ screens: [own, other], currentScreen: own });
"""


def further(page: Page, name: str = "One further window") -> Page:
    page.locator(".screens summary").click()
    with page.expect_popup() as found:
        page.get_by_role("button", name=name).click()
    window = found.value
    expect(window.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    return window


def test_a_narrow_further_window_cuts_nothing_off(site: str, sign_in: SignIn) -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 1)
    page = sign_in(people.radiologist())
    page.add_init_script(TWO_SCREENS)
    opened(page, site, study)
    page.keyboard.press("ArrowRight")
    window = further(page)
    window.set_viewport_size({"width": 1120, "height": 900})
    cut = window.locator(".viewer-tab").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    )
    assert not cut
    inside = "all => all.map((one) => one.getBoundingClientRect()).every((box) => box.width && box.right <= innerWidth)"
    for control in (".tools [data-act=full]", ".tools > *", ".presets .preset", ".topbar-end > *"):
        shown = window.locator(control).locator("visible=true")
        assert shown.count(), control
        assert shown.evaluate_all(inside), control


def test_a_further_window_goes_along(site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]) -> None:
    patient = people.lin_mei_hua()
    study = pictures.stack_for(pictures.exam_of(patient), 6)
    following = pictures.stack_for(pictures.exam_of(people.john_smith(), "CT26112200002"), 2)
    page = sign_in(people.radiologist())
    page.add_init_script(TWO_SCREENS)
    opened(page, site, study)
    window = further(page)
    expect(window.locator("[data-report]")).to_have_count(0)
    expect(window.locator(".series-rail")).to_be_hidden()
    expect(window.locator(".patient-banner")).to_contain_text("LIN, Mei-Hua")
    expect(window.locator(".topbar")).to_contain_text("Screen 2")
    expect(page.locator(".patient-banner.other")).to_have_count(0)
    no_serious_fault(window)

    page.locator(".pane").first.focus()
    page.keyboard.press("y")
    page.keyboard.press("End")
    expect(corner(window, "where")).to_contain_text("Im 6 / 6")
    page.keyboard.press("1")
    expect(corner(window, "window")).to_contain_text("W 1500 L −600")
    page.keyboard.press("l")
    expect(window.locator("[data-act=length]").first).to_have_attribute("aria-pressed", "true")
    drag_across(page, 100)
    expect(window.locator(".pane svg text").first).to_contain_text("mm")

    page.goto(f"{site}/viewer/{following.study_instance_uid}/")
    window.wait_for_url(f"**/viewer/{following.study_instance_uid}/?screen=2&desk=*")
    expect(window.locator(".patient-banner")).to_contain_text("SMITH")
    expect(window.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    page.goto(f"{site}/reading/")
    expect(window.locator("[data-stranded-note]")).to_contain_text("shows something else, or is closed", timeout=SLOW)
    with window.expect_event("close"):
        page.close()


def test_where_the_browser_tells_of_no_screens_and_the_next_time(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 4)
    pictures.stack_for(exam, 1, ImagePositionPatient=[40, 0, 100], ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    page = opened(sign_in(people.radiologist()), site, study)
    page.locator(".pane").first.focus()
    page.keyboard.press("e")
    window = further(page)
    assert "screen=2" in window.url
    expect(window.locator("[data-act=lines]")).to_have_attribute("aria-pressed", "true")
    page.locator(".pane").first.focus()
    line = window.locator("[data-far-line] line")
    expect(line).to_have_attribute("y1", re.compile(r"\d"))
    before = line.get_attribute("y1")
    page.keyboard.press("End")
    expect(line).not_to_have_attribute("y1", str(before))
    page.keyboard.press("Shift+B")  # hung anew, as usual
    expect(line).to_have_count(0)
    expect(window.locator("[data-act=lines]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-act=lines]")).to_have_attribute("aria-pressed", "false")
    page.locator(".screens summary").click()
    with window.expect_event("close"):
        page.get_by_role("button", name="Close the further windows").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    window = further(page, "As the last time on this machine: 1")
    assert "LIN" not in page.evaluate("JSON.stringify(localStorage)")
    page.evaluate("window.open = () => null")
    page.locator(".screens summary").click()
    page.get_by_role("button", name="Two further windows").click()
    expect(page.locator("[data-problem]")).to_contain_text("The browser held a window back.")
    page.locator(".person summary").click()
    with window.expect_event("close"):
        page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#id_username")).to_be_visible()
