"""Orders. Not covered: booking them (tests/imaging/scheduling)."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from imaging.common.errors import Duplicate, InvalidInput, NotFound, WrongState
from imaging.orders.models import Exam, Order
from imaging.orders.numbers import accession_new
from imaging.orders.selectors import exam_for, exams_visible_to, procedures_find
from imaging.orders.services import OrderItem, exam_cancel, exam_procedure_set, exam_state_set, order_cancel, order_change, order_enter
from imaging.orders.states import ExamState
from imaging.orders.timeline import sentence
from imaging.patients.models import Patient
from imaging.patients.services import access_list_add
from tests import people

pytestmark = pytest.mark.django_db


def head(**numbers: str) -> OrderItem:
    return OrderItem(procedure=people.ct_head(), **numbers)


def test_an_order_makes_its_exams_with_numbers_of_the_hospital() -> None:
    order = order_enter(patient=people.lin_mei_hua(), items=[head(), head()], reason="Fall", user=people.front_desk())
    first, second = order.exams.order_by("pk")
    assert int(second.accession_number[-5:]) == int(first.accession_number[-5:]) + 1
    assert first.accession_number.startswith("CT")
    assert first.study_instance_uid != second.study_instance_uid
    assert sentence(first.events.get()) == "Ordered: CT head plain"


def test_numbers_that_came_with_the_order_are_kept() -> None:
    numbers = {"accession_number": "HIS-1", "study_instance_uid": "1.2.3", "requested_procedure_id": "RP1", "placer_number": "P1"}
    exam = order_enter(patient=people.lin_mei_hua(), items=[head(**numbers)]).exams.get()
    assert {name: getattr(exam, name) for name in numbers} == numbers


@pytest.mark.parametrize("numbers", [{"accession_number": "HIS-1"}, {"study_instance_uid": "1.2.3"}])
def test_a_number_that_is_here_already_is_refused_and_nothing_is_left(numbers: dict[str, str]) -> None:
    order_enter(patient=people.lin_mei_hua(), items=[head(accession_number="HIS-1", study_instance_uid="1.2.3")])
    with pytest.raises(Duplicate):
        order_enter(patient=Patient.objects.get(), items=[head(), head(**numbers)])
    assert Exam.objects.count() == Order.objects.count() == 1


def test_a_placer_number_is_taken_once() -> None:
    lin = people.lin_mei_hua()
    order_enter(patient=lin, items=[head()], placer_number="P1", placer_issuer="HIS")
    order_enter(patient=lin, items=[head()], placer_number="P1", placer_issuer="OTHER")
    with pytest.raises(Duplicate):
        order_enter(patient=lin, items=[head()], placer_number="P1", placer_issuer="HIS")


@pytest.mark.parametrize(
    "bad", [{"accession_number": "x" * 17}, {"accession_number": "a\\b"}, {"study_instance_uid": "1.02"}, {"priority": "soon"}]
)
def test_bad_numbers_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        order_enter(patient=people.lin_mei_hua(), items=[head(**bad)])


def test_an_order_without_exams_is_refused() -> None:
    with pytest.raises(InvalidInput):
        order_enter(patient=people.lin_mei_hua(), items=[])


def test_a_refused_order_leaves_no_gap_in_the_accession_numbers() -> None:
    lin = people.lin_mei_hua()
    with pytest.raises(InvalidInput):
        order_enter(patient=lin, items=[head(), head(study_instance_uid="no")])
    assert order_enter(patient=lin, items=[head()]).exams.get().accession_number.endswith("00001")


def test_a_change_is_told_in_the_time_line() -> None:
    order = order_enter(patient=people.lin_mei_hua(), items=[head()], reason="Fall")
    order_change(order=order, reason="Fall, on warfarin", priority="stat", actor="HIS")
    exam = order.exams.get()
    assert exam.priority == "stat"
    assert sentence(exam.events.last()) == "Order changed: priority, reason for exam"
    assert order_change(order=order, priority="stat").reason == "Fall, on warfarin"


def test_cancelling_asks_why_and_refuses_what_has_begun() -> None:
    order = order_enter(patient=people.lin_mei_hua(), items=[head(), head()])
    first, second = order.exams.order_by("pk")
    with pytest.raises(InvalidInput):
        exam_cancel(exam=first, reason=" ")
    exam_state_set(exam=second, state=ExamState.IN_PROGRESS)
    with pytest.raises(WrongState, match="In progress"):
        order_cancel(order=order, reason="wrong patient")
    first.refresh_from_db()
    assert first.state == ExamState.ORDERED, "all or nothing"
    assert exam_cancel(exam=first, reason="wrong patient").reason_ended == "wrong patient"


def test_another_procedure_only_before_the_start() -> None:
    exam = order_enter(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    chest = people.ct_chest()
    assert exam_procedure_set(exam=exam, procedure=chest).procedure == chest
    exam_state_set(exam=exam, state=ExamState.IN_PROGRESS)
    with pytest.raises(WrongState):
        exam_procedure_set(exam=exam, procedure=people.ct_head())


@pytest.mark.parametrize("text", ["ct-head", "head", "头颅", "tlctps", "toulu", "HEAD ct", "tl"])
def test_a_procedure_is_found_by_code_name_characters_and_pinyin(text: str) -> None:
    wanted = people.ct_head()
    people.ct_chest()
    assert procedures_find(text)[:1] == [wanted]


@pytest.mark.parametrize("role", ["cashier", "manager", "auditor"])
def test_these_roles_see_no_exam(role: str) -> None:
    exam = order_enter(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    assert not exams_visible_to(people.staff(role)).exists()
    with pytest.raises(NotFound):
        exam_for(people.staff(role), exam.accession_number)


def test_a_clinician_sees_the_exams_of_patients_whom_they_referred() -> None:
    doctor = people.staff("clinician", staff_code="D1")
    mine = order_enter(patient=people.lin_mei_hua(), items=[head()], referrer_code="D1")
    order_enter(patient=people.john_smith(), items=[head()], referrer_code="D2")
    assert list(exams_visible_to(doctor)) == [mine.exams.get()]


def test_a_protected_patients_exam_exists_for_handlers_takers_and_the_access_list() -> None:
    mayor = people.the_mayor()
    order_enter(patient=mayor, items=[head()])
    assert exams_visible_to(people.technologist()).exists()
    assert not exams_visible_to(people.resident()).exists()
    access_list_add(patient=mayor, person=people.resident())
    assert exams_visible_to(people.resident()).exists()


def at_once(count: int, work: Callable[[int], None]) -> list[Exception]:
    """Run `work` in `count` threads that begin together; what they raised."""
    raised: list[Exception] = []
    barrier = threading.Barrier(count)

    def run(index: int) -> None:
        try:
            barrier.wait(30)
            work(index)
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.mark.django_db(transaction=True)
def test_many_desks_at_once_get_numbers_without_gap_or_repeat() -> None:
    lin, procedure = people.lin_mei_hua(), people.ct_head()

    def enter(index: int) -> None:
        with transaction.atomic():
            order_enter(patient=lin, items=[OrderItem(procedure=procedure)])
            if index % 3 == 0:
                raise RuntimeError("rolled back")

    raised = at_once(9, enter)
    assert [str(error) for error in raised] == ["rolled back"] * 3, connection.vendor
    numbers = sorted(int(exam.accession_number[-5:]) for exam in Exam.objects.all())
    assert numbers == list(range(1, 7))


@pytest.mark.django_db(transaction=True)
def test_one_placer_number_sent_twice_at_once_is_one_order() -> None:
    lin, procedure = people.lin_mei_hua(), people.ct_head()

    def enter(_index: int) -> None:
        order_enter(patient=lin, items=[OrderItem(procedure=procedure)], placer_number="P1", placer_issuer="HIS")

    raised = at_once(4, enter)
    assert len(raised) == 3
    assert all(isinstance(error, Duplicate) for error in raised)


def test_a_numbering_by_year_goes_on_from_day_to_day(settings: Settings) -> None:
    settings.ACCESSION_PATTERN = "{day:%Y}/{number:06d}"
    with transaction.atomic():
        days = (dt.date(2026, 12, 30), dt.date(2026, 12, 31), dt.date(2027, 1, 1))
        assert [accession_new(modality="CT", day=day) for day in days] == ["2026/000001", "2026/000002", "2027/000001"]
