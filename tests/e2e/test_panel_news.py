"""An open report panel hears what somebody else did with the report: it says who and when, writes nothing over it, loses nothing typed.

Not covered: the same while the line for live news is down (it is asked each 30 s then).
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from imaging.access.models import User
from imaging.archive.arrivals import arrivals_note
from imaging.common import live
from reporting.reports.models import DraftCopy, Report, ReportVersion
from reporting.reports.services import (
    correction_begin,
    draft_save,
    report_correct,
    report_open,
    report_release,
    report_sign,
    report_take_over,
)
from tests import people, services
from tests.imaging import pictures
from tests.reporting import stories
from tests.system import until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
MINE = "Typed when she signed."


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture(autouse=True)
def news(broker: str, settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = broker
    live._redis.cache_clear()
    yield
    live._redis.cache_clear()


def opened(page: Page, site: str, report: Report, mode: str = "edit") -> Page:
    page.goto(f"{site}/reports/{report.exam.accession_number}/")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", mode)
    return page


def signed_by_the_radiologist(report: Report) -> None:
    report_take_over(report=report, user=people.radiologist(), reason="He was called away")
    report.refresh_from_db()
    report_sign(report=report, user=people.radiologist(), password=people.PASSWORD)


def test_who_writes_is_told_that_it_was_signed_and_keeps_the_text(site: str, sign_in: SignIn) -> None:
    report = stories.written(stories.finished_exam(), people.resident())
    page = opened(sign_in(people.resident()), site, report)
    page.locator("#section-impression").fill(MINE)
    signed_by_the_radiologist(report)
    told = page.locator("[data-report-news] [role=alert]")
    expect(told).to_contain_text(f"{people.radiologist().label} signed this report at")
    expect(page.locator("#section-impression")).to_have_value(MINE)
    expect(page.locator("#section-impression")).to_have_attribute("readonly", "")
    copies = DraftCopy.objects.filter(user=people.resident())
    until(lambda: any(MINE in str(copy.sections) for copy in copies.all()), "the text is kept")
    expect(page.locator(".panel-foot button:enabled")).to_have_count(0)
    told.get_by_role("button", name="Show the signed version").click()
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "signed")
    expect(page.locator(".patient-banner .end")).to_have_text("StateFinal")
    expect(page.locator(".report-copy").filter(has_text=MINE)).to_have_count(1)
    assert ReportVersion.objects.filter(report=report).count() == 1
    assert MINE not in str(ReportVersion.objects.get(report=report).sections)


def test_who_writes_is_told_that_it_was_taken_over(site: str, sign_in: SignIn) -> None:
    report = stories.written(stories.finished_exam(), people.resident())
    page = opened(sign_in(people.resident()), site, report)
    report_take_over(report=report, user=people.radiologist(), reason="He was called away")
    expect(page.locator("[data-report-news]")).to_contain_text(f"{people.radiologist().label} took this report at")
    expect(page.locator("#section-impression")).to_have_value(stories.IMPRESSION)
    page.get_by_role("button", name="Show how it is now").click()
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "held")
    expect(page.locator("[data-report-news]")).to_be_empty()


def test_one_s_own_act_is_no_news_where_it_was_done_and_is_in_the_other_window(site: str, sign_in: SignIn) -> None:
    report = stories.written(stories.finished_exam(), people.radiologist())
    page = opened(sign_in(people.radiologist()), site, report)
    other = opened(page.context.new_page(), site, report)
    page.bring_to_front()
    page.keyboard.press("Control+Enter")
    page.locator("#sign-password").fill(people.PASSWORD)
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "signed")
    expect(other.locator("[data-report-news]")).to_contain_text("You signed this report at")
    expect(page.locator("[data-report-news]")).to_be_empty()


def test_saving_is_no_news(site: str, sign_in: SignIn) -> None:
    report = stories.written(stories.finished_exam(), people.resident())
    page = opened(sign_in(people.radiologist()), site, report, mode="held")
    report = draft_save(report=report, user=people.resident(), revision=report.draft_revision, texts={"impression": "More."})
    report_release(report=report, user=people.resident())
    expect(page.locator("[data-report-news]")).to_contain_text("Nobody is writing this report now.")


def test_a_reader_is_told_of_a_corrected_version(site: str, sign_in: SignIn) -> None:
    report = stories.written(stories.finished_exam(), people.radiologist())
    report_sign(report=report, user=people.radiologist(), password=people.PASSWORD)
    page = opened(sign_in(people.clinician()), site, report, mode="read")
    report.refresh_from_db()
    correction_begin(report=report, user=people.radiologist())
    report.refresh_from_db()
    changed = draft_save(report=report, user=people.radiologist(), revision=report.draft_revision, texts={"impression": "A fracture."})
    report_correct(report=changed, user=people.radiologist(), password=people.PASSWORD, reason="The fracture was missed")
    expect(page.locator("[data-report-news]")).to_contain_text("signed a corrected version at")
    page.get_by_role("button", name="Show the signed version").click()
    expect(page.locator("[data-report-panel]")).to_contain_text("A fracture.")
    expect(page.locator("[data-report-news]")).to_be_empty()


def test_beside_the_images_the_panel_hears_it_too(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 1)
    page = sign_in(people.resident())
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "free")
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=30_000)
    report_open(exam=exam, user=people.radiologist(), language="en")
    expect(page.locator("[data-report-news]")).to_contain_text(f"{people.radiologist().label} took this report at")


def test_an_open_panel_hears_of_images_after_signing_while_they_come(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    pictures.stack_for(exam, 1)
    report = stories.written(exam, people.radiologist())
    report_sign(report=report, user=people.radiologist(), password=people.PASSWORD)
    page = opened(sign_in(people.radiologist()), site, report, mode="signed")
    pictures.stack_for(exam, 2)
    arrivals_note()
    expect(page.locator("[data-report-news]")).to_contain_text("2 images came after the report was signed")
