"""The slot board of the desk: rooms across, time down, and what may be chosen."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from imaging.access.models import User
from imaging.scheduling.free import Interval, day_bounds, free_intervals, open_intervals, raster, taken_intervals
from imaging.scheduling.models import Room, SlotHold

ROW_MINUTES = 20
MOST_ROOMS = 4
DAYS_SHOWN = 6


@dataclass(frozen=True)
class Chosen:
    """A slot that this form has chosen for one of its exams."""

    room: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    number: int


@dataclass(frozen=True)
class Cell:
    """`kind`: free, booked, closed, held, mine, stat, or short (free, but not for this exam)."""

    kind: str
    room: str
    starts_at: dt.datetime
    word: str = ""


@dataclass(frozen=True)
class Row:
    at: dt.datetime
    cells: list[Cell]


@dataclass(frozen=True)
class Day:
    date: dt.date
    is_shown: bool


@dataclass(frozen=True)
class Board:
    rooms: list[Room]
    rows: list[Row]
    days: list[Day]
    day: dt.date


def board_of(rooms: Sequence[Room], day: dt.date, minutes: int, user: User, chosen: Sequence[Chosen], *, stat: bool) -> Board:
    """The board of `day` for exams of `minutes`. For STAT also booked time may be chosen."""
    shown = list(rooms)[:MOST_ROOMS]
    opened, free = open_intervals(shown, day), free_intervals(shown, day, user)
    holds = list(SlotHold.objects.filter(room__in=shown, expires_at__gt=timezone.now()).exclude(user=user).select_related("user"))
    taken = taken_intervals(shown, *day_bounds(day), None)
    draw = _Drawing(opened, free, holds, {(one.room, one.number): one for one in chosen}, taken, dt.timedelta(minutes=minutes), stat)
    rows = [Row(at, [draw.cell(room, at) for room in shown]) for at in _times(opened, day)]
    today = timezone.localdate()
    first = max(today, day - dt.timedelta(days=2))
    days = [Day(first + dt.timedelta(days=offset), first + dt.timedelta(days=offset) == day) for offset in range(DAYS_SHOWN)]
    return Board(shown, rows, days, day)


def _times(opened: dict[int, list[Interval]], day: dt.date) -> list[dt.datetime]:
    """From the first opening (on this day not before the present row) to the last closing, in rows of twenty minutes."""
    edges = [edge for intervals in opened.values() for interval in intervals for edge in interval]
    if not edges:
        return []
    begin, end, row = min(edges), max(edges), dt.timedelta(minutes=ROW_MINUTES)
    now = timezone.localtime()
    if day == now.date():
        begin = max(begin, now.replace(minute=now.minute - now.minute % ROW_MINUTES, second=0, microsecond=0))
    return [begin + row * number for number in range(int((end - begin) / row) + 1) if begin + row * number < min(end, day_bounds(day)[1])]


@dataclass(frozen=True)
class _Drawing:
    opened: dict[int, list[Interval]]
    free: dict[int, list[Interval]]
    holds: list[SlotHold]
    chosen: dict[tuple[str, int], Chosen]
    taken: dict[int, list[Interval]]
    length: dt.timedelta
    stat: bool

    def cell(self, room: Room, at: dt.datetime) -> Cell:
        end = at + dt.timedelta(minutes=ROW_MINUTES)
        for one in self.chosen.values():
            if one.room == room.code and one.starts_at < end and at < one.ends_at:
                return Cell("mine", room.code, at, str(one.number))
        start = self._free_start(room, at, end)
        if start is not None:
            return Cell("free", room.code, start)
        for hold in self.holds:
            if hold.room_id == room.pk and hold.starts_at < end and at < hold.ends_at:
                return Cell("held", room.code, at, hold.user.label)
        if not any(begin < end and at < close for begin, close in self.opened[room.pk]):
            return Cell("closed", room.code, at)
        if not any(begin < end and at < close for begin, close in self.taken[room.pk]):
            return Cell("short", room.code, at)
        return Cell("stat" if self.stat else "booked", room.code, at)

    def _free_start(self, room: Room, at: dt.datetime, end: dt.datetime) -> dt.datetime | None:
        """Where in this row the exam could begin, on whole five minutes and not in the past."""
        earliest = max(at, timezone.now())
        for begin, close in self.free[room.pk]:
            start = raster(max(begin, earliest))
            if start < end and start + self.length <= close:
                return start
        return None
