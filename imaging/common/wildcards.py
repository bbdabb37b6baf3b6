"""DICOM wild cards ("*" any run, "?" any one character; PS3.4 C.2.2.2.4) that no pattern makes slow.

Each run takes the first place that fits and never comes back to it, which is enough for wild cards: without that, "*a*a*a*a" against a
long row of "a" keeps Python's regular expressions busy for hours.
"""

import re
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import BuiltinLookup

ANY = "."
RUNS = re.compile(r"\*+")


def wild_regex(text: str, one: str = ANY) -> str:
    """`text` as a regular expression without anchors; `one` is what stands for "?" (and, repeated, for "*")."""
    first, *rest = [_literal(part, one) for part in RUNS.split(text)]
    if not rest:
        return first
    *inner, last = rest
    return first + "".join(f"(?>{one}*?{part})" for part in inner) + f"{one}*{last}"


def _literal(text: str, one: str) -> str:
    return "".join(one if char == "?" else re.escape(char) for char in text)


def wild_matches(text: str, value: str, flags: int = 0) -> bool:
    """Whether all of `value` fits `text`."""
    return re.fullmatch(wild_regex(text), value, flags | re.DOTALL) is not None


class Wild(BuiltinLookup):
    """A regular expression with `wild_regex` in it: Python's engine (SQLite) is held to one try, PostgreSQL's needs no such help."""

    lookup_name = "wild"
    operator = "regex"

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return str(connection.operators[self.operator]) % rhs  # type: ignore[attr-defined]

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        sql, params = super().as_sql(compiler, connection)
        return sql, tuple(param.replace("(?>", "(?:") if isinstance(param, str) else param for param in params)


class WildIgnoringCase(Wild):
    """No index serves it: it judges rows that something else has found. PostgreSQL takes a regular expression for something that few rows
    fit, and would read the whole table for it first; of a COALESCE it expects nothing."""

    lookup_name = "iwild"
    operator = "iregex"

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        sql, params = super().as_postgresql(compiler, connection)
        return f"COALESCE({sql}, false)", params


for _lookup in (Wild, WildIgnoringCase):
    models.CharField.register_lookup(_lookup)
    models.TextField.register_lookup(_lookup)
