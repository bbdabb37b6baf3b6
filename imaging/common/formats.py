"""How names, dates, ages, money and sizes are written, on pages, on paper and in messages to people alike.

Each function writes for the active language (English or Simplified Chinese) and takes None as "not known".
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext

from imaging.common.dicom import name_parse
from imaging.common.pinyin import has_han

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_ZH = "一二三四五六日"
MINUS = "\N{MINUS SIGN}"
DAYS_OF_DAYS = 28
MONTHS_OF_MONTHS = 24
KILO = 1024


def is_chinese() -> bool:
    """Whether the active language is Chinese."""
    return (get_language() or "").startswith("zh")


def not_known() -> str:
    return pgettext("a value", "not known")


def _name_groups(value: Any) -> tuple[str, str]:
    """The alphabetic and the ideographic group of a PN value or of anything that has `name` and `name_ideographic`."""
    if hasattr(value, "name_ideographic"):
        return _by_script(str(value.name), str(value.name_ideographic))
    name = name_parse(value)
    return _by_script(name.alphabetic, name.ideographic)


def _by_script(alphabetic: str, ideographic: str) -> tuple[str, str]:
    """A name in characters that was sent in the first group, as many systems do, is one in characters all the same."""
    return ("", alphabetic) if alphabetic and not ideographic and has_han(alphabetic[0]) else (alphabetic, ideographic)


def person_latin(value: Any) -> str:
    """`LIN, Mei-Hua` of `LIN^Mei-Hua`; further components follow as sent, none is split or changed in case."""
    family, _, rest = _name_groups(value)[0].partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return f"{family}, {given}" if family and given else family or given


def person_han(value: Any) -> str:
    """The name in characters, without its component marks."""
    return _name_groups(value)[1].replace("^", "")


def person_name(value: Any) -> str:
    """`LIN, Mei-Hua 林美华` in English, `林美华 LIN, Mei-Hua` in Chinese; "not known" when there is none."""
    latin, han = person_latin(value), person_han(value)
    groups = (han, latin) if is_chinese() else (latin, han)
    return " ".join(group for group in groups if group) or not_known()


def person_first(value: Any) -> str:
    """The name in the script of the active language, else in the other one."""
    latin, han = person_latin(value), person_han(value)
    return (han or latin if is_chinese() else latin or han) or not_known()


def person_second(value: Any) -> str:
    """The name in the script that `person_first` does not show; empty when there is only one."""
    latin, han = person_latin(value), person_han(value)
    if not (latin and han):
        return ""
    return latin if is_chinese() else han


def written_name(text: str) -> str:
    """A name as a message or a person wrote it: `SHAW^Helen` is shown as `SHAW, Helen`; one without DICOM's caret stays as it is."""
    return person_name(text) if "^" in text else text


def person_masked(value: Any) -> str:
    """For halls and public boards: 林*华, 钱*; a Latin name keeps its initials."""
    han = person_han(value)
    if han:
        return f"{han[0]}*{han[-1]}" if len(han) > 2 else f"{han[0]}*"
    words = person_latin(value).replace(",", " ").split()
    return " ".join(f"{word[0]}*" for word in words) or "*"


def initials(label: str) -> str:
    """For a person's round mark: one character in Chinese where the label has any, else two Latin letters."""
    words = label.replace(",", " ").split()
    han = [word for word in words if not word[0].isascii()]
    latin = [word for word in words if word[0].isascii()]
    if han and (is_chinese() or not latin):
        return han[0][0]
    return "".join(word[0] for word in latin[:2]).upper() or "?"


def _local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    return timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value


def clinical_date(value: dt.date | dt.datetime | None) -> str:
    """`12 Apr 1968` or `1968-04-12`; a month is never a number beside a day in English."""
    if value is None:
        return not_known()
    day = _local(value)
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}" if is_chinese() else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(value: dt.date | dt.datetime | None) -> str:
    """The date without its year: `12 Apr`, `4 月 12 日`."""
    if value is None:
        return ""
    day = _local(value)
    return f"{day.month} 月 {day.day} 日" if is_chinese() else f"{day.day} {MONTHS[day.month - 1]}"


def weekday_date(value: dt.date) -> str:
    """For the tabs of a week: `Sat 28 Nov`, `11-28 周六`."""
    if is_chinese():
        return f"{value.month:02d}-{value.day:02d} 周{WEEKDAYS_ZH[value.weekday()]}"
    return f"{WEEKDAYS[value.weekday()]} {short_date(value)}"


