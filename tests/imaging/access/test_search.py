"""Ctrl K: pages by name, finders by act, exact hits first. Not covered: what each slice finds (their own tests)."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from imaging.access import search
from imaging.access.roles import Act
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_finder() -> Iterator[None]:
    """Finds two patients, the second by its very number, for who may find patients."""
    before = list(search._finders)
    search._finders[:] = []
    search.finder_register(
        Act.PATIENT_FIND,
        lambda user, text, limit: [
            search.Hit("LIN, Mei-Hua", "/patients/1/", "user"),
            search.Hit("SMITH", "/patients/2/", "user", exact=text == "2"),
        ],
    )
    yield
    search._finders[:] = before


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(people.staff(role))
    return client


def test_a_stranger_signs_in_first() -> None:
    assert Client().get("/search/?q=lin").status_code == 302
    assert search.search(AnonymousUser(), "a") == []


def test_pages_are_found_by_name_and_only_open_ones() -> None:
    assert [hit.url for hit in search.search(people.auditor(), "audit")] == ["/audit/"]
    assert search.search(people.technologist(), "audit") == []


def test_finders_are_asked_only_for_who_may(a_finder: None) -> None:
    assert [hit.label for hit in search.search(people.technologist(), "li")][:1] == ["LIN, Mei-Hua"]
    assert "LIN, Mei-Hua" not in [hit.label for hit in search.search(people.manager(), "lin")]


def test_the_exact_one_comes_first_and_opens_at_once(a_finder: None) -> None:
    assert search.search(people.technologist(), "2")[0].label == "SMITH"
    assert client_of("technologist").get("/search/?q=2")["Location"] == "/patients/2/"


def test_options_for_the_field(a_finder: None) -> None:
    answer = client_of("technologist").get("/search/?q=li", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b'role="option"' in answer.content
    assert b"<html" not in answer.content


def test_a_page_without_script_also_when_nothing_is_found(a_finder: None) -> None:
    assert b"Nothing found." in client_of("manager").get("/search/?q=zzz").content


def test_long_text_does_no_harm(a_finder: None) -> None:
    assert client_of("technologist").get("/search/", {"q": "x" * 5000}).status_code == 200
