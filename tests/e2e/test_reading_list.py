"""The reading list in a browser: one key to the next exam, lists that are kept and shared, rows that stay where they are, late images.

Not covered: how fast a next exam opens (docs/performance.md), and a browser that drops what it holds.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from imaging.access.models import User
from imaging.archive.arrivals import arrival_note
from imaging.common import live
from imaging.orders.models import Exam, Order, Priority
from imaging.orders.states import ExamState
from reporting.reading.models import LateImages
from reporting.reports.models import Report
from reporting.reports.services import report_offer, report_open, report_sign
from tests import people, services
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
SLOW = 30_000


@pytest.fixture(scope="module")
def news() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture
def live_news(news: str, settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = news
    live._redis.cache_clear()
    yield
    live._redis.cache_clear()


def ready(number: int, images: int = 3, **fields: object) -> Exam:
    """A completed CT with its images."""
    patient = people.john_smith() if not number else people._patient(f"0060000{number}", name=f"TEST^Number{number}")
    exam = pictures.exam_of(patient, f"CT2611230000{number}", **fields)
    pictures.stack_for(exam, images)
    return exam


def in_viewer(page: Page, exam: Exam) -> None:
    page.wait_for_url(f"**/viewer/{exam.study_instance_uid}/", timeout=SLOW)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)


def row_ids(page: Page) -> list[str]:
    return page.locator(".reading-table tbody tr").evaluate_all("rows => rows.map((row) => row.id.slice(5))")


def keys(*exams: Exam) -> list[str]:
    return [str(exam.pk) for exam in exams]


def test_one_key_leads_from_the_list_to_the_next_exam_and_on_with_its_images_here(site: str, sign_in: SignIn) -> None:
    first, second, third = ready(0, priority=Priority.STAT), ready(1, priority=Priority.URGENT), ready(2)
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/")
    expect(page.locator("html")).to_have_attribute("data-ahead", "ready", timeout=SLOW)
    page.keyboard.press("n")
    in_viewer(page, first)
    assert Exam.objects.get(pk=first.pk).reader == people.radiologist()
    expect(page.locator("html")).to_have_attribute("data-ahead", "ready", timeout=SLOW)
    assert Exam.objects.get(pk=second.pk).state == ExamState.COMPLETED  # fetched ahead, not taken
    asked: list[int] = []
    page.on("requestfinished", lambda request: asked.append(request.sizes()["responseBodySize"]) if "/frames/" in request.url else None)
    page.keyboard.press("n")
    in_viewer(page, second)
    assert asked
    assert sum(asked) == 0  # the server only said that what the browser holds still holds
    expect(page.locator("#section-findings")).to_be_visible(timeout=SLOW)
    page.locator("#section-findings").focus()
    page.keyboard.press("Alt+n")  # out of the text, too
    in_viewer(page, third)
    page.keyboard.press("n")
    page.wait_for_url("**/reading/?view=open")
    expect(page.locator(".messages")).to_contain_text("Nothing more waits in this list.")
    assert set(Exam.objects.values_list("state", flat=True)) == {ExamState.READING}


def test_what_a_colleague_hands_over_is_told_live_and_taken(live_news: None, site: str, sign_in: SignIn) -> None:
    exam, resident = ready(0), people.resident()
    report = report_open(exam=exam, user=resident)
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/?view=open")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live", timeout=SLOW)
    report_offer(report=report, user=resident, to=people.radiologist(), word="Called away")
    expect(page.locator(".offers")).to_contain_text("hands you CT head plain", timeout=SLOW)
    row = page.locator(f"#exam-{exam.pk}")
    expect(row).to_contain_text("handed to you", timeout=SLOW)
    row.click()
    expect(page.locator("#reading-side")).to_contain_text("Called away")
    page.get_by_role("button", name="Take it").click()
    in_viewer(page, exam)
    expect(page.locator(".report-panel")).to_contain_text("Hand over to a colleague", timeout=SLOW)
    assert Report.objects.get().locked_by == people.radiologist()


def test_after_signing_the_next_of_the_same_list_comes(site: str, sign_in: SignIn) -> None:
    mine, other, chest = ready(0), ready(1, priority=Priority.STAT), ready(2)
    Exam.objects.filter(pk=other.pk).update(modality="MR")
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/?view=open&modality=CT")
    page.keyboard.press("n")
    in_viewer(page, mine)
    page.locator("#section-findings").fill("Normal.")
    page.locator("#section-impression").fill("Normal.")
    page.keyboard.press("Control+Enter")
    page.locator("#sign-password").fill(people.PASSWORD)
    page.keyboard.press("Control+Enter")
    in_viewer(page, chest)  # not the more urgent one of another list
    assert Exam.objects.get(pk=mine.pk).state == ExamState.FINAL
    assert Exam.objects.get(pk=other.pk).state == ExamState.COMPLETED


def test_a_list_is_kept_shared_opened_by_another_and_deleted_with_a_way_back(
    site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]
) -> None:
    stories.finished_exam()
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/")
    page.keyboard.press("f")
    no_serious_fault(page)
    page.get_by_role("link", name="Neuro").click()
    expect(page.locator(".toolbar")).to_contain_text("Subspecialty is Neuro")
    page.keyboard.press("s")
    page.locator("#save-name").fill("Heads")
    page.locator("#save-audience").select_option("everybody")
    no_serious_fault(page)
    page.keyboard.press("Enter")
    expect(page.locator(".tabs [aria-current=page]")).to_contain_text("Heads")

    page = sign_in(people.resident())
    page.goto(f"{site}/reading/")
    page.locator(".kept-list", has_text="Heads").click()
    expect(page.locator(".reading-table tbody tr")).to_have_count(1)
    page.get_by_label("This list", exact=True).click()
    page.get_by_role("button", name="Open with this list").click()
    expect(page.locator(".tabs [aria-current=page]")).to_contain_text("Heads")

    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/")
    page.locator(".kept-list", has_text="Heads").click()
    page.get_by_label("This list", exact=True).click()
    page.get_by_role("button", name="Delete this list").click()
    expect(page.locator(".toast")).to_contain_text("“Heads” is deleted")
    expect(page.locator(".kept-list")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".kept-list")).to_have_count(1)


def test_rows_stay_in_a_list_with_several_filters(live_news: None, site: str, sign_in: SignIn) -> None:
    first, second = stories.finished_exam(), stories.finished_exam(priority=Priority.URGENT)
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/?view=open&modality=CT&sub=neuro&priority=routine&priority=urgent")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    page.locator(f"#exam-{first.pk}").click()
    outside, urgent = stories.emergency_exam(), stories.finished_exam(priority=Priority.URGENT)
    report_open(exam=second, user=people.resident())
    expect(page.locator(f"#exam-{second.pk}")).to_contain_text("open elsewhere")
    expect(page.locator(f"#exam-{second.pk}")).to_contain_text("since")
    expect(page.locator("[data-newsbar]")).to_contain_text("1 came in")
    assert row_ids(page) == keys(second, first)
    expect(page.locator(f"#exam-{first.pk}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("r")
    expect(page.locator(f"#exam-{urgent.pk}")).to_be_visible()
    assert row_ids(page) == keys(second, urgent, first)
    expect(page.locator(f"#exam-{outside.pk}")).to_have_count(0)


def test_a_deadline_that_runs_out_gets_loud_without_moving_the_row(live_news: None, site: str, sign_in: SignIn) -> None:
    stories.deadlines()
    stat, routine = stories.emergency_exam(), stories.finished_exam()
    ends = timezone.now() - dt.timedelta(minutes=59, seconds=50)
    Exam.objects.filter(pk=stat.pk).update(completed_at=ends)
    page = sign_in(people.radiologist())
    page.clock.install()
    page.goto(f"{site}/reading/")
    mark = page.locator(f"#exam-{stat.pk} .deadline")
    expect(mark).to_have_class("deadline late")
    page.clock.fast_forward(70_000)
    expect(mark).to_have_class("deadline over")
    expect(mark).to_contain_text("−")
    assert row_ids(page) == keys(stat, routine)


def test_who_holds_an_exam_and_taking_it_over_with_a_reason(site: str, sign_in: SignIn) -> None:
    exam = ready(0)
    stories.written(exam, people.resident())
    page = sign_in(people.radiologist())
    page.goto(f"{site}/reading/")
    page.keyboard.press("j")
    side = page.locator("#reading-side")
    expect(side).to_contain_text("is writing, since")
    side.locator("summary", has_text="Take over").click()
    side.locator("#take-reason").fill("He was called away")
    page.keyboard.press("Enter")
    in_viewer(page, exam)
    assert Exam.objects.get().reader == people.radiologist()
    page.goto(f"{site}/reading/")
    page.keyboard.press("j")
    expect(side.get_by_role("button", name="Give back")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".reading-table tbody tr")).to_contain_text("Completed")
    assert Exam.objects.get().reader is None


def test_late_images_are_a_task_that_is_settled_and_taken_back(
    live_news: None, site: str, sign_in: SignIn, context: BrowserContext, no_serious_fault: Callable[[Page], None]
) -> None:
    exam, radiologist = ready(0), people.radiologist()
    arrival_note(study_id=exam.studies.get().pk)
    report_sign(report=stories.written(exam, radiologist), user=radiologist, password=people.PASSWORD)
    page = sign_in(radiologist)
    page.goto(f"{site}/reading/?view=late")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        arrival_note(study_id=pictures.stack_for(exam, 2).pk)
    expect(page.locator(".tabs [aria-current=page] .count")).to_have_text("1")
    expect(page.locator("[data-newsbar]")).to_be_visible()
    page.keyboard.press("r")
    row = page.locator(f"#exam-{exam.pk}")
    expect(row).to_contain_text("2 late images")
    page.keyboard.press("j")
    side = page.locator("#reading-side")
    expect(side).to_contain_text("2 images came after the report was signed")
    no_serious_fault(page)
    side.get_by_role("button", name="The report stands").click()
    expect(page.locator(".toast")).to_contain_text("the report stands")
    expect(page.locator(f"#exam-{exam.pk}.gone")).to_be_visible()
    assert LateImages.objects.get().outcome == "stands"
    page.keyboard.press("Control+z")
    expect(page.locator(f"#exam-{exam.pk}.gone")).to_have_count(0)
    assert LateImages.objects.get().outcome == ""
    side.get_by_role("button", name="Write an addendum")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/reports/{exam.accession_number}/")


@pytest.mark.parametrize("width", [1366, 1600, 1920, 2560])
def test_exam_question_and_origin_can_be_read_at_every_width(site: str, sign_in: SignIn, width: int) -> None:
    ready(0)
    told = ("Sudden headache, rule out haemorrhage", "Emergency department")
    Order.objects.update(reason=told[0], referring_department=told[1])
    reader = people.radiologist()
    page = sign_in(reader)
    page.set_viewport_size({"width": width, "height": 900})
    for language in ("en", "zh-hans"):
        User.objects.filter(pk=reader.pk).update(language=language)
        page.goto(f"{site}/reading/")
        row = page.locator(".reading-table tbody tr").first
        expect(row).to_be_visible()
        for text in told:
            expect(row.get_by_text(text).locator("visible=true")).to_have_count(1)
        cut = row.locator("td, td .sub").evaluate_all(
            "cells => cells.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
        )
        assert not cut, (language, cut)
