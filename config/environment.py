"""Every setting that the environment may give, declared once with its default and its reason.

`docs/settings.md` is tested against `DECLARED`, so that no setting goes without its page.
"""

import datetime as dt
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    name: str
    default: object
    doc: str


class BadSetting(ValueError):
    """A variable is set to something that it cannot be; the text names it."""


DECLARED: dict[str, Declared] = {}
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


def _raw(name: str, default: object, doc: str) -> str | None:
    DECLARED[name] = Declared(name, default, doc)
    raw = os.environ.get(name)
    return None if raw is None or raw.strip() == "" else raw.strip()


def text(name: str, default: str, doc: str) -> str:
    raw = _raw(name, default, doc)
    return default if raw is None else raw


def number(name: str, default: int, doc: str) -> int:
    """Raises BadSetting when the variable is set to something that is no whole number."""
    raw = _raw(name, default, doc)
    try:
        return default if raw is None else int(raw)
    except ValueError as error:
        raise BadSetting(f"{name} must be a whole number, not {raw!r}") from error


def hours(name: str, default: str, doc: str) -> str:
    """A time of the day as in 22:00-06:00, or nothing. Raises BadSetting for anything else."""
    given = text(name, default, doc)
    try:
        ends = [dt.time.fromisoformat(part) for part in given.split("-")] if given else []
    except ValueError as error:
        raise BadSetting(f"{name} must be like 22:00-06:00, not {given!r}") from error
    if given and (len(ends) != 2 or ends[0] == ends[1]):
        raise BadSetting(f"{name} must be like 22:00-06:00, not {given!r}")
    return given


def numbering(name: str, default: str, doc: str, **sample: object) -> str:
    """A pattern in which `{number}` counts, beside the names of `sample`.

    Raises ValueError naming the variable when it cannot be filled, or does not count: at the start, not with the first order.
    """
    pattern = text(name, default, doc)
    try:
        first, second = (pattern.format(number=count, **sample) for count in (1, 2))
    except (LookupError, ValueError, AttributeError) as error:
        raise ValueError(f"{name} cannot be filled: {pattern!r}. It may name {', '.join(['number', *sample])}") from error
    if first == second:
        raise ValueError(f"{name} must hold {{number}}, or every number would be the same: {pattern!r}")
    return pattern


def flag(name: str, default: bool, doc: str) -> bool:
    raw = _raw(name, default, doc)
    return default if raw is None else raw.lower() in TRUE_WORDS


def words(name: str, default: list[str], doc: str) -> list[str]:
    raw = _raw(name, ",".join(default), doc)
    return default if raw is None else [word.strip() for word in raw.split(",") if word.strip()]
