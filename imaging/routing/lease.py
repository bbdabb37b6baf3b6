"""Who works on a transfer: a worker holds it for a while, and loses it when it dies (promise 2)."""

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone

from imaging.common.live import announce
from imaging.routing.models import TransferJob, TransferState

LEASE = dt.timedelta(seconds=120)
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(seconds=10), dt.timedelta(hours=1)
ATTEMPTS = 10
WAITING = (TransferState.QUEUED, TransferState.RETRYING, TransferState.ASKED)


class LeaseLost(Exception):
    """Another worker has taken the transfer over; this one leaves it alone."""


def _due() -> Q:
    now = timezone.now()
    waits = Q(state__in=WAITING) & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
    return waits | Q(state=TransferState.RUNNING, leased_until__lt=now)


def jobs_due(limit: int = 50) -> list[int]:
    """Transfers that nobody works on and whose time has come, most urgent first."""
    return list(TransferJob.objects.filter(_due()).order_by("priority", "pk").values_list("pk", flat=True)[:limit])


def job_claim(pk: int) -> TransferJob | None:
    """Take a due transfer for this worker alone; None when it is not due, or another's."""
    now = timezone.now()
    claimed = TransferJob.objects.filter(_due(), pk=pk).update(
        state=TransferState.RUNNING, leased_until=now + LEASE, attempts=F("attempts") + 1, started_at=now, error=""
    )
    if not claimed:
        return None
    announce("transfers")
    return TransferJob.objects.select_related("study", "exam__patient", "exam__procedure", "node").get(pk=pk)


def progress_keep(job: TransferJob, hold: dt.timedelta = LEASE) -> None:
    """Write down how far `job` has come and hold it longer. Raises LeaseLost when it was taken over."""
    until = timezone.now() + hold
    mine = TransferJob.objects.filter(pk=job.pk, state=TransferState.RUNNING, leased_until=job.leased_until)
    if not mine.update(leased_until=until, done=job.done, failed=job.failed, total=job.total):
        raise LeaseLost
    job.leased_until = until
    announce("transfers")


def is_cancelled(job: TransferJob) -> bool:
    return TransferJob.objects.filter(pk=job.pk, cancel_requested=True).exists()


def job_end(job: TransferJob, state: TransferState, error: str = "") -> None:
    """Close `job`; a lease that was lost leaves the row to its new holder."""
    mine = TransferJob.objects.filter(pk=job.pk, leased_until=job.leased_until)
    mine.update(
        state=state, error=error[:400], leased_until=None, finished_at=timezone.now(), done=job.done, failed=job.failed, total=job.total
    )
    announce("transfers")


def job_ask(job: TransferJob, until: dt.datetime) -> None:
    """The other side was asked and will answer; without an answer by `until` it is asked again."""
    mine = TransferJob.objects.filter(pk=job.pk, state=TransferState.RUNNING, leased_until=job.leased_until)
    mine.update(state=TransferState.ASKED, leased_until=None, next_attempt_at=until)
    announce("transfers")


def job_hand_on(job: TransferJob) -> None:
    """This worker's time is up: the next one goes on at once. It is no failure, and not counted as an attempt."""
    TransferJob.objects.filter(pk=job.pk, leased_until=job.leased_until).update(
        state=TransferState.QUEUED,
        leased_until=None,
        next_attempt_at=timezone.now(),
        attempts=job.attempts - 1,
        done=job.done,
        failed=job.failed,
    )
    announce("transfers")


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
    TransferJob.objects.filter(pk=job.pk, leased_until=job.leased_until).update(
        state=TransferState.RETRYING,
        error=error[:400],
        leased_until=None,
        next_attempt_at=timezone.now() + pause,
        done=job.done,
        failed=job.failed,
    )
    announce("transfers")
    return True
