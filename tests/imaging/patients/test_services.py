"""Registering and correcting patients. Not covered: two desks that register one person under two numbers (that is what merging is for)."""

import datetime as dt

import pytest

from imaging.access import guardian_wrapper
from imaging.access.models import AuditEvent
from imaging.common.errors import Conflict, Duplicate, Forbidden, InvalidInput
from imaging.patients.models import Patient
from imaging.patients.protection import SEE_PROTECTED
from imaging.patients.selectors import patient_by_identifier
from imaging.patients.services import (
    Number,
    access_list_add,
    access_list_remove,
    patient_protect,
    patient_register,
    patient_register_unidentified,
    patient_update,
    visit_upsert,
)
from tests import people

pytestmark = pytest.mark.django_db


def test_a_new_patient_gets_the_next_number_and_an_audit_row() -> None:
    first = patient_register(name="LIN^Mei-Hua", birth_date="1968-04-12", sex="F", user=people.front_desk())
    second = patient_register(name="SMITH^John")
    assert (first.number, second.number) == ("00000001", "00000002")
    assert AuditEvent.objects.get(act="patient.register", patient_number=first.number).user == people.front_desk()


def test_a_number_that_came_along_is_kept_and_ours_step_over_it() -> None:
    patient_register(name="A^B", number="00000001")
    assert patient_register(name="C^D").number == "00000002"


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("1968-04-12", dt.date(1968, 4, 12)),
        ("19680412", dt.date(1968, 4, 12)),
        ("12041968", dt.date(1968, 4, 12)),
        ("１２.4.1968", dt.date(1968, 4, 12)),
        ("1968年4月12日", dt.date(1968, 4, 12)),
        ("1968 年 4 月 12 日", dt.date(1968, 4, 12)),
        ("12 Apr 1968", dt.date(1968, 4, 12)),
    ],
)
def test_birth_dates_are_taken_in_the_forms_people_type(typed: str, date: dt.date) -> None:
    assert patient_register(name="A^B", birth_date=typed).birth_date == date


@pytest.mark.parametrize(
    ("field", "value"), [("birth_date", "yesterday"), ("birth_date", "2999-01-01"), ("sex", "X"), ("name", " "), ("weight_kg", 2000)]
)
def test_bad_values_name_their_field(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        patient_register(**({"name": "A^B"} | {field: value}))
    assert caught.value.field == field


def test_somebody_elses_number_is_refused() -> None:
    patient_register(name="A^B", number="77", issuer="ELSEWHERE")
    with pytest.raises(Duplicate):
        patient_register(name="C^D", others=[Number("77", "ELSEWHERE")])
    assert Patient.objects.count() == 1


def test_characters_alone_give_a_name_in_letters_too() -> None:
    assert patient_register(name_ideographic="林美华").name == "LIN^Meihua"


def test_a_comma_becomes_the_name_separator_and_a_sent_name_stays() -> None:
    assert patient_register(name="LIN, Mei-Hua").name == "LIN^Mei-Hua"
    assert patient_register(name="VAN DER  BERG^Jan^^Dr").name == "VAN DER  BERG^Jan^^Dr"


def test_an_update_keeps_what_is_absent_and_deletes_what_is_empty() -> None:
    patient = people.lin_mei_hua()
    changed = patient_update(patient=patient, allergies="", phone="138 0013 8000")
    assert (changed.allergies, changed.phone, changed.name) == ("", "138 0013 8000", "LIN^Mei-Hua")
    assert AuditEvent.objects.get(act="patient.update").detail == {"fields": ["allergies", "phone"]}


def test_an_update_that_changes_nothing_leaves_no_audit_row() -> None:
    patient_update(patient=people.lin_mei_hua(), sex="F")
    assert not AuditEvent.objects.filter(act="patient.update").exists()


def test_a_patient_cannot_lose_their_name() -> None:
    with pytest.raises(InvalidInput):
        patient_update(patient=people.lin_mei_hua(), name="")


def test_an_emergency_without_a_name_is_one_call() -> None:
    patient = patient_register_unidentified(sex="M")
    assert patient.is_unidentified
    assert patient_update(patient=patient, name="DU^Ke", is_unidentified=False).is_unidentified is False


def test_a_protected_visit_protects_the_patient_and_a_message_does_not_lift_it() -> None:
    patient = people.john_smith()
    visit_upsert(patient=patient, number="V1", is_protected=True)
    visit_upsert(patient=patient, number="V1", is_protected=False, location="W7")
    assert Patient.objects.get(pk=patient.pk).is_protected
    assert not patient_protect(patient=patient, protected=False, user=people.radiologist()).is_protected


def test_nobody_puts_themselves_on_the_list_of_a_patient_whom_others_keep() -> None:
    patient, keeper, other = people.john_smith(), people.radiologist(), people.staff("radiologist", "wei")
    patient_protect(patient=patient, protected=True, user=keeper)
    with pytest.raises(Forbidden):
        access_list_add(patient=patient, person=other, user=other)
    with pytest.raises(Forbidden):
        patient_protect(patient=patient, protected=False, user=other)
    access_list_add(patient=patient, person=other, user=keeper)
    access_list_remove(patient=patient, person=keeper, user=other)
    assert list(guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=patient)) == [other]


def test_a_visit_belongs_to_one_patient() -> None:
    visit_upsert(patient=people.john_smith(), number="V1")
    with pytest.raises(Conflict):
        visit_upsert(patient=people.lin_mei_hua(), number="V1")


def test_a_number_finds_its_patient() -> None:
    assert patient_by_identifier("00482913") is None
    patient = people.lin_mei_hua()
    assert patient_by_identifier("00482913") == patient
    assert patient_by_identifier("00482913", "ELSEWHERE") is None
