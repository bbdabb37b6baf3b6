"""Doing a transfer, as a worker: resumable at every object, true about each."""

import datetime as dt
import logging
import time
from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils.translation import gettext as _

from imaging.archive.models import Instance
from imaging.archive.thumbnails import thumbnail_make
from imaging.common.errors import LightboxError, Retriable
from imaging.common.jobs import ring
from imaging.common.live import announce
from imaging.dimse.scu.client import associated
from imaging.dimse.scu.store import Sent, contexts_for, instance_send, seconds_for
from imaging.orders.services import exam_event_add
from imaging.routing.commitments import commitment_ask, commitment_run
from imaging.routing.lease import LEASE, LeaseLost, is_cancelled, job_claim, job_end, job_hand_on, job_postpone, jobs_due, progress_keep
from imaging.routing.models import ItemState, TransferItem, TransferJob, TransferKind, TransferState
from imaging.routing.notices import notice_run
from imaging.routing.priors import priors_fetch

logger = logging.getLogger(__name__)
NOTE_SECONDS = 1.0
MOVE_NOTE_SECONDS = 0.1  # somebody waits for the counts, and may take the request back
BUSY = range(0xA700, 0xA800)
RUN = "routing.run_transfer"


class Cancelled(Exception):
    """A person has stopped the transfer."""


class ReceiverBusy(Retriable):
    """The receiver has no room for now."""

    code = "receiver-busy"


def due_transfers_ring() -> int:
    """Ring for every transfer that is due: new ones whose bell was lost, postponed ones, and those of workers that died."""
    due = jobs_due()
    with transaction.atomic():
        for pk in due:
            ring(RUN, pk)
    return len(due)


def transfer_run(*, pk: int) -> None:
    """Work on one transfer until it is done, fails, is postponed, is stopped, or is another's."""
    job = job_claim(pk)
    if job is None:
        return
    try:
        RUNNERS[TransferKind(job.kind)](job)
    except LeaseLost:
        logger.warning("Transfer %d was taken over by another worker", pk)
    except Cancelled:
        job_end(job, TransferState.CANCELLED)
    except Retriable as error:
        _postpone(job, str(error))
    except LightboxError as error:
        job_end(job, TransferState.FAILED, str(error))
        _tell_failure(job, str(error))
    except SoftTimeLimitExceeded:
        job_hand_on(job)
    except Exception:  # nothing that goes wrong may leave the row to nobody
        logger.exception("Transfer %d met a fault of ours", pk)
        _postpone(job, _("Lightbox could not do this; the fault has been logged."))


def _postpone(job: TransferJob, error: str) -> None:
    if not job_postpone(job, error):
        _tell_failure(job, error)


class Progress:
    """Keeps the row up to date about once a second, and notices that somebody wants to stop."""

    def __init__(self, job: TransferJob, every: float | None = None) -> None:
        self.job = job
        self.every = every
        self._noted = time.monotonic()

    def hold_for(self, instance: Instance) -> None:
        """Call before an object is sent: a large one on a slow line takes longer than a lease. Raises LeaseLost."""
        needed = dt.timedelta(seconds=seconds_for(instance))
        if needed > LEASE / 2:
            progress_keep(self.job, LEASE + needed)

    def step(self) -> None:
        """Call after each object. Raises Cancelled or LeaseLost."""
        if time.monotonic() - self._noted >= (NOTE_SECONDS if self.every is None else self.every):
            self.note()

    def note(self) -> None:
        self._noted = time.monotonic()
        progress_keep(self.job)
        if is_cancelled(self.job):
            raise Cancelled


def _run_send(job: TransferJob) -> None:
    node = job.node
    if node is None:
        raise LightboxError("the node of this transfer is gone")
    waiting = list(job.items.filter(state=ItemState.WAITING).select_related("instance__series").order_by("pk"))
    _count(job)
    originator = (job.asked_by_ae_title, job.asked_message_id or 0) if job.kind == TransferKind.MOVE else None
    if waiting:
        contexts = contexts_for((item.instance.sop_class_uid, item.instance.transfer_syntax_uid) for item in waiting)
        with associated(node.host, node.port, node.ae_title, contexts) as assoc:
            _send_all(job, waiting, lambda instance: instance_send(assoc, instance, originator=originator))
    _finish_send(job)


def _send_all(job: TransferJob, items: list[TransferItem], send: Callable[[Instance], Sent]) -> None:
    progress = Progress(job, MOVE_NOTE_SECONDS if job.kind == TransferKind.MOVE else None)
    progress.note()
    for item in items:
        progress.hold_for(item.instance)
        _keep(job, item, send(item.instance))
        progress.step()


def _keep(job: TransferJob, item: TransferItem, sent: Sent) -> None:
    """Write down how one object went. Raises ReceiverBusy when the receiver says that it has no room now."""
    if sent.status in BUSY:
        raise ReceiverBusy(f"{job.node} has no room: {sent.status:04X} {sent.reason}")
    taken = sent.is_success or sent.is_warning
    item.state = ItemState.DONE if taken else ItemState.FAILED
    item.error = "" if sent.is_success else f"{sent.status:04X} {sent.reason}"[:200]
    item.save(update_fields=["state", "error"])
    job.done += taken
    job.failed += not taken


def _count(job: TransferJob) -> None:
    job.total = job.items.count()
    job.done = job.items.filter(state=ItemState.DONE).count()
    job.failed = job.items.filter(state=ItemState.FAILED).count()


def _finish_send(job: TransferJob) -> None:
    _count(job)
    if job.failed:
        error = f"{job.failed} of {job.total} objects were not taken"
        job_end(job, TransferState.FAILED, error)
        _tell_failure(job, error)
        return
    job_end(job, TransferState.DONE)
    commitment_ask(job=job)
    if job.exam is not None and job.node is not None:
        exam_event_add(exam=job.exam, kind="sent", user=job.requested_by, ae_title=job.node.ae_title, images=job.done)
        announce("exams")


def _tell_failure(job: TransferJob, error: str) -> None:
    if job.kind == TransferKind.SEND and job.exam is not None and job.node is not None:
        exam_event_add(exam=job.exam, kind="send_failed", ae_title=job.node.ae_title, error=error)
        announce("exams")


def _run_prefetch(job: TransferJob) -> None:
    if job.exam is None or job.node is None:
        raise LightboxError("the exam or the node of this transfer is gone")
    progress = Progress(job)
    progress.note()

    def note(done: int, failed: int, total: int) -> None:
        job.done, job.failed, job.total = done, failed, total
        progress.step()

    priors_fetch(exam=job.exam, node=job.node, note=note)
    if job.failed:
        job_end(job, TransferState.FAILED, f"{job.failed} of {job.total} objects did not come")
    else:
        job_end(job, TransferState.DONE)


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
    TransferKind.SEND: _run_send,
    TransferKind.PREFETCH: _run_prefetch,
    TransferKind.THUMBNAILS: _run_thumbnails,
    TransferKind.MOVE: _run_send,
    TransferKind.COMMIT: commitment_run,
    TransferKind.NOTICE: notice_run,
}
