"""Booking rooms: hold, book, first fit, move; and putting whole orders on the worklist.

What people do with a booked exam (check in to end) is in `performing.py`, what devices say in `mpps.py`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.common.errors import Conflict, Duplicate, InvalidInput, NotFound, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam, Order, OrderSource, Priority
from imaging.orders.services import OrderFields, OrderItem, exam_event_add, exam_lock, exam_state_set, order_enter, order_extend
from imaging.orders.states import ENDED, ExamState
from imaging.patients.models import Patient
from imaging.patients.numbering import number_next
from imaging.scheduling.events import step_booked
from imaging.scheduling.free import NIGHT, open_intervals, raster, raster_before, taken_intervals
from imaging.scheduling.models import Room, ScheduledStep, SlotHold, Station, StepStatus
from imaging.scheduling.selectors import rooms_fitting, slot_first, station_by_ae_title, station_fitting

HOLD_MINUTES = 5
STEP_ID_LENGTH = 16
LONGEST_MINUTES = 12 * 60


@dataclass(frozen=True)
class StepWish:
    """What an order said of its booking (OMI IPC and TQ1); everything may be left out."""

    starts_at: dt.datetime | None = None
    station_ae_title: str = ""
    room_code: str = ""
    scheduled_procedure_step_id: str = ""
    protocol_code: str = ""
    description: str = ""
    minutes: int = 0


NO_WISH = StepWish()


@transaction.atomic
def order_place(
    *, patient: Patient, items: Sequence[OrderItem], wishes: Sequence[StepWish] = (), placer_number: str = "", placer_issuer: str = "",
    source: str = OrderSource.DESK, ordered_at: dt.datetime | None = None, message: str = "",
    user: User | None = None, actor: str = "", door: str = "page", **fields: Unpack[OrderFields],
) -> Order:  # fmt: skip
    """Enter an order and put each exam on the worklist at once; `wishes` stand beside `items`. Errors as `order_enter`."""
    order = order_enter(
        patient=patient, items=items, placer_number=placer_number, placer_issuer=placer_issuer, source=source, ordered_at=ordered_at,
        message=message, user=user, actor=actor, door=door, **fields,
    )  # fmt: skip
    order_schedule(order=order, wishes=wishes, user=user, actor=actor, door=door)
    return order


@transaction.atomic
def exams_place(
    *, order: Order, items: Sequence[OrderItem], wishes: Sequence[StepWish] = (), message: str = "",
    user: User | None = None, actor: str = "", door: str = "page",
) -> list[Exam]:  # fmt: skip
    """Add exams to an order and put them on the worklist at once. Returns them. Errors as `order_extend`."""
    exams = order_extend(order=order, items=items, message=message, user=user, actor=actor, door=door)
    order_schedule(order=order, wishes=wishes, only=exams, user=user, actor=actor, door=door)
    return exams


@transaction.atomic
def order_schedule(
    *,
    order: Order,
    wishes: Sequence[StepWish] = (),
    only: Sequence[Exam] = (),
    user: User | None = None,
    actor: str = "",
    door: str = "page",
) -> list[ScheduledStep]:
    """Book every exam of `order` (or `only` some) that is not booked yet, at the wished or requested time, else at the next free slot.

    An order is never refused for want of a slot: where none is free in two weeks the step is overbooked, where no room fits at all
    the exam stays ordered, with a line in its time-line that says so.
    """
    steps = []
    exams = order.exams.filter(state=ExamState.ORDERED, **({"pk__in": [exam.pk for exam in only]} if only else {}))
    for position, exam in enumerate(exams.select_related("procedure__department", "order", "patient").order_by("pk")):
        wish = wishes[position] if position < len(wishes) else NO_WISH
        step = _book_wished(exam, wish, user, actor, door)
        if step is not None:
            steps.append(step)
    return steps


def _book_wished(exam: Exam, wish: StepWish, user: User | None, actor: str, door: str) -> ScheduledStep | None:
    station = station_by_ae_title(wish.station_ae_title)
    if wish.station_ae_title and (station is None or station.modality != exam.modality):
        about = {"station": wish.station_ae_title, "modality": exam.modality}
        exam_event_add(exam=exam, kind="problem", what=_("Station %(station)s is not one for %(modality)s: booked elsewhere.") % about)
        station = None
    rooms = [station.room] if station else [room for room in rooms_fitting(exam.procedure) if wish.room_code in ("", room.code)]
    rooms = rooms or rooms_fitting(exam.procedure)
    if not rooms:
        what = _("No room does %(modality)s: book it by hand.") % {"modality": exam.modality}
        exam_event_add(exam=exam, kind="problem", what=what)
        return None
    return step_book_first_fit(
        exam=exam, rooms=rooms, earliest=wish.starts_at or exam.requested_at, minutes=wish.minutes, station=station,
        scheduled_procedure_step_id=wish.scheduled_procedure_step_id, protocol_code=wish.protocol_code, description=wish.description,
        must_book=True, user=user, actor=actor, door=door,
    )  # fmt: skip


@transaction.atomic
def step_book_first_fit(
    *, exam: Exam, rooms: Sequence[Room] = (), earliest: dt.datetime | None = None, minutes: int = 0, station: Station | None = None,
    scheduled_procedure_step_id: str = "", protocol_code: str = "", description: str = "", must_book: bool = False,
    user: User | None = None, actor: str = "", door: str = "page",
) -> ScheduledStep:  # fmt: skip
    """Book `earliest` (now by default, never the past) or the next free slot of a fitting room. STAT is placed at `earliest` itself.

    Raises Conflict when nothing is free within two weeks, unless `must_book` lays it over another booking.
    """
    rooms = list(rooms) or rooms_fitting(exam.procedure)
    if not rooms:
        raise NotFound(_("No room does %(modality)s.") % {"modality": exam.modality}, field="room")
    rooms_lock(rooms=rooms)
    earliest = raster(max(earliest or timezone.now(), timezone.now()))
    slot = slot_first(procedure=exam.procedure, earliest=earliest, minutes=minutes, rooms=rooms, user=user)
    over = exam.priority == Priority.STAT and (slot is None or slot.starts_at > earliest)
    if slot is None and not over and not must_book:
        raise Conflict(_("Nothing is free for %(procedure)s within two weeks.") % {"procedure": exam.procedure.code}, code="no-slot")
    over = over or slot is None
    room, starts_at = (rooms[0], earliest) if over or slot is None else (slot.room, slot.starts_at)
    return step_book(
        exam=exam, room=room, starts_at=starts_at, minutes=minutes, station=station, overbook=over,
        scheduled_procedure_step_id=scheduled_procedure_step_id, protocol_code=protocol_code, description=description,
        user=user, actor=actor, door=door,
    )  # fmt: skip


@transaction.atomic
def step_book(
    *, exam: Exam, room: Room, starts_at: dt.datetime, minutes: int = 0, station: Station | None = None, overbook: bool = False,
    scheduled_procedure_step_id: str = "", protocol_code: str = "", description: str = "",
    user: User | None = None, actor: str = "", door: str = "page",
) -> ScheduledStep:  # fmt: skip
    """Book `exam` into `room`. An ordered exam becomes scheduled; one discontinued before is scheduled again.

    `overbook` lays it over another booking or outside the hours, which the doors allow for STAT. Raises Conflict when the time is over,
    taken, held by another desk or the room closed, InvalidInput when the room cannot do it, WrongState when the exam is past booking.
    """
    rooms_lock(rooms=[room])
    locked = exam_lock(exam_id=exam.pk)
    _check_bookable(locked)
    station = station or station_fitting(room, locked.modality)
    if station is None:
        raise InvalidInput(_("Room %(room)s does not do %(modality)s.") % {"room": room.code, "modality": locked.modality}, field="room")
    ends_at = starts_at + _length(minutes or locked.procedure.minutes)
    _check_ahead(ends_at)
    over = _check_free(room, starts_at, ends_at, user, overbook=overbook)
    step = ScheduledStep.objects.create(
        exam=locked, scheduled_procedure_step_id=_step_id(scheduled_procedure_step_id), room=room, station=station,
        station_ae_title=station.ae_title, modality=locked.modality, description=(description or locked.procedure.name)[:64],
        protocol_code=(protocol_code or locked.procedure.code)[:32], starts_at=starts_at, ends_at=ends_at, is_overbooked=over,
        booked_by=user,
    )  # fmt: skip
    SlotHold.objects.filter(room=room, user=user, starts_at__lt=ends_at, ends_at__gt=starts_at).delete()
    _scheduled(locked, step, user, actor)
    exam.refresh_from_db()
    audit_record(act="step.book", door=door, user=user, actor=actor, accession_number=locked.accession_number, room=room.code)
    return step


@transaction.atomic
def step_move(
    *, step: ScheduledStep, room: Room | None = None, starts_at: dt.datetime | None = None, reason: str, overbook: bool = False,
    told: dict[str, str] | None = None, user: User | None = None, actor: str = "", door: str = "page",
) -> ScheduledStep:  # fmt: skip
    """Another room or time for a booking whose work has not begun. Errors as `step_book`; a reason is asked. `told` is kept with the line
    of the time-line."""
    reason = reason.strip()[:200]
    if not reason:
        raise InvalidInput(_("Say why it is moved."), field="reason")
    rooms_lock(rooms=[step.room, room or step.room])
    locked = ScheduledStep.objects.select_for_update().select_related("exam__procedure").get(pk=step.pk)
    if locked.status not in {StepStatus.SCHEDULED, StepStatus.ARRIVED}:
        raise WrongState(_("This booking is “%(status)s”; it stays where it is.") % {"status": StepStatus(locked.status).label})
    room, before = room or locked.room, locked.starts_at
    station = locked.station if room == locked.room else station_fitting(room, locked.modality)
    if station is None:
        raise InvalidInput(_("Room %(room)s does not do %(modality)s.") % {"room": room.code, "modality": locked.modality}, field="room")
    length = locked.ends_at - locked.starts_at
    locked.starts_at = starts_at or locked.starts_at
    locked.ends_at = locked.starts_at + length
    if locked.starts_at != before:
        _check_ahead(locked.ends_at)
    locked.is_overbooked = _check_free(room, locked.starts_at, locked.ends_at, user, overbook=overbook, besides=locked.pk)
    locked.room, locked.station, locked.station_ae_title = room, station, station.ae_title
    locked.save()
    exam_event_add(exam=locked.exam, kind="moved", user=user, actor=actor, reason=reason, **place_params(locked), **(told or {}))
    audit_record(act="step.move", door=door, user=user, actor=actor, accession_number=locked.exam.accession_number, reason=reason)
    step_booked.send(sender=ScheduledStep, step=locked, before=before)
    announce("worklist")
    return locked


@transaction.atomic
def slot_hold(*, room: Room, starts_at: dt.datetime, minutes: int, user: User) -> SlotHold:
    """Keep a slot for five minutes while the form is filled in. Raises Conflict when it is taken or another desk holds it."""
    rooms_lock(rooms=[room])
    SlotHold.objects.filter(expires_at__lte=timezone.now()).delete()
    ends_at = starts_at + _length(minutes)
    _check_ahead(ends_at)
    _check_free(room, starts_at, ends_at, user, overbook=False)
    expires_at = timezone.now() + dt.timedelta(minutes=HOLD_MINUTES)
    hold = SlotHold.objects.create(room=room, starts_at=starts_at, ends_at=ends_at, user=user, expires_at=expires_at)
    announce("worklist")
    return hold


def slot_release(*, hold: SlotHold, user: User) -> None:
    """Give a held slot back; one's own only. Given back or run out already: nothing happens."""
    SlotHold.objects.filter(pk=hold.pk, user=user).delete()
    announce("worklist")


