"""Reading documents of a viewer strictly, wherever they come from: nothing but what is named, and each of its kind and within bounds."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput

Check = Callable[[Any, str], Any]


def refusal(where: str) -> InvalidInput:
    return InvalidInput(_("This part cannot be read: %(where)s.") % {"where": where}, field=where)


def one_of(*choices: object) -> Check:
    """One of them, of the same kind: 1.0 and True are no 1."""

    def check(value: Any, where: str) -> Any:
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            raise refusal(where)
        return value

    return check


def number(low: float, high: float, *, whole: bool = False) -> Check:
    """Neither NaN nor infinite: both lie within no bounds."""

    def check(value: Any, where: str) -> Any:
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise refusal(where)
        return value

    return check


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise refusal(where)
    return value


def text(longest: int, pattern: re.Pattern[str] | None = None) -> Check:
    """Empty, or all of it by `pattern`."""

    def check(value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            raise refusal(where)
        if value and pattern and not pattern.fullmatch(value):
            raise refusal(where)
        return value

    return check


def several(one: Check, most: int) -> Check:
    """Each once, none of them empty."""

    def check(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > most or any(not item for item in value):
            raise refusal(where)
        return tuple(dict.fromkeys(one(item, where) for item in value))

    return check


def row(one: Check, *lengths: int) -> Check:
    """In their order, of one of these lengths."""

    def check(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) not in lengths:
            raise refusal(where)
        return tuple(one(item, where) for item in value)

    return check


def part(checks: dict[str, Check], document: Any, where: str) -> dict[str, Any]:
    """What `document` says, which may have these parts and no others. Raises InvalidInput naming the place."""
    if not isinstance(document, dict):
        raise refusal(where)
    if unknown := set(document) - set(checks):
        raise refusal(f"{where}.{str(min(map(str, unknown)))[:40]}")
    return {name: checks[name](value, f"{where}.{name}") for name, value in document.items()}
