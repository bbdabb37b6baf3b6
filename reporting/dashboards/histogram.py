"""Durations as counted values, so that days add up to any period: whole seconds below two minutes, whole minutes up to two hours, then
coarser.

A median of days is no median of the period; a sum of their counts gives it. No database function is needed, so SQLite and PostgreSQL agree.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

MINUTE, HOUR = 60, 3600
# Below so many seconds, durations are counted in steps of so many: never off by more than half a minute or 1 %.
GRAINS = ((2 * MINUTE, 1), (2 * HOUR, MINUTE), (4 * HOUR, 2 * MINUTE), (12 * HOUR, 5 * MINUTE), (48 * HOUR, 15 * MINUTE))
COARSEST = HOUR
Count = TypeVar("Count", int, float)


def rounded(span: dt.timedelta) -> int:
    """A duration in the seconds by which it is counted; one below zero (a clock that went back) counts as nothing."""
    seconds = max(0.0, span.total_seconds())
    grain = next((grain for below, grain in GRAINS if seconds < below), COARSEST)
    return int(seconds / grain + 0.5) * grain


def counted(spans: Iterable[dt.timedelta]) -> dict[str, int]:
    """A histogram as JSON keeps it: seconds as text, how many."""
    return {str(seconds): count for seconds, count in sorted(Counter(map(rounded, spans)).items())}


def added(histograms: Iterable[Mapping[str, Count]]) -> dict[str, Count]:
    """Several histograms as one."""
    total: dict[str, Count] = {}
    for histogram in histograms:
        for key, count in histogram.items():
            total[key] = total[key] + count if key in total else count
    return total


def size(histogram: Mapping[str, int]) -> int:
    return sum(histogram.values())


def _ranked(histogram: Mapping[str, int], rank: int) -> float:
    """The minutes of the duration at `rank`, from 1."""
    for seconds, count in sorted((int(key), count) for key, count in histogram.items()):
        rank -= count
        if rank <= 0:
            return seconds / MINUTE
    raise ValueError("the histogram has fewer durations")


def percentile(histogram: Mapping[str, int], percent: float) -> float | None:
    """The nearest-rank percentile in minutes; None of nothing."""
    number = size(histogram)
    return _ranked(histogram, max(1, math.ceil(number * percent / 100))) if number else None


def median(histogram: Mapping[str, int]) -> float | None:
    """The middle one in minutes, of an even number the mean of the two in the middle; None of nothing."""
    number = size(histogram)
    if not number:
        return None
    return (_ranked(histogram, (number + 1) // 2) + _ranked(histogram, number // 2 + 1)) / 2


def ninety(histogram: Mapping[str, int]) -> float | None:
    return percentile(histogram, 90)
