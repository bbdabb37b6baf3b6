"""Turning the values of matching keys into database filters (PS3.4 C.2.2.2). Used by QIDO-RS and C-FIND alike."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from imaging.archive.models import StudyNameWord
from imaging.archive.search.query_keys import Key, Kind, Level, field_path
from imaging.common.dicom import date_parse, is_uid, name_words, time_end, time_parse
from imaging.common.errors import InvalidInput
from imaging.common.pinyin import name_search_words
from imaging.common.wildcards import wild_regex

Moment = TypeVar("Moment", dt.date, dt.time)
LIST_LIMIT = 1000
VALUE_LIMIT = 1024
WORD_LIMIT = 20
NAME_GROUPS = 3
LAST_CHARACTER = chr(0x10FFFF)
PATIENT_NAME = "patient_name"


def match(key: Key, value: str, level: Level, *, fuzzy: bool = False) -> Q:
    """A filter on the model of `level` for `key` with `value`; an empty value or a lone "*" matches everything.

    Raises InvalidInput for a value that the key cannot have.
    """
    text = value.strip().strip("\x00")
    if text in {"", "*"} or key.kind is Kind.COUNT:
        return Q()
    if len(text) > VALUE_LIMIT and key.kind is not Kind.UID_LIST:
        raise InvalidInput(_("The value of %(key)s is too long.") % {"key": key.keyword}, field=key.keyword)
    if "\x00" in text:
        raise InvalidInput(_("The value of %(key)s cannot be read.") % {"key": key.keyword}, field=key.keyword)
    path = field_path(key, level)
    if key.kind is Kind.NAME:
        return _fuzzy_name(key, path, text) if fuzzy else _name(path, text)
    return _MATCHERS[key.kind](key, path, text)


def _uids(key: Key, path: str, text: str) -> Q:
    uids = [part.strip() for part in re.split(r"[\\,]", text) if part.strip()]
    if len(uids) > LIST_LIMIT or not all(is_uid(uid) for uid in uids):
        raise InvalidInput(_("%(key)s must be UIDs.") % {"key": key.keyword}, field=key.keyword)
    return Q(**{f"{path}__in": uids})


def _text(key: Key, path: str, text: str) -> Q:
    return wildcard(path, text)


def _codes(key: Key, path: str, text: str) -> Q:
    codes = re.split(r"[\\,]", text)
    if len(codes) > WORD_LIMIT:
        raise _too_many(key)
    query = Q()
    for code in codes:
        query |= wildcard(path, f"*\\{code.strip()}\\*")
    return query


def _too_many(key: Key) -> InvalidInput:
    return InvalidInput(_("At most %(number)s values of %(key)s at once.") % {"number": WORD_LIMIT, "key": key.keyword}, field=key.keyword)


def _number(key: Key, path: str, text: str) -> Q:
    try:
        return Q(**{path: int(text)})
    except ValueError as error:
        raise InvalidInput(_("%(key)s must be a number.") % {"key": key.keyword}, field=key.keyword) from error


def _date(key: Key, path: str, text: str) -> Q:
    low, high = _range(text)
    return _between(path, [_required(key, part, date_parse) if part else None for part in (low, high)])


def _time(key: Key, path: str, text: str) -> Q:
    low, high = _range(text)
    first = _required(key, low, time_parse) if low else None
    last = time_end(high) if high and _required(key, high, time_parse) else None
    return _between(path, [first, last])


def _range(text: str) -> tuple[str, str]:
    """ "a-b", "a-", "-b"; a single value is a range of itself."""
    if "-" not in text:
        return text, text
    low, _dash, high = text.partition("-")
    return low.strip(), high.strip()


def _required(key: Key, text: str, parse: Callable[[str], Moment | None]) -> Moment:
    value = parse(text)
    if value is None:
        raise InvalidInput(_("%(key)s: “%(value)s” is not a date or time.") % {"key": key.keyword, "value": text}, field=key.keyword)
    return value


def _between(path: str, bounds: list[Any]) -> Q:
    low, high = bounds
    if low is not None and low == high:
        return Q(**{path: low})
    query = Q()
    if low is not None:
        query &= Q(**{f"{path}__gte": low})
    if high is not None:
        query &= Q(**{f"{path}__lte": high})
    return query


def match_moment(path: str, date: str, time: str, keys: tuple[Key, Key]) -> Q:
    """Combined date and time matching (PS3.4 C.2.2.2.5.4): one span, from the first day's first time to the last day's last.

    `path` leads to the fields of the two `keys`. Raises InvalidInput.
    """
    (first, last), (low, high) = _range(date), _range(time)
    date_path, time_path = (path + key.path for key in keys)
    query = Q()
    if first:
        day, clock = _required(keys[0], first, date_parse), _required(keys[1], low, time_parse) if low else dt.time()
        query &= Q(**{f"{date_path}__gt": day}) | Q(**{date_path: day, f"{time_path}__gte": clock})
    if last:
        day, clock = _required(keys[0], last, date_parse), time_end(high) if high and _required(keys[1], high, time_parse) else dt.time.max
        query &= Q(**{f"{date_path}__lt": day}) | Q(**{date_path: day, f"{time_path}__lte": clock})
    return query


_MATCHERS = {
    Kind.UID_LIST: _uids,
    Kind.TEXT: _text,
    Kind.CODES: _codes,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.TIME: _time,
}


def wildcard(path: str, text: str) -> Q:
    """Single value or wild card matching: "*" any run, "?" any one character. Plain forms become lookups that an index serves."""
    if "?" not in text and "*" not in text:
        return Q(**{path: text})
    body = text.strip("*")
    if "?" not in body and "*" not in body:
        if body and not text.startswith("*"):
            return beginning(path, body)
        return Q(**{f"{path}__{'contains' if text.endswith('*') else 'endswith'}": body}) if body else Q()
    literal, whole = literal_beginning(text), Q(**{f"{path}__wild": f"^{wild_regex(text)}$"})
    return beginning(path, literal) & whole if literal else whole


def literal_beginning(text: str) -> str:
    """What `text` says before its first wild card."""
    return re.split(r"[*?]", text, maxsplit=1)[0]


def beginning(path: str, text: str) -> Q:
    """Values that begin with `text`, by way of the index: SQLite's LIKE uses none, PostgreSQL's order depends on the locale."""
    if connection.vendor == "sqlite":
        return Q(**{f"{path}__gte": text, f"{path}__lt": text + LAST_CHARACTER})
    return Q(**{f"{path}__startswith": text})


def _name(path: str, text: str) -> Q:
    """A person name in any of its groups, without regard to case."""
    query = Q()
    for group in filter(None, (part.strip("^ ") for part in text.split("=")[:NAME_GROUPS])):
        query |= _name_group(path, group)
    return query


def _name_group(path: str, group: str) -> Q:
    whole = Q(**{f"{path}__iwild": rf"(^|=){wild_regex(group, '[^=]')}\^*(=|$)"})
    return _has_words(path, name_words(group)) & whole


def fuzzy_words(text: str) -> list[str]:
    """The words of a name as typed, without regard to order, case, wild cards and signs."""
    return name_words(re.sub(r"[*?,'-]", " ", text))


def name_resembles(wanted: str, held: str) -> bool:
    """Fuzzy semantic matching (PS3.4 C.2.2.2.1): every word of `wanted` begins a word by which `held` may be looked for.

    Those are its components in any order, its pinyin and its initials; the same words that `_fuzzy_name` finds in the index.
    """
    words = name_search_words(held)
    return all(any(word.startswith(part) for word in words) for part in fuzzy_words(wanted))


def _fuzzy_name(key: Key, path: str, text: str) -> Q:
    """As `name_resembles`; of other names than the patient's, by the components alone."""
    words = fuzzy_words(text)
    if len(words) > WORD_LIMIT:
        raise _too_many(key)
    query = Q()
    for word in words:
        is_indexed = path.endswith(PATIENT_NAME)
        query &= _has_words(path, [f"{word}*"]) if is_indexed else Q(**{f"{path}__iregex": rf"(^|[\^= ,-]){re.escape(word)}"})
    return query


def _has_words(path: str, words: list[str]) -> Q:
    """Studies whose patient's name has these words, or words that begin so before a wild card: few rows, which a pattern then judges."""
    query = Q()
    if not path.endswith(PATIENT_NAME):
        return query
    for word in words:
        if literal := literal_beginning(word):
            found = Q(word=word) if literal == word else beginning("word", literal)
            query &= Q(**{f"{path.removesuffix(PATIENT_NAME)}pk__in": StudyNameWord.objects.filter(found).values("study")})
    return query
