"""The six figures on top of the manager's day, each with what it is compared with. Bounded by today and by open work."""

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imaging.common.formats import clinical_time, is_chinese, number, short_date
from imaging.orders.models import Exam
from imaging.orders.states import PERFORMED
from imaging.scheduling.models import ScheduledStep
from reporting.billing.selectors import day_bounds
from reporting.dashboards import charts
from reporting.dashboards.counting import SIGNED
from reporting.dashboards.histogram import median
from reporting.dashboards.models import Dimension
from reporting.dashboards.panels import REPORT, behind
from reporting.dashboards.periods import Period
from reporting.dashboards.selectors import (
    WAITING_TARGET,
    Total,
    by_day,
    figures_today,
    to_read_now,
    total_of,
    waiting_now,
    whole,
)
from reporting.dashboards.tables import SECONDS_BELOW, UNKNOWN, span_text

USUAL_WEEKS = 8
USUAL_SECONDS = 300
SPARK_DAYS = 14
ON_TIME_TARGET = 95
Moments = Iterable[dt.datetime | None]


@dataclass(frozen=True)
class Tile:
    """One figure with what it is compared with; the whole tile opens the exams behind it."""

    label: str
    figure: str
    unit: str
    change: str
    mood: str  # better, worse or nothing
    note: str
    spark: dict[str, Any] | None
    href: str


def today() -> Period:
    day = timezone.localdate()
    return Period(day, day, "today")


def days_before(count: int) -> Period:
    """So many days up to yesterday."""
    day = timezone.localdate()
    return Period(day - dt.timedelta(days=count), day - dt.timedelta(days=1))


def figure_today(dimension: str = Dimension.ALL) -> dict[str, Total]:
    return {figure.key: total_of([figure]) for figure in figures_today() if figure.dimension == dimension}


def usual_by_modality() -> dict[str, float]:
    """Exams done up to this time of day, as a mean of the last eight same weekdays on which any were done."""
    now = timezone.now()

    def count() -> dict[str, float]:
        spans = Q()
        for week in range(1, USUAL_WEEKS + 1):
            then = now - dt.timedelta(weeks=week)
            spans |= Q(completed_at__gte=day_bounds(timezone.localtime(then).date())[0], completed_at__lte=then)
        rows = Exam.objects.filter(spans, state__in=PERFORMED).values_list("modality", "completed_at")
        met: Counter[str] = Counter()
        days = set()
        for modality, completed_at in rows.iterator(5000):
            met[modality] += 1
            days.add(timezone.localtime(completed_at).date())
        return {modality: n / len(days) for modality, n in met.items()}

    return cache.get_or_set(f"dashboard-usual:{now:%Y%m%d%H}:{now.minute // 5}", count, USUAL_SECONDS) or {}


# Tiles ----------------------------------------------------------------------------------------------------------------------------


def _percent_change(now: float, usual: float) -> tuple[str, float]:
    change = 100 * (now - usual) / usual if usual else 0.0
    arrow = "▲" if change > 0 else "▼" if change < 0 else "＝"
    return (f"{arrow} {number(abs(change), 1)} %" if usual else ""), change


def _exams_tile(days: list[Total | None]) -> Tile:
    done, usual = figure_today().get("", Total()).exams, sum(usual_by_modality().values())
    change, by = _percent_change(done, usual)
    note = _("usual %(weekday)s %(n)s") % {"weekday": _weekday(), "n": number(usual)} if usual else _("nothing to compare with yet")
    spark = charts.spark([day.exams if day else 0 for day in days])
    label = _("Exams today, until %(time)s") % {"time": clinical_time(timezone.now())}
    return Tile(label, number(done), "", change, "better" if by >= 0 else "worse", note, spark, behind("done", today()))


def _weekday() -> str:
    names = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
    return names[timezone.localdate().weekday()]


def _waiting_tile(flow: "Flow") -> Tile:
    now = timezone.now()
    waits = sorted((now - at).total_seconds() / 60 for at in waiting_now().values_list("arrived_at", flat=True) if at)
    middle = statistics.median(waits) if waits else None
    target = int(WAITING_TARGET.total_seconds() / 60)
    about = {"n": number(middle) if middle is not None else "–", "target": target}
    late = middle is not None and middle > target
    note = _("median %(n)s min · target %(target)s") % about
    unit = ngettext("patient", "patients", len(waits))
    mood, spark = "worse" if late else "", flow.spark_waiting(len(waits))
    return Tile(_("Waiting now"), number(len(waits)), unit, "", mood, note, spark, listed_now("waiting"))


def listed_now(what: str) -> str:
    """Where the exams behind a figure of this moment are listed."""
    return f"{reverse('dashboard-exams')}?what={what}"


def _report_tile(days: list[Total | None], before: Total) -> Tile:
    half = median(figure_today().get("", Total()).spans.get(REPORT, {}))
    usual = median(before.spans.get(REPORT, {}))
    change, mood, note = "", "", _("nothing to compare with yet")
    if half is not None and usual is not None:
        words = _("▼ %(time)s faster") if usual >= half else _("▲ %(time)s slower")
        note, change = _("than the last 7 days"), words % {"time": span_text(abs(usual - half))}
        mood = "better" if usual >= half else "worse"
    figure, unit = _clock(half)
    spark = charts.spark([median(day.spans.get(REPORT, {})) if day else None for day in days])
    return Tile(_("Median report time"), figure, unit, change, mood, note, spark, behind("signed", today()))


