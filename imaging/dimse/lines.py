"""How it stands with each node: one that does not answer rests, with growing pauses, and all of its transfers with it; one whose bandwidth
is limited is sent no more than that by all workers together.

The bandwidth lies in the database rather than in Redis: workers on several hosts share it in any case, and it holds while the broker is
away. A worker takes half a second's worth at a time, so that it costs two short transactions a second.
"""

import datetime as dt
import time
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imaging.common.hours import within
from imaging.common.live import announce
from imaging.common.said import kept
from imaging.dimse.models import NodeLine, RemoteNode

PORTION_SECONDS = 0.5
LOOK_SECONDS = 30.0
# A line that seems to be taken for longer than this was taken by a clock that is wrong, or under a limit that was lower.
LONGEST_TAKEN = dt.timedelta(seconds=60)
BYTES_A_MBIT = 125_000
PIECE_BYTES = 64 * 1024


def line_locked(node: int) -> NodeLine:
    """The row of this node, for this transaction alone."""
    NodeLine.objects.get_or_create(node_id=node)
    return NodeLine.objects.select_for_update(of=("self",)).select_related("node").get(node_id=node)


@transaction.atomic
def node_away(*, node: RemoteNode, error: str) -> None:
    """`node` did not answer: leave it alone for a while, longer each time. One who finds out while it rests already is no new try."""
    line, now = line_locked(node.pk), timezone.now()
    if line.next_try_at is not None and line.next_try_at > now:
        return
    pause = min(settings.NODE_LONGEST_PAUSE_SECONDS, settings.NODE_PAUSE_SECONDS * 2 ** min(line.tries, 20))
    line.tries += 1
    line.away_since, line.tried_at = line.away_since or now, now
    line.error, line.error_values = kept(error, 200).values()
    line.next_try_at = now + dt.timedelta(seconds=pause)
    line.save()
    announce("transfers")


def node_back(*, node: RemoteNode) -> bool:
    """`node` has answered; True when it was away until now."""
    away = NodeLine.objects.filter(node=node, away_since__isnull=False)
    if not away.update(away_since=None, tried_at=None, next_try_at=None, tries=0, **kept("", 200)):
        return False
    announce("transfers")
    return True


def line_take(*, node: int, octets: int) -> float:
    """Take the line of `node` for `octets`; returns how many seconds to wait before they may be sent, 0 without a limit."""
    with transaction.atomic():
        line, now = line_locked(node), timezone.now()
        rate = rate_of(line.node)
        if rate is None:
            return 0.0
        free_at = line.taken_until
        begin = now if free_at is None or free_at < now or free_at > now + LONGEST_TAKEN else free_at
        line.taken_until = begin + dt.timedelta(seconds=octets / rate)
        line.save(update_fields=["taken_until"])
    return (begin - now).total_seconds()


def rate_of(node: RemoteNode) -> int | None:
    """Bytes a second that may be sent to `node` at this hour."""
    if node.max_mbit is None or not within(timezone.localtime().time(), node.max_mbit_from, node.max_mbit_to):
        return None
    return node.max_mbit * BYTES_A_MBIT


class Line:
    """A node's bandwidth as one worker uses it; what the node is set up to is read again now and then, while it is sent to."""

    def __init__(self, node: RemoteNode) -> None:
        self._node = node.pk
        self._rate: int | None = None
        self._ahead = 0
        self._look_at = 0.0

    def send(self, octets: int) -> None:
        """Wait until `octets` may be sent."""
        if time.monotonic() >= self._look_at:
            self._rate = rate_of(RemoteNode.objects.get(pk=self._node))
            self._look_at = time.monotonic() + LOOK_SECONDS
        if self._rate is None:
            return
        if self._ahead < octets:
            portion = max(octets, int(self._rate * PORTION_SECONDS))
            pause(line_take(node=self._node, octets=portion))
            self._ahead += portion
        self._ahead -= octets


def paced(pieces: Iterable[bytes], line: Line) -> Iterator[bytes]:
    """`pieces` no faster than `line` takes them, cut so small that a large one is no burst."""
    for piece in pieces:
        for at in range(0, len(piece), PIECE_BYTES):
            part = piece[at : at + PIECE_BYTES]
            line.send(len(part))
            yield part


def pause(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
