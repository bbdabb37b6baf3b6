"""The exams on the desk's form while it is filled in: what was added, which slot each has, what the patient should know."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.common.errors import Conflict, InvalidInput, NotFound
from imaging.common.typed import moment_typed, whole_number
from imaging.orders.models import Procedure
from imaging.orders.selectors import procedure_by_code
from imaging.patients.cards import SeenPatient
from imaging.scheduling.board import Chosen
from imaging.scheduling.models import Room, SlotHold
from imaging.scheduling.selectors import room_by_code, rooms_fitting, slot_first
from imaging.scheduling.services import slot_hold, slot_release

GAP = dt.timedelta(minutes=10)
MOST_LINES = 12
FASTING = ("fasting", "nothing to eat", "空腹", "禁食")  # words by which the catalogue tells that an exam comes before breakfast


@dataclass(frozen=True)
class Line:
    """One exam on the form; `hold` is the key of the slot that is kept for it."""

    procedure: Procedure
    room: Room | None = None
    starts_at: dt.datetime | None = None
    hold: SlotHold | None = None

    @property
    def ends_at(self) -> dt.datetime | None:
        return self.starts_at + dt.timedelta(minutes=self.procedure.minutes) if self.starts_at else None

    @property
    def needs_fasting(self) -> bool:
        told = f"{self.procedure.preparation} {self.procedure.preparation_zh}".lower()
        return any(word in told for word in FASTING)


def lines_read(data: QueryDict, user: User) -> list[Line]:
    """The lines as the form sends them: `item`, `room`, `starts_at` and `hold` beside each other."""
    codes = data.getlist("item")[:MOST_LINES]
    columns = [[*data.getlist(name), *[""] * len(codes)] for name in ("room", "starts_at", "hold")]
    return [_line(code, room, at, hold, user) for code, room, at, hold in zip(codes, *columns, strict=False)]


def _line(code: str, room: str, at: str, hold: str, user: User) -> Line:
    pk = whole_number(hold)
    kept = SlotHold.objects.filter(pk=pk, user=user).first() if pk is not None else None
    return Line(procedure_by_code(code), room_by_code(room) if room else None, moment_typed(at), kept)


def line_add(lines: list[Line], code: str) -> list[Line]:
    """Raises InvalidInput when the form is full, NotFound for an unknown code."""
    if len(lines) >= MOST_LINES:
        raise InvalidInput(_("At most %(number)s exams in one order.") % {"number": MOST_LINES}, field="add")
    return [*lines, Line(procedure_by_code(code))]


def line_remove(lines: list[Line], index: int, user: User) -> list[Line]:
    for line in lines[index : index + 1]:
        _release(line, user)
    return [line for position, line in enumerate(lines) if position != index]


def line_place(lines: list[Line], index: int, room: Room, starts_at: dt.datetime, user: User, *, stat: bool) -> list[Line]:
    """Choose a slot for one line and keep it for five minutes. STAT may choose booked time, which cannot be kept. Raises Conflict."""
    if not 0 <= index < len(lines):
        raise NotFound(_("Add an exam first."))
    line = lines[index]
    _release(line, user)
    others = [(one.room, one.starts_at, one.ends_at) for position, one in enumerate(lines) if position != index]
    ends_at = starts_at + dt.timedelta(minutes=line.procedure.minutes)
    if not stat and any(starts_at < end and start < ends_at for _room, start, end in others if start and end):
        raise Conflict(_("The patient has another exam at this time."), code="overlap")
    try:
        hold = slot_hold(room=room, starts_at=starts_at, minutes=line.procedure.minutes, user=user)
    except Conflict:
        if not stat:
            raise
        hold = None
    placed = replace(line, room=room, starts_at=starts_at, hold=hold)
    return [placed if position == index else one for position, one in enumerate(lines)]


def lines_fit(lines: list[Line], earliest: dt.datetime, user: User, *, stat: bool) -> list[Line]:
    """First fit for every line without a slot: what needs fasting first, ten minutes between two exams. Raises Conflict."""
    order = sorted(range(len(lines)), key=lambda index: not lines[index].needs_fasting)
    when = max([earliest, timezone.now(), *[line.ends_at + GAP for line in lines if line.ends_at]])
    for index in order:
        line = lines[index]
        if line.starts_at is not None:
            continue
        slot = slot_first(procedure=line.procedure, earliest=when, user=user)
        if slot is None:
            raise Conflict(_("Nothing is free for %(procedure)s within two weeks.") % {"procedure": line.procedure.code}, code="no-slot")
        lines = line_place(lines, index, slot.room, slot.starts_at, user, stat=stat)
        when = slot.ends_at + GAP
    return lines


def chosen_of(lines: Sequence[Line]) -> list[Chosen]:
    return [
        Chosen(line.room.code, line.starts_at, line.ends_at, number)
        for number, line in enumerate(lines, 1)
        if line.room and line.starts_at and line.ends_at
    ]


def total_of(lines: Sequence[Line]) -> Decimal:
    return sum((line.procedure.price for line in lines), Decimal(0))


def warnings_of(lines: Sequence[Line], seen: SeenPatient | None, allergies: str = "") -> list[str]:
    """What speaks against an exam, or should be minded."""
    told = [] if seen is None or seen.hidden else [seen.allergies]
    known = " ".join(filter(None, [*told, allergies]))
    found = []
    for line in lines:
        if line.procedure.uses_contrast and known:
            found.append(_("%(code)s uses contrast; allergy known: %(what)s") % {"code": line.procedure.code, "what": known})
        if not rooms_fitting(line.procedure):
            found.append(_("No room does %(modality)s.") % {"modality": line.procedure.modality})
    return found


def _release(line: Line, user: User) -> None:
    if line.hold is not None:
        slot_release(hold=line.hold, user=user)
