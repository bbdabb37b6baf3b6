"""DICOM values: making and checking UIDs, taking person names apart, dates and times."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass

from django.conf import settings

UID_PATTERN = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
UID_LENGTH = 64
NAME_WORDS, NAME_WORD_LENGTH = 24, 64
LAST_MICROSECOND = 999999


def uid_new() -> str:
    """A new UID below the configured root; 2.25 from a UUID by default (PS3.5 B.2)."""
    root = str(settings.UID_ROOT)
    number = uuid.uuid4().int
    return f"{root}.{number}"[:UID_LENGTH]


def is_uid(value: str) -> bool:
    """Whether `value` is a well-formed UID (PS3.5 9.1)."""
    return len(value) <= UID_LENGTH and UID_PATTERN.fullmatch(value) is not None


@dataclass(frozen=True)
class Name:
    """A person name in its three component groups (PS3.5 6.2.1)."""

    alphabetic: str = ""
    ideographic: str = ""
    phonetic: str = ""

    def __str__(self) -> str:
        return "=".join((self.alphabetic, self.ideographic, self.phonetic)).rstrip("=")


def name_parse(value: str) -> Name:
    """Take a PN value apart; a name in characters that came in the first group stays there, as sent."""
    groups = [group.strip().rstrip("^") for group in str(value or "").split("=")[:3]]
    return Name(*groups)


def name_words(value: str) -> list[str]:
    """The words of a PN value in all its groups, in small letters, each once."""
    words = (word[:NAME_WORD_LENGTH] for word in re.split(r"[\s^=,]+", value.casefold()) if word)
    return list(dict.fromkeys(words))[:NAME_WORDS]


def date_parse(value: str) -> dt.date | None:
    """A DA value as a date; None when empty or not a date (PS3.5 6.2)."""
    digits = str(value or "").replace(".", "").replace("-", "").strip()[:8]
    try:
        return dt.datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007  a DA has no zone
    except ValueError:
        return None


def time_parse(value: str) -> dt.time | None:
    """A TM value as a time; None when empty or not a time."""
    digits = str(value or "").replace(":", "").strip()
    whole, _, fraction = digits.partition(".")
    if not whole:
        return None
    try:
        clock = dt.datetime.strptime(whole.ljust(6, "0")[:6], "%H%M%S").time()  # noqa: DTZ007  a TM has no zone
    except ValueError:
        return None
    return clock.replace(microsecond=int(fraction[:6].ljust(6, "0")) if fraction.isascii() and fraction.isdigit() else 0)


def time_end(text: str) -> dt.time:
    """The last moment that a shortened TM names: 10 is until 10:59:59.999999; the end of the day for what is no time."""
    value, digits = time_parse(text), text.replace(":", "").strip().partition(".")[0]
    if value is None:
        return dt.time.max
    if "." in text:
        return value
    minute = value.minute if len(digits) >= 4 else 59
    second = value.second if len(digits) >= 6 else 59
    return value.replace(minute=minute, second=second, microsecond=LAST_MICROSECOND)


def datetime_join(date: dt.date | None, time: dt.time | None, zone: dt.tzinfo) -> dt.datetime | None:
    """A DA and a TM as one aware datetime in `zone`; None without a date."""
    return None if date is None else dt.datetime.combine(date, time or dt.time(), tzinfo=zone)
