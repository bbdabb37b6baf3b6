"""ECharts options as data; colours come from the theme in the browser ("--name" is a token). Spark lines are SVG paths."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext

from reporting.dashboards.tables import SECONDS_BELOW

MOST_SERIES = 5
HOURS_FROM = 300  # minutes
SPARK_WIDTH, SPARK_HEIGHT = 64, 24
Numbers = Sequence[float | None]


def few(series: Mapping[str, Sequence[float]], other: str) -> dict[str, list[float]]:
    """At most five series: the largest, and the rest as one."""
    ordered = sorted(series.items(), key=lambda item: -sum(item[1]))
    kept = {name: list(values) for name, values in ordered[: MOST_SERIES - (len(ordered) > MOST_SERIES)]}
    rest = [values for _, values in ordered[len(kept) :]]
    if rest:
        kept[other] = [sum(column) for column in zip(*rest, strict=True)]
    return kept


def stacked_bars(labels: Sequence[str], series: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Bars over `labels`, one colour and pattern for each series."""
    bars = [{"type": "bar", "stack": "all", "name": name, "data": list(values), "barMaxWidth": 34} for name, values in series.items()]
    return {"xAxis": {"type": "category", "data": list(labels)}, "yAxis": {"type": "value", "minInterval": 1}, "series": bars}


def with_marks(option: dict[str, Any], name: str, values: Numbers, now: str = "", now_label: str = "") -> dict[str, Any]:
    """A short black line over each bar (what was booked), and a dashed one at the present hour."""
    marks: dict[str, Any] = {
        "type": "line",
        "name": name,
        "data": [value or None for value in values],
        "symbol": "rect",
        "symbolSize": [26 if len(values) <= 14 else 14, 2],
        "lineStyle": {"opacity": 0},
        "itemStyle": {"color": "--text"},
        "z": 5,
    }
    if now:
        marks["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": "--warn", "type": "dashed"},
            "label": {"formatter": now_label, "color": "--warn", "position": "end"},
            "data": [{"xAxis": now}],
        }
    return {**option, "series": [*option["series"], marks]}


def bars_and_sum(labels: Sequence[str], bars: tuple[str, Numbers], sums: Mapping[str, Numbers]) -> dict[str, Any]:
    """A bar for each day, and running sums as lines on a scale of their own; the second line is dashed."""
    series: list[dict[str, Any]] = [{"type": "bar", "name": bars[0], "data": list(bars[1]), "itemStyle": {"color": "--bar-pale"}}]
    for at, (name, values) in enumerate(sums.items()):
        look = {"color": "--text", "type": "dashed", "width": 1.5} if at else {"color": "--bar", "width": 2}
        series.append(
            {
                "type": "line", "name": name, "data": list(values), "yAxisIndex": 1, "showSymbol": False, "lineStyle": look,
                "itemStyle": {"color": look["color"]},
            }
        )  # fmt: skip
    axes = [{"type": "value"}, {"type": "value", "show": False}]
    return {"xAxis": {"type": "category", "data": list(labels)}, "yAxis": axes, "series": series, "aria": {"enabled": True}}


@dataclass(frozen=True)
class Unit:
    """In what a chart's durations are counted, so that the longest has a readable number."""

    label: str
    minutes: float

    def of(self, minutes: float | None) -> float | None:
        return None if minutes is None else round(minutes / self.minutes, 2)


def unit_for(spans: Iterable[float | None]) -> Unit:
    """Seconds, minutes or hours, by the longest of `spans` (in minutes)."""
    longest = max((span for span in spans if span is not None), default=0)
    if longest < SECONDS_BELOW:
        return Unit(pgettext("unit", "s"), 1 / 60)
    return Unit(pgettext("unit", "min"), 1) if longest < HOURS_FROM else Unit(pgettext("unit", "h"), 60)


def lines(labels: Sequence[str], series: Mapping[str, Numbers]) -> dict[str, Any]:
    drawn = [
        {"type": "line", "name": name, "data": list(values), "showSymbol": len(labels) < 40, "connectNulls": True}
        for name, values in series.items()
    ]
    return {"xAxis": {"type": "category", "data": list(labels)}, "yAxis": {"type": "value"}, "series": drawn}


def side_bars(
    labels: Sequence[str], series: Mapping[str, Numbers], texts: Sequence[Sequence[str]], most: float | None = None
) -> dict[str, Any]:
    """Bars that lie, the first label on top, each with its text from `texts` (a list for each series); `most` is where the scale ends."""
    bars = [
        {"type": "bar", "name": name, "data": [_said(value, text) for value, text in zip(values, said, strict=True)], "barMaxWidth": 12}
        for (name, values), said in zip(series.items(), texts, strict=True)
    ]
    return {"yAxis": {"type": "category", "data": list(labels), "inverse": True}, "xAxis": {"type": "value", "max": most}, "series": bars}


def _said(value: float | None, text: str) -> dict[str, Any] | None:
    if value is None:
        return None
    label = {"show": True, "position": "right", "formatter": text, "color": "--text2", "fontSize": 11}
    return {"value": value, "label": label}


def spark(values: Numbers) -> dict[str, Any] | None:
    """A spark line: its path and where its last point lies; None when there is too little to draw."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (SPARK_WIDTH - 6) / (len(known) - 1)
    points = [(3 + at * step, SPARK_HEIGHT - 3 - (value - low) / span * (SPARK_HEIGHT - 6)) for at, value in enumerate(known)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return {"path": path, "x": f"{points[-1][0]:.1f}", "y": f"{points[-1][1]:.1f}"}
