"""A page of one person that is still open when somebody else has signed in in the same browser.

Not covered: what the page says then (tests/e2e/test_patient_windows.py). Forms without script are refused by their token.
"""

import pytest
from django.test import Client

from imaging.access.models import User
from tests import people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def theme_of(user: User) -> str:
    user.refresh_from_db()
    return user.theme


def ask(client: Client, claimed: str, **headers: str) -> int:
    answer = client.post("/preferences/", {"theme": "dark"}, headers={"X-Lightbox-Person": claimed, **headers})
    return answer.status_code


def test_a_page_says_whose_it_is_and_goes_through() -> None:
    user = people.radiologist()
    assert f'"X-Lightbox-Person": "{user.pk}"' in signed_in(user).get("/reading/").content.decode()
    assert ask(signed_in(user), str(user.pk)) == 302
    assert theme_of(user) == "dark"


def test_nothing_is_taken_from_the_page_of_another_person() -> None:
    user, before = people.resident(), people.radiologist()
    answer = signed_in(user).post("/preferences/", {"theme": "dark"}, headers={"X-Lightbox-Person": str(before.pk), "HX-Request": "true"})
    assert (answer.status_code, answer["X-Problem"]) == (401, "another-person")
    assert "Somebody else has signed in" in answer.content.decode()
    assert ask(signed_in(user), "nonsense") == 401
    assert theme_of(user) == theme_of(before) == ""


def test_after_they_signed_out_it_is_told_to_sign_in_again() -> None:
    headers = {"X-Lightbox-Person": str(people.radiologist().pk), "HX-Request": "true"}
    answer = Client().post("/reading/next/", headers=headers)
    assert (answer.status_code, answer["X-Problem"]) == (401, "signed-out")


def test_looking_is_not_changing() -> None:
    user, before = people.resident(), people.radiologist()
    assert signed_in(user).get("/preferences/", headers={"X-Lightbox-Person": str(before.pk)}).status_code != 401
