"""Figures as a table: the one form from which a page's table, its CSV and its JSON are made."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from imaging.common.formats import duration, money, number, short_date
from reporting.billing.money import cents

Text = str | Promise
UNKNOWN = "–"
WORDS = frozenset({"text", "day", "month"})
UNITS: dict[str, Text] = {
    "minutes": pgettext_lazy("unit", "min"),
    "hours": pgettext_lazy("unit", "min"),
    "percent": "%",
    "change": "%",
    "money": settings.CURRENCY,
}
# To how many decimals programs get a number.
DIGITS = {"minutes": 2, "hours": 2}
SECONDS_BELOW = 2  # minutes


@dataclass(frozen=True)
class Column:
    """`kind` says how a value is written: text, number, mean, money, percent, minutes, hours (of minutes), day, month, or change in
    percent."""

    label: Text
    kind: str = "number"

    @property
    def is_figure(self) -> bool:
        return self.kind not in WORDS

    @property
    def head(self) -> str:
        """The label with its unit, for where values are bare numbers."""
        unit = UNITS.get(self.kind)
        return f"{self.label} ({unit})" if unit else str(self.label)


@dataclass(frozen=True)
class Row:
    """One line; `href` opens the exams behind it."""

    cells: Sequence[Any]
    href: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    kind: str
    href: str = ""

    @property
    def css(self) -> str:
        """Figures stand right; a change also says whether it is up or down."""
        if self.kind in WORDS:
            return ""
        mood = {"▲": " is-ok", "▼": " is-warn"}.get(self.text[:1], "") if self.kind == "change" else ""
        return f"num{mood}"


def change_text(value: float) -> str:
    arrow = "▲" if value > 0 else "▼" if value < 0 else "＝"
    return f"{arrow} {number(abs(value), 1 if abs(value) < 10 else 0)} %"


def span_text(minutes: float) -> str:
    """A duration as people say it, to the second below two minutes: `38 s`, `41 min`, `1 h 27`."""
    if minutes < SECONDS_BELOW:
        return pgettext("duration", "%(n)s s") % {"n": number(minutes * 60)}
    return duration(dt.timedelta(minutes=round(minutes)))


def hours_text(minutes: float) -> str:
    """How long in all: hours with one decimal, below an hour as any duration."""
    if minutes < 60:
        return span_text(minutes)
    return pgettext("duration", "%(n)s h") % {"n": number(minutes / 60, 0 if minutes >= 600 else 1)}


def share_text(percent: float) -> str:
    """A percentage with one decimal; what is more than nothing is never nothing."""
    return f"< {number(0.1, 1)} %" if 0 < percent < 0.05 else f"{number(percent, 1)} %"


WRITERS: dict[str, Callable[[Any], str]] = {
    "number": number,
    "mean": lambda value: number(value, 1),
    "money": lambda value: money(Decimal(value)),
    "percent": share_text,
    "minutes": span_text,
    "hours": hours_text,
    "day": short_date,
    "month": lambda day: f"{day:%Y-%m}",
    "change": change_text,
}


def cell_text(value: Any, kind: str) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return UNKNOWN
    is_word = isinstance(value, str | Promise) or kind not in WRITERS
    return str(value) if is_word else WRITERS[kind](value)


def cell_value(value: Any, kind: str) -> Any:
    """A value as programs want it: durations in minutes, amounts exact to the hundredth, days in ISO form."""
    if isinstance(value, float):
        return round(value, DIGITS.get(kind, 1))
    if isinstance(value, Decimal):
        return cents(value)
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}" if kind == "month" else value.isoformat()
    return str(value) if isinstance(value, Promise) else value


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None

    def _shown(self, row: Row) -> list[Cell]:
        cells = [Cell(cell_text(value, column.kind), column.kind) for value, column in zip(row.cells, self.columns, strict=True)]
        return [Cell(cells[0].text, cells[0].kind, row.href), *cells[1:]]

    @property
    def shown(self) -> list[list[Cell]]:
        return [self._shown(row) for row in self.rows]

    @property
    def shown_total(self) -> list[Cell]:
        return self._shown(self.total) if self.total else []

    @property
    def head(self) -> list[str]:
        return [column.head for column in self.columns]

    @property
    def values(self) -> list[list[Any]]:
        """The rows as programs want them, the total last."""
        rows = [*self.rows, *([self.total] if self.total else [])]
        return [[cell_value(value, column.kind) for value, column in zip(row.cells, self.columns, strict=True)] for row in rows]


@dataclass(frozen=True)
class Panel:
    """A question and its answer: a chart where one helps, always a table. `say` is the answer as a sentence for readers."""

    key: str
    title: Text
    table: Table
    note: Text = ""
    chart: dict[str, Any] | None = None
    say: Text = ""
    form: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    wide: bool = False

    @property
    def kind(self) -> str:
        """How the answer is drawn: table, chart, bullets (against a target) or heat (rooms by hours)."""
        return self.form or ("chart" if self.chart else "table")

    @property
    def is_blank(self) -> bool:
        """Whether its chart would be an empty grid: no series has anything but nothing and nought."""
        return self.chart is not None and not any(value for series in self.chart["series"] for value in series["data"])

    @property
    def chart_id(self) -> str:
        """The id of the JSON block that holds the chart."""
        return f"chart-{self.key}"
