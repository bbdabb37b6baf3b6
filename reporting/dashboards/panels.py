"""Workload, turnaround, revenue and rooms over any period: each question with its table and, where one helps, its chart."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imaging.common.formats import local_text, money, number
from imaging.scheduling.models import OpeningHours, Room
from reporting.billing.money import ZERO
from reporting.dashboards import charts
from reporting.dashboards.counting import STEPS
from reporting.dashboards.histogram import added, median, ninety, size
from reporting.dashboards.labels import STEP_LABELS, class_label, member_name
from reporting.dashboards.models import DailyFigure, Dimension
from reporting.dashboards.periods import Period
from reporting.dashboards.selectors import Total, by_day, totals, whole
from reporting.dashboards.tables import Column, Panel, Row, Table, cell_text
from reporting.deadlines.selectors import Deadlines, deadlines_now

MOST_MEMBERS = 60
DAYS_AS_DAYS = 62
DAYS_AS_WEEKS = 400
REPORT = "completed_final"
# The columns of a heat map: the hours of the day, the quiet ones taken together.
BANDS = {
    "0–6": [f"{hour:02d}" for hour in range(7)],
    **{f"{hour:02d}": [f"{hour:02d}"] for hour in range(7, 20)},
    "20–": [f"{hour:02d}" for hour in range(20, 24)],
}


def behind(what: str, period: Period, dimension: str = "", key: str = "", **more: str) -> str:
    """Where the exams behind a figure are listed."""
    asked = {"what": what, "from": period.first.isoformat(), "to": period.last.isoformat(), "by": dimension, "key": key, **more}
    return f"{reverse('dashboard-exams')}?{urlencode({name: value for name, value in asked.items() if value})}"


@dataclass(frozen=True)
class Bars:
    """The days of a period as the bars of a chart: days, weeks or months, so that their number is readable. `days` by the first of each."""

    column: Column
    days: dict[dt.date, list[dict[str, DailyFigure]]]

    @property
    def labels(self) -> list[str]:
        return [cell_text(first, self.column.kind) for first in self.days]


def bars_of(period: Period, dimension: str = Dimension.ALL) -> Bars:
    """The figures of the period in its bars, in order."""
    put: Callable[[dt.date], dt.date]
    if period.days <= DAYS_AS_DAYS:
        column, put = Column(_("Day"), "day"), lambda day: day
    elif period.days <= DAYS_AS_WEEKS:
        column, put = Column(_("Week from"), "day"), lambda day: day - dt.timedelta(days=day.weekday())
    else:
        column, put = Column(pgettext("column", "Month"), "month"), lambda day: day.replace(day=1)
    days: defaultdict[dt.date, list[dict[str, DailyFigure]]] = defaultdict(list)
    for day, figures in by_day(period, dimension).items():
        days[put(day)].append(figures)
    return Bars(column, dict(days))


def percent(part: float, all_of_it: float) -> float | None:
    return 100 * part / all_of_it if all_of_it else None


# Workload -------------------------------------------------------------------------------------------------------------------------


def exams_by_day(period: Period) -> Panel:
    """How many exams were done, by modality."""
    bars = bars_of(period, Dimension.MODALITY)
    keys = sorted({key for days in bars.days.values() for figures in days for key in figures})
    series = {key: [sum(f[key].exams for f in days if key in f) for days in bars.days.values()] for key in keys}
    rows = [Row([first, *(series[key][at] for key in keys), sum(series[key][at] for key in keys)]) for at, first in enumerate(bars.days)]
    total = Row([_("All"), *(sum(series[key]) for key in keys), sum(map(sum, series.values()))])
    table = Table([bars.column, *(Column(key) for key in keys), Column(_("All"))], rows, total)
    say = _("%(exams)s exams from %(period)s.") % {"exams": number(total.cells[-1]), "period": period}
    chart = charts.stacked_bars(bars.labels, charts.few(series, _("other")))
    return Panel("exams", _("How many exams were done?"), table, chart=chart, say=say, wide=True)


def _workload_row(total: Total, dimension: str, period: Period, exams: int) -> Row:
    return Row(
        [
            member_name(dimension, total), total.exams, percent(total.exams, exams), total.reports, total.on_time_percent,
            total.minutes or None,
        ],
        behind("done", period, dimension, total.key),
    )  # fmt: skip


def workload_by(period: Period, dimension: str) -> Panel:
    """Exams and reports of each member of a dimension."""
    found, all_of_it = totals(period, dimension), whole(period)
    columns = [
        Column(Dimension(dimension).label, "text"), Column(_("Exams")), Column(_("Share"), "percent"), Column(_("Reports signed")),
        Column(_("On time"), "percent"), Column(_("Room time"), "hours"),
    ]  # fmt: skip
    rows = [_workload_row(total, dimension, period, all_of_it.exams) for total in found[:MOST_MEMBERS]]
    last = _workload_row(all_of_it, Dimension.ALL, period, all_of_it.exams)
    return Panel("by", _("Who and where?"), Table(columns, rows, last), note=_shown_of(found))


def _shown_of(found: list[Any]) -> str:
    if len(found) <= MOST_MEMBERS:
        return ""
    return _("the busiest %(shown)s of %(all)s") % {"shown": MOST_MEMBERS, "all": len(found)}


def exams_by_hour(period: Period) -> Panel:
    """At which hour of the day exams end, as a mean of the days."""
    hours = whole(period).exam_hours
    labels = [f"{hour:02d}" for hour in range(24)]
    means = [round(hours.get(hour, 0) / period.days, 1) for hour in labels]
    rows = [Row([f"{hour}:00", hours.get(hour, 0), mean]) for hour, mean in zip(labels, means, strict=True)]
    columns = [Column(_("Hour"), "text"), Column(_("Exams")), Column(_("A day"), "mean")]
    busiest = max(labels, key=lambda hour: hours.get(hour, 0))
    say = _("Most exams end between %(hour)s:00 and %(hour)s:59.") % {"hour": busiest}
    option = charts.stacked_bars(labels, {_("Exams a day"): means})
    return Panel("hours", _("At which hour?"), Table(columns, rows), note=_("mean of the days"), chart=option, say=say)


# Turnaround -----------------------------------------------------------------------------------------------------------------------


def by_step(period: Period) -> Panel:
    """How long each step of the way takes: median and the time within which nine of ten are done."""
    spans = whole(period).spans
    rows = [Row([STEP_LABELS[s], size(spans.get(s, {})), median(spans.get(s, {})), ninety(spans.get(s, {}))]) for s in STEPS]
    columns = [Column(_("Step"), "text"), Column(_("Exams")), Column(_("Median"), "minutes"), Column(_("90th percentile"), "minutes")]
    say = _("Half of the reports are signed within %(time)s of the exam's end.") % {"time": _time(median(spans.get(REPORT, {})))}
    texts = [[_time(row.cells[at]) for row in rows] for at in (2, 3)]
    option = charts.side_bars([str(STEP_LABELS[step]) for step in STEPS], _half_and_ninety(rows), texts)
    return Panel("steps", _("Where does the time go?"), Table(columns, rows), chart=option, say=say, wide=True)


def _half_and_ninety(rows: Iterable[Row]) -> dict[str, list[float | None]]:
    """The medians and ninetieth percentiles that stand in cells 2 and 3, in one fitting unit."""
    halves, nineties = ([row.cells[at] for row in rows] for at in (2, 3))
    unit = charts.unit_for([*halves, *nineties])
    return {
        _("half are faster (%(unit)s)") % {"unit": unit.label}: [unit.of(span) for span in halves],
        _("9 of 10 are faster (%(unit)s)") % {"unit": unit.label}: [unit.of(span) for span in nineties],
    }


def _time(minutes: float | None) -> str:
    return cell_text(minutes, "minutes")


def target_of(key: str, deadlines: Deadlines) -> int:
    """The minutes that a class and kind of exam have until the report."""
    word, _dot, kind = key.partition(".")
    return deadlines.minutes_of(word, kind)


def class_bars(found: Iterable[Total]) -> list[dict[str, Any]]:
    """Report times against their targets, drawn so that every target stands at the same place (80 of 100)."""
    bars, deadlines = [], deadlines_now()
    for total in found:
        spans, target = total.spans.get(REPORT, {}), target_of(total.key, deadlines)
        half, nine = median(spans), ninety(spans)
        if half is None or nine is None:
            continue
        bars.append(
            {
                "label": class_label(total.key), "median": _time(half), "ninety": _time(nine), "target": _time(target),
                "late": nine > target,
                "median_x": f"{min(100, 80 * half / target):.1f}", "ninety_x": f"{min(100, 80 * nine / target):.1f}",
            }
        )  # fmt: skip
    return bars


def by_class(period: Period, note: str = "", bars: int = 8) -> Panel:
    """Report time of each class of exam against its target; the `bars` busiest classes are drawn."""
    found, deadlines = [total for total in totals(period, Dimension.CLASS) if total.reports], deadlines_now()
    columns = [
        Column(_("Class and kind"), "text"), Column(_("Reports")), Column(_("Median"), "minutes"), Column(_("90th percentile"), "minutes"),
        Column(_("Target"), "minutes"), Column(_("On time"), "percent"),
    ]  # fmt: skip
    rows = [
        Row(
            [
                class_label(t.key), t.reports, median(t.spans.get(REPORT, {})), ninety(t.spans.get(REPORT, {})),
                target_of(t.key, deadlines), t.on_time_percent,
            ],
            behind("signed", period, Dimension.CLASS, t.key),
        )
        for t in found
    ]  # fmt: skip
    extra = {"bars": class_bars(sorted(found, key=lambda total: -total.reports)[:bars])}
    note = note or _("working hours count where the target says so")
    return Panel("classes", _("Report time by class"), Table(columns, rows), note=note, form="bullets", extra=extra)


def report_time_by_day(period: Period) -> Panel:
    """How the report time went over the period."""
    bars = bars_of(period)
    spans = {first: added(f[""].spans.get(REPORT, {}) for f in days if "" in f) for first, days in bars.days.items()}
    rows = [Row([first, size(each), median(each), ninety(each)]) for first, each in spans.items()]
    columns = [bars.column, Column(_("Reports")), Column(_("Median"), "minutes"), Column(_("90th percentile"), "minutes")]
    say = _("Report time from the exam's end to the signature, day by day.")
    chart = charts.lines(bars.labels, _half_and_ninety(rows))
    return Panel("days", _("Does it get better?"), Table(columns, rows), chart=chart, say=say)


def turnaround_by(period: Period, dimension: str) -> Panel:
    """Waiting, exam and report times of each member of a dimension."""
    found = totals(period, dimension)
    steps = ("arrived_started", "started_completed", REPORT)
    columns = [
        Column(Dimension(dimension).label, "text"), Column(_("Reports")), *(Column(STEP_LABELS[step], "minutes") for step in steps),
        Column(_("90th percentile"), "minutes"), Column(_("On time"), "percent"),
    ]  # fmt: skip
    rows = [
        Row(
            [
                member_name(dimension, t), t.reports, *(median(t.spans.get(s, {})) for s in steps), ninety(t.spans.get(REPORT, {})),
                t.on_time_percent,
            ],
            behind("signed", period, dimension, t.key),
        )
        for t in found[:MOST_MEMBERS]
    ]  # fmt: skip
    return Panel("by", _("Who and where?"), Table(columns, rows), note=_shown_of(found) or _("medians"))


# Revenue --------------------------------------------------------------------------------------------------------------------------


def revenue_by_day(period: Period) -> Panel:
    """What was charged each day, what payers take on, what was taken at the tills, and the running sum."""
    bars = bars_of(period)
    rows, running = [], ZERO
    for first, days in bars.days.items():
        known = [figures[""] for figures in days if "" in figures]
        charged = sum((figure.charged for figure in known), ZERO)
        insurance = sum((figure.insurance for figure in known), ZERO)
        taken = sum((figure.taken - figure.given_back for figure in known), ZERO)
        running += charged
        rows.append(Row([first, charged, insurance, taken, running]))
    all_of_it = whole(period)
    last = Row([_("All"), all_of_it.charged, all_of_it.insurance, all_of_it.taken - all_of_it.given_back, all_of_it.charged])
    columns = [
        bars.column, Column(_("Charged"), "money"), Column(_("Payers"), "money"), Column(_("Taken at the tills"), "money"),
        Column(_("Running sum"), "money"),
    ]  # fmt: skip
    each, sums = ([float(row.cells[at]) for row in rows] for at in (1, 4))
    option = charts.bars_and_sum(bars.labels, (_("Charged"), each), {_("Running sum"): sums})
    say = _("%(amount)s charged in the period.") % {"amount": money(all_of_it.charged)}
    return Panel("revenue", _("What was charged?"), Table(columns, rows, last), chart=option, say=say, wide=True)


def _revenue_row(total: Total, dimension: str, period: Period, charged: float) -> Row:
    mean = total.charged / total.exams if total.exams else None
    return Row(
        [
            member_name(dimension, total), total.exams, total.charged, percent(float(total.charged), charged), total.insurance,
            total.patient_part, mean,
        ],
        behind("charged", period, dimension, total.key),
    )  # fmt: skip


def revenue_by(period: Period, dimension: str) -> Panel:
    """Charges of each member of a dimension, credits taken off."""
    found = sorted(totals(period, dimension), key=lambda total: -total.charged)
    all_of_it = whole(period)
    columns = [
        Column(Dimension(dimension).label, "text"), Column(_("Exams")), Column(_("Charged"), "money"), Column(_("Share"), "percent"),
        Column(_("Payers"), "money"), Column(_("Patients"), "money"), Column(_("An exam"), "money"),
    ]  # fmt: skip
    rows = [_revenue_row(total, dimension, period, float(all_of_it.charged)) for total in found[:MOST_MEMBERS]]
    last = _revenue_row(all_of_it, Dimension.ALL, period, float(all_of_it.charged))
    return Panel("by", _("Who and where?"), Table(columns, rows, last), note=_shown_of(found) or _("credits are taken off"), wide=True)


# Rooms ----------------------------------------------------------------------------------------------------------------------------


def open_minutes(period: Period) -> dict[str, int]:
    """The minutes for which each room was open in the period, by its opening hours (closures are not taken off)."""
    weekdays = [0] * 7
    for day in period.each():
        weekdays[day.weekday()] += 1
    minutes: defaultdict[str, int] = defaultdict(int)
    for hours in OpeningHours.objects.all():
        opens, closes = hours.opens_time, hours.closes_time
        length = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
        minutes[str(hours.room_id)] += max(0, length) * weekdays[hours.weekday]
    return dict(minutes)


def rooms_used(period: Period) -> Panel:
    """How much of its opening hours each room was used."""
    opened, found = open_minutes(period), {total.key: total for total in totals(period, Dimension.ROOM)}
    columns = [
        Column(_("Room"), "text"), Column(_("Exams")), Column(_("Used"), "hours"), Column(_("Open"), "hours"),
        Column(_("Used of open"), "percent"), Column(_("An exam"), "minutes"), Column(_("Wait before"), "minutes"),
    ]  # fmt: skip
    rooms = [(str(room.pk), room) for room in Room.objects.filter(is_active=True).order_by("code")]
    rows = []
    for key, room in rooms:
        total = found.get(key) or Total(key, room.name, room.name_zh)
        used = percent(total.minutes, opened.get(key, 0))
        wait = median(total.spans.get("arrived_started", {}))
        mean = total.minutes / total.exams if total.exams else None
        cells = [total.name, total.exams, total.minutes, opened.get(key), used, mean, wait]
        rows.append(Row(cells, behind("done", period, Dimension.ROOM, key)))
    shares = [row.cells[4] if row.cells[1] else None for row in rows]
    texts = [cell_text(share, "percent") for share in shares]
    option = charts.side_bars([str(row.cells[0]) for row in rows], {_("used of open hours, %"): shares}, [texts], 100)
    say = _("How much of its opening hours each room was used, in percent.")
    return Panel("rooms", _("How full are the rooms?"), Table(columns, rows), chart=option, say=say, wide=True)


def rooms_by_hour(period: Period) -> Panel:
    """Minutes used in each hour of the day, as a mean of the days."""
    found = {total.key: total for total in totals(period, Dimension.ROOM)}
    columns = [Column(_("Room"), "text"), *(Column(name, "text") for name in BANDS)]
    rows, shown = [], []
    for room in Room.objects.filter(is_active=True).order_by("code"):
        minutes = (found.get(str(room.pk)) or Total()).minute_hours
        cells = [heat_cell(band_percent(minutes, hours) / period.days) for hours in BANDS.values()]
        rows.append(Row([local_text(room), *(cell["text"] for cell in cells)]))
        shown.append({"name": local_text(room), "cells": cells})
    note, extra = _("minutes used per hour, %, mean of the days"), {"hours": list(BANDS), "rows": shown}
    return Panel("heat", _("When are they full?"), Table(columns, rows), note=note, form="heat", wide=True, extra=extra)


def band_percent(minutes: Mapping[str, float], hours: list[str]) -> float:
    """How much of these hours was used, in percent of the whole of them."""
    return sum(minutes.get(hour, 0) for hour in hours) / 60 / len(hours) * 100


def used_hours(counts: Iterable[Mapping[str, int]]) -> list[str]:
    """The hours of the day in which anything happened, at least from 7 to 18."""
    met = {int(hour) for each in counts for hour, count in each.items() if count >= 1}
    return [f"{hour:02d}" for hour in range(min({7, *met}), max({18, *met}) + 1)]


def heat_cell(used: float, **more: Any) -> dict[str, Any]:
    """A cell of the heat map: what it says, and its step of ten. A room that was used at all is never shown as unused."""
    text = "<1" if 0 < used < 0.5 else str(round(min(used, 100)))
    return {"text": text, "level": min(10, max(round(used / 10), 1)) if used > 0 else 0, **more}
