"""The front desk in a browser. Not covered: how a slip comes out of a printer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.orders.models import Exam, Procedure
from imaging.orders.states import ExamState
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.e2e

SignIn = Callable[[User], Page]


def test_a_new_patient_is_registered_by_keys_alone(sign_in: SignIn, site: str, no_serious_fault: Callable[[Page], None]) -> None:
    people.ct1()
    page = sign_in(people.front_desk())
    page.goto(f"{site}/register/")
    page.keyboard.press("F4")
    page.wait_for_url("**/register/?new=1")
    expect(page.locator("#id_name")).to_be_focused()
    for text in ("LIN, Mei-Hua", "林美华", "12041968"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.locator("#id_birth_date")).to_have_value("1968-04-12")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Alt+2")
    page.keyboard.type("tlct")
    expect(page.locator(".listbox [role=option]").first).to_contain_text("CT-HEAD")
    no_serious_fault(page)
    page.keyboard.press("Enter")
    expect(page.locator("#desk-lines")).to_contain_text("CT head plain")
    page.keyboard.press("F8")
    expect(page.locator("#desk-board .slot-mine").first).to_be_visible()
    no_serious_fault(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Registered: LIN, Mei-Hua")).to_be_visible()
    exam = Exam.objects.get()
    assert (exam.patient.name, exam.patient.sex, exam.procedure.code) == ("LIN^Mei-Hua", "F", Procedure.objects.get().code)
    assert exam.state in {ExamState.ARRIVED, ExamState.SCHEDULED}


def test_the_desk_fits_into_one_window(sign_in: SignIn, site: str) -> None:
    people.ct1()
    page = sign_in(people.front_desk())
    page.goto(f"{site}/register/?patient={people.lin_mei_hua().pk}")
    tall = page.evaluate("() => document.querySelector('#content').scrollHeight - document.querySelector('#content').clientHeight")
    patient = page.evaluate("() => { const part = document.querySelector('.desk-patient'); return part.scrollHeight - part.clientHeight }")
    assert (tall, patient) == (0, 0)


def test_a_technologist_takes_starts_and_ends_by_keys(sign_in: SignIn, site: str, no_serious_fault: Callable[[Page], None]) -> None:
    people.ct1()
    order_place(patient=people.lin_mei_hua(), items=[head()])
    page = sign_in(people.technologist())
    page.goto(f"{site}/worklist/?tab=today")
    page.keyboard.press("j")
    expect(page.locator("#side")).to_contain_text("LIN, Mei-Hua")
    no_serious_fault(page)
    page.keyboard.press("a")
    expect(page.locator("#side")).to_contain_text("Call C-001")
    page.keyboard.press("1")
    page.keyboard.press("s")
    expect(page.locator("#side")).to_contain_text("End exam")
    page.keyboard.press("e")
    expect(page.locator("#side")).to_contain_text("Completed")
    assert Exam.objects.get().events.filter(kind="checked").exists()
    page.keyboard.press("t")
    page.wait_for_url("**/exams/**")
    expect(page.get_by_text("Exam ended")).to_be_visible()
    expect(page.locator("#booking")).to_be_visible()
    no_serious_fault(page)
