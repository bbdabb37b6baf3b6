"""Free time in rooms: opening hours less closures, bookings and other people's holds. Plain interval arithmetic, one query a table."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from imaging.access.models import User
from imaging.scheduling.models import TAKES_ROOM, Closure, OpeningHours, Room, ScheduledStep, SlotHold

Interval = tuple[dt.datetime, dt.datetime]
RASTER_MINUTES = 5
NIGHT = dt.timedelta(hours=6)
"""How far past midnight the list of now looks: who works through the night sees what is booked for it."""


@dataclass(frozen=True)
class FreeSlot:
    room: Room
    starts_at: dt.datetime
    ends_at: dt.datetime


def day_bounds(day: dt.date) -> Interval:
    """Local midnight to local midnight."""
    zone = timezone.get_current_timezone()
    return dt.datetime.combine(day, dt.time(), zone), dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)


def subtract(whole: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What is left of `whole` without `taken`."""
    left = list(whole)
    for begin, end in taken:
        left = [piece for start, stop in left for piece in ((start, min(stop, begin)), (max(start, end), stop)) if piece[0] < piece[1]]
    return sorted(left)


def open_intervals(rooms: Sequence[Room], day: dt.date) -> dict[int, list[Interval]]:
    """When each room (by id) is open on `day`, closures taken out."""
    zone = timezone.get_current_timezone()
    opened: dict[int, list[Interval]] = defaultdict(list)
    for hours in OpeningHours.objects.filter(room__in=rooms, weekday=day.weekday()):
        opened[hours.room_id].append((dt.datetime.combine(day, hours.opens_time, zone), dt.datetime.combine(day, hours.closes_time, zone)))
    begin, end = day_bounds(day)
    closed: dict[int, list[Interval]] = defaultdict(list)
    for closure in Closure.objects.filter(room__in=rooms, starts_at__lt=end, ends_at__gt=begin):
        closed[closure.room_id].append((closure.starts_at, closure.ends_at))
    return {room.pk: subtract(opened[room.pk], closed[room.pk]) for room in rooms}


def taken_intervals(
    rooms: Sequence[Room], begin: dt.datetime, end: dt.datetime, user: User | None, besides: int | None = None
) -> dict[int, list[Interval]]:
    """What is booked, or held by somebody other than `user`, in each room between two moments; without the step `besides`."""
    taken: dict[int, list[Interval]] = defaultdict(list)
    longest = dt.timedelta(days=1)  # no step is longer: lets the index on (room, starts_at) bound the search
    steps = ScheduledStep.objects.filter(
        room__in=rooms, starts_at__gt=begin - longest, starts_at__lt=end, ends_at__gt=begin, status__in=TAKES_ROOM
    )
    holds = SlotHold.objects.filter(room__in=rooms, starts_at__lt=end, ends_at__gt=begin, expires_at__gt=timezone.now())
    if besides is not None:
        steps = steps.exclude(pk=besides)
    if user is not None:
        holds = holds.exclude(user=user)
    for room_id, start, stop in [
        *steps.values_list("room_id", "starts_at", "ends_at"),
        *holds.values_list("room_id", "starts_at", "ends_at"),
    ]:
        taken[room_id].append((start, stop))
    return taken


def free_intervals(rooms: Sequence[Room], day: dt.date, user: User | None = None) -> dict[int, list[Interval]]:
    """The free time of each room (by id) on `day`, as `user` may use it."""
    opened, taken = open_intervals(rooms, day), taken_intervals(rooms, *day_bounds(day), user)
    return {room.pk: subtract(opened[room.pk], taken[room.pk]) for room in rooms}


def raster_before(moment: dt.datetime) -> dt.datetime:
    """`moment`, or the last full five minutes before it."""
    return moment - dt.timedelta(minutes=moment.minute % RASTER_MINUTES, seconds=moment.second, microseconds=moment.microsecond)


def raster(moment: dt.datetime) -> dt.datetime:
    """`moment`, or the next full five minutes after it."""
    before = raster_before(moment)
    return moment if before == moment else before + dt.timedelta(minutes=RASTER_MINUTES)


def first_fit(rooms: Sequence[Room], *, minutes: int, earliest: dt.datetime, days: int, user: User | None = None) -> FreeSlot | None:
    """The earliest slot of `minutes` at or after `earliest` within `days` days; the first of `rooms` where several are equal."""
    length = dt.timedelta(minutes=minutes)
    day = timezone.localdate(earliest)
    for offset in range(days):
        free = free_intervals(rooms, day + dt.timedelta(days=offset), user)
        starts = [
            (start, position, room)
            for position, room in enumerate(rooms)
            for begin, end in free[room.pk]
            if (start := raster(max(begin, earliest))) + length <= end
        ]
        if starts:
            start, _position, room = min(starts, key=lambda found: found[:2])
            return FreeSlot(room, start, start + length)
    return None
