"""Who works on which transfer: the most urgent one that is due, nodes in turn; a worker holds it for a while, and loses it when it dies
(promise 2).

A node gets as many transfers at once as it is set up for, and one alone while it does not answer; all nodes together leave workers for
other work.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from imaging.common.live import announce
from imaging.common.said import kept
from imaging.dimse.lines import line_locked
from imaging.dimse.models import RemoteNode
from imaging.routing.models import ERROR_LENGTH, IDLE, WAITING, RoutingRule, TransferJob, TransferKind, TransferState
from imaging.routing.windows import opens_at

LEASE = dt.timedelta(seconds=120)
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(seconds=10), dt.timedelta(hours=1)
ATTEMPTS = 10
OPEN = ("queued", "retrying", "asked", "running")  # in words: the index's own condition
# Transfers without a node are our own work, of which as many are begun at once as are likely to find a worker.
OWN_AT_ONCE = 10
TRIES = 3
NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class LeaseLost(Exception):
    """Another worker has taken the transfer over; this one leaves it alone."""


@dataclass(frozen=True)
class Turn:
    """A node with work that is due (None for our own), and how many more transfers of it may begin."""

    node: int | None
    first: int
    priority: int
    served_at: dt.datetime | None
    room: int

    @property
    def rank(self) -> tuple[int, bool, dt.datetime, int]:
        return self.priority, self.served_at is not None, self.served_at or NEVER, self.first


def _due() -> Q:
    now = timezone.now()
    waits = Q(state__in=WAITING) & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
    return Q(state__in=OPEN) & (waits | Q(state=TransferState.RUNNING, leased_until__lt=now))


def _in_order() -> QuerySet[TransferJob]:
    return TransferJob.objects.filter(_due()).order_by("priority", "pk")


def turns() -> list[Turn]:
    """The nodes that something may be begun for now, whose turn it is first."""
    now = timezone.now()
    busy = dict(_running().values_list("node").annotate(Count("pk")))
    free = _free_workers()
    mine = _in_order().filter(node=OuterRef("pk"))
    rows = RemoteNode.objects.annotate(first=Subquery(mine.values("pk")[:1]), urgency=Subquery(mine.values("priority")[:1]))
    wanted = ("pk", "first", "urgency", "line__served_at", "max_transfers", "line__away_since", "line__next_try_at")
    found = []
    for pk, first, urgency, served_at, most, away_since, next_try_at in rows.filter(first__isnull=False).values_list(*wanted):
        room = _room(busy.get(pk, 0), most, is_away=away_since is not None, is_resting=next_try_at is not None and next_try_at > now)
        room = min(room, free)
        found += [Turn(pk, first, urgency, served_at, room)] if room > 0 else []
    own = _in_order().filter(node=None).values_list("pk", "priority").first()
    found += [Turn(None, own[0], own[1], None, OWN_AT_ONCE)] if own else []
    return sorted(found, key=lambda turn: turn.rank)


def _running() -> QuerySet[TransferJob]:
    """Transfers with other systems that a worker, or who asked for them, is at."""
    return TransferJob.objects.filter(state=TransferState.RUNNING, leased_until__gte=timezone.now(), node__isnull=False)


def _free_workers() -> int:
    """How many more transfers workers may begin. What a peer has moved in its own association takes none of them."""
    return settings.TRANSFERS_AT_ONCE - _running().exclude(kind=TransferKind.MOVE).count()


def _room(running: int, most: int, *, is_away: bool, is_resting: bool) -> int:
    """One probe for a node that does not answer, and none while it rests."""
    if is_away:
        return 0 if is_resting else 1 - running
    return most - running


def jobs_due() -> list[int]:
    """Transfers that may begin now, most urgent first: no more of a node, and of all nodes, than may run at once."""
    found: list[int] = []
    free = _free_workers()
    for turn in turns():
        most = turn.room if turn.node is None else min(turn.room, free)
        keys = list(_in_order().filter(node=turn.node).values_list("pk", flat=True)[:most])
        free -= 0 if turn.node is None else len(keys)
        found += keys
    return found


def job_claim_next() -> TransferJob | None:
    """Take the transfer whose turn it is for this worker alone; None when there is none."""
    for _try in range(TRIES):
        waiting = turns()
        for turn in waiting:
            job = job_claim(turn.first)
            if job is not None:
                return job
        if not waiting:
            return None
    return None


@transaction.atomic
def job_claim(pk: int, *, is_awaited: bool = False) -> TransferJob | None:
    """Take a due transfer for this worker alone; None when it is not due, another's, outside its rule's hours, or its node has no room.

    `is_awaited`: somebody waits for it, so that a node which rests is tried all the same.
    """
    job = TransferJob.objects.filter(_due(), pk=pk).select_related("rule").first()
    if job is None or not _window_is_open(job) or not _node_has_room(job.node_id, is_awaited=is_awaited):
        return None
    now = timezone.now()
    claimed = TransferJob.objects.filter(_due(), pk=pk).update(
        state=TransferState.RUNNING, leased_until=now + LEASE, attempts=F("attempts") + 1, started_at=now, bytes_a_second=None, **_why("")
    )
    if not claimed:
        return None
    announce("transfers")
    return TransferJob.objects.select_related("study", "exam__patient", "exam__procedure", "node", "rule").get(pk=pk)


def _node_has_room(node: int | None, *, is_awaited: bool) -> bool:
    if node is None:
        return True
    if not is_awaited and _free_workers() <= 0:
        return False
    line, now = line_locked(node), timezone.now()
    running = _running().filter(node=node).count()
    is_resting = not is_awaited and line.next_try_at is not None and line.next_try_at > now
    if _room(running, line.node.max_transfers, is_away=line.away_since is not None, is_resting=is_resting) <= 0:
        return False
    line.served_at = now
    line.save(update_fields=["served_at"])
    return True


def _window_is_open(job: TransferJob) -> bool:
    """Outside the hours of its rule, everything that waits for this rule waits until they begin."""
    until = opens_at(job.rule) if job.rule is not None else None
    if job.rule is None or until is None:
        return True
    window_wait(job.rule, until)
    return False


def window_wait(rule: RoutingRule, until: dt.datetime) -> None:
    TransferJob.objects.filter(rule=rule, state__in=IDLE, next_attempt_at__lt=until).update(next_attempt_at=until)


def progress_keep(job: TransferJob, hold: dt.timedelta = LEASE) -> None:
    """Write down how far `job` has come and hold it longer. Raises LeaseLost when it was taken over."""
    until = timezone.now() + hold
    mine = TransferJob.objects.filter(pk=job.pk, state=TransferState.RUNNING, leased_until=job.leased_until)
    if not mine.update(leased_until=until, **_counts(job)):
        raise LeaseLost
    job.leased_until = until
    announce("transfers")


def _why(error: str) -> dict[str, Any]:
    return kept(error, ERROR_LENGTH)


def _counts(job: TransferJob) -> dict[str, int | None]:
    return {
        "done": job.done, "failed": job.failed, "total": job.total,
        "bytes_done": job.bytes_done, "bytes_total": job.bytes_total, "bytes_a_second": job.bytes_a_second,
    }  # fmt: skip


def is_cancelled(job: TransferJob) -> bool:
    return TransferJob.objects.filter(pk=job.pk, cancel_requested=True).exists()


def job_end(job: TransferJob, state: TransferState, error: str = "") -> None:
    """Close `job`; a lease that was lost leaves the row to its new holder."""
    mine = TransferJob.objects.filter(pk=job.pk, leased_until=job.leased_until)
    mine.update(state=state, leased_until=None, finished_at=timezone.now(), **_why(error), **_counts(job))
    job.state = state
    announce("transfers")


def job_ask(job: TransferJob, until: dt.datetime) -> None:
    """The other side was asked and will answer; without an answer by `until` it is asked again."""
    mine = TransferJob.objects.filter(pk=job.pk, state=TransferState.RUNNING, leased_until=job.leased_until)
    mine.update(state=TransferState.ASKED, leased_until=None, next_attempt_at=until)
    announce("transfers")


def job_hand_on(job: TransferJob, at: dt.datetime | None = None) -> None:
    """This worker's time is up: the next one goes on at once, or `at` that time. It is no failure, and not counted as an attempt."""
    _give_back(job, TransferState.QUEUED, at or timezone.now(), "", attempts=job.attempts - 1)


