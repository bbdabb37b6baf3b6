"""What is printed: a line for each work, Lightbox first, each peer beside it with how many times better Lightbox does."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

WORK_WIDTH, VALUE_WIDTH = 66, 26
Values = Mapping[str, Sequence[float]]


class Better(Enum):
    """Which way a figure is better; a figure that serves to read others by has none."""

    MORE = 1
    LESS = -1
    NEITHER = 0


@dataclass(frozen=True)
class Table:
    """Columns are servers in a fixed order; the first is Lightbox."""

    servers: tuple[str, ...]
    say: Callable[[str], None]

    def head(self) -> None:
        self.say(f"{'median of the rounds (least to most)':<{WORK_WIDTH}}" + "".join(f"{name:>{VALUE_WIDTH}}" for name in self.servers))

    def row(self, work: str, unit: str, values: Values, better: Better) -> None:
        """`values`: the rounds of each server that took part."""
        cells = [self._cell(values, name, better) for name in self.servers]
        self.say(f"{f'{work}, {unit}':<{WORK_WIDTH}}" + "".join(f"{cell:>{VALUE_WIDTH}}" for cell in cells))

    def _cell(self, values: Values, name: str, better: Better) -> str:
        found = values.get(name)
        if not found:
            return "-"
        text = f"{_short(statistics.median(found))} ({_short(min(found))}-{_short(max(found))})"
        ours = values.get(self.servers[0])
        if name == self.servers[0] or not ours or better is Better.NEITHER:
            return text
        return f"{text} {times_better(ours, found, better):.1f}x"


def times_better(ours: Sequence[float], theirs: Sequence[float], better: Better) -> float:
    """How many times better the median of `ours` is; above 1 is better, whichever way the figure runs."""
    ratio = statistics.median(ours) / statistics.median(theirs)
    return ratio if better is Better.MORE else 1 / ratio


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"
