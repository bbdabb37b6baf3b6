"""Who gets a place, told from the address alone: before a thread, memory or a query is spent on whoever calls (promise 3).

Three bounds: an address that no active node has is closed at once; each address has no more places than its nodes were given; and the
last places of a process are kept for addresses that have none, so that neither one node nor many connections shut the others out.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum

from django.conf import settings
from django.db import Error, connection

from imaging.dimse.association import Association
from imaging.dimse.models import RemoteNode
from imaging.dimse.names import addresses_of, known_addresses, own_addresses
from imaging.dimse.peers import OWN_PLACES, UNBOUNDED, is_trusted

logger = logging.getLogger(__name__)
# Connections at once that are only told that there is no place.
REFUSALS = 8
# The same address is logged once in this time; a flood must not fill the log's disk.
QUIET_SECONDS = 60.0
REMEMBERED = 256


class Verdict(Enum):
    WELCOME = "welcome"
    FULL = "full"  # told so by an A-ASSOCIATE-RJ
    CLOSED = "closed"


class Directory:
    """The addresses of all active nodes and how many associations each may have; read anew by a thread of its own."""

    def __init__(self) -> None:
        self._limits: Counter[str] = Counter()
        self._stopping = threading.Event()
        self.refresh()
        self._thread = threading.Thread(target=self._keep, name="dicom-nodes", daemon=True)
        self._thread.start()

    def limit(self, address: str) -> int:
        """Associations that `address` may have at once; 0 for one that we do not know."""
        return UNBOUNDED if is_trusted(address) else self._limits[address]

    def refresh(self) -> None:
        """Read the nodes; those that were known stay while the database does not answer. Raises nothing."""
        try:
            rows = list(RemoteNode.objects.filter(is_active=True).values_list("host", "max_associations"))
        except Error as error:
            logger.warning("The nodes cannot be read, those known before stay: %s", error)
            connection.close()
            return
        self._limits = _limits(rows, lambda host: known_addresses(host)[0])  # what needs no name server counts at once
        self._limits = _limits(rows, addresses_of)

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stopping.wait(settings.DICOM_NODES_SECONDS):
            self.refresh()
        connection.close()


def _limits(rows: Iterable[tuple[str, int]], resolve: Callable[[str], frozenset[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for host, places in rows:
        for address in resolve(host):
            found[address] += places
    for address in own_addresses():
        found[address] += OWN_PLACES
    return found


class Gate:
    """Judges each connection as it comes; counts and logs those that are turned away."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.turned_away: Counter[str] = Counter()
        self._told: dict[str, float] = {}

    def judge(self, address: str, open_now: Iterable[Association]) -> Verdict:
        """What becomes of a connection from `address` beside those that are open. May hang up on a silent one to make room."""
        limit = self._directory.limit(address)
        if not limit:
            return self._away(address, "unknown", "no active node has this address", Verdict.CLOSED)
        there = [association for association in open_now if not association.is_stopping]
        places = [association for association in there if association.is_welcome]
        own = [association for association in places if association.address == address]
        if len(own) >= limit and not _make_room(own):
            return self._away(address, "limit", f"it has all of its {limit} associations", _refusal(there, places))
        if self._has_place(places, own) or _make_room(places):
            return Verdict.WELCOME
        return self._away(address, "full", "no place is left", _refusal(there, places))

    def _has_place(self, places: list[Association], own: list[Association]) -> bool:
        reserved = 0 if own else settings.DICOM_RESERVED_ASSOCIATIONS
        return len(places) < settings.DICOM_MAX_ASSOCIATIONS + reserved

    def _away(self, address: str, reason: str, words: str, verdict: Verdict) -> Verdict:
        self.turned_away[reason] += 1
        if self._is_news(address):
            logger.warning("%s turned away: %s (further ones are counted, not told, for %d s)", address, words, QUIET_SECONDS)
        return verdict

    def _is_news(self, address: str) -> bool:
        now = time.monotonic()
        if now - self._told.get(address, float("-inf")) < QUIET_SECONDS:
            return False
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[address] = now
        return True


def _refusal(there: list[Association], places: list[Association]) -> Verdict:
    return Verdict.FULL if len(there) - len(places) < REFUSALS else Verdict.CLOSED


def _make_room(places: list[Association]) -> bool:
    """Hang up on whoever has been silent longest, of the address that has most of such; False when all have said who they are."""
    silent = [association for association in places if association.is_stranger]
    if not silent:
        return False
    crowd = Counter(association.address for association in silent)
    victim = max(silent, key=lambda association: crowd[association.address])  # the first, so the oldest, of them
    logger.info("%s hung up on: it said nothing and its place is needed", victim.address)
    victim.is_stopping = True
    victim.wire.hang_up()
    return True
