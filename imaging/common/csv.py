"""CSV that spreadsheets open rightly: UTF-8 with its mark, and no cell that a spreadsheet would take for a formula."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four are full-width


def csv_cell(value: Any) -> str:
    """A value as a cell: numbers stay numbers, moments are ISO without zone, and text that could be a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_text(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """The whole file, its mark first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([csv_cell(value) for value in head])
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return BOM + out.getvalue()


def csv_response(*, name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The file as a download called `name`.csv."""
    answer = HttpResponse(csv_text(head, rows).encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