def job_wait_for_node(job: TransferJob, error: str) -> None:
    """Its node does not answer: it goes on when that does, and this is none of its own attempts."""
    if is_cancelled(job):
        job_end(job, TransferState.CANCELLED, error)
        return
    _give_back(job, TransferState.RETRYING, timezone.now(), error, attempts=job.attempts - 1)


def job_postpone(job: TransferJob, error: str) -> bool:
    """Try again later, with growing pauses; returns False, and the job failed, when that was the last time.

    One that a person has stopped meanwhile is not tried again.
    """
    if is_cancelled(job):
        job_end(job, TransferState.CANCELLED, error)
        return True
    if job.attempts >= ATTEMPTS:
        job_end(job, TransferState.FAILED, error)
        return False
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (job.attempts - 1))
    _give_back(job, TransferState.RETRYING, timezone.now() + pause, error, attempts=job.attempts)
    return True


def _give_back(job: TransferJob, state: TransferState, at: dt.datetime, error: str, *, attempts: int) -> None:
    mine = TransferJob.objects.filter(pk=job.pk, leased_until=job.leased_until)
    mine.update(state=state, leased_until=None, next_attempt_at=at, attempts=attempts, **_why(error), **_counts(job))
    announce("transfers")


def expires_at(kind: str) -> dt.datetime:
    """Until when a transfer of this kind may wait for a node that does not answer."""
    hours = settings.PRIORS_WAIT_HOURS if kind in ("prefetch", "fetch") else settings.TRANSFER_WAIT_HOURS
    return timezone.now() + dt.timedelta(hours=hours)


def jobs_expired(limit: int = 200) -> QuerySet[TransferJob]:
    """Those that have waited too long: priors for anything, others for a node that does not answer."""
    waits = Q(state__in=IDLE, expires_at__lt=timezone.now())
    in_vain = Q(node__line__away_since__isnull=False) | Q(kind="prefetch")
    return TransferJob.objects.filter(waits & in_vain).select_related("exam", "node").order_by("pk")[:limit]
