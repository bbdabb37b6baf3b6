"""Tokens and who-am-I. Not covered: the waiting time after too many tries, which is django-axes' own."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from imaging.access.models import ApiToken, AuditEvent
from tests import people

pytestmark = pytest.mark.django_db


def token_for(client: Client, username: str = "radiologist", password: str = people.PASSWORD) -> str:
    answer = client.post("/api/tokens/", {"username": username, "password": password}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["token"])


def test_a_token_opens_the_api(client: Client) -> None:
    people.radiologist()
    answer = client.get("/api/me/", headers={"authorization": f"Bearer {token_for(client)}"})
    assert answer.json()["roles"] == ["radiologist"]
    assert AuditEvent.objects.filter(act="token").count() == 1


def test_the_token_itself_is_not_kept(client: Client) -> None:
    people.radiologist()
    token = token_for(client)
    assert token not in str(ApiToken.objects.values().get())


def test_a_wrong_password_gets_401_and_no_token(client: Client) -> None:
    people.radiologist()
    answer = client.post("/api/tokens/", {"username": "radiologist", "password": "guess"}, content_type="application/json")
    assert answer.status_code == 401
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("body", [{}, {"username": "x"}, {"username": "", "password": ""}, {"username": "x" * 999, "password": "y"}])
def test_half_a_sign_in_is_told_what_is_missing(client: Client, body: dict[str, str]) -> None:
    answer = client.post("/api/tokens/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_an_expired_token_is_refused(client: Client) -> None:
    people.radiologist()
    token = token_for(client)
    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        assert client.get("/api/me/", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_dies_with_its_account(client: Client) -> None:
    user = people.radiologist()
    token = token_for(client)
    user.is_active = False
    user.save()
    assert client.get("/api/me/", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_an_operation_without_an_act_is_closed(client: Client) -> None:
    client.force_login(people.manager())
    assert client.get("/api/schema/").status_code == 200
    client.logout()
    assert client.get("/api/schema/").status_code in {401, 403}