def _clock(minutes: float | None) -> tuple[str, str]:
    """A duration as the tile's figure and its unit: 38 s, 41 min, 2:14 h."""
    if minutes is None:
        return UNKNOWN, ""
    if minutes < SECONDS_BELOW:
        return number(minutes * 60), pgettext("unit", "s")
    whole_minutes = round(minutes)
    if whole_minutes < 60:
        return number(whole_minutes), pgettext("unit", "min")
    return f"{whole_minutes // 60}:{whole_minutes % 60:02d}", _("h")


def _on_time_tile(days: list[Total | None], late: int) -> Tile:
    share = figure_today().get("", Total()).on_time_percent
    mood = "" if share is None else "better" if share >= ON_TIME_TARGET else "worse"
    change = _("%(n)s late now") % {"n": late} if late else ""
    spark = charts.spark([day.on_time_percent if day else None for day in days])
    note = ("· " if late else "") + _("target %(n)s %%") % {"n": ON_TIME_TARGET}
    figure = "–" if share is None else number(share, 1)
    return Tile(_("Signed on time"), figure, "%", change, "worse" if late else mood, note, spark, behind("late", today()))


def _open_tile(flow: "Flow") -> Tile:
    count = to_read_now().count()
    return Tile(_("Open to read"), number(count), "", "", "", _("completed, not signed"), flow.spark_open(count), listed_now("open"))


def month_so_far() -> tuple[Period, Period]:
    """This month up to today, and the last month up to the same day."""
    day = timezone.localdate()
    last_of_previous = day.replace(day=1) - dt.timedelta(days=1)
    same_day = min(day.day, last_of_previous.day)
    return Period(day.replace(day=1), day), Period(last_of_previous.replace(day=1), last_of_previous.replace(day=same_day))


def short_money(amount: Decimal) -> tuple[str, str]:
    """A large amount as people say it: 3.82 M ¥, 382.0 万 ¥."""
    value, sign = float(amount), settings.CURRENCY_SIGN
    if is_chinese() and abs(value) >= 10_000:
        return number(value / 10_000, 1), f"万 {sign}"
    if abs(value) >= 1_000_000:
        return number(value / 1_000_000, 2), f"M {sign}"
    return (number(value / 1000, 1), f"k {sign}") if abs(value) >= 10_000 else (number(value, 2), sign)


def _revenue_tile() -> Tile:
    this, before = month_so_far()
    charged, then = whole(this).charged, whole(before).charged
    change, by = _percent_change(float(charged), float(then))
    figure, unit = short_money(charged)
    running, sums = 0.0, []
    for figures in by_day(this).values():
        running += float(figures[""].charged) if "" in figures else 0.0
        sums.append(running)
    note = _("than on %(day)s") % {"day": short_date(before.last)} if then else _("nothing to compare with yet")
    href = f"{reverse('dashboard-revenue')}?period=month"
    return Tile(_("Revenue this month"), figure, unit, change, "better" if by >= 0 else "worse", note, charts.spark(sums), href)


class Flow:
    """How many waited and how many were open at each full hour of today, reckoned back from now."""

    def __init__(self) -> None:
        start, self.now = day_bounds(timezone.localdate())[0], timezone.now()
        self.hours = [start + dt.timedelta(hours=n) for n in range(24) if start + dt.timedelta(hours=n) < self.now]
        in_rooms = ScheduledStep.objects.filter(starts_at__gte=start, starts_at__lt=start + dt.timedelta(days=1))
        moments = Exam.objects.filter(pk__in=in_rooms.values("exam")).values_list("arrived_at", "started_at")
        self.arrived = [at for at, _started in moments if at]
        self.started = [at for arrived, at in moments if at and arrived]
        self.completed = list(Exam.objects.filter(completed_at__gte=start, state__in=PERFORMED).values_list("completed_at", flat=True))
        self.signed = list(Exam.objects.filter(final_at__gte=start, state__in=SIGNED).values_list("final_at", flat=True))

    def _back(self, now: int, came: Moments, went: Moments) -> list[float]:
        then = [now - sum(at > hour for at in came if at) + sum(at > hour for at in went if at) for hour in self.hours]
        return [float(max(0, count)) for count in [*then, now]]

    def spark_waiting(self, now: int) -> dict[str, Any] | None:
        return charts.spark(self._back(now, self.arrived, self.started))

    def spark_open(self, now: int) -> dict[str, Any] | None:
        return charts.spark(self._back(now, self.completed, self.signed))


def tiles(late: int) -> list[Tile]:
    """The six figures on top."""
    flow, before = Flow(), days_before(SPARK_DAYS)
    days = [total_of([figures[""]]) if "" in figures else None for figures in by_day(before).values()]
    days.append(figure_today().get("", Total()))
    week = whole(days_before(7))
    return [
        _exams_tile(days),
        _waiting_tile(flow),
        _report_tile(days, week),
        _on_time_tile(days, late),
        _open_tile(flow),
        _revenue_tile(),
    ]
