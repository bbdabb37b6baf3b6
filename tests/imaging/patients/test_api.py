"""Patients over REST. Not covered: the token (tests/imaging/access)."""

import pytest

from imaging.access.models import AuditEvent
from imaging.patients.models import Patient
from tests import people
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def test_register_find_look_and_correct() -> None:
    desk = call(people.front_desk())
    made = desk.post("/api/patients/", {"name": "LIN, Mei-Hua", "name_ideographic": "林美华", "birth_date": "12041968", "sex": "F"})
    assert made.status_code == 201, made.json()
    key = made.json()["id"]
    [found] = desk.get("/api/patients/", {"q": "lmh 1968"}).json()["results"]
    assert (found["id"], found["birth_date"], found["name"]) == (key, "1968-04-12", "LIN^Mei-Hua")
    assert desk.patch(f"/api/patients/{key}/", {"phone": "138 0013 8000"}).json()["phone"] == "138 0013 8000"
    assert desk.get(f"/api/patients/{key}/").json()["name"] == "LIN^Mei-Hua"
    assert {"patient.find", "patient.view", "patient.register", "patient.update"} <= set(AuditEvent.objects.values_list("act", flat=True))


def test_a_stranger_is_told_to_sign_in() -> None:
    assert call().get("/api/patients/").status_code == 401


def test_who_may_only_look_cannot_register_or_merge() -> None:
    patient = people.lin_mei_hua()
    reader = call(people.radiologist())
    assert reader.get(f"/api/patients/{patient.pk}/").status_code == 200
    assert reader.post("/api/patients/", {"name": "A"}).status_code == 403
    assert reader.patch(f"/api/patients/{patient.pk}/", {"name": "A"}).status_code == 403
    assert reader.post(f"/api/patients/{patient.pk}/merge/", {"retired": patient.pk, "reason": "x"}).status_code == 403
    assert call(people.manager()).get("/api/patients/").status_code == 403


@pytest.mark.parametrize("body", [{}, {"name": "A^B", "birth_date": "never"}, {"name": "A^B", "sex": "Q"}, {"name": "x" * 300}])
def test_bad_input_is_answered_clearly_and_keeps_nothing(body: dict[str, str]) -> None:
    assert fault(call(people.front_desk()).post("/api/patients/", body)) == (400, "invalid-input")
    assert not Patient.objects.exists()


def test_a_given_number_is_a_conflict() -> None:
    people.lin_mei_hua()
    answer = call(people.front_desk()).post("/api/patients/", {"name": "A^B", "number": "00482913"})
    assert fault(answer) == (409, "duplicate")


def test_a_protected_patient_is_masked_for_the_desk_and_absent_for_a_resident() -> None:
    mayor = people.the_mayor()
    answer = call(people.front_desk()).get(f"/api/patients/{mayor.pk}/")
    assert (answer.json()["hidden"], answer.json()["label"]) == (True, "Protected patient")
    assert b"QIAN" not in answer.content
    assert b"00900001" not in answer.content
    assert fault(call(people.front_desk()).patch(f"/api/patients/{mayor.pk}/", {"phone": "1"})) == (403, "forbidden")
    assert call(people.resident()).get(f"/api/patients/{mayor.pk}/").status_code == 404


def test_merge_and_take_apart() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    admin = call(people.pacs_admin())
    merge = admin.post(f"/api/patients/{lin.pk}/merge/", {"retired": smith.pk, "reason": "two cards"})
    assert merge.status_code == 201
    assert fault(admin.post(f"/api/patients/{lin.pk}/merge/", {"retired": smith.pk, "reason": "again"})) == (409, "duplicate")
    assert fault(admin.post(f"/api/patients/{lin.pk}/merge/", {"retired": lin.pk, "reason": "self"})) == (400, "invalid-input")
    assert admin.post(f"/api/merges/{merge.json()['id']}/undo/", {"reason": "no"}).json()["id"] == smith.pk


def test_protection_and_its_list() -> None:
    smith = people.john_smith()
    doctor, resident = call(people.radiologist()), people.resident()
    assert doctor.post(f"/api/patients/{smith.pk}/protection/", {"protected": True, "reason": "asked"}).status_code == 200
    assert doctor.post(f"/api/patients/{smith.pk}/access-list/", {"username": "nobody"}).status_code == 404
    assert doctor.post(f"/api/patients/{smith.pk}/access-list/", {"username": resident.username}).json() == [
        {"username": "radiologist"},
        {"username": "resident"},
    ]
    assert call(resident).get(f"/api/patients/{smith.pk}/").json()["name"] == "SMITH^John"
    assert doctor.delete(f"/api/patients/{smith.pk}/access-list/", {"username": resident.username}).json() == [{"username": "radiologist"}]
