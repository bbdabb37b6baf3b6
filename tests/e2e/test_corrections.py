"""Correcting stored images and the integrity queue in a browser, in both looks. Not covered: every kind of question (tests/imaging)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.archive.models import IntegrityCase, Study
from imaging.orders.models import Exam
from tests import people
from tests.e2e.test_every_page import LOOKS, fits, hear_problems
from tests.imaging.archive.queue.test_queue import unmatched
from tests.imaging.archive.scans import exam_of, scanned

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Check = Callable[[Page], None]


def ready(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("html[data-ready]")).to_have_count(1)


def dressed(user: User, look: tuple[str, str]) -> User:
    user.theme, user.language = look
    user.save()
    return user


@pytest.fixture
def exams(site: str) -> tuple[Exam, Exam]:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, series=2)
    return wrong, right


def test_giving_images_to_the_right_exam_and_taking_it_back(
    exams: tuple[Exam, Exam], site: str, sign_in: Callable[[User], Page], no_serious_fault: Check
) -> None:
    wrong, right = exams
    page = sign_in(people.pacs_admin())
    problems = hear_problems(page)
    address = f"{site}/studies/{Study.objects.get().study_instance_uid}/corrections/"
    ready(page, address)
    page.locator("#find").press_sequentially("lin")
    page.get_by_role("option", name=right.accession_number).click()
    expect(page.locator("#find")).to_have_value(right.accession_number)
    page.locator("#why").fill("wrong patient chosen")
    page.get_by_role("button", name="Give there").click()
    expect(page.locator("#history-title ~ *, .correction")).to_contain_text(["wrong patient chosen"])
    assert Study.objects.get(exam=right).instance_count == 4
    assert problems == []
    for look in LOOKS:
        dressed(people.pacs_admin(), look)
        for shown in (address, f"{site}/studies/{right.study_instance_uid}/corrections/"):
            ready(page, shown)
            assert fits(page)
            no_serious_fault(page)
    dressed(people.pacs_admin(), ("light", "en"))
    ready(page, address)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back: everything is as it was before.")).to_be_visible()
    assert Study.objects.get(exam=wrong).instance_count == 4


def test_a_refusal_leaves_what_was_typed(exams: tuple[Exam, Exam], site: str, sign_in: Callable[[User], Page]) -> None:
    page = sign_in(people.pacs_admin())
    ready(page, f"{site}/studies/{Study.objects.get().study_instance_uid}/corrections/")
    page.locator("#why").fill("a long story")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#problem")).to_contain_text("Choose the series or the images that are to be rejected.")
    expect(page.locator("#why")).to_have_value("a long story")


def test_the_queue_by_keys_and_many_at_once(
    exams: tuple[Exam, Exam], site: str, sign_in: Callable[[User], Page], no_serious_fault: Check
) -> None:
    cases = [unmatched(exams[1]) for _number in range(2)]
    page = sign_in(people.pacs_admin())
    for look in LOOKS:
        dressed(people.pacs_admin(), look)
        for shown in ("/unmatched/", f"/unmatched/{cases[0].pk}/"):
            ready(page, site + shown)
            assert fits(page)
            no_serious_fault(page)
    dressed(people.pacs_admin(), ("light", "en"))
    ready(page, f"{site}/unmatched/")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("input[name=case]:checked")).to_have_count(2)
    page.locator("#batch select").select_option("apart")
    page.get_by_role("button", name="Decide all chosen").click()
    expect(page.get_by_text("2 cases decided.")).to_be_visible()
    assert not IntegrityCase.objects.filter(resolved_at=None).exists()
