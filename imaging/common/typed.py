"""What addresses and forms carry as text, read with care: numbers, days and moments that a program can count with."""

import datetime as dt

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput

DIGITS = 18  # more does not fit a key of the database
YEARS = range(1850, 2200)  # a day more or less, in any zone, is still a day


def whole_number(text: str | None) -> int | None:
    """`text` as a whole number from 0; None for anything else, other scripts' digits and endless ones included."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= DIGITS else None


def is_countable(day: dt.date | None) -> bool:
    return day is not None and day.year in YEARS


def day_typed(text: str) -> dt.date | None:
    """A day as 2026-11-23; None when empty or no day that is reckoned with."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if is_countable(day) else None


def moment_typed(text: str) -> dt.datetime | None:
    """A moment as a form sends it, in the hospital's zone where none is said; None when empty. Raises InvalidInput."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or not is_countable(moment):
        raise InvalidInput(_("This is not a time: %(text)s.") % {"text": text[:20]}, field="starts_at")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
