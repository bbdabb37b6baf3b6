"""Model fields that behave the same on every database."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

LAST_CHARACTER = "\U0010ffff"


class BytewiseCharField(models.CharField):
    """Text compared and sorted byte by byte, so that an index serves both a prefix search and its order.

    SQLite does so anyway; PostgreSQL needs the collation "C", or a prefix search would read the whole table.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def prefix_range(field: str, prefix: str) -> models.Q:
    """A filter for values of a bytewise `field` that begin with `prefix`."""
    return models.Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + LAST_CHARACTER})
