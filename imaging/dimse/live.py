"""What a DICOM process tells about its associations, about once a second and in one row: the page reads it, whichever process it is of.

Nothing is written per object; a process that is killed disappears with its row's expiry.
"""

import datetime as dt
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import Error, connection
from django.utils import timezone

from imaging.dimse.association import NOBODY, Association
from imaging.dimse.models import DicomProcess, RemoteNode

logger = logging.getLogger(__name__)
EVERY_SECONDS = 1.0
# A process without associations says less often that it lives: an idle system writes nothing to speak of.
QUIET_SECONDS = 10.0
EXPIRY_SECONDS = 15.0
SEEN_SECONDS = 30.0


class Reporter:
    """A thread that keeps this process's row; `close` removes it."""

    def __init__(self, associations: Callable[[], list[Association]], turned_away: Mapping[str, int]) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{id(self):x}"[:80]
        self._associations, self._turned_away = associations, turned_away
        self._started_at = timezone.now()
        self._stopping = threading.Event()
        self._octets: dict[int, tuple[float, int]] = {}
        self._seen: set[str] = set()
        self._told_at = self._seen_at = float("-inf")
        self._was_busy = False
        self._thread = threading.Thread(target=self._run, name="dicom-live", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            self._safely(self._report)
        self._safely(self._remove)
        connection.close()

    def _safely(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Error as error:
            logger.info("Live associations cannot be told: %s", error)
            connection.close()

    def _report(self) -> None:
        now = time.monotonic()
        open_now = [one for one in self._associations() if one.peer.ae_title != NOBODY]
        self._note_seen(open_now, now)
        if not open_now and not self._was_busy and now - self._told_at < QUIET_SECONDS:
            return
        self._was_busy, self._told_at = bool(open_now), now
        row, _made = DicomProcess.objects.update_or_create(
            name=self.name,
            defaults={
                "expires_at": timezone.now() + dt.timedelta(seconds=EXPIRY_SECONDS),
                "associations": [self._told(one, now) for one in open_now],
                "turned_away": dict(self._turned_away),
            },
            create_defaults={
                "started_at": self._started_at,
                "expires_at": timezone.now() + dt.timedelta(seconds=EXPIRY_SECONDS),
                "associations": [self._told(one, now) for one in open_now],
                "turned_away": dict(self._turned_away),
            },
        )
        self._octets = {one.number: (now, one.octets) for one in open_now}
        if row.to_abort:
            self._abort(row.to_abort, open_now)

    def _told(self, one: Association, now: float) -> dict[str, Any]:
        before, octets = self._octets.get(one.number, (now, one.octets))
        field, sop_class = one.doing or (0, "")
        return {
            "number": one.number,
            "ae_title": one.peer.ae_title,
            "address": one.address,
            "is_tls": one.wire.is_tls,
            "since": one.started_at,
            "field": field,
            "sop_class": sop_class,
            "objects": one.objects,
            "octets": one.octets,
            "rate": round((one.octets - octets) / (now - before)) if now > before else 0,
        }

    def _abort(self, numbers: Iterable[int], open_now: list[Association]) -> None:
        wanted = set(numbers)
        for one in open_now:
            if one.number in wanted:
                logger.warning("%s is hung up on, as somebody asked", one.peer)
                one.is_stopping = True
                one.wire.hang_up()
        DicomProcess.objects.filter(name=self.name).update(to_abort=[])

    def _note_seen(self, open_now: list[Association], now: float) -> None:
        """When each node was heard of last, for all of them together and not for each association."""
        self._seen.update(one.peer.ae_title for one in open_now)
        if self._seen and now - self._seen_at >= SEEN_SECONDS:
            RemoteNode.objects.filter(ae_title__in=self._seen).update(last_seen_at=timezone.now())
            self._seen, self._seen_at = set(), now

    def _remove(self) -> None:
        DicomProcess.objects.filter(name=self.name).delete()
        DicomProcess.objects.filter(expires_at__lt=timezone.now() - dt.timedelta(hours=1)).delete()
