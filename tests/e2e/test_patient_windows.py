"""The patient header lock: what two windows of one person, and two people at one browser, say of each other.

Not covered: the rule itself (static/viewer/tests/registry.test.ts), two browsers of one person, which cannot hear each other, and tabs that
a browser brings to the front.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.orders.states import ExamState
from tests import people
from tests.e2e.crash import crash
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.urls("tests.e2e.live_site")]
LIN, CHEN = "00482913", "00511207"
SignIn = Callable[[User], Page]


def amber(page: Page) -> Locator:
    return page.locator(".patient-banner.other")


def opened(page: Page, site: str, number: str) -> Page:
    page.goto(f"{site}/banner/{number}/")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    return page


def test_two_tabs_with_two_patients(sign_in: SignIn, site: str, no_serious_fault: Callable[[Page], None]) -> None:
    lin = opened(sign_in(people.radiologist()), site, LIN)
    opened(lin.context.new_page(), site, LIN)
    expect(amber(lin)).to_have_count(0)
    chen = opened(lin.context.new_page(), site, CHEN)
    expect(amber(chen)).to_contain_text("Another window shows LIN, Mei-Hua.")
    expect(amber(lin)).to_contain_text("Another window shows CHEN, Da-Ming.")
    assert chen.title().startswith("⚠ ")
    no_serious_fault(chen)

    chen.get_by_role("button", name="I mean this one").click()
    expect(amber(chen)).to_have_count(0)
    expect(amber(lin)).to_be_visible()
    chen.reload()
    expect(chen.locator("html[data-ready]")).to_have_count(1)
    expect(amber(lin)).to_be_visible()
    expect(amber(chen)).to_have_count(0)

    lin.keyboard.press("End")
    expect(amber(chen)).to_contain_text("Another window shows LIN, Mei-Hua.")
    expect(amber(lin)).to_be_visible()
    chen.get_by_role("button", name="Go to it").click()
    expect(lin.locator("html[data-called]")).to_have_count(1)

    chen.close()
    expect(amber(lin)).to_have_count(0)
    assert not lin.title().startswith("⚠ ")
    assert lin.evaluate("JSON.stringify(localStorage)") == "{}"


def test_a_window_that_died_is_forgotten_after_a_while(sign_in: SignIn, site: str, settings: object) -> None:
    settings.WINDOW_BEAT_SECONDS, settings.WINDOW_FORGOTTEN_SECONDS = 1, 3  # type: ignore[attr-defined]
    lin = opened(sign_in(people.radiologist()), site, LIN)
    chen = opened(lin.context.new_page(), site, CHEN)
    expect(amber(lin)).to_be_visible()
    crash(chen)
    expect(amber(lin)).to_have_count(0, timeout=15_000)


def test_somebody_else_who_signs_in_takes_the_page_over_from_nobody(sign_in: SignIn, site: str) -> None:
    lin = opened(sign_in(people.radiologist()), site, LIN)
    sign_in(people.resident())
    chen = opened(lin.context.new_page(), site, CHEN)
    expect(lin.locator("#problem")).to_contain_text("Somebody else has signed in in this browser")
    expect(chen.locator("#problem")).to_be_hidden()
    expect(amber(lin)).to_have_count(0)
    expect(amber(chen)).to_have_count(0)


def test_from_the_page_of_one_person_nothing_is_taken_for_another(sign_in: SignIn, site: str) -> None:
    exam = stories.finished_exam()
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/")
    expect(page.locator("[data-rows] tbody tr")).to_have_count(1)
    sign_in(people.resident())
    page.keyboard.press("n")
    expect(page.locator("#problem")).to_contain_text("Somebody else has signed in in this browser")
    exam.refresh_from_db()
    assert (exam.state, exam.reader) == (ExamState.COMPLETED, None)


def test_signing_says_whom_another_window_shows(sign_in: SignIn, site: str) -> None:
    exam = stories.finished_exam()
    stories.written(exam, people.radiologist())
    report = sign_in(people.radiologist())
    chen = opened(report.context.new_page(), site, CHEN)
    report.goto(f"{site}/reports/{exam.accession_number}/")
    expect(amber(report)).to_contain_text("CHEN, Da-Ming")
    report.keyboard.press("Control+Enter")
    who = report.locator("[data-sign-who]")
    expect(who).to_contain_text("LIN, Mei-Hua")
    expect(who.locator("[data-sign-warnings]")).to_have_text("Another window shows CHEN, Da-Ming.")
    expect(report.locator("#sign-password")).to_be_focused()
    report.keyboard.press("Escape")
    chen.close()
    expect(amber(report)).to_have_count(0)
    report.keyboard.press("Control+Enter")
    expect(who.locator("[data-sign-warnings]")).to_have_text("")
    report.keyboard.type(people.PASSWORD)
    report.keyboard.press("Control+Shift+Enter")
    expect(report.locator("[data-report-panel]")).to_have_attribute("data-mode", "signed")
