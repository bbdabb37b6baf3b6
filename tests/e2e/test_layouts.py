"""Viewports in rows, columns and freely: picked, split, joined, enlarged, their borders dragged, and series dropped on them.

Not covered: several monitors, and touch.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from tests import people
from tests.e2e.test_viewer import corner, drag, opened
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = 30_000
SignIn = Callable[[User], Page]


def three_series() -> Study:
    exam = pictures.exam_of(people.lin_mei_hua())
    for number, name in ((2, "Lung"), (3, "Bone"), (4, "Soft")):
        study = pictures.stack_for(exam, 4, SeriesInstanceUID=f"1.2.3.{number}", SeriesNumber=number, SeriesDescription=name)
    return study


def pick(page: Page, name: str) -> None:
    page.locator("[data-family=layouts] summary").click()
    page.locator(f"[data-picker] [aria-label='{name}']").click()


def box(place: Locator) -> dict[str, float]:
    found = place.bounding_box()
    assert found is not None
    return dict(found)


def test_a_grid_is_picked_up_to_four_by_four_and_keeps_what_hung(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, three_series())
    pick(page, "2 × 3")
    expect(page.locator(".pane")).to_have_count(6)
    expect(corner(page, "what", 0)).to_contain_text("Lung")
    expect(corner(page, "what", 1)).to_contain_text("Bone", timeout=SLOW)
    expect(corner(page, "what", 2)).to_contain_text("Soft", timeout=SLOW)
    expect(corner(page, "message", 3)).to_contain_text("Nothing hung here")
    first, fourth = box(page.locator(".pane").nth(0)), box(page.locator(".pane").nth(3))
    assert fourth["x"] == pytest.approx(first["x"], abs=1)
    assert fourth["y"] == pytest.approx(first["y"] + first["height"], abs=1)
    pick(page, "4 × 4")
    expect(page.locator(".pane")).to_have_count(16)
    page.get_by_role("button", name="1 × 1").first.click()
    expect(page.locator(".pane")).to_have_count(1)
    expect(corner(page, "what", 0)).to_contain_text("Lung")


def test_a_viewport_is_split_and_joined_by_keys(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, three_series())
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".pane")).to_have_count(2)
    expect(corner(page, "what", 1)).to_contain_text("Bone", timeout=SLOW)
    page.locator(".pane").nth(1).click(position={"x": 60, "y": 200})
    page.keyboard.press("Shift+ArrowDown")
    expect(corner(page, "what", 2)).to_contain_text("Soft", timeout=SLOW)
    left, above, below = (box(page.locator(".pane").nth(index)) for index in range(3))
    assert left["height"] == pytest.approx(above["height"] + below["height"], abs=2)
    page.keyboard.press("Shift+Delete")
    expect(page.locator(".pane")).to_have_count(2)
    assert box(page.locator(".pane").nth(1))["height"] == pytest.approx(left["height"], abs=2)


def test_a_border_is_dragged_and_the_lines_of_a_grid_move_together(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, three_series())
    page.get_by_role("button", name="2 × 2").click()
    whole = box(page.locator(".viewports"))
    across = page.locator(".pane-border[aria-orientation=vertical]").first
    line = box(across)
    start = (line["x"] + 3, line["y"] + 40)
    drag(page, start, (whole["x"] + whole["width"] * 0.7, start[1]))
    for index in (0, 2):
        assert box(page.locator(".pane").nth(index))["width"] == pytest.approx(whole["width"] * 0.7, abs=8)
    across.focus()
    page.keyboard.press("ArrowLeft")
    assert box(page.locator(".pane").nth(0))["width"] == pytest.approx(whole["width"] * 0.68, abs=8)
    expect(page.locator(".viewports")).to_have_attribute("data-layout", "free")


def test_one_viewport_is_enlarged_and_back(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, three_series())
    page.get_by_role("button", name="2 × 2").click()
    expect(corner(page, "what", 1)).to_contain_text("Bone", timeout=SLOW)
    whole, second = box(page.locator(".viewports")), page.locator(".pane").nth(1)
    second.dblclick(position={"x": 100, "y": 150})
    assert box(second)["width"] == pytest.approx(whole["width"], abs=2)
    expect(page.locator(".pane").first).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(corner(page, "where", 1)).to_contain_text("Im 2 / 4")
    page.keyboard.press("Enter")
    assert box(second)["width"] == pytest.approx(whole["width"] / 2, abs=2)
    expect(page.locator(".pane").first).to_be_visible()
    page.keyboard.press("l")
    second.dblclick(position={"x": 100, "y": 150})
    expect(page.locator(".pane").first).to_be_visible()


def test_a_series_is_dragged_from_the_rail_to_a_viewport(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, three_series())
    page.get_by_role("button", name="2 × 2").click()
    expect(corner(page, "what", 2)).to_contain_text("Soft", timeout=SLOW)
    page.locator(".rail-tile", has_text="Soft").drag_to(page.locator(".pane").nth(3), target_position={"x": 80, "y": 80})
    expect(corner(page, "what", 3)).to_contain_text("Soft", timeout=SLOW)
    expect(page.locator(".pane").nth(3)).to_have_attribute("data-active", "")
    expect(page.locator(".pane[data-drop]")).to_have_count(0)