def clinical_time(value: dt.datetime | dt.time | None) -> str:
    """`10:24`, always 24 hours, in the hospital's zone; empty without a time."""
    if value is None:
        return ""
    clock = _local(value) if isinstance(value, dt.datetime) else value
    return f"{clock:%H:%M}"


def clinical_seconds(value: dt.datetime | None) -> str:
    """`10:24:06`, for logs and time-lines."""
    return "" if value is None else f"{_local(value):%H:%M:%S}"


def clinical_moment(value: dt.datetime | None) -> str:
    """Date and time; today's moments are the time alone."""
    if value is None:
        return not_known()
    same_day = _local(value).isoformat()[:10] == timezone.localdate().isoformat()
    return clinical_time(value) if same_day else f"{clinical_date(value)} {clinical_time(value)}"


def _months_between(born: dt.date, on: dt.date) -> int:
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def age(born: dt.date | None, on: dt.date | dt.datetime | None = None) -> str:
    """Age at the exam: days under 4 weeks, months under 2 years, then years (`58 y`, `7 mo`, `12 d`)."""
    if born is None:
        return not_known()
    day = _local(on) if on is not None else timezone.localdate()
    day = day.date() if isinstance(day, dt.datetime) else day
    days, months = (day - born).days, _months_between(born, day)
    if days < 0:
        return not_known()
    if days < DAYS_OF_DAYS:
        return pgettext("age in days", "%(n)s d") % {"n": days}
    if months < MONTHS_OF_MONTHS:
        return pgettext("age in months", "%(n)s mo") % {"n": max(months, 1)}
    return pgettext("age in years", "%(n)s y") % {"n": months // 12}


def sex(value: str | None) -> str:
    """One letter in English, one character in Chinese."""
    words = {"F": pgettext("sex, short", "F"), "M": pgettext("sex, short", "M"), "O": pgettext("sex, short", "other")}
    return words.get(value or "", pgettext("sex, short", "sex not known"))


def number(value: float | Decimal | None, digits: int = 0) -> str:
    """With comma thousands and a true minus, in both languages."""
    return "" if value is None else f"{value:,.{digits}f}".replace("-", MINUS)


def money(value: Decimal | None) -> str:
    """`¥ 1,480.00`, `−¥ 420.00`; two digits always."""
    if value is None:
        return not_known()
    sign = MINUS if value < 0 else ""
    return f"{sign}{settings.CURRENCY_SIGN} {abs(value):,.2f}"


def duration(value: dt.timedelta | None) -> str:
    """How long in the two largest units that matter: `41 min`, `1 h 27`, `22 h`, `3 d`."""
    if value is None:
        return ""
    minutes = int(abs(value).total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if minutes < 60:
        return pgettext("duration", "%(n)s min") % {"n": minutes}
    if hours < 10 and rest:
        return pgettext("duration", "%(h)s h %(m)s") % {"h": hours, "m": f"{rest:02d}"}
    if hours < 48:
        return pgettext("duration", "%(n)s h") % {"n": hours}
    return pgettext("duration", "%(n)s d") % {"n": hours // 24}


def clock(value: dt.timedelta | None) -> str:
    """Hours and minutes as on a stop-watch: `2:14`."""
    if value is None:
        return not_known()
    minutes = int(value.total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def ago(value: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """`today`, `5 d ago`, `8 months ago`: only ever beside the real date."""
    if value is None:
        return ""
    days = ((now or timezone.now()) - value).days
    if days < 1:
        return pgettext("how long ago", "today")
    if days < 60:
        return ngettext("%(n)s d ago", "%(n)s d ago", days) % {"n": days}
    if days < 730:
        return ngettext("%(n)s month ago", "%(n)s months ago", days // 30) % {"n": days // 30}
    return ngettext("%(n)s year ago", "%(n)s years ago", days // 365) % {"n": days // 365}


def size(octets: int | None) -> str:
    """`512 KB`, `1.4 GB`."""
    if octets is None:
        return not_known()
    value, units = float(octets), ["B", "KB", "MB", "GB", "TB"]
    while value >= KILO and len(units) > 1:
        value /= KILO
        units.pop(0)
    return f"{value:,.0f} {units[0]}" if value >= 10 or units[0] == "B" else f"{value:,.1f} {units[0]}"


def local_text(thing: Any, field: str = "name") -> str:
    """`field` or its `_zh` twin of a catalogue entry, by language; the other one when it is empty."""
    here, there = getattr(thing, f"{field}_zh", ""), getattr(thing, field, "")
    return str((here or there) if is_chinese() else (there or here))
