"""The manager's day: hours, report times, rooms, revenue, and what needs a hand now. Bounded by today and by open work."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imaging.archive.models import MatchState, Study
from imaging.common.formats import local_text, money
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.scheduling.models import TAKES_ROOM, Closure, Room, ScheduledStep
from reporting.billing.money import ZERO
from reporting.billing.selectors import day_bounds
from reporting.dashboards import charts
from reporting.dashboards.counting import LONGEST_STAY, minutes_by_hour, with_room
from reporting.dashboards.histogram import added
from reporting.dashboards.models import DailyFigure, Dimension
from reporting.dashboards.panels import BANDS, band_percent, behind, by_class, heat_cell, used_hours
from reporting.dashboards.periods import Period
from reporting.dashboards.selectors import (
    WAITING_TARGET,
    Total,
    by_day,
    images_missing,
    late_now,
    not_charged,
    waiting_now,
)
from reporting.dashboards.tables import Column, Panel, Row, Table
from reporting.dashboards.tiles import figure_today, listed_now, month_so_far, tiles, today, usual_by_modality

COUNTED_TO = 500
HOURS = [hour for hours in BANDS.values() for hour in hours]


@dataclass(frozen=True)
class Hand:
    """Something that waits for somebody: how much of it, since when, and where it is listed."""

    what: str
    count: int
    oldest: dt.timedelta | None
    href: str
    urgent: bool = False


# Panels ---------------------------------------------------------------------------------------------------------------------------


def booked_by_hour(steps: Iterable[ScheduledStep]) -> Counter[str]:
    return Counter(f"{timezone.localtime(step.starts_at).hour:02d}" for step in steps)


def steps_today() -> list[ScheduledStep]:
    """Every booked step of today that has or had a room."""
    start, end = day_bounds(timezone.localdate())
    return list(ScheduledStep.objects.filter(starts_at__gte=start, starts_at__lt=end, status__in=TAKES_ROOM))


def exams_per_hour(steps: list[ScheduledStep]) -> Panel:
    """Exams done in each hour of today, by modality, and how many were booked."""
    done, booked = figure_today(Dimension.MODALITY), booked_by_hour(steps)
    hours = used_hours([booked, *(total.exam_hours for total in done.values())])
    ordered = sorted(done, key=lambda key: -done[key].exams)
    series = {key: [done[key].exam_hours.get(hour, 0) for hour in hours] for key in ordered}
    rows = [
        Row(
            [f"{hour}:00", *(series[key][at] for key in ordered), sum(series[key][at] for key in ordered), booked[hour]],
            behind("done", today(), hour=hour),
        )
        for at, hour in enumerate(hours)
    ]
    columns = [Column(_("Hour"), "text"), *(Column(key) for key in ordered), Column(_("All")), Column(_("Booked"))]
    now = timezone.localtime()
    named = {f"{name} {sum(values)}": values for name, values in charts.few(series, _("other")).items()}
    bars, clock = charts.stacked_bars(hours, named), _("now %(time)s") % {"time": f"{now:%H:%M}"}
    option = charts.with_marks(bars, _("booked"), [booked[hour] for hour in hours], f"{now.hour:02d}", clock)
    total = sum(t.exams for t in done.values())
    to_come = sum(step.starts_at > now for step in steps)
    note = _("%(done)s done · %(booked)s still booked") % {"done": total, "booked": to_come}
    return Panel("hours", _("Exams done per hour"), Table(columns, rows), note=note, chart=option, say=note)


def rooms_now(steps: list[ScheduledStep]) -> Panel:
    """Minutes used in each hour of today by room; the hours to come show what is booked."""
    used, going_on = figure_today(Dimension.ROOM), _minutes_going_on()
    booked, closed = _booked_minutes(steps), _closed_hours()
    now = f"{timezone.localtime().hour:02d}"
    shown: list[dict[str, Any]] = []
    for room in Room.objects.filter(is_active=True).order_by("code"):
        key = str(room.pk)
        so_far = added([used[key].minute_hours if key in used else {}, going_on.get(key, {})])
        minutes = {hour: so_far.get(hour, 0) for hour in HOURS if hour <= now}
        minutes |= {hour: booked.get(key, {}).get(hour, 0) for hour in HOURS if hour > now}
        cells = [_room_cell(minutes, hours, now, closed.get(key, {})) for hours in BANDS.values()]
        shown.append({"name": local_text(room), "cells": cells})
    columns = [Column(_("Room"), "text"), *(Column(name, "text") for name in BANDS)]
    rows = [Row([row["name"], *(cell["text"] for cell in row["cells"])]) for row in shown]
    title, extra = _("Rooms: minutes used per hour, %"), {"hours": list(BANDS), "rows": shown}
    return Panel("rooms", title, Table(columns, rows), note=_("dashed: booked"), form="heat", extra=extra)


def _minutes_going_on() -> dict[str, dict[str, float]]:
    """What the exams that are being done have used of today so far, by room and hour."""
    now, start = timezone.now(), day_bounds(timezone.localdate())[0]
    rooms: dict[str, dict[str, float]] = {}
    for exam in with_room(Exam.objects.filter(state=ExamState.IN_PROGRESS, started_at__gte=now - LONGEST_STAY)):
        minutes = dict(minutes_by_hour(max(exam.started_at, start), now))
        rooms[str(exam.room_id)] = added([rooms.get(str(exam.room_id), {}), minutes])
    return rooms


def _booked_minutes(steps: list[ScheduledStep]) -> dict[str, dict[str, int]]:
    booked: dict[str, dict[str, int]] = {}
    for step in steps:
        room = booked.setdefault(str(step.room_id), {})
        for hour, minutes in minutes_by_hour(step.starts_at, step.ends_at):
            room[hour] = room.get(hour, 0) + round(minutes)
    return booked


def _closed_hours() -> dict[str, dict[str, str]]:
    """Closures of today by room and hour, with their reason."""
    start, end = day_bounds(timezone.localdate())
    closed: dict[str, dict[str, str]] = {}
    for closure in Closure.objects.filter(starts_at__lt=end, ends_at__gt=start):
        hours = closed.setdefault(str(closure.room_id), {})
        for hour, _minutes in minutes_by_hour(max(closure.starts_at, start), min(closure.ends_at, end)):
            hours[hour] = closure.reason or _("closed")
    return closed


def _room_cell(minutes: Mapping[str, float], hours: list[str], now: str, closed: dict[str, str]) -> dict[str, Any]:
    cell = heat_cell(band_percent(minutes, hours), booked=hours[0] > now)
    reasons = [closed[hour] for hour in hours if hour in closed]
    if len(reasons) < len(hours) or any(minutes[hour] for hour in hours):
        return cell
    return {**cell, "text": _("down"), "closed": True, "title": reasons[0]}


def revenue_month() -> Panel:
    """What was charged each day of this month, its running sum, and the last month's."""
    this, before = month_so_far()
    month_before = Period(before.first, (this.first - dt.timedelta(days=1)))
    charged, then = ([_charged(figures) for figures in by_day(month).values()] for month in (this, month_before))
    sums = list(accumulate(charged))
    rows = [Row([day, *amounts], behind("charged", Period(day, day))) for day, *amounts in zip(this.each(), charged, sums, strict=True)]
    columns = [Column(_("Day"), "day"), Column(_("Charged"), "money"), Column(_("Running sum"), "money")]
    labels = [str(n) for n in range(1, max(len(charged), len(then)) + 1)]
    lines = {_("this month"): [*map(float, sums)], _("last month"): [*map(float, accumulate(then))]}
    option = charts.bars_and_sum(labels, (_("a day"), [*map(float, charged)]), lines)
    say = _("%(amount)s charged this month so far.") % {"amount": money(sum(charged, ZERO))}
    return Panel("revenue", _("Revenue this month"), Table(columns, rows), note=_("bars: ¥ a day"), chart=option, say=say)


