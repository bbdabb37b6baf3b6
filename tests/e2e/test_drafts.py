"""What is typed into a report is not lost: a line that is gone, a closed tab, an ended session; and it overwrites nothing newer.

Not covered: a browser that dies within the two seconds before text is sent.
"""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from imaging.access.models import User
from imaging.orders.models import Exam
from reporting.reports.models import DraftCopy, Report
from reporting.reports.services import draft_save, report_take_over
from tests import people
from tests.e2e.slow_line import held
from tests.imaging import pictures
from tests.reporting import stories
from tests.system import until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
SLOW = 15_000


@pytest.fixture
def report(transactional_db: None) -> Report:
    return stories.written(stories.finished_exam(), people.resident())


def panel(page: Page, site: str, report: Report) -> Page:
    page.goto(f"{site}/reports/{report.exam.accession_number}/")
    expect(page.locator("#section-impression")).to_be_visible()
    return page


def text_of(report: Report, key: str = "impression") -> str:
    sections = Report.objects.get(pk=report.pk).draft_sections
    return next(part["text"] for part in sections if part["key"] == key)


def closed_without_a_line(page: Page, context: BrowserContext) -> None:
    """Type, and close the tab, while nothing reaches the server."""
    context.set_offline(True)
    page.locator("#section-impression").fill("Typed without a line.")
    expect(page.locator("[data-kept]")).to_contain_text("Kept in this browser only", timeout=SLOW)
    page.close()
    context.set_offline(False)


def test_text_typed_without_a_line_survives_the_closed_tab(report: Report, site: str, sign_in: SignIn, context: BrowserContext) -> None:
    closed_without_a_line(panel(sign_in(people.resident()), site, report), context)
    assert text_of(report) == stories.IMPRESSION
    page = panel(context.new_page(), site, report)
    expect(page.locator("#section-impression")).to_have_value("Typed without a line.")
    expect(page.locator("[data-kept]")).to_have_attribute("data-state", "kept", timeout=SLOW)
    assert text_of(report) == "Typed without a line."


def test_what_comes_back_overwrites_nothing_newer(report: Report, site: str, sign_in: SignIn, context: BrowserContext) -> None:
    resident = people.resident()
    closed_without_a_line(panel(sign_in(resident), site, report), context)
    draft_save(report=report, user=resident, revision=report.draft_revision, texts={"impression": "Written at another screen."})
    page = panel(context.new_page(), site, report)
    expect(page.locator(".report-copy")).to_contain_text("is kept beside the draft", timeout=SLOW)
    expect(page.locator("#section-impression")).to_have_value("Written at another screen.")
    assert text_of(report) == "Written at another screen."
    assert "Typed without a line." in str(DraftCopy.objects.get().sections)


def test_it_does_not_come_back_for_somebody_else(report: Report, site: str, sign_in: SignIn, context: BrowserContext) -> None:
    closed_without_a_line(panel(sign_in(people.resident()), site, report), context)
    report_take_over(report=report, user=people.radiologist(), reason="He was called away")
    sign_in(people.radiologist())
    page = panel(context.new_page(), site, report)
    expect(page.locator("#section-impression")).to_have_value(stories.IMPRESSION)


def test_after_the_session_ended_nothing_is_called_kept_until_one_has_signed_in_again(report: Report, site: str, sign_in: SignIn) -> None:
    page = panel(sign_in(people.resident()), site, report)
    Session.objects.all().delete()
    page.locator("#section-impression").fill("Typed after the session ended.")
    expect(page.locator("[data-kept]")).to_contain_text("You are signed out", timeout=SLOW)
    assert text_of(report) == stories.IMPRESSION
    again = page.context.new_page()
    again.goto(f"{site}/login/")
    again.fill("[name=username]", people.resident().username)
    again.fill("[name=password]", people.PASSWORD)
    again.press("[name=password]", "Enter")
    again.wait_for_url(lambda url: "/login/" not in url)
    again.close()
    page.locator("#section-impression").press("End")
    page.keyboard.type(" And more.")
    until(lambda: text_of(report) == "Typed after the session ended. And more.", "it is kept")
    expect(page.locator("[data-kept]")).to_have_attribute("data-state", "kept", timeout=SLOW)
    page.keyboard.press("Control+s")  # the form's own token is of the session before
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "preliminary")


def test_keys_go_to_the_images_until_the_reader_goes_to_write(site: str, sign_in: SignIn) -> None:
    exam: Exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 3)
    stories.report_open(exam=exam, user=people.radiologist(), language="en")
    page = sign_in(people.radiologist())
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    findings, where = page.locator("#section-findings"), page.locator('[data-part="where"]')
    expect(findings).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=2 * SLOW)
    page.keyboard.press("ArrowDown")
    expect(where).to_contain_text("Im 2 / 3")
    page.keyboard.press("1")
    expect(page.locator('[data-part="window"]')).to_contain_text("W 1500 L −600")
    expect(findings).to_have_value("")
    page.keyboard.press("Alt+3")
    page.keyboard.type("Clear lungs.")
    expect(findings).to_have_value("Clear lungs.")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    expect(where).to_contain_text("Im 3 / 3")
    expect(findings).to_have_value("Clear lungs.")
    page.keyboard.press("Alt+1")
    expect(page.locator(".rail-tile").first).to_be_focused()


def test_a_report_that_comes_late_leaves_the_keys_and_an_open_menu(site: str, sign_in: SignIn) -> None:
    exam: Exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 1)
    stories.report_open(exam=exam, user=people.radiologist(), language="en")
    page = sign_in(people.radiologist())
    waiting = held(page, "**/panel/**")
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=2 * SLOW)
    menu = page.locator(".tool-family summary").first
    menu.click()
    expect(page.locator(".tool-family details[open]")).to_have_count(1)
    waiting.pop().continue_()
    expect(page.locator("#section-findings")).to_be_visible()
    expect(page.locator(".tool-family details[open]")).to_have_count(1)
    expect(menu).to_be_focused()
