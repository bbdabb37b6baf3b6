"""What Ctrl K finds. Slices register finders from their app's ready(); each is asked only for those who may do its act.

A finder gets the person, the cleaned text and a limit, and returns hits that the policy lets this person know of.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from imaging.access.navigation import entries_for
from imaging.access.policy import Person, may
from imaging.access.roles import Act

ROWS = 8
LONGEST = 64


@dataclass(frozen=True)
class Hit:
    """One row of the search. `exact`: the text names this and nothing else, as a scanned barcode does."""

    label: str
    url: str
    icon: str
    code: str = ""
    hint: str = ""
    exact: bool = False


Finder = Callable[[Any, str, int], list[Hit]]
_finders: list[tuple[Act, Finder]] = []


def finder_register(act: Act, find: Finder) -> None:
    """Let a slice answer the search for people who may do `act`."""
    _finders.append((act, find))


def _pages(user: Person, text: str) -> list[Hit]:
    wanted = text.casefold()
    return [
        Hit(str(item["entry"].label), item["url"], item["entry"].icon)
        for item in entries_for(user, "")
        if wanted in str(item["entry"].label).casefold() or wanted == item["entry"].key
    ]


def search(user: Person, text: str) -> list[Hit]:
    """At most eight hits, exact ones first, then as the finders rank them; pages last. Nothing typed: the person's pages."""
    cleaned = " ".join(text.split())[:LONGEST]
    found = [find(user, cleaned, ROWS) for act, find in _finders if cleaned and may(user, act)]
    hits = [*chain.from_iterable(found), *_pages(user, cleaned)]
    return sorted(hits, key=lambda hit: not hit.exact)[:ROWS]
