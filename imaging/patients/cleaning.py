"""What people and messages type for a patient, made clean: full-width digits, stray spaces, old date forms."""

import datetime as dt
import re
import unicodedata

from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from imaging.common.dicom import date_parse
from imaging.common.errors import InvalidInput
from imaging.common.formats import MONTHS
from imaging.common.pinyin import has_han

CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
NAMED_MONTH = re.compile(rf"^(\d{{1,2}}) ?({'|'.join(MONTHS)}),? ?(\d{{4}})$", re.IGNORECASE)
SPACES = re.compile(r"\s+")


def text_clean(value: str) -> str:
    """`value` with half-width forms, single spaces, and without control characters and backslashes (DICOM's separator)."""
    return SPACES.sub(" ", CONTROL.sub(" ", unicodedata.normalize("NFKC", value or ""))).strip()


def name_clean(value: str) -> str:
    """An alphabetic name with DICOM's caret: "LIN, Mei-Hua" becomes "LIN^Mei-Hua"; what has carets stays as sent."""
    text = CONTROL.sub(" ", value or "").strip()
    if "^" in text:
        return text
    family, comma, given = text_clean(text).partition(",")
    return f"{family.strip()}^{given.strip()}" if comma and given.strip() else family.strip()


def name_from_characters(characters: str) -> str:
    """A name in letters for one that was given in characters only: 林美华 becomes LIN^Meihua."""
    syllables = lazy_pinyin(characters)
    if not has_han(characters) or not syllables:
        return characters
    return f"{syllables[0].upper()}^{''.join(syllables[1:]).capitalize()}".rstrip("^")


def birth_date_clean(value: dt.date | str | None, *, today: dt.date) -> dt.date | None:
    """A birth date from 1968-04-12, 19680412, 12041968, 12.4.1968, 1968年4月12日 or 12 Apr 1968.

    Raises InvalidInput for what no living person has.
    """
    if value is None or isinstance(value, dt.date):
        return _living(value, today)
    text = date_spelled(value)
    if not text:
        return None
    found = date_parse("".join(part.zfill(2) for part in text.split("-"))) or date_parse(_day_first(text))
    if found is None:
        raise InvalidInput(_("This is not a date. Type it as 1968-04-12."), field="birth_date")
    return _living(found, today)


def date_spelled(value: str) -> str:
    """`value` with digits and hyphens where a date is written with other marks, in Chinese or with an English month."""
    text = unicodedata.normalize("NFKC", value).strip()
    if named := NAMED_MONTH.match(text):
        day, month, year = named.groups()
        return f"{year}-{MONTHS.index(month.capitalize()) + 1:02d}-{day.zfill(2)}"
    return re.sub(r"\s*[-./年月]\s*", "-", text.removesuffix("日").strip())


def _day_first(text: str) -> str:
    parts = text.split("-") if "-" in text else [text[:2], text[2:4], text[4:]]
    return "".join(part.zfill(2) for part in reversed(parts)) if len(parts) == 3 else ""


def _living(date: dt.date | None, today: dt.date) -> dt.date | None:
    if date is not None and not (today.year - 130 <= date.year and date <= today):
        raise InvalidInput(_("The birth date lies in the future or more than 130 years back."), field="birth_date")
    return date
