"""Booking. Not covered: summer time (the hospital's zone has none; intervals are aware datetimes throughout)."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from imaging.access.models import AuditEvent
from imaging.common.errors import Conflict, Duplicate, InvalidInput, NotFound, WrongState
from imaging.orders.models import Exam, Priority
from imaging.orders.services import exam_cancel, order_change, order_enter
from imaging.orders.states import ExamState
from imaging.scheduling.models import Closure, OpeningHours, Room, ScheduledStep, SlotHold, StepStatus
from imaging.scheduling.selectors import slots_free, worklist_steps
from imaging.scheduling.services import (
    StepWish,
    order_place,
    slot_hold,
    slot_release,
    step_book,
    step_book_first_fit,
    step_move,
)
from tests import people
from tests.imaging.orders.test_services import at_once, head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]

MONDAY = dt.datetime(2026, 11, 23, 9, 2, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def monday_morning() -> object:
    with time_machine.travel(MONDAY, tick=False):
        yield


def at(hour: int, minute: int = 0, day: int = 23) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=MONDAY.tzinfo)


def office_room() -> Room:
    """CT1, open from 8 to 12 on weekdays."""
    room = people.ct1().room
    OpeningHours.objects.filter(room=room).delete()
    for weekday in range(5):
        OpeningHours.objects.create(room=room, weekday=weekday, opens_time=dt.time(8), closes_time=dt.time(12))
    return room


def an_exam(**fields: object) -> Exam:
    patient = people.Patient.objects.first() or people.lin_mei_hua()
    return order_enter(patient=patient, items=[head()], **fields).exams.get()


def test_a_booking_puts_the_exam_on_the_worklist() -> None:
    exam = an_exam()
    step = step_book(exam=exam, room=office_room(), starts_at=at(10), user=people.front_desk())
    assert exam.state == ExamState.SCHEDULED
    assert (step.station_ae_title, step.ends_at) == ("CT1", at(10, 10))
    assert list(worklist_steps(station_ae_titles=["CT1"], starts_from=at(0), starts_to=at(23))) == [step]
    assert list(worklist_steps(modalities=["MR"])) == []
    assert list(worklist_steps(patient_id="00482913", accession_number=exam.accession_number)) == [step]


def test_double_booking_is_refused_and_stat_may_lie_over_it() -> None:
    room = office_room()
    step_book(exam=an_exam(), room=room, starts_at=at(10))
    with pytest.raises(Conflict) as caught:
        step_book(exam=an_exam(), room=room, starts_at=at(10, 5))
    assert caught.value.code == "double-booking"
    assert step_book(exam=an_exam(), room=room, starts_at=at(10, 5), overbook=True).is_overbooked


def test_a_time_that_is_over_is_refused_also_for_stat() -> None:
    room = office_room()
    step = step_book(exam=an_exam(), room=room, starts_at=at(9))
    for act in (
        lambda: step_book(exam=an_exam(priority=Priority.STAT), room=room, starts_at=at(8), overbook=True),
        lambda: step_move(step=step, starts_at=at(8), reason="early"),
        lambda: slot_hold(room=room, starts_at=at(8), minutes=10, user=people.front_desk()),
    ):
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.code == "past"
    with time_machine.travel(at(9, 30)):
        other = Room.objects.create(code="CT2", name="CT 2", department=room.department)
        people.Station.objects.create(room=other, ae_title="CT2", name="CT2", modality="CT")
        moved = step_move(step=step, room=other, reason="CT 1 is slow", overbook=True)
        assert (moved.room, moved.starts_at) == (other, at(9)), "who waits may still go to another room"


def test_who_booked_by_which_door_is_in_the_audit_trail() -> None:
    office_room()
    order = order_place(patient=people.lin_mei_hua(), items=[head()], actor="HIS", door="hl7")
    order_change(order=order, requested_at=at(11), actor="HIS", door="hl7")
    told = AuditEvent.objects.filter(act__startswith="step.").values_list("act", "door")
    assert set(told) == {("step.book", "hl7"), ("step.move", "hl7")}


def test_a_closed_room_is_refused() -> None:
    room = office_room()
    Closure.objects.create(room=room, starts_at=at(10), ends_at=at(11), reason="service")
    for moment in (at(7, day=24), at(11, 55), at(10, 30), at(10, day=28)):
        with pytest.raises(Conflict, match="closed"):
            step_book(exam=an_exam(), room=room, starts_at=moment)


def test_an_exam_is_booked_once_in_a_room_that_can_do_it() -> None:
    room, exam = office_room(), an_exam()
    with pytest.raises(InvalidInput):
        step_book(exam=exam, room=Room.objects.create(code="US1", name="US 1", department=room.department), starts_at=at(10))
    step_book(exam=exam, room=room, starts_at=at(10))
    with pytest.raises(Conflict) as caught:
        step_book(exam=exam, room=room, starts_at=at(11))
    assert caught.value.code == "booked"


def test_first_fit_takes_the_next_free_slot_and_goes_on_tomorrow() -> None:
    room = office_room()
    assert step_book_first_fit(exam=an_exam()).starts_at == at(9, 5)
    assert step_book_first_fit(exam=an_exam()).starts_at == at(9, 15)
    assert step_book_first_fit(exam=an_exam(), earliest=at(11, 51)).starts_at == at(8, day=24)
    assert step_book_first_fit(exam=an_exam(), earliest=at(1, day=27)).starts_at == at(8, day=27)
    assert step_book_first_fit(exam=an_exam(), earliest=at(13, day=27)).starts_at == at(8, day=30), room


def test_stat_is_placed_now_over_another_booking() -> None:
    office_room()
    step_book_first_fit(exam=an_exam())
    step = step_book_first_fit(exam=an_exam(priority=Priority.STAT))
    assert (step.starts_at, step.is_overbooked) == (at(9, 5), True)


def test_nothing_free_is_said_and_an_order_is_overbooked_rather_than_lost() -> None:
    room = office_room()
    Closure.objects.create(room=room, starts_at=at(0), ends_at=at(0) + dt.timedelta(days=60))
    with pytest.raises(Conflict) as caught:
        step_book_first_fit(exam=an_exam())
    assert caught.value.code == "no-slot"
    order = order_place(patient=people.john_smith(), items=[head()])
    assert order.exams.get().steps.get().is_overbooked


def test_an_order_without_a_booking_is_on_the_worklist_at_once_at_the_requested_time() -> None:
    office_room()
    order = order_place(patient=people.lin_mei_hua(), items=[head(), head()], requested_at=at(10, 30, day=25))
    assert [step.starts_at for step in worklist_steps()] == [at(10, 30, day=25), at(10, 40, day=25)]
    assert set(order.exams.values_list("state", flat=True)) == {ExamState.SCHEDULED}


def test_an_order_in_the_past_is_booked_from_now() -> None:
    office_room()
    order_place(patient=people.lin_mei_hua(), items=[head()], requested_at=at(9, day=1))
    assert ScheduledStep.objects.get().starts_at == at(9, 5)


def test_step_id_station_and_protocol_that_came_with_the_order_are_kept() -> None:
    office_room()
    wish = StepWish(station_ae_title="CT1", scheduled_procedure_step_id="SPS-HIS-7", protocol_code="P7", starts_at=at(11))
    order_place(patient=people.lin_mei_hua(), items=[head()], wishes=[wish])
    step = ScheduledStep.objects.get()
    assert (step.scheduled_procedure_step_id, step.protocol_code, step.station_ae_title, step.starts_at) == (
        "SPS-HIS-7",
        "P7",
        "CT1",
        at(11),
    )
    with pytest.raises(Duplicate):
        order_place(patient=people.john_smith(), items=[head()], wishes=[wish])


def test_an_exam_that_no_room_does_stays_ordered_and_says_so() -> None:
    order = order_place(patient=people.lin_mei_hua(), items=[head()])
    exam = order.exams.get()
    assert exam.state == ExamState.ORDERED
    assert exam.events.last().kind == "problem"
    with pytest.raises(NotFound):
        step_book_first_fit(exam=exam)


def test_moving_asks_why_and_keeps_the_length() -> None:
    room = office_room()
    step = step_book(exam=an_exam(), room=room, starts_at=at(10), minutes=30)
    with pytest.raises(InvalidInput):
        step_move(step=step, starts_at=at(11), reason="")
    moved = step_move(step=step, starts_at=at(10, 15), reason="late")
    assert (moved.starts_at, moved.ends_at) == (at(10, 15), at(10, 45))
    ScheduledStep.objects.update(status=StepStatus.STARTED)
    with pytest.raises(WrongState):
        step_move(step=step, starts_at=at(11), reason="late")


def test_a_held_slot_is_taken_for_others_and_free_for_its_holder() -> None:
    room, mine, other = office_room(), people.front_desk(), people.staff("frontdesk", "desk3")
    hold = slot_hold(room=room, starts_at=at(10), minutes=20, user=mine)
    with pytest.raises(Conflict):
        slot_hold(room=room, starts_at=at(10, 10), minutes=20, user=other)
    with pytest.raises(Conflict):
        step_book(exam=an_exam(), room=room, starts_at=at(10), user=other)
    slot_release(hold=hold, user=other)
    assert SlotHold.objects.exists(), "only one's own"
    step_book(exam=an_exam(), room=room, starts_at=at(10), user=mine)
    assert not SlotHold.objects.exists()


def test_a_hold_runs_out() -> None:
    room = office_room()
    slot_hold(room=room, starts_at=at(10), minutes=20, user=people.front_desk())
    with time_machine.travel(MONDAY + dt.timedelta(minutes=6), tick=False):
        step_book(exam=an_exam(), room=room, starts_at=at(10), user=people.staff("frontdesk", "desk3"))


def test_free_slots_leave_out_bookings_closures_holds_of_others_and_what_is_over() -> None:
    room, day, other = office_room(), at(0, day=24).date(), people.staff("frontdesk", "desk3")
    step_book(exam=an_exam(), room=room, starts_at=at(8, day=24), minutes=60)
    Closure.objects.create(room=room, starts_at=at(9, 30, day=24), ends_at=at(11, day=24))
    slot_hold(room=room, starts_at=at(11, 30, day=24), minutes=30, user=people.front_desk())
    assert [slot.starts_at for slot in slots_free(rooms=[room], day=day, minutes=30, user=other)] == [at(9, day=24), at(11, day=24)]
    assert len(slots_free(rooms=[room], day=day, minutes=30, user=people.front_desk())) == 3
    assert slots_free(rooms=[room], day=timezone.localdate(), minutes=30)[0].starts_at == at(9, 5)


def test_a_cancelled_exam_frees_its_time() -> None:
    room, exam = office_room(), an_exam()
    step_book(exam=exam, room=room, starts_at=at(10))
    exam_cancel(exam=exam, reason="patient went home")
    assert list(worklist_steps()) == []
    step_book(exam=an_exam(), room=room, starts_at=at(10))


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_book_a_slot_once() -> None:
    room, exams = office_room(), [an_exam() for _ in range(4)]
    raised = at_once(4, lambda index: step_book(exam=exams[index], room=room, starts_at=at(10)))
    assert [getattr(error, "code", error) for error in raised] == ["double-booking"] * 3
    assert ScheduledStep.objects.count() == 1


def test_a_longer_exam_waits_for_a_gap_that_holds_it() -> None:
    room = people.ct1().room
    between = order_enter(patient=people.john_smith(), items=[head()]).exams.get()
    step_book(exam=between, room=room, starts_at=at(9, 30))
    longer = order_enter(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    step = step_book_first_fit(exam=longer, minutes=40)
    assert (step.starts_at, step.ends_at - step.starts_at) == (at(9, 40), dt.timedelta(minutes=40))