def rooms_lock(*, rooms: Sequence[Room]) -> None:
    """Nobody else books in `rooms` until this transaction ends."""
    list(Room.objects.select_for_update().filter(pk__in={room.pk for room in rooms}).order_by("pk"))


@transaction.atomic
def step_bring_to_today(*, step: ScheduledStep, user: User | None = None, actor: str = "", door: str = "page") -> ScheduledStep:
    """Move a booking of another day to the next free time today, or over another one: who has come is on today's lists.

    The time-line keeps where it stood before; `step_bring_back` reads it there. Today's already, or the coming night's: nothing changes.
    """
    today = timezone.localdate()
    if timezone.localdate(step.starts_at) == today or timezone.now() <= step.starts_at < timezone.now() + NIGHT:
        return step
    came_from = {"came_from": step.starts_at.isoformat()}
    now = raster(timezone.now())
    now = now if timezone.localdate(now) == today else raster_before(timezone.now())
    slot = slot_first(procedure=step.exam.procedure, earliest=now, rooms=[step.room], user=user)
    is_free = slot is not None and timezone.localdate(slot.starts_at) == today
    starts_at = slot.starts_at if slot and is_free else now
    reason = _("The patient came on another day.")
    return step_move(step=step, starts_at=starts_at, reason=reason, overbook=not is_free, user=user, actor=actor, door=door, told=came_from)


