"""What Ctrl K finds of patients and exams, and what it must not tell.

Not covered: how many rows a search may cost (tests/imaging/patients/test_find.py looks at the plan).
"""

import pytest
from django.utils import translation

from imaging.access.models import User
from imaging.access.search import Hit, search
from imaging.orders.models import Exam
from imaging.orders.services import OrderItem, order_enter
from imaging.patients.models import Patient
from imaging.patients.services import patient_update
from tests import people

pytestmark = pytest.mark.django_db


def an_exam(patient: Patient) -> Exam:
    people.ct1()
    order = order_enter(patient=patient_update(patient=patient, phone="1"), items=[OrderItem(people.ct_head())], user=people.front_desk())
    return order.exams.get()


def hits(user: User, text: str) -> list[Hit]:
    with translation.override("en"):
        return search(user, text)


def test_a_scanned_accession_number_is_the_exact_one() -> None:
    exam = an_exam(people.lin_mei_hua())
    first = hits(people.technologist(), exam.accession_number.lower())[0]
    assert (first.exact, first.url, first.label) == (True, f"/exams/{exam.accession_number}/", "LIN, Mei-Hua 林美华")


def test_the_beginning_of_an_accession_number_finds_it_too() -> None:
    exam = an_exam(people.lin_mei_hua())
    assert [hit.code for hit in hits(people.technologist(), exam.accession_number[:6])] == [exam.accession_number]
    assert hits(people.technologist(), exam.accession_number[:2]) == []


@pytest.mark.parametrize("text", ["林美", "linmei", "lmh", "00482913"])
def test_a_patient_is_found_as_people_type(text: str) -> None:
    patient = people.lin_mei_hua()
    patient_update(patient=patient, phone="1")
    assert [hit.url for hit in hits(people.front_desk(), text)] == [f"/patients/{patient.pk}/"]


def test_a_protected_patient_is_never_named_to_who_may_not_know() -> None:
    mayor = people.the_mayor()
    exam = an_exam(mayor)
    assert [hit.label for hit in hits(people.technologist(), exam.accession_number)] == ["Protected patient"]
    assert hits(people.clinician(), exam.accession_number) == []
    assert hits(people.technologist(), "qian") == []


def test_who_sees_no_exams_finds_none() -> None:
    exam = an_exam(people.john_smith())
    assert hits(people.manager(), exam.accession_number) == []
