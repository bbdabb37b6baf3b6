"""Durations as counted bins, so that days add up to any period. Whole minutes up to two hours, beyond that bins 2 % wide.

A median of days is no median of the period; a sum of their bins gives it. No database function is needed, so SQLite and PostgreSQL agree.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping

EXACT_MINUTES = 120
STEP = 1.02
_LOG_STEP = math.log(STEP)


def bin_of(span: dt.timedelta) -> int:
    """The bin of a duration; one below zero (a clock that went back) counts as nothing."""
    minutes = max(0.0, span.total_seconds() / 60)
    if minutes < EXACT_MINUTES:
        return int(minutes)
    return EXACT_MINUTES + int(math.log(minutes / EXACT_MINUTES) / _LOG_STEP)


def minutes_of(number: int) -> float:
    """The duration that a bin stands for; within 1 % beyond two hours."""
    if number < EXACT_MINUTES:
        return float(number)
    return EXACT_MINUTES * STEP ** (number - EXACT_MINUTES + 0.5)


def counted(spans: Iterable[dt.timedelta]) -> dict[str, int]:
    """A histogram as JSON keeps it: bin number as text, how many."""
    return {str(number): count for number, count in sorted(Counter(map(bin_of, spans)).items())}


def added(histograms: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Several histograms as one."""
    total: Counter[str] = Counter()
    for histogram in histograms:
        total.update(histogram)
    return dict(total)


def size(histogram: Mapping[str, int]) -> int:
    return sum(histogram.values())


def percentile(histogram: Mapping[str, int], percent: float) -> float | None:
    """The nearest-rank percentile in minutes; None of nothing."""
    rank = math.ceil(size(histogram) * percent / 100)
    for number, count in sorted((int(key), count) for key, count in histogram.items()):
        rank -= count
        if rank <= 0:
            return minutes_of(number)
    return None


def median(histogram: Mapping[str, int]) -> float | None:
    return percentile(histogram, 50)


def ninety(histogram: Mapping[str, int]) -> float | None:
    return percentile(histogram, 90)
