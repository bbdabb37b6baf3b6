"""A manager's day in a real browser: charts are drawn, each has its table, each figure opens its exams.

Not covered: the look of a chart beyond that it is drawn; screenshots of the style guide are another test's.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from reporting.billing.services import charges_post
from tests import people
from tests.reporting.billing import bills

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGES = ("", "workload/?period=month", "turnaround/", "revenue/", "rooms/", "exams/?what=done")


def test_a_manager_reads_the_day_and_opens_what_is_behind_a_figure(site: str, sign_in: Callable[[User], Page]) -> None:
    exam = bills.done()
    charges_post(exam=exam)
    page = sign_in(people.manager())
    page.goto(f"{site}/dashboard/")
    expect(page.locator("#panel-hours [data-chart] svg")).to_be_visible()
    page.locator("#panel-hours").get_by_role("button", name="Table").click()
    expect(page.locator("#panel-hours [data-chart]")).to_be_hidden()
    expect(page.locator("#panel-hours table")).to_contain_text("CT")
    expect(page.locator("#panel-modalities tfoot")).to_contain_text("¥ 240.00")
    page.locator("a.tile").first.click()
    expect(page.locator("h1")).to_have_text("Exams done")
    expect(page.get_by_role("main")).to_contain_text(exam.accession_number)
    expect(page.get_by_role("main")).not_to_contain_text("LIN")


def test_the_figures_come_as_a_file(site: str, sign_in: Callable[[User], Page]) -> None:
    bills.done()
    page = sign_in(people.manager())
    page.goto(f"{site}/dashboard/revenue/?period=today")
    with page.expect_download() as loading:
        page.get_by_role("link", name="CSV of: What was charged?").click()
    assert loading.value.path().read_bytes().startswith("\ufeffDay,".encode())


def test_the_board_refreshed_keeps_the_table_that_was_opened(site: str, sign_in: Callable[[User], Page]) -> None:
    bills.done()
    page = sign_in(people.manager())
    page.goto(f"{site}/dashboard/")
    expect(page.locator("#panel-hours [data-chart] svg")).to_be_visible()
    page.locator("#panel-hours").get_by_role("button", name="Table").click()
    with page.expect_response("**/dashboard/now/"):
        page.evaluate("() => ['offline', 'online'].forEach((name) => window.dispatchEvent(new Event(name)))")
    expect(page.locator("#panel-hours table")).to_be_visible()
    expect(page.locator("#panel-revenue [data-chart] svg")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(
    site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None], theme: str
) -> None:
    manager = people.manager()
    manager.theme = theme
    manager.save()
    bills.done()
    page = sign_in(manager)
    for address in PAGES:
        page.goto(f"{site}/dashboard/{address}")
        page.wait_for_load_state("networkidle")
        no_serious_fault(page)
