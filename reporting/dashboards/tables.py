"""Figures as a table: the one form from which a page's table, its CSV and its JSON are made."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext

from imaging.common.formats import duration, money, number, short_date

Text = str | Promise
UNKNOWN = "–"


@dataclass(frozen=True)
class Column:
    """`kind` says how a value is written: text, number, money, percent, minutes, hours (of minutes), day, or change in percent."""

    label: Text
    kind: str = "number"

    @property
    def is_figure(self) -> bool:
        return self.kind not in {"text", "day"}


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
        if self.kind in {"text", "day"}:
            return ""
        mood = {"▲": " is-ok", "▼": " is-warn"}.get(self.text[:1], "") if self.kind == "change" else ""
        return f"num{mood}"


def change_text(value: float) -> str:
    arrow = "▲" if value > 0 else "▼" if value < 0 else "＝"
    return f"{arrow} {number(abs(value), 1 if abs(value) < 10 else 0)} %"


def cell_text(value: Any, kind: str) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return UNKNOWN
    writers = {
        "number": lambda: number(value),
        "money": lambda: money(Decimal(value)),
        "percent": lambda: f"{number(value, 1)} %",
        "minutes": lambda: duration(dt.timedelta(minutes=value)),
        "hours": lambda: pgettext("duration", "%(n)s h") % {"n": number(value / 60, 0 if value >= 600 else 1)},
        "day": lambda: short_date(value),
        "change": lambda: change_text(value),
    }
    return writers[kind]() if kind in writers else str(value)


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
        return [str(column.label) for column in self.columns]

    @property
    def values(self) -> list[list[Any]]:
        """The rows as programs want them: minutes and percentages to one decimal, the total last."""
        rows = [*self.rows, *([self.total] if self.total else [])]
        return [[round(v, 1) if isinstance(v, float) else str(v) if isinstance(v, Promise) else v for v in row.cells] for row in rows]


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
    def chart_id(self) -> str:
        """The id of the JSON block that holds the chart."""
        return f"chart-{self.key}"
