"""Keeping counted days: a past day is counted once it is asked for, and again by the beat task while it may still change."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from imaging.orders.models import Exam
from reporting.dashboards.counting import day_figures
from reporting.dashboards.models import DailyFigure, Dimension

RECOUNTED_DAYS = 3
DAYS_AT_ONCE = 400


@transaction.atomic
def day_count(*, day: dt.date) -> int:
    """Count a past day anew; doing it twice gives the same rows. Returns how many there are. Today is never kept."""
    if day >= timezone.localdate():
        raise ValueError("only a day that is over can be kept")
    figures = day_figures(day)
    DailyFigure.objects.filter(day=day).delete()
    DailyFigure.objects.bulk_create(figures, batch_size=200, ignore_conflicts=True)  # another process may count the same day
    return len(figures)


def day_forget(*, moment: dt.datetime) -> None:
    """Something of the day of `moment` is no longer as it was counted: it is counted anew when it is asked for."""
    DailyFigure.objects.filter(day=timezone.localdate(moment)).delete()


def days_missing(*, first: dt.date, last: dt.date) -> list[dt.date]:
    """The past days of the span that have not been counted; days before the first order are nothing and never missing."""
    last = min(last, timezone.localdate() - dt.timedelta(days=1))
    earliest = Exam.objects.order_by("ordered_at").values_list("ordered_at", flat=True).first()
    if earliest is None:
        return []
    first = max(first, timezone.localtime(earliest).date())
    known = set(DailyFigure.objects.filter(dimension=Dimension.ALL, day__gte=first, day__lte=last).values_list("day", flat=True))
    span = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in span if day not in known]


def days_ensure(*, first: dt.date, last: dt.date, at_most: int) -> int:
    """Count what is missing of the span, newest first, at most so many days. Returns how many are still missing."""
    missing = days_missing(first=first, last=last)
    for day in reversed(missing[-at_most:]):
        day_count(day=day)
    return max(0, len(missing) - at_most)


def days_recount() -> None:
    """The beat task's work: the last days once more, since late images, reopened exams and corrections move them, then what is missing."""
    today = timezone.localdate()
    for back in range(1, RECOUNTED_DAYS + 1):
        day_count(day=today - dt.timedelta(days=back))
    days_ensure(first=today - dt.timedelta(days=DAYS_AT_ONCE), last=today, at_most=DAYS_AT_ONCE)
