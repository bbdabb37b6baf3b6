"""The style guide in a browser: axe in both themes and languages, keys, dialog, chart.

Not covered: pictures compared pixel by pixel (fonts differ from one machine to the next), and forced-colours mode.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from imaging.access.models import User
from tests import people

pytestmark = pytest.mark.e2e


def open_guide(sign_in: Callable[[User], Page], site: str, theme: str = "light", language: str = "en") -> Page:
    user = people.radiologist()
    user.theme, user.language = theme, language
    user.save()
    page = sign_in(user)
    page.goto(f"{site}/styleguide/")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_axe_finds_nothing_serious(
    sign_in: Callable[[User], Page], site: str, no_serious_fault: Callable[[Page], None], theme: str, language: str
) -> None:
    page = open_guide(sign_in, site, theme, language)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh-hans" else "en")
    no_serious_fault(page)


def test_the_policy_blocks_nothing_that_we_use(sign_in: Callable[[User], Page], site: str, page: Page) -> None:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    open_guide(sign_in, site)
    expect(page.locator("[data-chart] svg")).to_be_visible()
    assert said == []


def test_the_page_itself_does_not_scroll_sideways(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight")


def test_theme_changes_at_once_and_is_kept(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site, theme="light")
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="Light or dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_language_changes_on_the_same_page(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    page.get_by_role("button", name="用中文显示", exact=False).click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert page.url.endswith("/styleguide/")


def test_rows_have_one_tab_stop_and_move_by_keys(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    expect(page.locator("table[data-rows] tbody tr[tabindex='0']")).to_have_count(1)
    page.locator("body").press("k")
    expect(page.locator("#r2")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#r1")).to_have_attribute("aria-selected", "true")
    expect(page.locator("table[data-rows] [aria-selected='true']")).to_have_count(1)


def test_single_letters_do_nothing_inside_a_field(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    field = page.get_by_label("Name")
    field.click()
    page.keyboard.type("jk?")
    expect(field).to_have_value("LIN, Mei-Huajk?")
    expect(page.locator("#keys-dialog")).not_to_be_visible()


def test_question_mark_lists_the_keys_of_the_page(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    page.locator("body").press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Show what came in")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_confirm_destroys_only_what_was_typed(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    page.get_by_role("button", name="Void…").click()
    dialog = page.get_by_role("dialog", name="Merge these two patients?")
    expect(dialog.get_by_role("button", name="Keep apart")).to_be_focused()
    merge = dialog.get_by_role("button", name="Merge", exact=True)
    expect(merge).to_be_disabled()
    dialog.get_by_label("Type the number that stays").fill("00482913")
    expect(merge).to_be_enabled()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()


@pytest.mark.parametrize(("typed", "kept"), [("12041968", "1968-04-12"), ("1968.4.12", "1968-04-12"), ("１９６８０４１２", "1968-04-12")])
def test_dates_as_people_type_them(sign_in: Callable[[User], Page], site: str, typed: str, kept: str) -> None:
    page = open_guide(sign_in, site)
    field = page.get_by_label("Birth date")
    field.fill(typed)
    field.press("Tab")
    expect(field).to_have_value(kept)


def test_enter_goes_to_the_next_field(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_label("Birth date")).to_be_focused()


def test_a_chart_shows_its_figures(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    expect(page.locator("[data-chart][role='img'] svg")).to_be_visible()
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("cell", name="31")).to_be_visible()


def test_a_toast_says_what_happened_and_offers_undo(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    page.get_by_role("button", name="Toast").click()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("C-034 moved to CT 2")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()


def test_arrows_go_from_free_slot_to_free_slot(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    slots = page.locator(".slots button")
    expect(page.locator(".slots button[tabindex='0']")).to_have_count(1)
    slots.filter(has_text="US 2 10:20").focus()
    page.keyboard.press("ArrowDown")
    expect(slots.filter(has_text="US 2 11:20")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(slots.filter(has_text="CT 1 11:20")).to_be_focused()


def test_what_is_held_counts_down(sign_in: Callable[[User], Page], site: str) -> None:
    page = open_guide(sign_in, site)
    expect(page.locator("time[data-countdown]")).to_have_text(re.compile(r"04:[0-5]\d"))
