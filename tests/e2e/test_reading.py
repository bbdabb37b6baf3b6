"""Reading in a browser, with the keyboard alone: from the list to a signed report, and what two people at once meet.

Not covered: reading beside real images (the story of the first exam has it), input methods for Chinese (no browser test can compose).
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from imaging.access.models import User
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from reporting.reports.models import Report
from reporting.reports.services import draft_save
from reporting.templates_library.choices import section
from reporting.templates_library.models import Macro, ReportTemplate
from tests import people
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
FIRST_ROW = "table[data-rows] tbody tr"


@pytest.fixture
def exam(transactional_db: None) -> Exam:
    """An exam whose report begins with an open choice."""
    exam = stories.finished_exam()
    sections = [
        section("findings", "Findings", "Midline [not shifted|shifted].", required=True),
        section("impression", "Impression", required=True),
    ]
    template = ReportTemplate.objects.create(code="e2e", name="CT head", language="en", modality="CT", sections=sections)
    template.procedures.add(exam.procedure)
    Macro.objects.create(name="normal", language="en", text="No acute abnormality.")
    return exam


def wait_kept(page: Page) -> None:
    expect(page.locator("[data-kept]")).to_contain_text(re.compile(r"kept \d\d:\d\d:\d\d"), timeout=15_000)


def test_from_the_list_to_a_signed_report_with_an_addendum_by_keys_alone(exam: Exam, site: str, sign_in: SignIn) -> None:
    page = sign_in(people.resident())
    page.goto(f"{site}/reading/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/reports/{exam.accession_number}/")
    findings, impression = page.locator("#section-findings"), page.locator("#section-impression")
    expect(findings).to_be_focused()
    page.keyboard.press("F4")
    page.keyboard.press("1")
    expect(findings).to_have_value("Midline not shifted.")
    impression.focus()
    page.keyboard.type(".normal")
    page.keyboard.press("Tab")
    expect(impression).to_have_value("No acute abnormality.")
    wait_kept(page)
    expect(page.locator("#report-checks")).not_to_contain_text("open choice")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "preliminary")
    assert Exam.objects.get().state == ExamState.PRELIMINARY

    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/?view=sign")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/reports/{exam.accession_number}/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sign-password")).to_be_focused()
    page.keyboard.type("not the password")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("[data-refusal]")).to_contain_text("not your password")
    page.locator("#sign-password").fill(people.PASSWORD)
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "signed")
    assert Exam.objects.get().state == ExamState.FINAL

    page.get_by_role("button", name="Addendum").click()
    page.locator("#section-addendum").fill("Compared with 2025: unchanged.")
    page.keyboard.press("Control+Enter")
    page.keyboard.type(people.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "signed")
    expect(page.locator("[data-report-panel]")).to_contain_text("Compared with 2025: unchanged.")
    assert Exam.objects.get().state == ExamState.ADDENDED
    assert Report.objects.get().versions.count() == 3


def test_two_windows_on_one_report_lose_nothing(exam: Exam, site: str, sign_in: SignIn) -> None:
    resident = people.resident()
    report = stories.written(exam, resident)
    page = sign_in(resident)
    page.goto(f"{site}/reports/{exam.accession_number}/")
    draft_save(report=report, user=resident, revision=report.draft_revision, texts={"findings": "Written at the other screen."})
    page.locator("#section-impression").fill("Written at this screen.")
    expect(page.locator(".report-copy")).to_contain_text("is kept beside the draft", timeout=15_000)
    expect(page.locator("#section-findings")).to_have_value("Written at the other screen.")
    page.locator(".report-copy summary").click()
    expect(page.locator(".report-copy")).to_contain_text("Written at this screen.")


def test_a_list_that_is_open_shows_what_others_take(exam: Exam, site: str, sign_in: SignIn, context: BrowserContext) -> None:
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/")
    expect(page.locator(FIRST_ROW)).to_contain_text("Completed")
    stories.report_open(exam=exam, user=people.resident())
    page.reload()
    expect(page.locator(FIRST_ROW)).to_contain_text("open elsewhere")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_have_no_serious_fault(
    exam: Exam, site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None], theme: str, language: str
) -> None:
    radiologist = people.radiologist()
    User.objects.filter(pk=radiologist.pk).update(theme=theme, language=language)
    stories.preliminary(stories.finished_exam(people.john_smith()), people.resident())
    page = sign_in(radiologist)
    page.goto(f"{site}/reading/")
    page.keyboard.press("j")
    expect(page.locator("#reading-side .panel-foot")).to_be_visible()
    no_serious_fault(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/**")
    expect(page.locator("[data-report-panel]")).to_be_visible()
    no_serious_fault(page)
    page.goto(f"{site}/reports/")
    no_serious_fault(page)