@transaction.atomic
def step_bring_back(*, step: ScheduledStep, user: User | None = None, actor: str = "", door: str = "page") -> ScheduledStep:
    """The patient is not here after all: the booking stands again where it stood before it was brought to today."""
    last = step.exam.events.filter(kind="moved").order_by("-pk").first()
    came_from = last.params.get("came_from") if last else None
    if came_from is None or dt.datetime.fromisoformat(came_from) <= timezone.now():
        return step
    reason = _("The patient is not here after all.")
    starts_at = dt.datetime.fromisoformat(came_from)
    return step_move(step=step, starts_at=starts_at, reason=reason, overbook=True, user=user, actor=actor, door=door)


def place_params(step: ScheduledStep) -> dict[str, str]:
    """When and where, as time-line sentences say it, in both languages."""
    room = step.room
    return {
        "when": date_format(timezone.localtime(step.starts_at), "Y-m-d H:i"),
        "room": room.name,
        "room_zh": room.name_zh or room.name,
    }


def _length(minutes: int) -> dt.timedelta:
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise InvalidInput(_("A booking takes between 1 minute and 12 hours."), field="minutes")
    return dt.timedelta(minutes=minutes)


def _check_bookable(exam: Exam) -> None:
    if exam.state not in {ExamState.ORDERED, ExamState.SCHEDULED, ExamState.ARRIVED, ExamState.DISCONTINUED}:
        raise WrongState(
            _("Exam %(accession)s is “%(now)s”; it is not booked any more.")
            % {"accession": exam.accession_number, "now": ExamState(exam.state).label}
        )
    if exam.state != ExamState.DISCONTINUED and exam.steps.filter(status__in=[StepStatus.SCHEDULED, StepStatus.ARRIVED]).exists():
        raise Conflict(_("Exam %(accession)s is booked already; move that booking.") % {"accession": exam.accession_number}, code="booked")