def _charged(figures: dict[str, DailyFigure]) -> Decimal:
    return figures[""].charged if "" in figures else ZERO


def modalities_today() -> Panel:
    """Exams done and money charged today by modality, against the usual."""
    done, usual = figure_today(Dimension.MODALITY), usual_by_modality()
    keys = sorted({*done, *(key for key, n in usual.items() if n >= 0.5)}, key=lambda key: -done.get(key, Total()).exams)
    columns = [
        Column(_("Modality"), "text"), Column(pgettext("exams", "Done")), Column(_("Usual")), Column(_("Charged"), "money"),
        Column(pgettext("against the usual", "Change"), "change"),
    ]  # fmt: skip
    rows = [_modality_row(key, done.get(key, Total()), usual.get(key, 0)) for key in keys]
    exams, charged = sum(t.exams for t in done.values()), sum((t.charged for t in done.values()), Decimal(0))
    last = Row([_("All"), exams, round(sum(usual.values())), charged, _change(exams, sum(usual.values()))])
    return Panel("modalities", _("By modality, today"), Table(columns, rows, last))


def _modality_row(key: str, done: Total, usual: float) -> Row:
    cells = [key, done.exams, round(usual), done.charged, _change(done.exams, usual)]
    return Row(cells, behind("done", today(), Dimension.MODALITY, key))


