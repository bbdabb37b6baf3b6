"""What a person at the terminal sees: each process's lines under its name and colour."""

import os
import sys
from collections.abc import Callable
from itertools import cycle

COLOURS = ("36", "32", "33", "35", "34", "96", "92", "93", "95", "94")
WIDTH = 8


def is_coloured() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


class Console:
    def __init__(self) -> None:
        self._coloured = is_coloured()
        self._next_colour = cycle(COLOURS)
        self._colours: dict[str, str] = {"lightbox": "1"}
        self.on_lost: Callable[[], None] = lambda: None

    def line(self, name: str, text: str) -> None:
        """One line under a process's name. When nobody can read it any more (a closed terminal or pipe), `on_lost` is called."""
        try:
            print(f"{self._name(name)} | {text}", flush=True)
        except OSError:
            # From here on lines go nowhere, so that stopping and Python's own last flush meet no error.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.on_lost()

    def say(self, text: str) -> None:
        """One line of the supervisor's own."""
        self.line("lightbox", text)

    def _name(self, name: str) -> str:
        if not self._coloured:
            return f"{name:<{WIDTH}}"
        colour = self._colours.setdefault(name, next(self._next_colour) if name not in self._colours else "")
        return f"\x1b[{colour}m{name:<{WIDTH}}\x1b[0m"
