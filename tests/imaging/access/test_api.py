"""Tokens and who-am-I. Not covered: the waiting time after too many tries, which is django-axes' own."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from imaging.access.models import ApiToken, AuditEvent, Outcome
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


def test_a_token_dies_with_its_password(client: Client) -> None:
    user = people.radiologist()
    token = token_for(client)
    user.set_password("another-long-password")
    user.save()
    assert client.get("/api/me/", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_is_given_back(client: Client) -> None:
    people.radiologist()
    kept, given = token_for(client), token_for(client)
    assert client.delete("/api/tokens/", headers={"authorization": f"Bearer {given}"}).status_code == 204
    assert client.get("/api/me/", headers={"authorization": f"Bearer {given}"}).status_code == 401
    assert client.get("/api/me/", headers={"authorization": f"Bearer {kept}"}).status_code == 200
    assert client.delete("/api/tokens/").status_code == 401
    assert AuditEvent.objects.filter(act="token.revoke").count() == 1


@pytest.mark.parametrize("token", ["", "x", "1.x", ".", "²." + "x" * 43, "9" * 5000 + ".x", "1.\u0000"])
def test_a_made_up_token_is_refused(client: Client, token: str) -> None:
    people.radiologist()
    assert client.get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401


def test_who_is_turned_away_is_recorded_once_in_a_while(client: Client) -> None:
    people.radiologist()
    for _ in range(3):
        client.post("/api/tokens/", {"username": "radiologist", "password": "guess"}, content_type="application/json")
    client.post("/login/", {"username": "radiologist", "password": "guess"})
    rows = AuditEvent.objects.filter(act="sign-in", outcome=Outcome.DENIED).order_by("pk")
    assert [(row.actor, row.door, row.address) for row in rows] == [("radiologist", door, "127.0.0.1") for door in ("api", "page")]
    assert "guess" not in str(list(AuditEvent.objects.values()))


def test_an_operation_without_an_act_is_closed(client: Client) -> None:
    client.force_login(people.manager())
    assert client.get("/api/schema/").status_code == 200
    client.logout()
    assert client.get("/api/schema/").status_code in {401, 403}
