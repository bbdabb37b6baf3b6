"""The shell of every page: theme, language, rail and badges by person.

Not covered here: how it looks and its keys (tests/e2e/test_every_page.py).
"""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from imaging.access import navigation
from imaging.access.context import Shell
from imaging.access.models import User
from imaging.access.navigation import ENTRIES, badge_register, entries_for
from imaging.access.roles import Role
from tests import people

pytestmark = pytest.mark.django_db


def shell_of(user: User | AnonymousUser) -> Shell:
    request = RequestFactory().get("/")
    request.user = user
    return Shell(request)


@pytest.fixture
def own_badges() -> Iterator[None]:
    before = dict(navigation._badges)
    yield
    navigation._badges.clear()
    navigation._badges.update(before)


@pytest.mark.parametrize(
    ("role", "theme"), [(Role.RADIOLOGIST, "dark"), (Role.RESIDENT, "dark"), (Role.TECHNOLOGIST, "light"), (Role.CASHIER, "light")]
)
def test_the_theme_follows_the_role(role: Role, theme: str) -> None:
    assert shell_of(people.staff(role)).theme == theme


def test_the_theme_chosen_goes_before_the_role() -> None:
    assert shell_of(people.staff(Role.RADIOLOGIST, theme="light")).theme == "light"
    assert shell_of(AnonymousUser()).theme == "light"


def test_han_shapes_are_the_chinese_ones() -> None:
    with translation.override("zh-hans"):
        assert shell_of(AnonymousUser()).html_lang == "zh-CN"


def test_nobody_signed_in_has_no_rail() -> None:
    assert shell_of(AnonymousUser()).entries == []


def test_an_account_switched_off_has_no_rail() -> None:
    user = people.technologist()
    user.is_active = False
    assert entries_for(user, "/") == []


def test_the_page_open_is_current_also_below_it() -> None:
    shown = entries_for(people.auditor(), "/audit/1/")
    assert [item["entry"].key for item in shown if item["current"]] == ["audit"]


def test_a_badge_counts_for_who_sees_the_entry(own_badges: None) -> None:
    asked = []
    badge_register("audit", lambda user: asked.append(user) or 3)
    assert next(item["badge"] for item in entries_for(people.auditor(), "/") if item["entry"].key == "audit") == 3
    entries_for(people.cashier(), "/")
    assert asked == [people.auditor()]


def test_every_entry_leads_to_a_page() -> None:
    assert all(reverse(entry.url_name).endswith("/") for entry in ENTRIES)


def test_entries_are_told_apart() -> None:
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)
    letters = [entry.letter for entry in ENTRIES if entry.letter]
    assert len(set(letters)) == len(letters)


def test_an_address_that_is_wrong_says_so_and_leads_home(client: Client) -> None:
    client.force_login(people.technologist())
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content
    assert b'href="/"' in answer.content


def test_too_many_passwords_are_told_plainly(client: Client, settings: object) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    people.cashier()
    for _ in range(3):
        answer = client.post("/login/", {"username": "cashier", "password": "guess"})
    assert answer.status_code == 429
    assert b"Too many tries" in answer.content


def test_a_form_of_another_session_is_told_plainly() -> None:
    answer = Client(enforce_csrf_checks=True).post("/preferences/", {"language": "en"})
    assert answer.status_code == 403
    assert b"This page is out of date" in answer.content
