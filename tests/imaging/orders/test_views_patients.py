"""The pages of patients. Finding itself is tested in tests/imaging/patients/test_find.py; merging in test_merging.py.

Not covered: how they look (tests/e2e).
"""

import datetime as dt

import pytest
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.patients.models import Patient, PatientMerge
from imaging.patients.services import access_list_add, patient_update
from tests import people

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def indexed(patient: Patient) -> Patient:
    """As registered through the services: found by search."""
    return patient_update(patient=patient, phone="138 0013 8000")


def fields(**changed: object) -> dict[str, object]:
    return {
        "name": "LIN, Mei-Hua", "name_ideographic": "林美华", "birth_date": "1968-04-12", "sex": "F", "phone": "", "address": "",
        "weight_kg": "", "allergies": "",
    } | changed  # fmt: skip


def test_a_stranger_signs_in_first() -> None:
    assert Client().get("/patients/").status_code == 302


def test_who_may_not_find_patients_is_told() -> None:
    assert client_of(people.manager()).get("/patients/").status_code == 403


def test_the_newest_are_shown_before_anything_is_typed() -> None:
    people.john_smith()
    assert b"SMITH" in client_of(people.front_desk()).get("/patients/").content


def test_found_by_characters_as_rows_alone() -> None:
    indexed(people.lin_mei_hua())
    page = client_of(people.front_desk()).get("/patients/", {"q": "林美", "part": "rows"}).content.decode()
    assert "00482913" in page
    assert "<html" not in page


def test_nobody_found_says_what_can_be_typed() -> None:
    assert b"Nobody found." in client_of(people.front_desk()).get("/patients/", {"q": "zzzz"}).content


def test_a_protected_patient_is_masked_for_who_handles_exams_and_absent_for_others() -> None:
    mayor = people.the_mayor()
    page = client_of(people.front_desk()).get(f"/patients/{mayor.pk}/").content.decode()
    assert "Protected patient" in page
    assert "QIAN" not in page
    assert mayor.number not in page
    assert client_of(people.clinician()).get(f"/patients/{mayor.pk}/").status_code == 404


def test_who_is_on_the_access_list_sees_the_protected_patient() -> None:
    mayor, radiologist = people.the_mayor(), people.radiologist()
    access_list_add(patient=mayor, person=radiologist, user=radiologist)
    assert "QIAN" in client_of(radiologist).get(f"/patients/{mayor.pk}/").content.decode()


def test_each_look_leaves_an_audit_row() -> None:
    patient = people.john_smith()
    client_of(people.front_desk()).get(f"/patients/{patient.pk}/panel/")
    assert AuditEvent.objects.filter(act="patient.view", patient_number=patient.number).count() == 1


def test_the_cashier_sees_no_clinical_facts_and_no_exams() -> None:
    page = client_of(people.cashier()).get(f"/patients/{people.lin_mei_hua().pk}/").content.decode()
    assert "Iodinated" not in page
    assert "No exam is known here." not in page


def test_the_desk_corrects_what_is_known() -> None:
    patient = people.lin_mei_hua()
    answer = client_of(people.front_desk()).post(f"/patients/{patient.pk}/", fields(birth_date="12041967", allergies="Penicillin"))
    patient.refresh_from_db()
    assert answer.status_code == 302
    assert (patient.name, patient.birth_date, patient.allergies) == ("LIN^Mei-Hua", dt.date(1967, 4, 12), "Penicillin")
    assert patient.allergies_asked_at is not None


@pytest.mark.parametrize(
    ("changed", "said"), [({"birth_date": "31.02.1968"}, "This is not a date"), ({"name": ""}, "This field is required")]
)
def test_bad_input_is_said_at_the_field_and_changes_nothing(changed: dict[str, str], said: str) -> None:
    patient = people.lin_mei_hua()
    answer = client_of(people.front_desk()).post(f"/patients/{patient.pk}/", fields(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    patient.refresh_from_db()
    assert patient.birth_date == dt.date(1968, 4, 12)


def test_who_only_looks_changes_nothing() -> None:
    patient = people.lin_mei_hua()
    assert client_of(people.technologist()).post(f"/patients/{patient.pk}/", fields()).status_code == 403
    assert b'name="birth_date"' not in client_of(people.technologist()).get(f"/patients/{patient.pk}/").content


def test_nobody_corrects_a_patient_whom_they_may_not_see() -> None:
    mayor = people.the_mayor()
    assert client_of(people.front_desk()).post(f"/patients/{mayor.pk}/", fields()).status_code == 403


def test_merging_needs_the_number_that_stays() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    client = client_of(people.pacs_admin())
    wanted = {"other": smith.number, "reason": "Registered twice", "typed": "nonsense"}
    client.post(f"/patients/{lin.pk}/merge/", wanted)
    smith.refresh_from_db()
    assert smith.merged_into is None
    client.post(f"/patients/{lin.pk}/merge/", wanted | {"typed": lin.number})
    smith.refresh_from_db()
    assert smith.merged_into == lin


def test_the_closed_record_leads_to_the_one_that_stays_and_opens_again() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    client = client_of(people.pacs_admin())
    client.post(f"/patients/{lin.pk}/merge/", {"other": smith.number, "reason": "Twice", "typed": lin.number})
    assert client.get(f"/patients/{smith.pk}/").headers["Location"] == f"/patients/{lin.pk}/"
    merge = PatientMerge.objects.get()
    assert b"Take apart" in client.get(f"/patients/{lin.pk}/").content
    client.post(f"/merges/{merge.pk}/undo/", {"reason": "Two persons"})
    smith.refresh_from_db()
    assert smith.merged_into is None


@pytest.mark.parametrize("role", ["frontdesk", "radiologist", "cashier"])
def test_only_the_administrator_merges(role: str) -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    answer = client_of(people.staff(role)).post(f"/patients/{lin.pk}/merge/", {"other": smith.number, "reason": "x", "typed": lin.number})
    assert answer.status_code == 403
    assert not PatientMerge.objects.exists()


def test_an_unknown_other_number_is_said() -> None:
    lin = people.lin_mei_hua()
    answer = client_of(people.pacs_admin()).post(
        f"/patients/{lin.pk}/merge/", {"other": "404", "reason": "x", "typed": lin.number}, follow=True
    )
    assert b"There is no patient with this number." in answer.content
