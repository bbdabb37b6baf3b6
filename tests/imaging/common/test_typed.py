"""Numbers, days and moments from addresses and forms, and the pages that read them. Not covered: reporting's own pages."""

import datetime as dt

import pytest
from django.test import Client

from imaging.common.errors import InvalidInput
from imaging.common.typed import day_typed, moment_typed, whole_number
from tests import people
from tests.rest import call


@pytest.mark.parametrize(("text", "number"), [("17", 17), ("0", 0), ("²", None), ("٣", None), ("-1", None), ("", None), ("9" * 30, None)])
def test_whole_numbers(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "soon", "2026-02-31", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_that_is_reckoned_with(text: str) -> None:
    assert day_typed(text) is None


def test_days_and_moments() -> None:
    assert day_typed("2026-11-23") == dt.date(2026, 11, 23)
    assert moment_typed("") is None
    assert moment_typed("2026-11-23T10:00") == moment_typed("2026-11-23T10:00:00+08:00")
    for text in ("soon", "2026-02-31T10:00", "9999-12-31T23:59", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(InvalidInput):
            moment_typed(text)


PAGES = (
    "/register/?patient=²", "/register/?registered=²", "/exams/?before=²", "/exams/?date_to=9999-12-31", "/exams/?date_from=0001-01-01",
    "/patients/?after=²", "/arrivals/?tab=²",
)  # fmt: skip
OPERATIONS = (
    "/api/patients/?q=li&limit=²", "/api/patients/?q=li&after=b|²", "/api/slots/?room=CT1&minutes=²",
    "/api/slots/?room=CT1&minutes=99999999999", "/api/slots/?room=CT1&day=9999-12-31", "/api/steps/?day=0001-01-01",
    "/api/exams/?date_to=99991231",
)  # fmt: skip


@pytest.mark.django_db
def test_nonsense_in_an_address_is_no_fault_of_ours() -> None:
    people.ct1()
    client = Client()
    client.force_login(people.front_desk())
    assert {address: client.get(address).status_code for address in PAGES if client.get(address).status_code != 200} == {}
    answers = {address: call(people.front_desk()).get(address).status_code for address in OPERATIONS}
    assert {address: status for address, status in answers.items() if status not in {200, 400}} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        {"active": "abc", "hold_room": "CT1", "hold_at": "2099-12-02T10:00"}, {"day": "2026-02-31"}, {"fit": "1", "day": "2026-02-31"},
        {"fit": "1", "day": "9999-12-31"}, {"go": "9999-12-31"}, {"go": "0001-01-01"}, {"pick": "²"}, {"remove": "²"}, {"patient": "²"},
        {"hold": "²"}, {"active": "²"},
    ],
)  # fmt: skip
def test_nonsense_in_the_desks_form_changes_nothing(typed: dict[str, str]) -> None:
    people.ct1()
    people.ct_head()
    client = Client()
    client.force_login(people.front_desk())
    answer = client.post("/register/items/", {"item": "CT-HEAD", "room": "", "starts_at": "", "hold": "", **typed})
    assert answer.status_code == 200
    assert "CT head plain" in answer.content.decode()
