"""A new row for a statement of one's own, where making it by the ORM would cost more than the statement."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model


def columns_of(row: Model) -> dict[str, Any]:
    """The columns of `row` without its key, each with its value as the database takes it."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    return {str(field.column): field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields}


def insert_from(row: Model, columns: Mapping[str, Any], source: str) -> str:
    """Text that adds `columns` to the table of `row` once for each row of `source`, which is text of our own."""
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    return f"INSERT INTO {row._meta.db_table} ({names}) SELECT {', '.join(['%s'] * len(columns))} FROM {source}"  # noqa: S608  our names
