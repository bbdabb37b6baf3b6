"""Every page of the rail, as each role, in both themes and languages: no serious fault, nothing blocked, nothing off the screen.

Not covered: pages that need an exam in a certain state; the tests of each slice open those.
"""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.access.navigation import ENTRIES
from imaging.access.policy import may
from imaging.access.roles import Role
from imaging.orders.services import OrderItem, order_enter
from imaging.patients.services import patient_update
from tests import people

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LOOKS = [("light", "en"), ("dark", "zh-hans")]


def a_few_exams() -> None:
    """Somebody with an allergy, somebody protected, and an exam each."""
    people.ct1()
    for patient in (people.lin_mei_hua(), people.the_mayor()):
        order_enter(patient=patient_update(patient=patient, phone="1"), items=[OrderItem(people.ct_head())], user=people.front_desk())


def hear_problems(page: Page) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on("response", lambda answer: said.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    return said


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("role", list(Role))
def test_the_pages_of_a_role(role: Role, sign_in: Callable[[User], Page], site: str, no_serious_fault: Callable[[Page], None]) -> None:
    a_few_exams()
    user = people.staff(role)
    page = sign_in(user)
    problems = hear_problems(page)
    for theme, language in LOOKS:
        user.theme, user.language = theme, language
        user.save()
        for entry in ENTRIES:
            if not may(user, entry.act):
                continue
            page.goto(site + reverse(entry.url_name))
            expect(page.locator("html[data-ready]")).to_have_count(1)
            expect(page.locator("h1")).not_to_be_empty()
            assert fits(page), (entry.key, theme)
            no_serious_fault(page)
    assert problems == []
