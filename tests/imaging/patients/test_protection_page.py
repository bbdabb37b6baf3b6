"""The access list on the patient's page. Not covered: the page around it (tests/imaging/orders)."""

import pytest
from django.test import Client

from imaging.access.models import AuditEvent
from tests import people
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def signed_in(user: people.User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_protecting_keeping_the_list_and_lifting() -> None:
    smith = people.john_smith()
    client, address = signed_in(people.radiologist()), f"/patients/{smith.pk}/protection/"
    assert "Say why" in client.post(address, {"protected": "1", "reason": " "}).content.decode()
    client.post(address, {"protected": "1", "reason": "asked for it"})
    people.resident()
    assert "Resident" in client.post(address, {"add": "resident"}).content.decode()
    assert "There is no account nobody" in client.post(address, {"add": "nobody"}).content.decode()
    assert "Resident" not in client.post(address, {"remove": "resident"}).content.decode()
    client.post(address, {"protected": "0", "reason": "no longer"})
    smith.refresh_from_db()
    assert not smith.is_protected
    acts = set(AuditEvent.objects.filter(patient_number=smith.number).values_list("act", flat=True))
    assert {"patient.protect", "access.add", "access.remove", "patient.unprotect"} <= acts


def test_who_is_not_on_the_list_learns_nothing_of_it() -> None:
    smith = people.john_smith()
    address = f"/patients/{smith.pk}/protection/"
    signed_in(people.radiologist()).post(address, {"protected": "1", "reason": "asked for it"})
    other = signed_in(people.staff("radiologist", "wei"))
    html = other.post(address, {"add": "wei"}).content.decode()
    assert "Only who is on" in html
    assert "Radiologist" not in html
    assert fault(call(people.staff("radiologist", "wei")).get(f"/api/patients/{smith.pk}/access-list/")) == (403, "forbidden")
    assert call(people.radiologist()).get(f"/api/patients/{smith.pk}/access-list/").json() == [{"username": "radiologist"}]


def test_strangers_sign_in_and_other_roles_stay_out() -> None:
    address = f"/patients/{people.john_smith().pk}/protection/"
    assert Client().get(address).status_code == 302
    assert signed_in(people.front_desk()).get(address).status_code == 403
