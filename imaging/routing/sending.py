"""Sending objects to a node: resumable at every object, true about each, no faster than its line may be used."""

from django.db.models import Q, QuerySet, Sum

from imaging.archive.corrections.models import Correction
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import is_protected
from imaging.common.errors import LightboxError, Retriable
from imaging.common.live import announce
from imaging.common.said import kept, twins
from imaging.common.said import said as _
from imaging.dimse.lines import Line, node_back
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import associated
from imaging.dimse.scu.pace import watch_sending
from imaging.dimse.scu.store import Sent, contexts_for, instance_send
from imaging.orders.services import exam_event_add
from imaging.routing.commitments import commitment_ask
from imaging.routing.lease import job_end
from imaging.routing.models import ITEM_ERROR_LENGTH, ItemState, TransferItem, TransferJob, TransferKind, TransferState
from imaging.routing.progress import Progress

BUSY = range(0xA700, 0xA800)


class ReceiverBusy(Retriable):
    """The receiver has no room for now."""

    code = "receiver-busy"


def node_of(job: TransferJob) -> RemoteNode:
    """Raises LightboxError when it is gone, or was switched off."""
    if job.node is None:
        raise LightboxError(_("The node of this transfer is gone."))
    return job.node


def send_run(job: TransferJob) -> None:
    """Send what has not arrived yet. Raises PeerUnreachable, PeerLost or ReceiverBusy."""
    node = node_of(job)
    _leave_out(job, node)
    waiting = list(job.items.filter(state=ItemState.WAITING).select_related("instance__series").order_by("pk"))
    _count(job)
    if waiting:
        _send_all(job, node, waiting)
    _finish(job)


def _leave_out(job: TransferJob, node: RemoteNode) -> None:
    """What was rejected since this was asked for, and patients who were protected since then. Notes of rejection do go."""
    waiting = job.items.filter(state=ItemState.WAITING)
    told = Q(note__in=waiting.values("instance")) | Q(undo_note__in=waiting.values("instance"))
    notes = [note for pair in Correction.objects.filter(told).values_list("note", "undo_note") for note in pair if note]
    rejected = waiting.filter(instance__series__rejection__isnull=False).exclude(instance__in=notes)
    rejected.update(state=ItemState.FAILED, **kept(_("rejected since this was asked for"), ITEM_ERROR_LENGTH))
    if node.may_see_protected:
        return
    for study in Study.objects.filter(pk__in=waiting.values("instance__series__study")).select_related("matched_patient"):
        if is_protected(study):
            error = _("%(node)s is not set up to see protected patients.") % {"node": node.ae_title}
            waiting.filter(instance__series__study=study).update(state=ItemState.FAILED, **kept(error, ITEM_ERROR_LENGTH))


def _send_all(job: TransferJob, node: RemoteNode, items: list[TransferItem]) -> None:
    progress, line = Progress(job), Line(node)
    progress.note()
    originator = (job.asked_by_ae_title, job.asked_message_id or 0) if job.kind == TransferKind.MOVE else None
    contexts = contexts_for((item.instance.sop_class_uid, item.instance.transfer_syntax_uid) for item in items)

    def watch(octets: int) -> None:
        line.send(octets)
        progress.sent(octets)

    with associated(node.host, node.port, node.ae_title, contexts) as assoc:
        node_back(node=node)
        watch_sending(assoc, watch)
        for item in items:
            progress.hold_for(item.instance)
            _keep(job, item, instance_send(assoc, item.instance, originator=originator))
            progress.step()
    progress.measure()


def _keep(job: TransferJob, item: TransferItem, sent: Sent) -> None:
    """Write down how one object went. Raises ReceiverBusy when the receiver says that it has no room now."""
    if sent.status in BUSY:
        raise ReceiverBusy(_("%(node)s has no room: %(status)s") % {"node": job.node, "status": sent.words})
    taken = sent.is_success or sent.is_warning
    item.state = ItemState.DONE if taken else ItemState.FAILED
    item.error, item.error_values = kept("" if sent.is_success else sent.words, ITEM_ERROR_LENGTH).values()
    item.save(update_fields=["state", "error", "error_values"])
    job.done += taken
    job.failed += not taken
    job.bytes_done = (job.bytes_done or 0) + (item.instance.size_bytes if taken else 0)


def _count(job: TransferJob) -> None:
    job.total = job.items.count()
    job.done = job.items.filter(state=ItemState.DONE).count()
    job.failed = job.items.filter(state=ItemState.FAILED).count()
    job.bytes_total = _bytes(Instance.objects.filter(pk__in=job.items.values("instance")))
    job.bytes_done = _bytes(Instance.objects.filter(pk__in=job.items.filter(state=ItemState.DONE).values("instance")))


def _bytes(instances: QuerySet[Instance]) -> int:
    return int(instances.aggregate(octets=Sum("size_bytes"))["octets"] or 0)


def _finish(job: TransferJob) -> None:
    _count(job)
    if job.failed:
        error = _("%(failed)s of %(total)s objects were not taken") % {"failed": job.failed, "total": job.total}
        job_end(job, TransferState.FAILED, error)
        tell_failure(job, error)
        return
    job_end(job, TransferState.DONE)
    commitment_ask(job=job)
    if job.exam is not None and job.node is not None:
        exam_event_add(exam=job.exam, kind="sent", user=job.requested_by, ae_title=job.node.ae_title, images=job.done)
        announce("exams")


def tell_failure(job: TransferJob, error: str) -> None:
    """On the time-line of the exam whose images did not arrive."""
    if job.kind == TransferKind.SEND and job.exam is not None and job.node is not None:
        exam_event_add(exam=job.exam, kind="send_failed", **twins("error", error, ae_title=job.node.ae_title))
        announce("exams")
