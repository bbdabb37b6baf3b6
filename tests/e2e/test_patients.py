"""The patients' pages by keyboard. Not covered: who may see what (tests/imaging/orders/test_views_patients.py)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.patients.services import patient_update
from tests import people

pytestmark = pytest.mark.e2e


@pytest.fixture
def lin(transactional_db: None) -> int:
    people.john_smith()
    return patient_update(patient=people.lin_mei_hua(), phone="1").pk


def test_find_look_and_open_without_the_mouse(lin: int, sign_in: Callable[[User], Page], site: str) -> None:
    page = sign_in(people.front_desk())
    page.goto(f"{site}/patients/")
    page.keyboard.press("/")
    page.keyboard.type("lmh")
    expect(page.locator("#patient-rows tr")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#patient-side")).to_contain_text("12 Apr 1968")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/patients/{lin}/")


def test_ctrl_k_goes_to_a_patient_from_anywhere(lin: int, sign_in: Callable[[User], Page], site: str) -> None:
    page = sign_in(people.front_desk())
    page.goto(f"{site}/styleguide/")
    page.keyboard.press("Control+k")
    page.keyboard.type("林美")
    expect(page.get_by_role("option").first).to_contain_text("LIN, Mei-Hua")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/patients/{lin}/")


def test_one_patient_in_both_themes(lin: int, sign_in: Callable[[User], Page], site: str, no_serious_fault: Callable[[Page], None]) -> None:
    user = people.front_desk()
    page = sign_in(user)
    for user.theme in ("light", "dark"):
        user.save()
        page.goto(f"{site}/patients/{lin}/")
        expect(page.locator("html[data-ready]")).to_have_count(1)
        no_serious_fault(page)


def test_merging_asks_for_the_number_and_says_what_was_done(lin: int, sign_in: Callable[[User], Page], site: str) -> None:
    page = sign_in(people.pacs_admin())
    page.goto(f"{site}/patients/{lin}/")
    page.get_by_role("button", name="Merge another patient into this one…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Number that is closed").fill("00511207")
    dialog.get_by_label("Reason").fill("Registered twice")
    dialog.get_by_label("Type the number that stays").fill("00482913")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Patient 00511207 was merged into this one.")).to_be_visible()
    expect(page.get_by_role("button", name="Take apart…")).to_be_visible()
