"""Numbers and JSON as a form sends them."""

import json
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput

LONGEST_JSON = 8 * 1024


def number_read(form: QueryDict, name: str) -> float:
    """0 where nothing is said. Raises InvalidInput."""
    text = form.get(name, "").strip()
    if not text:
        return 0
    try:
        value = float(text)
    except ValueError:
        raise InvalidInput(_("“%(text)s” is no number.") % {"text": text[:20]}, field=name) from None
    return int(value) if value.is_integer() else value


def whole_read(form: QueryDict, name: str) -> int:
    """0 where nothing is said. Raises InvalidInput."""
    value = number_read(form, name)
    if not isinstance(value, int):
        raise InvalidInput(_("“%(text)s” is no whole number.") % {"text": value}, field=name)
    return value


def json_read(form: QueryDict, name: str) -> Any:
    """None for what is no JSON, or too much of it."""
    text = form.get(name, "")
    try:
        return json.loads(text) if len(text) <= LONGEST_JSON else None
    except (ValueError, RecursionError):
        return None
