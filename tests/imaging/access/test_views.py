"""Signing in, preferences and the audit page. Not covered here: how they look (e2e)."""

import pytest
from django.test import Client

from imaging.access.audit import audit_record
from imaging.access.models import AuditEvent
from tests import people

pytestmark = pytest.mark.django_db


def test_home_leads_to_the_role_s_own_page(client: Client) -> None:
    client.force_login(people.manager())
    assert client.get("/").headers["Location"] == "/dashboard/"


def test_signing_in_is_recorded(client: Client) -> None:
    people.cashier()
    answer = client.post("/login/", {"username": "cashier", "password": people.PASSWORD})
    assert answer.status_code == 302
    assert AuditEvent.objects.get(act="sign-in").actor.startswith("Cashier")


def test_a_wrong_password_says_so_and_signs_nobody_in(client: Client) -> None:
    people.cashier()
    assert client.post("/login/", {"username": "cashier", "password": "guess"}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_chosen_language_stays(client: Client) -> None:
    user = people.cashier()
    client.force_login(user)
    client.post("/preferences/", {"language": "zh-hans", "next": "/billing/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"
    assert client.get("/no-role/").headers["Content-Language"] == "zh-hans"


def test_an_unknown_language_is_told(client: Client) -> None:
    client.force_login(people.cashier())
    assert client.post("/preferences/", {"language": "xx-yy"}).status_code == 400


def test_rows_and_keys_are_kept_and_reach_the_page(client: Client) -> None:
    user = people.radiologist()
    client.force_login(user)
    client.post("/preferences/", {"density": "roomy", "letter_keys": "off"})
    user.refresh_from_db()
    assert (user.density, user.letter_keys) == ("roomy", False)
    page = client.get("/styleguide/").content.decode()
    assert 'data-density="roomy"' in page
    assert 'data-letter-keys="off"' in page


def test_a_choice_left_out_stays(client: Client) -> None:
    user = people.staff("radiologist", theme="light", letter_keys=False)
    client.force_login(user)
    client.post("/preferences/", {"language": "en"})
    user.refresh_from_db()
    assert (user.theme, user.letter_keys) == ("light", False)


@pytest.mark.parametrize("choice", [{"density": "huge"}, {"theme": "pink"}])
def test_an_unknown_choice_is_told(client: Client, choice: dict[str, str]) -> None:
    client.force_login(people.cashier())
    assert client.post("/preferences/", choice).status_code == 400


def test_preferences_lead_nowhere_outside(client: Client) -> None:
    client.force_login(people.cashier())
    assert client.post("/preferences/", {"language": "en", "next": "https://elsewhere.example/"}).headers["Location"] == "/"


def test_the_auditor_reads_the_trail_by_patient(client: Client) -> None:
    audit_record(act="study.view", door="page", user=people.radiologist(), patient_number="00482913")
    audit_record(act="study.view", door="page", user=people.radiologist(), patient_number="00511207")
    client.force_login(people.auditor())
    page = client.get("/audit/", {"patient_number": "00482913"}).content.decode()
    assert "00482913" in page
    assert "00511207" not in page


def test_the_trail_pages_by_key(client: Client) -> None:
    for number in range(60):
        audit_record(act="study.view", door="page", actor="CT1", patient_number=f"P{number:03d}")
    client.force_login(people.auditor())
    first = client.get("/audit/")
    assert "P059" in first.content.decode()
    second = client.get("/audit/" + first.context["next_url"])
    assert "P000" in second.content.decode()
    assert "P059" not in second.content.decode()


@pytest.mark.parametrize("junk", ["before=x", "before=-1", "before=" + "9" * 40, "actor=%00", "act='--"])
def test_junk_in_the_address_breaks_nothing(client: Client, junk: str) -> None:
    client.force_login(people.auditor())
    assert client.get(f"/audit/?{junk}").status_code in {200, 400}


def test_nobody_else_reads_the_trail(client: Client) -> None:
    client.force_login(people.pacs_admin())
    assert client.get("/audit/").status_code == 403
    client.logout()
    assert client.get("/audit/").status_code == 302