def _check_ahead(ends_at: dt.datetime) -> None:
    """A time that has begun may still be booked: the form was open for a while."""
    if ends_at <= timezone.now():
        raise Conflict(_("This time is over. Choose a later one."), code="past")


def _check_free(
    room: Room, starts_at: dt.datetime, ends_at: dt.datetime, user: User | None, *, overbook: bool, besides: int | None = None
) -> bool:
    """Whether it lies over something; raises Conflict unless that is wanted."""
    taken = taken_intervals([room], starts_at, ends_at, user, besides)[room.pk]
    if taken:
        if not overbook:
            raise Conflict(_("%(room)s is taken at this time. Choose another one.") % {"room": room.code}, code="double-booking")
        return True
    opened = open_intervals([room], timezone.localdate(starts_at))[room.pk]
    if not any(begin <= starts_at and ends_at <= end for begin, end in opened):
        if not overbook:
            raise Conflict(_("%(room)s is closed at this time. Choose another one.") % {"room": room.code}, code="closed")
        return True
    return False


def _step_id(wanted: str) -> str:
    """The id that came with the order, else the next of ours. Raises Duplicate when the wanted one is in use."""
    if wanted:
        if len(wanted) > STEP_ID_LENGTH:
            raise InvalidInput(_("At most 16 characters, and no backslash: %(value)s.") % {"value": wanted}, field="step_id")
        if ScheduledStep.objects.filter(scheduled_procedure_step_id=wanted).exists():
            raise Duplicate(_("Step %(id)s is already here.") % {"id": wanted}, field="step_id")
        return wanted
    while True:
        step_id = f"SPS{number_next(series='step'):09d}"
        if not ScheduledStep.objects.filter(scheduled_procedure_step_id=step_id).exists():
            return step_id


def _scheduled(exam: Exam, step: ScheduledStep, user: User | None, actor: str) -> None:
    if exam.state in ENDED | {ExamState.ORDERED}:
        exam_state_set(exam=exam, state=ExamState.SCHEDULED, user=user, actor=actor)
    exam_event_add(exam=exam, kind="scheduled", user=user, actor=actor, **place_params(step))
    step_booked.send(sender=ScheduledStep, step=step, before=None)
    announce("worklist")
