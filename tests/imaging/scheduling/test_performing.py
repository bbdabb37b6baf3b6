"""From the door to the end of an exam. Not covered: what billing and the HIS do with it (their own tests)."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from imaging.common.errors import Conflict, InvalidInput, WrongState
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.patients.cards import patient_as_seen_by
from imaging.scheduling.models import ScheduledStep, StepStatus
from imaging.scheduling.performing import (
    exam_call,
    exam_check_in,
    exam_check_in_undo,
    exam_discontinue,
    exam_finish,
    exam_release,
    exam_start,
    exam_start_undo,
    exam_take,
    used_item_record,
    used_item_remove,
)
from imaging.scheduling.selectors import worklist_steps
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db


def booked(patient: people.Patient | None = None, **fields: object) -> Exam:
    people.ct1()
    patient = patient or people.Patient.objects.first() or people.lin_mei_hua()
    return order_place(patient=patient, items=[head()], **fields).exams.get()


def status() -> str:
    return ScheduledStep.objects.get().status


def test_the_whole_way() -> None:
    exam, user = booked(), people.technologist()
    arrived = exam_check_in(exam=exam, user=people.front_desk())
    assert (arrived.queue_number, arrived.state, status()) == ("C-001", ExamState.ARRIVED, StepStatus.ARRIVED)
    exam_call(exam=exam, user=user)
    assert exam_take(exam=exam, user=user).performer == user
    exam_start(exam=exam, user=user)
    assert status() == StepStatus.STARTED
    exam_finish(exam=exam, user=user)
    assert (exam.state, status()) == (ExamState.COMPLETED, StepStatus.COMPLETED)
    kinds = [event.kind for event in exam.events.all()]
    assert kinds[:7] == ["ordered", "scheduled", "arrived", "called", "taken", "started", "completed"]


def test_who_comes_on_another_day_is_on_todays_lists_and_undo_gives_the_day_back() -> None:
    later = timezone.now() + dt.timedelta(days=3)
    exam = booked(requested_at=later)
    meant = exam.steps.get().starts_at
    exam_check_in(exam=exam, user=people.front_desk())
    assert timezone.localdate(exam.steps.get().starts_at) == timezone.localdate()
    assert list(worklist_steps(starts_to=timezone.now() + dt.timedelta(hours=20))) == [exam.steps.get()]
    exam_check_in_undo(exam=exam, user=people.front_desk())
    assert exam.steps.get().starts_at == meant
    with time_machine.travel(meant + dt.timedelta(days=1)):
        assert exam_check_in(exam=exam).queue_number == "C-001", "the numbers of another day are not today's"
        assert timezone.localdate(exam.steps.get().starts_at) == timezone.localdate()
        exam_check_in_undo(exam=exam)
        assert timezone.localdate(exam.steps.get().starts_at) == timezone.localdate(), "its own day is over"
        assert exam_check_in(exam=exam).queue_number == "C-001"


def test_queue_numbers_count_by_modality_and_emergencies_have_their_own() -> None:
    assert [exam_check_in(exam=booked()).queue_number for _ in range(2)] == ["C-001", "C-002"]
    assert exam_check_in(exam=booked(priority="stat")).queue_number == "E-001"


def test_checking_in_twice_changes_nothing_and_can_be_taken_back() -> None:
    exam = booked()
    exam_check_in(exam=exam)
    assert exam_check_in(exam=exam).events.filter(kind="arrived").count() == 1
    undone = exam_check_in_undo(exam=exam)
    assert (undone.state, undone.arrived_at, status()) == (ExamState.SCHEDULED, None, StepStatus.SCHEDULED)
    assert exam_check_in(exam=exam).queue_number == "C-001"


def test_an_exam_that_somebody_took_is_theirs() -> None:
    exam = booked()
    exam_take(exam=exam, user=people.technologist())
    other = people.staff("technologist", "zhang")
    for act in (exam_take, exam_start, exam_release):
        with pytest.raises(Conflict):
            act(exam=exam, user=other)
    exam_release(exam=exam, user=people.technologist())
    assert exam_take(exam=exam, user=other).performer == other


def test_taking_a_protected_patients_exam_opens_it_to_the_taker_only() -> None:
    exam, user = booked(people.the_mayor()), people.technologist()
    assert patient_as_seen_by(user=user, patient=exam.patient, exam=exam).hidden
    exam_take(exam=exam, user=user)
    assert patient_as_seen_by(user=user, patient=exam.patient, exam=exam).name == "QIAN^Zhengming"
    assert patient_as_seen_by(user=people.staff("technologist", "zhang"), patient=exam.patient, exam=exam).hidden


def test_steps_out_of_order_are_refused() -> None:
    exam, user = booked(), people.technologist()
    with pytest.raises(WrongState):
        exam_finish(exam=exam, user=user)
    with pytest.raises(WrongState):
        exam_call(exam=exam, user=user)
    exam_start(exam=exam, user=user)
    exam_finish(exam=exam, user=user)
    for act in (exam_start, exam_start_undo, exam_check_in_undo):
        with pytest.raises(WrongState):
            act(exam=exam, user=user)
    with pytest.raises(WrongState):
        exam_check_in(exam=exam)
    assert exam_finish(exam=exam, user=user).state == ExamState.COMPLETED, "the end twice is the end"


def test_a_start_by_mistake_is_taken_back() -> None:
    exam, user = booked(), people.technologist()
    exam_check_in(exam=exam)
    exam_start(exam=exam, user=user)
    undone = exam_start_undo(exam=exam, user=user)
    assert (undone.state, undone.started_at, status()) == (ExamState.ARRIVED, None, StepStatus.ARRIVED)


def test_discontinuing_asks_why() -> None:
    exam, user = booked(), people.technologist()
    exam_start(exam=exam, user=user)
    with pytest.raises(InvalidInput):
        exam_discontinue(exam=exam, reason=" ", user=user)
    ended = exam_discontinue(exam=exam, reason="vomiting", user=user)
    assert (ended.state, ended.reason_ended, status()) == (ExamState.DISCONTINUED, "vomiting", StepStatus.DISCONTINUED)


def test_what_was_used_is_written_down_and_can_be_taken_off() -> None:
    exam, user = booked(), people.technologist()
    used = {"exam": exam, "kind": "contrast", "name": "Iohexol 350", "unit": "ml", "user": user}
    with pytest.raises(WrongState):
        used_item_record(quantity=Decimal(80), **used)
    exam_start(exam=exam, user=user)
    for bad in ({"quantity": Decimal(0)}, {"quantity": Decimal(1), "kind": "tea"}, {"quantity": Decimal(1), "unit": ""}):
        with pytest.raises(InvalidInput):
            used_item_record(**(used | bad))
    item = used_item_record(quantity=Decimal(80), unit_price=Decimal("1.50"), **used)
    used_item_remove(item=item, user=user)
    assert not exam.used_items.exists()
    assert [event.kind for event in exam.events.all()][-2:] == ["used_item", "used_item_removed"]
