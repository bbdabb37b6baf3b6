"""Asking another archive whether it keeps what we sent (PS3.4 Annex J, as SCU): a transfer of its own, asked again until it answers."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imaging.common.dicom import uid_new
from imaging.common.errors import LightboxError
from imaging.common.live import announce
from imaging.common.said import kept, twins
from imaging.common.said import said as _
from imaging.dimse.scu.commitment import commitment_ask_node
from imaging.orders.services import exam_event_add
from imaging.routing.lease import ATTEMPTS, expires_at, job_ask
from imaging.routing.models import ERROR_LENGTH, ITEM_ERROR_LENGTH, ItemState, TransferItem, TransferJob, TransferKind, TransferState
from imaging.routing.services import transfer_start

OPEN = (TransferState.RUNNING, TransferState.ASKED, TransferState.RETRYING)


@transaction.atomic
def commitment_ask(*, job: TransferJob) -> TransferJob | None:
    """After `job` has sent its objects: ask its node for commitment, when it is set up so. A bad answer fails the new transfer."""
    if job.node is None or not (job.node.is_asked_for_commitment or (job.rule is not None and job.rule.asks_commitment)):
        return None
    asked = TransferJob.objects.create(
        kind=TransferKind.COMMIT, study=job.study, exam=job.exam, node=job.node, priority=job.priority, requested_by=job.requested_by,
        total=job.total, next_attempt_at=timezone.now(), expires_at=expires_at(TransferKind.COMMIT),
    )  # fmt: skip
    sent = job.items.filter(state=ItemState.DONE).order_by("pk").values_list("instance", flat=True)
    TransferItem.objects.bulk_create([TransferItem(job=asked, instance_id=pk) for pk in sent], batch_size=500)
    transfer_start(asked)
    return asked


def commitment_run(job: TransferJob) -> None:
    """N-ACTION with a transaction of its own; the answer comes on the same association, or later on one of the node's.

    Raises PeerUnreachable or PeerLost.
    """
    node = job.node
    if node is None:
        raise LightboxError(_("The node of this transfer is gone."))
    if job.attempts > ATTEMPTS:
        raise LightboxError(_("%(node)s has not answered in all this time.") % {"node": node.ae_title})
    job.transaction_uid = uid_new()
    TransferJob.objects.filter(pk=job.pk).update(transaction_uid=job.transaction_uid)
    job.items.update(state=ItemState.WAITING, **kept("", ITEM_ERROR_LENGTH))
    references = list(job.items.order_by("pk").values_list("instance__sop_class_uid", "instance__sop_instance_uid"))
    commitment_ask_node(node=node, transaction_uid=job.transaction_uid, references=references)
    job_ask(job, timezone.now() + dt.timedelta(seconds=settings.COMMITMENT_ANSWER_SECONDS))


@transaction.atomic
def commitment_settle(*, ae_title: str, transaction_uid: str, safe: set[str], failures: dict[str, int]) -> bool:
    """The node's answer: an object counts as safe only when it is named as such. False when we never asked that, or have the answer."""
    job = TransferJob.objects.select_for_update().filter(transaction_uid=transaction_uid, kind=TransferKind.COMMIT).first()
    if job is None or job.node is None or job.node.ae_title != ae_title:
        return False
    if job.state not in OPEN:
        return True
    for item in job.items.select_related("instance"):
        uid = item.instance.sop_instance_uid
        if uid in safe and uid not in failures:
            item.state, why = ItemState.DONE, ""
        else:
            item.state, why = ItemState.FAILED, _why(failures.get(uid))
        item.error, item.error_values = kept(why, ITEM_ERROR_LENGTH).values()
        item.save(update_fields=["state", "error", "error_values"])
    _end(job)
    return True


def _why(reason: int | None) -> str:
    return _("not named in the answer") if reason is None else _("not kept there (%(reason)s)") % {"reason": f"{reason:04X}"}


def _end(job: TransferJob) -> None:
    job.done = job.items.filter(state=ItemState.DONE).count()
    job.failed = job.total - job.done
    job.state = TransferState.FAILED if job.failed else TransferState.DONE
    error = _("%(failed)s of %(total)s objects are not safe there") % {"failed": job.failed, "total": job.total} if job.failed else ""
    job.error, job.error_values = kept(error, ERROR_LENGTH).values()
    job.finished_at, job.leased_until = timezone.now(), None
    job.save()
    _tell(job, error)
    announce("transfers")


def _tell(job: TransferJob, error: str) -> None:
    if job.exam is None or job.node is None:
        return
    about: dict[str, Any] = {"ae_title": job.node.ae_title, "images": job.done}
    if job.failed:
        exam_event_add(exam=job.exam, kind="commitment_refused", **twins("error", error, ae_title=job.node.ae_title))
    else:
        exam_event_add(exam=job.exam, kind="commitment_received", **about)
    announce("exams")
