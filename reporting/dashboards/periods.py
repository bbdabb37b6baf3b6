"""Spans of days, in the hospital's time zone."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput
from imaging.common.formats import clinical_date
from reporting.billing.selectors import day_bounds

PRESETS = ("today", "week", "month", "year", "range")
WEEK_DAYS = 7
LONGEST_DAYS = 1100
YEARS = range(1990, 2200)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both within; `preset` is how it was asked for."""

    first: dt.date
    last: dt.date
    preset: str = "range"

    @property
    def start(self) -> dt.datetime:
        return day_bounds(self.first)[0]

    @property
    def end(self) -> dt.datetime:
        """The first moment after it."""
        return day_bounds(self.last)[1]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def each(self) -> Iterator[dt.date]:
        return (self.first + dt.timedelta(days=n) for n in range(self.days))

    @property
    def query(self) -> str:
        """The period in an address."""
        return f"from={self.first.isoformat()}&to={self.last.isoformat()}"

    def __str__(self) -> str:
        return clinical_date(self.first) if self.days == 1 else f"{clinical_date(self.first)} – {clinical_date(self.last)}"


def _date(text: str, field: str) -> dt.date:
    try:
        day: dt.date | None = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise InvalidInput(_("Write a day as 2026-11-23."), field=field)
    return day


def period_of(asked: Mapping[str, str], default: str = "week") -> Period:
    """The period in `asked`: `period` today, week (7 days), month (so far), year (so far), or from and to.

    Raises InvalidInput for something else, for a period that ends before it begins, lies ahead, or is longer than three years.
    """
    today = timezone.localdate()
    if asked.get("to") and not asked.get("from"):
        raise InvalidInput(_("Say from which day."), field="from")
    if asked.get("from"):
        first = _date(asked["from"], "from")
        return _checked(Period(first, _date(asked.get("to") or asked["from"], "to")), today)
    preset = asked.get("period") or default
    firsts = {
        "today": today,
        "week": today - dt.timedelta(days=WEEK_DAYS - 1),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    if preset not in firsts:
        raise InvalidInput(_("A period is today, week, month, year, or from and to."), field="period")
    return Period(firsts[preset], today, preset)


def _checked(period: Period, today: dt.date) -> Period:
    if period.last < period.first:
        raise InvalidInput(_("The period ends before it begins."), field="to")
    if period.days > LONGEST_DAYS:
        raise InvalidInput(_("A period has at most three years."), field="from")
    if period.first > today:
        raise InvalidInput(_("The period lies in the future."), field="from")
    return Period(period.first, min(period.last, today))
