"""How many associations each node has, in all DICOM processes of one port together: a table in memory that they share.

Each process writes its own part; what a killed one has left there is wiped when it is buried. A lock file orders those who ask at once.
"""

import contextlib
import fcntl
import mmap
import tempfile
import threading
from collections.abc import Iterator

from django.conf import settings

ENTRY_BYTES = 16  # an AE title (PS3.5 6.2), filled up with blanks
FREE = bytes(ENTRY_BYTES)


class Roster:
    """Made before the processes are; `part` is what one of them has of it."""

    def __init__(self, processes: int = 1) -> None:
        self.part_bytes = ENTRY_BYTES * (settings.DICOM_MAX_ASSOCIATIONS + settings.DICOM_RESERVED_ASSOCIATIONS)
        self.memory = mmap.mmap(-1, self.part_bytes * processes)
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  as long-lived as the roster

    def part(self, number: int = 0) -> "RosterPart":
        return RosterPart(self, number * self.part_bytes)

    def wipe(self, number: int) -> None:
        """Forget the associations of a process that has ended."""
        self.memory[number * self.part_bytes : (number + 1) * self.part_bytes] = bytes(self.part_bytes)

    def count(self, entry: bytes) -> int:
        return sum(self.memory[at : at + ENTRY_BYTES] == entry for at in range(0, len(self.memory), ENTRY_BYTES))


class RosterPart:
    def __init__(self, roster: Roster, begin: int) -> None:
        self._roster = roster
        self._own = range(begin, begin + roster.part_bytes, ENTRY_BYTES)
        self._lock = threading.Lock()

    def enter(self, ae_title: str, limit: int) -> bool:
        """Note one association more of `ae_title`; False, and nothing noted, when it has `limit` of them."""
        entry, memory = _entry(ae_title), self._roster.memory
        with self._alone():
            if self._roster.count(entry) >= limit:
                return False
            free = next((at for at in self._own if memory[at : at + ENTRY_BYTES] == FREE), None)
            if free is None:
                return False
            memory[free : free + ENTRY_BYTES] = entry
            return True

    def leave(self, ae_title: str) -> None:
        """One of the associations that were noted is over."""
        entry, memory = _entry(ae_title), self._roster.memory
        with self._alone():
            at = next(at for at in self._own if memory[at : at + ENTRY_BYTES] == entry)
            memory[at : at + ENTRY_BYTES] = FREE

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:  # a lock on a file keeps other processes out, not other threads
            fcntl.lockf(self._roster.file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._roster.file, fcntl.LOCK_UN)


def _entry(ae_title: str) -> bytes:
    return ae_title.encode("ascii", "replace")[:ENTRY_BYTES].ljust(ENTRY_BYTES)
