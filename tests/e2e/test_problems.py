"""Acts that fail: the page stays as it was and says why; what succeeds offers undo.

Not covered: a browser that loses its line half-way through an answer.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from tests import people

pytestmark = [pytest.mark.e2e, pytest.mark.urls("tests.e2e.live_site")]


@pytest.fixture
def acts(sign_in: Callable[[User], Page], site: str) -> Page:
    page = sign_in(people.technologist())
    page.goto(f"{site}/acts/")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    return page


def problem(page: Page) -> Locator:
    return page.locator("#problem")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_refused_act_says_why_above_the_page_and_leaves_it_as_it_was(acts: Page) -> None:
    press(acts, "Act")
    expect(problem(acts)).to_contain_text("The exam has begun; it cannot be moved.")
    expect(problem(acts)).to_contain_text("wrong-state")
    expect(acts.locator("#part")).to_have_text("what was here")
    problem(acts).get_by_role("button", name="Close").click()
    expect(problem(acts)).to_be_hidden()


def test_the_next_act_that_succeeds_takes_the_problem_away(acts: Page) -> None:
    press(acts, "Act")
    expect(problem(acts)).to_be_visible()
    press(acts, "Do")
    expect(acts.locator("#part")).to_have_text("what is here now")
    expect(problem(acts)).to_be_hidden()


def test_a_part_that_cannot_be_fetched_says_so_in_its_place(acts: Page) -> None:
    press(acts, "Fetch")
    expect(acts.locator("#part")).to_contain_text("The exam has begun")
    expect(problem(acts)).to_be_hidden()


def test_an_answer_of_something_else_is_never_shown_as_ours(acts: Page) -> None:
    press(acts, "Break")
    expect(problem(acts)).to_contain_text("Lightbox met a fault (502)")
    expect(acts.locator("#part")).to_have_text("what was here")


def test_no_line_is_said(acts: Page) -> None:
    acts.context.set_offline(True)
    press(acts, "Do")
    expect(problem(acts)).to_contain_text("It was not sent")


def test_a_done_act_offers_undo_by_key(acts: Page) -> None:
    press(acts, "Do")
    expect(acts.locator("#toasts")).to_contain_text("C-034 moved")
    with acts.expect_response("**/undo/") as answer:
        acts.keyboard.press("Control+z")
    assert answer.value.status == 200
    expect(acts.locator("#toasts .toast")).to_have_count(0)
