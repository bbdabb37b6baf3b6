"""Doing a transfer, as a worker."""

import logging
from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from imaging.archive.models import Instance
from imaging.archive.pictures.thumbnails import thumbnail_make
from imaging.common.errors import LightboxError, Retriable
from imaging.common.jobs import ring
from imaging.common.said import said as _
from imaging.common.said import words_of
from imaging.dimse.lines import node_away, node_back
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import PeerDeclined, PeerUnreachable
from imaging.routing.commitments import commitment_run
from imaging.routing.fetching import fetch_run, prefetch_run
from imaging.routing.lease import (
    LeaseLost,
    job_claim,
    job_claim_next,
    job_end,
    job_hand_on,
    job_postpone,
    job_wait_for_node,
    jobs_due,
    jobs_expired,
    window_wait,
)
from imaging.routing.models import TransferJob, TransferKind, TransferState
from imaging.routing.notices import notice_run
from imaging.routing.progress import Cancelled, Progress, WindowClosed
from imaging.routing.sending import send_run, tell_failure
from imaging.routing.services import RUN

logger = logging.getLogger(__name__)


def due_transfers_ring() -> int:
    """Ring for every transfer that may begin: new ones whose bell was lost, postponed ones, those whose node rested long enough, and those
    of workers that died. What has waited for its node too long fails."""
    for job in jobs_expired():
        _give_up(job)
    due = jobs_due()
    with transaction.atomic():
        for pk in due:
            ring(RUN, pk)
    return len(due)


def _give_up(job: TransferJob) -> None:
    error = _("%(node)s has not answered in all this time.") % {"node": job.node.ae_title if job.node else ""}
    job_end(job, TransferState.FAILED, error)
    tell_failure(job, error)


def transfer_run_next() -> None:
    """Work on the transfer whose turn it is, and have the next one rung for."""
    job = job_claim_next()
    if job is None:
        return
    _run(job)
    with transaction.atomic():
        for pk in jobs_due()[:1]:
            ring(RUN, pk)


def transfer_run(*, pk: int) -> None:
    """Work on this one transfer, for somebody who waits for it, unless it is another worker's or its node is busy."""
    job = job_claim(pk, is_awaited=True)
    if job is not None:
        _run(job)


def _run(job: TransferJob) -> None:
    """Until it is done, fails, is postponed, or is stopped."""
    try:
        _attempt(job)
    except PeerUnreachable as error:
        _wait(job, job.node, words_of(error))
    except SoftTimeLimitExceeded:
        job_hand_on(job)
    except Exception:  # nothing that goes wrong may leave the row to nobody
        logger.exception("Transfer %d met a fault of ours", job.pk)
        _postpone(job, _("Lightbox could not do this; the fault has been logged."))
    else:
        if job.node is not None:
            node_back(node=job.node)


def _attempt(job: TransferJob) -> None:
    """What ends without the node's having answered is raised."""
    try:
        RUNNERS[TransferKind(job.kind)](job)
    except LeaseLost:
        logger.warning("Transfer %d was taken over by another worker", job.pk)
    except Cancelled:
        job_end(job, TransferState.CANCELLED)
    except WindowClosed as closed:
        _until_window(job, closed)
    except PeerUnreachable as error:
        if not isinstance(error, PeerDeclined):
            raise
        _postpone(job, words_of(error))
    except Retriable as error:
        _postpone(job, words_of(error))
    except LightboxError as error:
        job_end(job, TransferState.FAILED, words_of(error))
        tell_failure(job, words_of(error))


def _until_window(job: TransferJob, closed: WindowClosed) -> None:
    job_hand_on(job, closed.at)
    if job.rule is not None:
        window_wait(job.rule, closed.at)


def _wait(job: TransferJob, node: RemoteNode | None, error: str) -> None:
    if node is not None:
        node_away(node=node, error=error)
    job_wait_for_node(job, error)


def _postpone(job: TransferJob, error: str) -> None:
    if not job_postpone(job, error):
        tell_failure(job, error)


def _run_thumbnails(job: TransferJob) -> None:
    """One for each series (its middle object), and each frame source that a list shows; a picture that cannot be made is counted."""
    progress = Progress(job)
    instances = list(_pictured(job))
    job.total, job.done, job.failed = len(instances), 0, 0
    progress.note()
    for instance in instances:
        made = thumbnail_make(instance)
        job.done += made
        job.failed += not made
        progress.step()
    job_end(job, TransferState.DONE)


def _pictured(job: TransferJob) -> list[Instance]:
    """The object that stands for each series: the middle one."""
    if job.study is None:
        return []
    found = []
    for series in job.study.series.filter(rejection=None):
        rows = list(series.instances.filter(number_of_frames__gt=0).order_by("instance_number", "pk").values_list("pk", flat=True))
        if rows:
            found.append(rows[len(rows) // 2])
    return list(Instance.objects.filter(pk__in=found).select_related("metadata"))


RUNNERS: dict[TransferKind, Callable[[TransferJob], None]] = {
    TransferKind.SEND: send_run,
    TransferKind.PREFETCH: prefetch_run,
    TransferKind.FETCH: fetch_run,
    TransferKind.THUMBNAILS: _run_thumbnails,
    TransferKind.MOVE: send_run,
    TransferKind.COMMIT: commitment_run,
    TransferKind.NOTICE: notice_run,
}
