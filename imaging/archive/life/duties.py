"""Work that goes on for ever in small turns, by one worker at a time (promise 2): the row says whose turn it is and where to go on."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from imaging.archive.life.models import Duty


@contextmanager
def duty(name: str) -> Iterator[Duty | None]:
    """The duty for this worker alone, kept when the block ends well; None when another worker has it."""
    now = timezone.now()
    until = now + dt.timedelta(seconds=settings.STORAGE_WORK_SECONDS * 4)
    Duty.objects.get_or_create(name=name)
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    if not Duty.objects.filter(free, name=name).update(leased_until=until):
        yield None
        return
    held = Duty.objects.get(name=name)
    try:
        yield held
        held.ran_at = timezone.now()
    finally:
        Duty.objects.filter(name=name, leased_until=until).update(
            leased_until=None, cursor=held.cursor, figures=held.figures, ran_at=held.ran_at,
            round_began_at=held.round_began_at, round_ended_at=held.round_ended_at,
        )  # fmt: skip


def round_begin(held: Duty) -> None:
    """Called at each turn: the first of a round notes when the round began."""
    if not held.cursor:
        held.round_began_at = timezone.now()
        held.figures = {}


def round_end(held: Duty) -> None:
    """Everything was looked at once; the next turn begins again."""
    held.cursor, held.round_ended_at = "", timezone.now()


class Pace:
    """No more than so many bytes a second, and no longer than a turn lasts."""

    def __init__(self, bytes_a_second: int, seconds: float | None = None) -> None:
        self._rate = max(1, bytes_a_second)
        self._began = time.monotonic()
        self._seconds = settings.STORAGE_WORK_SECONDS if seconds is None else seconds
        self.done = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._began >= self._seconds

    def note(self, size: int) -> None:
        """Wait as long as `size` more bytes should have taken."""
        self.done += size
        ahead = self.done / self._rate - (time.monotonic() - self._began)
        if ahead > 0:
            time.sleep(min(ahead, self._seconds))

    def paced(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """`pieces` no faster than that."""
        for piece in pieces:
            yield piece
            self.note(len(piece))
