"""How far a transfer has come, kept in its row about once a second while it runs."""

import datetime as dt
import time

from imaging.archive.models import Instance
from imaging.dimse.scu.store import seconds_for
from imaging.routing.lease import LEASE, is_cancelled, progress_keep
from imaging.routing.models import TransferJob, TransferKind
from imaging.routing.windows import opens_at

NOTE_SECONDS = 1.0
MOVE_NOTE_SECONDS = 0.1  # somebody waits for the counts, and may take the request back


class Cancelled(Exception):
    """A person has stopped the transfer."""


class WindowClosed(Exception):
    """The hours of its rule are over; it goes on at `at`."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__()
        self.at = at


class Progress:
    """Keeps the row up to date, and notices that somebody wants to stop."""

    def __init__(self, job: TransferJob) -> None:
        self.job = job
        self._every = MOVE_NOTE_SECONDS if job.kind == TransferKind.MOVE else NOTE_SECONDS
        self._hold = LEASE
        self._sent = 0
        self._begun = self._noted = time.monotonic()

    def hold_for(self, instance: Instance) -> None:
        """Call before an object is sent: a large one on a slow line takes longer than a lease. Raises Cancelled or LeaseLost."""
        needed = dt.timedelta(seconds=seconds_for(instance))
        self._hold = LEASE + needed if needed > LEASE * 3 / 4 else LEASE
        if self._hold != LEASE:
            self.note()

    def sent(self, octets: int) -> None:
        """Call for each piece that is sent. Raises Cancelled or LeaseLost."""
        self._sent += octets
        self._note_in_time()

    def step(self) -> None:
        """Call after each object. Raises Cancelled, LeaseLost, or WindowClosed: an object that has begun is sent to its end."""
        self._note_in_time()
        until = opens_at(self.job.rule) if self.job.rule is not None else None
        if until is not None:
            raise WindowClosed(until)

    def _note_in_time(self) -> None:
        if time.monotonic() - self._noted >= self._every:
            self.note()

    def note(self) -> None:
        """Raises Cancelled or LeaseLost."""
        self._keep()
        if is_cancelled(self.job):
            raise Cancelled

    def measure(self) -> None:
        """Note the speed since this attempt began."""
        seconds = time.monotonic() - self._begun
        if self._sent and seconds > 0:
            self.job.bytes_a_second = int(self._sent / seconds)

    def _keep(self) -> None:
        self._noted = time.monotonic()
        self.measure()
        progress_keep(self.job, self._hold)
