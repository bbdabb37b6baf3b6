"""Questions that PostgreSQL plans once for each connection, not each time: planning is most of what a small question costs it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

# The second time a question is asked on a connection it is worth keeping.
KEPT_FROM = 1


@contextlib.contextmanager
def planned_once(is_wanted: bool = True) -> Iterator[None]:
    """Within it, questions with the same text share a plan.

    For those alone that are narrowed by an exact value of an index: the plan that serves one value best must serve every other one.
    """
    if not is_wanted or connection.vendor != "postgresql" or not settings.DATABASE_PREPARES:
        yield
        return
    connection.ensure_connection()
    raw: Any = connection.connection
    before = raw.cursor_factory, raw.prepare_threshold
    raw.cursor_factory, raw.prepare_threshold = psycopg.Cursor, KEPT_FROM
    try:
        yield
    finally:
        raw.cursor_factory, raw.prepare_threshold = before