def _change(now: float, usual: float) -> float | None:
    return 100 * (now - usual) / usual if usual else None


# What needs a hand ----------------------------------------------------------------------------------------------------------------


def hands(late: list[int]) -> list[Hand]:
    """Whatever waits for somebody, counted from open work only; what there is none of is left out."""
    long_waits = waiting_now().filter(arrived_at__lt=timezone.now() - WAITING_TARGET)
    preliminary = Exam.objects.filter(state=ExamState.PRELIMINARY)
    found = [
        _hand(_("Waits over target"), long_waits, "arrived_at", "waiting_long", urgent=True),
        _hand(_("Late report"), Exam.objects.filter(pk__in=late), "completed_at", "late_now", urgent=True),
        _hand(_("Images missing"), images_missing(), "completed_at", "images_missing"),
        _hand(_("Preliminary, not signed"), preliminary, "preliminary_at", "preliminary"),
        _hand(_("Exam done, not charged"), not_charged(), "completed_at", "not_charged"),
        _unmatched(),
    ]
    return [hand for hand in found if hand.count]


def _age(since: dt.datetime | None) -> dt.timedelta | None:
    return None if since is None else timezone.now() - since


def _hand(what: str | Promise, exams: Any, moment: str, listed: str, urgent: bool = False) -> Hand:
    oldest = exams.exclude(**{moment: None}).order_by(moment).values_list(moment, flat=True).first()
    return Hand(str(what), exams[:COUNTED_TO].count(), _age(oldest), listed_now(listed), urgent)


def _unmatched() -> Hand:
    studies = Study.objects.filter(match_state=MatchState.UNMATCHED)
    oldest = studies.order_by("first_received_at").values_list("first_received_at", flat=True).first()
    return Hand(_("Images without an exam"), studies[:COUNTED_TO].count(), _age(oldest), "")


def board() -> dict[str, Any]:
    """Everything that the manager's first page shows."""
    late = late_now()
    steps = steps_today()
    week = Period(timezone.localdate() - dt.timedelta(days=6), timezone.localdate())
    panels = [exams_per_hour(steps), by_class(week, _("last 7 days"), 6), rooms_now(steps), revenue_month(), modalities_today()]
    waiting = hands(late)
    return {
        "tiles": tiles(len(late)), "panels": {panel.key: panel for panel in panels}, "hands": waiting,
        "hand_count": sum(hand.count for hand in waiting),
    }  # fmt: skip
