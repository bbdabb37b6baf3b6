"""Figures of a period, and the exams behind a figure: past days as they were kept, today as it is. No patient is named to a manager."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imaging.access.policy import Person
from imaging.common.errors import InvalidInput
from imaging.common.formats import is_chinese
from imaging.common.typed import whole_number
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.patients.protection import open_to
from reporting.billing.money import ZERO
from reporting.billing.selectors import day_bounds
from reporting.dashboards.counting import EXAM_FIELDS, class_key, day_figures, exams_completed, exams_signed, is_on_time, with_room
from reporting.dashboards.histogram import added
from reporting.dashboards.models import DailyFigure, Dimension
from reporting.dashboards.periods import Period
from reporting.deadlines.selectors import deadlines_now

TODAY_SECONDS = 10
LISTED_ROWS = 100
LATE_DAYS = 31
HOURS_OF_DAY = frozenset(f"{hour:02d}" for hour in range(24))
WAITING_TARGET = dt.timedelta(minutes=30)
TO_READ = frozenset({ExamState.COMPLETED, ExamState.READING, ExamState.PRELIMINARY})
NOBODY = _("not named")


@dataclass
class Total:
    """What a period came to for one member of a dimension."""

    key: str = ""
    label: str = ""
    label_zh: str = ""
    exams: int = 0
    reports: int = 0
    on_time: int = 0
    charged: Decimal = ZERO
    insurance: Decimal = ZERO
    taken: Decimal = ZERO
    given_back: Decimal = ZERO
    exam_hours: dict[str, int] = field(default_factory=dict)
    minute_hours: dict[str, float] = field(default_factory=dict)
    spans: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str((self.label_zh if is_chinese() and self.label_zh else self.label) or self.key or NOBODY)

    @property
    def on_time_percent(self) -> float | None:
        return 100 * self.on_time / self.reports if self.reports else None

    @property
    def minutes(self) -> float:
        """How long rooms were in use."""
        return round(sum(self.minute_hours.values()), 2)

    @property
    def patient_part(self) -> Decimal:
        return self.charged - self.insurance


NUMBERS = ("exams", "reports", "on_time", "charged", "insurance", "taken", "given_back")


def total_of(figures: Iterable[DailyFigure]) -> Total:
    """The figures of one member added up."""
    figures = list(figures)
    total = Total()
    for figure in figures:
        total.key, total.label, total.label_zh = figure.key, figure.label, figure.label_zh
        for name in NUMBERS:
            setattr(total, name, getattr(total, name) + getattr(figure, name))
    total.exam_hours = added(figure.exam_hours for figure in figures)
    total.minute_hours = added(figure.minute_hours for figure in figures)
    steps = {step for figure in figures for step in figure.spans}
    total.spans = {step: added(figure.spans.get(step, {}) for figure in figures) for step in steps}
    return total


def figures_today() -> list[DailyFigure]:
    """Today so far, counted at most every few seconds however many look at it."""
    today = timezone.localdate()
    return cache.get_or_set(f"dashboard-day:{today}", lambda: day_figures(today), TODAY_SECONDS) or []


def figures_of(period: Period, dimension: str) -> list[DailyFigure]:
    """The figures of every day of the period, in order of days."""
    kept = list(DailyFigure.objects.filter(dimension=dimension, day__gte=period.first, day__lte=period.last).order_by("day"))
    if period.last >= timezone.localdate():
        kept += [figure for figure in figures_today() if figure.dimension == dimension]
    return kept


def totals(period: Period, dimension: str) -> list[Total]:
    """What each member came to in the period, the busiest first."""
    grouped: defaultdict[str, list[DailyFigure]] = defaultdict(list)
    for figure in figures_of(period, dimension):
        grouped[figure.key].append(figure)
    found = [total_of(figures) for figures in grouped.values()]
    return sorted(found, key=lambda total: (-total.exams, -total.reports, total.label))


def whole(period: Period) -> Total:
    """The period as one."""
    return total_of(figures_of(period, Dimension.ALL))


def by_day(period: Period, dimension: str = Dimension.ALL) -> dict[dt.date, dict[str, DailyFigure]]:
    """The figures by day and member; every day of the period is there."""
    days: dict[dt.date, dict[str, DailyFigure]] = {day: {} for day in period.each()}
    for figure in figures_of(period, dimension):
        days[figure.day][figure.key] = figure
    return days


# What stands behind a figure ------------------------------------------------------------------------------------------------------


def waiting_now(user: Person | None = None) -> QuerySet[Exam]:
    return _listed(user).filter(state=ExamState.ARRIVED)


def to_read_now(user: Person | None = None) -> QuerySet[Exam]:
    return _listed(user).filter(state__in=TO_READ)


def _listed(user: Person | None) -> QuerySet[Exam]:
    """All exams to be counted; for a list, those whose patient is not protected from `user`."""
    return Exam.objects.all() if user is None else Exam.objects.filter(open_to(user, "patient__"))


def images_missing(user: Person | None = None) -> QuerySet[Exam]:
    """Completed a while ago and still without any image."""
    before = timezone.now() - dt.timedelta(minutes=10)
    return _listed(user).filter(state=ExamState.COMPLETED, completed_at__lt=before, studies=None)


def not_charged(user: Person | None = None) -> QuerySet[Exam]:
    """Completed in the last week without any charge."""
    since = timezone.now() - dt.timedelta(days=7)
    return _listed(user).filter(completed_at__gte=since, state__in=[*TO_READ, ExamState.FINAL, ExamState.ADDENDED], charges=None)


def late_now(user: Person | None = None) -> list[int]:
    """Exams still to be read whose report is overdue: read from what is open, which is days of work and not the archive."""
    now, deadlines = timezone.now(), deadlines_now()
    open_exams = to_read_now(user).select_related("order")
    return [exam.pk for exam in open_exams if (due := deadlines.due_at(exam)) is not None and due < now]


def _late_signed(period: Period) -> list[int]:
    if period.days > LATE_DAYS:
        raise InvalidInput(_("Late reports are listed for a month at most; choose a shorter period."), field="from")
    rows = with_room(exams_signed(period.start, period.end)).values(*EXAM_FIELDS)
    deadlines = deadlines_now()
    return [row["id"] for row in rows.iterator(2000) if not is_on_time(row, deadlines)]


def _of_class(exams: QuerySet[Exam], key: str, period: Period) -> QuerySet[Exam]:
    if period.days > LATE_DAYS:
        raise InvalidInput(_("Exams of a class are listed for a month at most; choose a shorter period."), field="from")
    rows = with_room(exams).values(*EXAM_FIELDS)
    return exams.filter(pk__in=[row["id"] for row in rows.iterator(2000) if class_key(row) == key])


FILTERS = {
    Dimension.DEPARTMENT: "department_id",
    Dimension.MODALITY: "modality",
    Dimension.PERFORMER: "performer_id",
    Dimension.READER: "reader_id",
    Dimension.REFERRER: "order__referrer_name",
}
NOW = {"waiting": waiting_now, "open": to_read_now, "images_missing": images_missing, "not_charged": not_charged}
TITLES = {
    "done": _("Exams done"),
    "signed": _("Reports signed"),
    "late": _("Reports signed late"),
    "charged": _("Exams charged"),
    "waiting": _("Waiting now"),
    "waiting_long": _("Waiting longer than the target"),
    "open": _("Open to read"),
    "late_now": _("Overdue reports"),
    "preliminary": _("Preliminary, not signed"),
    "images_missing": _("Images missing"),
    "not_charged": _("Done, not charged"),
}


def _behind(what: str, period: Period, user: Person) -> QuerySet[Exam]:
    exams = _listed(user)
    of_period = {
        "done": lambda: exams_completed(period.start, period.end),
        "signed": lambda: exams_signed(period.start, period.end),
        "late": lambda: exams.filter(pk__in=_late_signed(period)),
        "charged": lambda: exams.filter(charges__posted_at__gte=period.start, charges__posted_at__lt=period.end).distinct(),
        "waiting_long": lambda: waiting_now(user).filter(arrived_at__lt=timezone.now() - WAITING_TARGET),
        "late_now": lambda: exams.filter(pk__in=late_now(user)),
        "preliminary": lambda: exams.filter(state=ExamState.PRELIMINARY),
    }
    if what in NOW:
        return NOW[what](user)
    if what not in of_period:
        raise InvalidInput(_("This figure has no rows of its own."), field="what")
    return of_period[what]()


def exams_behind(*, user: Person, what: str, period: Period, dimension: str = "", key: str = "", hour: str = "") -> QuerySet[Exam]:
    """The exams that make up a figure, newest first; those of protected patients are counted in sums and never listed.

    Raises InvalidInput for a figure, dimension or key that is not known, or a period too long for it.
    """
    exams = _behind(what, period, user).filter(open_to(user, "patient__"))
    if dimension == Dimension.CLASS:
        exams = _of_class(exams, key, period)
    elif dimension == Dimension.ROOM:
        exams = with_room(exams).filter(room_id=_number(key))
    elif dimension in FILTERS:
        exams = exams.filter(**_member(FILTERS[Dimension(dimension)], key))
    elif dimension not in {"", Dimension.ALL}:
        raise InvalidInput(_("Exams are not grouped by this."), field="by")
    if hour and hour not in HOURS_OF_DAY:
        raise InvalidInput(_("An hour of the day is 00 to 23."), field="hour")
    if hour and period.days == 1:
        start = day_bounds(period.first)[0] + dt.timedelta(hours=int(hour))
        exams = exams.filter(completed_at__gte=start, completed_at__lt=start + dt.timedelta(hours=1))
    related = ("procedure", "department", "performer", "reader", "order")
    return with_room(exams).select_related(*related).order_by(F("completed_at").desc(nulls_first=True), "-id")


def _member(column: str, key: str) -> dict[str, Any]:
    if "\x00" in key:
        raise InvalidInput(_("This group is not known."), field="key")
    return {column: _number(key) if column.endswith("_id") else key}


def _number(key: str) -> int | None:
    """The row that a key names; None for the empty one. Raises InvalidInput for what is no number of a row."""
    number = whole_number(key)
    if key and number is None:
        raise InvalidInput(_("This group is not known."), field="key")
    return number
