"""Merging and taking apart. Not covered: rows of slices above (each tests its own receiver)."""

import pytest

from imaging.access import guardian_wrapper
from imaging.access.models import AuditEvent
from imaging.common.errors import Conflict, Duplicate, Forbidden, InvalidInput
from imaging.orders.services import order_enter
from imaging.patients.merging import patient_merge, patient_unmerge
from imaging.patients.models import Patient
from imaging.patients.protection import SEE_PROTECTED
from imaging.patients.selectors import patient_by_identifier, patient_find
from imaging.patients.services import access_list_add, patient_update, visit_upsert
from tests import people
from tests.imaging.orders.test_services import head
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def merge(survivor: Patient, retired: Patient) -> object:
    return patient_merge(survivor=survivor, retired=retired, reason="one person, two cards", actor="HIS")


def test_everything_goes_along_and_comes_back() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    visit_upsert(patient=smith, number="V1")
    order = order_enter(patient=smith, items=[head()])
    done = merge(lin, smith)
    order.refresh_from_db()
    assert order.patient == order.exams.get().patient == lin
    assert patient_by_identifier(smith.number) == lin
    assert [row.pk for row in patient_find(user=people.front_desk(), text=smith.number)[0]] == [lin.pk]
    later = order_enter(patient=lin, items=[head()])
    patient_unmerge(merge=done, reason="two persons after all", user=people.pacs_admin())
    order.refresh_from_db()
    later.refresh_from_db()
    assert (order.patient, order.exams.get().patient, order.patient.visits.get().number, later.patient) == (smith, smith, "V1", lin)
    assert patient_by_identifier(smith.number) == smith
    assert {"patient.merge", "patient.unmerge"} <= set(AuditEvent.objects.values_list("act", flat=True))


def test_a_patient_is_not_merged_with_itself() -> None:
    lin = people.lin_mei_hua()
    with pytest.raises(InvalidInput):
        merge(lin, lin)


def test_the_same_merge_again_says_so() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    merge(lin, smith)
    with pytest.raises(Duplicate):
        merge(lin, smith)


def test_the_inverse_merge_is_refused() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    merge(lin, smith)
    with pytest.raises(Conflict):
        merge(smith, lin)


def test_a_chain_is_followed_and_a_circle_refused() -> None:
    lin, smith, mayor = people.lin_mei_hua(), people.john_smith(), people.the_mayor()
    first = merge(lin, smith)
    second = merge(mayor, lin)
    assert patient_by_identifier(smith.number) == mayor
    with pytest.raises(Conflict):
        merge(smith, mayor)
    with pytest.raises(Conflict, match="first"):
        patient_unmerge(merge=first, reason="x")
    patient_unmerge(merge=second, reason="x")
    patient_unmerge(merge=first, reason="x")
    assert [patient_by_identifier(one.number) for one in (lin, smith, mayor)] == [lin, smith, mayor]


def test_one_merged_before_is_not_merged_into_a_third() -> None:
    lin, smith, mayor = people.lin_mei_hua(), people.john_smith(), people.the_mayor()
    merge(lin, smith)
    with pytest.raises(Conflict):
        merge(mayor, smith)


def test_protection_survives_a_merge_with_its_access_list_and_goes_with_its_owner() -> None:
    lin, mayor = people.lin_mei_hua(), people.the_mayor()
    access_list_add(patient=mayor, person=people.resident())
    done = merge(lin, mayor)
    lin.refresh_from_db()
    assert lin.is_protected
    assert list(guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=lin)) == [people.resident()]
    patient_unmerge(merge=done, reason="x")
    lin.refresh_from_db()
    assert not lin.is_protected
    assert not list(guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=lin))


@pytest.mark.parametrize("protected_one_stays", [True, False])
def test_nobody_merges_whom_they_do_not_see(protected_one_stays: bool) -> None:
    """Merging would show the one's number under the other, or hide a patient behind a protection that nobody asked for."""
    lin, mayor = people.lin_mei_hua(), people.the_mayor()
    survivor, retired = (mayor, lin) if protected_one_stays else (lin, mayor)
    admin = people.pacs_admin()
    with pytest.raises(Forbidden):
        patient_merge(survivor=survivor, retired=retired, reason="x", user=admin)
    answer = call(admin).post(f"/api/patients/{survivor.pk}/merge/", {"retired": retired.pk, "reason": "x"})
    assert fault(answer) == (403, "forbidden")
    done = merge(survivor, retired)
    with pytest.raises(Forbidden):
        patient_unmerge(merge=done, reason="x", user=admin)
    access_list_add(patient=survivor, person=admin)
    patient_unmerge(merge=done, reason="x", user=admin)


def test_a_closed_record_takes_no_change() -> None:
    lin, smith = people.lin_mei_hua(), people.john_smith()
    merge(lin, smith)
    with pytest.raises(Conflict):
        patient_update(patient=smith, phone="1")
    with pytest.raises(Conflict):
        order_enter(patient=smith, items=[head()])


def test_a_reason_is_asked() -> None:
    with pytest.raises(InvalidInput):
        patient_merge(survivor=people.lin_mei_hua(), retired=people.john_smith(), reason=" ")
