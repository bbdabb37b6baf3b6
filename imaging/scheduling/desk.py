"""Registering at the desk in one step: the order, its visit, each exam in the slot chosen for it, and the arrival if wanted.

Page and REST call this; HL7 calls `services.order_place`, which books by itself.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.common.errors import InvalidInput
from imaging.orders.models import Exam, Order, OrderSource, Priority
from imaging.orders.services import OrderFields, OrderItem, order_enter
from imaging.patients.models import Patient
from imaging.patients.services import visit_upsert
from imaging.scheduling.models import Room, ScheduledStep
from imaging.scheduling.performing import exam_check_in
from imaging.scheduling.services import step_book, step_book_first_fit


@dataclass(frozen=True)
class Place:
    """Where and when an exam shall be; without a room the next free slot is taken, at or after `starts_at`."""

    room: Room | None = None
    starts_at: dt.datetime | None = None


@transaction.atomic
def order_register(
    *, patient: Patient, items: Sequence[OrderItem], places: Sequence[Place], user: User, door: str, visit_number: str = "",
    payer: str = "", check_in: bool = False, source: str = OrderSource.DESK, placer_number: str = "", placer_issuer: str = "",
    **fields: Unpack[OrderFields],
) -> Order:  # fmt: skip
    """Everything or nothing. `places` stand beside `items`. Raises what order_enter, step_book and exam_check_in raise."""
    if visit_number:
        kind = fields.get("patient_class") or "O"
        fields["visit"] = visit_upsert(patient=patient, number=visit_number, patient_class=kind, payer=payer, user=user, door=door)
    order = order_enter(
        patient=patient,
        items=items,
        source=source,
        placer_number=placer_number,
        placer_issuer=placer_issuer,
        user=user,
        door=door,
        **fields,
    )
    for exam, place in zip(order.exams.select_related("procedure", "order").order_by("pk"), places, strict=True):
        exam_place(exam=exam, place=place, user=user, door=door)
        if check_in:
            exam_check_in(exam=exam, user=user, door=door)
    return order


def exam_place(*, exam: Exam, place: Place, user: User, door: str, minutes: int = 0, overbook: bool = False) -> ScheduledStep:
    """Book `exam` at `place`. Only STAT may lie over another booking. Raises Conflict, InvalidInput, WrongState."""
    if overbook and exam.priority != Priority.STAT:
        raise InvalidInput(_("Only a STAT exam may be laid over another booking."), field="overbook")
    if place.room is None:
        return step_book_first_fit(exam=exam, earliest=place.starts_at, minutes=minutes, user=user, door=door)
    if place.starts_at is None:
        return step_book_first_fit(exam=exam, rooms=[place.room], minutes=minutes, user=user, door=door)
    over = overbook or exam.priority == Priority.STAT
    return step_book(exam=exam, room=place.room, starts_at=place.starts_at, minutes=minutes, overbook=over, user=user, door=door)
