"""Live lists in a browser, over real server-sent events: nothing moves under the hand.

Not covered: polling while the line for news is down (it takes 30 s).
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from imaging.access.models import User
from imaging.common import live
from tests import people, services
from tests.e2e import live_site

pytestmark = [pytest.mark.e2e, pytest.mark.urls("tests.e2e.live_site")]


@pytest.fixture(scope="module")
def news() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture
def live_page(news: str, settings: Settings, sign_in: Callable[[User], Page], site: str) -> Iterator[Page]:
    """A list of three rows, its second chosen, that hears news."""
    settings.REDIS_URL = news
    live._redis.cache_clear()
    live_site.ROWS[:] = [{"key": key, "state": "arrived"} for key in "abc"]
    page = sign_in(people.technologist())
    page.goto(f"{site}/list/")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    page.locator("#row-b").click()
    yield page
    live._redis.cache_clear()


def row_keys(page: Page) -> list[str]:
    return page.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.id.slice(4))")


def bar(page: Page) -> Locator:
    return page.locator("[data-newsbar]")


def test_a_changed_row_is_morphed_in_place_and_stays_chosen(live_page: Page) -> None:
    live_site.ROWS[1]["state"] = "in the room"
    live._publish("worklist", {})
    expect(live_page.locator("#row-b")).to_contain_text("in the room")
    expect(live_page.locator("#row-b")).to_have_attribute("aria-selected", "true")
    expect(live_page.locator("#row-b")).to_be_focused()
    expect(bar(live_page)).to_be_hidden()


def test_new_rows_wait_behind_the_bar_until_shown(live_page: Page) -> None:
    live_site.ROWS.insert(0, {"key": "new", "state": "arrived"})
    live._publish("worklist", {})
    expect(bar(live_page)).to_contain_text("1 came in")
    assert row_keys(live_page) == ["a", "b", "c"]
    live_page.keyboard.press("r")
    expect(live_page.locator("#row-new")).to_be_visible()
    assert row_keys(live_page) == ["new", "a", "b", "c"]
    expect(live_page.locator("#row-b")).to_have_attribute("aria-selected", "true")
    expect(live_page.locator("tbody tr[tabindex='0']")).to_have_count(1)
    expect(bar(live_page)).to_be_hidden()


def test_stat_is_on_top_at_once_and_said(live_page: Page) -> None:
    live_site.ROWS.append({"key": "er", "state": "arrived", "stat": True})
    live._publish("worklist", {})
    expect(live_page.locator("#row-er")).to_be_visible()
    assert row_keys(live_page) == ["er", "a", "b", "c"]
    expect(live_page.get_by_role("alert").filter(has_text="STAT")).to_have_count(1)


def test_a_row_that_left_turns_grey_and_goes_when_shown(live_page: Page) -> None:
    del live_site.ROWS[2]
    live._publish("worklist", {})
    expect(live_page.locator("#row-c.gone")).to_be_visible()
    expect(bar(live_page)).to_contain_text("1 left the list")
    bar(live_page).click()
    expect(live_page.locator("#row-c")).to_have_count(0)


def test_news_of_another_list_changes_nothing(live_page: Page) -> None:
    live_site.ROWS[0]["state"] = "changed"
    live._publish("billing", {})
    live_site.ROWS[1]["state"] = "seen"
    live._publish("worklist", {})
    expect(live_page.locator("#row-b")).to_contain_text("seen")


def test_a_lost_line_is_said_with_the_time(live_page: Page) -> None:
    live_page.context.set_offline(True)
    expect(live_page.locator("#offline")).to_be_visible()
    expect(live_page.locator("#offline")).to_contain_text("No connection since")
    live_page.context.set_offline(False)
    expect(live_page.locator("#offline")).to_be_hidden()
