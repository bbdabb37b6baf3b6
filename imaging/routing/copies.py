"""Systems that hold images as they no longer are, and telling them: the rejection note for what they hold, then the images as they are.

So it is after a correction, and after one was taken back.

Check, execute, audit. Who got what is known from transfers, and from retrievals in the audit trail.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import AuditEvent, User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.notes import note_of, undo_note_of
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import is_protected
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.dimse.models import RemoteNode
from imaging.routing.lease import expires_at
from imaging.routing.models import ACTIVE, ItemState, StudyCopy, TransferItem, TransferJob, TransferKind
from imaging.routing.services import items_create, transfer_start

RETRIEVALS_SEEN = 500


@dataclass(frozen=True)
class Copy:
    """A system that holds the earlier images; `told` is the transfer that told it of the correction, if there was one."""

    ae_title: str
    node: RemoteNode | None
    told: TransferJob | None

    @property
    def can_be_told(self) -> bool:
        return self.node is not None and self.node.is_active and self.node.is_destination


@dataclass(frozen=True)
class Stale:
    """What no longer holds: images as they were in `study`, sent out within that time; they are in `now` since."""

    study: Study
    now: Study
    since: datetime | None
    until: datetime


def stale_by(correction: Correction) -> Stale:
    """Before a correction its images were as they came; one that was taken back leaves behind those that it had made."""
    if correction.undone_at is None:
        return Stale(correction.source, correction.target or correction.source, None, correction.created_at)
    return Stale(correction.target or correction.source, correction.source, correction.created_at, correction.undone_at)


def copies_of(correction: Correction) -> list[Copy]:
    """The systems that were sent any of the images, or fetched the study, as they no longer are.

    When a rejection was taken back, those that were told of it.
    """
    told = _told(correction)
    if correction.undone_at is not None and correction.kind == CorrectionKind.REJECT:
        titles = sorted(_told_by(correction.note_id))
    else:
        stale = stale_by(correction)
        titles = sorted(_sent_to(correction, stale) | _fetched_by(stale))
    nodes = {node.ae_title: node for node in RemoteNode.objects.filter(ae_title__in=titles)}
    return [Copy(title, nodes.get(title), told.get(title)) for title in titles]


def _sent_to(correction: Correction, stale: Stale) -> set[str]:
    items = TransferItem.objects.filter(
        instance__series__in=correction.series.all(), state=ItemState.DONE, job__kind=TransferKind.SEND,
        job__created_at__lt=stale.until, job__node__isnull=False,
    )  # fmt: skip
    if stale.since is not None:
        items = items.filter(job__created_at__gte=stale.since)
    # Of transfers that were cleaned away only the first is known: better told for nothing than not told.
    copies = StudyCopy.objects.filter(study=stale.study, first_sent_at__lt=stale.until)
    return set(items.values_list("job__node__ae_title", flat=True).distinct()) | set(copies.values_list("node__ae_title", flat=True))


def _fetched_by(stale: Stale) -> set[str]:
    """By C-MOVE or C-GET; the rows are found by the patient's number, which has an index."""
    study = stale.study
    rows = AuditEvent.objects.filter(patient_number=study.patient_id[:64], act="images.retrieve", at__lt=stale.until)
    rows = rows.filter(at__gte=stale.since) if stale.since is not None else rows
    found = rows.values_list("study_instance_uid", "detail")[:RETRIEVALS_SEEN] if study.patient_id else []
    return {str(detail.get("node")) for uid, detail in found if uid == study.study_instance_uid and detail.get("node")}


def _told(correction: Correction) -> dict[str, TransferJob]:
    """Who was told of how things are now; that a rejection was taken back, by the images themselves."""
    if correction.undone_at is None:
        return _told_by(correction.note_id)
    if correction.kind != CorrectionKind.REJECT:
        return _told_by(correction.undo_note_id)
    items = TransferItem.objects.filter(
        instance__series__in=correction.series.all(), job__node__isnull=False, job__kind=TransferKind.SEND,
        job__created_at__gte=correction.undone_at,
    )  # fmt: skip
    return _by_node(items)


def _told_by(note: int | None) -> dict[str, TransferJob]:
    return _by_node(TransferItem.objects.filter(instance=note, job__node__isnull=False)) if note is not None else {}


def _by_node(items: QuerySet[TransferItem]) -> dict[str, TransferJob]:
    rows = items.select_related("job__node").order_by("pk")
    return {item.job.node.ae_title: item.job for item in rows if item.job.node is not None}


@transaction.atomic
def correction_send(*, user: User, correction: Correction, node: RemoteNode, door: str = "page") -> TransferJob:
    """Send `node` the rejection note, and after it the images as they are now, where it may have them.

    Of a correction that was taken back the note rejects the corrected images; that a rejection was, the images alone tell.
    Raises Forbidden (also for a node that may not see this patient), InvalidInput for a node that receives nothing, WrongState when
    there is nothing to send, Conflict when it is being told already.
    """
    require(user, Act.ARCHIVE_CORRECT)
    locked = Correction.objects.select_for_update(of=("self",)).select_related("source", "target").get(pk=correction.pk)
    stale = stale_by(locked)
    _check(stale, node)
    images = _images_for(locked, node)
    sent = [*_note_for(locked), *images]
    if not sent:
        raise WrongState(_("There is nothing to send."))
    if TransferItem.objects.filter(instance=sent[0], job__node=node, job__state__in=ACTIVE).exists():
        raise Conflict(_("%(node)s is being told already.") % {"node": node.ae_title})
    job = TransferJob.objects.create(
        kind=TransferKind.SEND, study=stale.now, exam=stale.now.exam, node=node, requested_by=user, next_attempt_at=timezone.now(),
        expires_at=expires_at(TransferKind.SEND),
    )  # fmt: skip
    job.total = items_create(job, sent)
    job.save(update_fields=["total"])
    audit_record(
        act="archive.tell", door=door, user=user, patient_number=locked.source.patient_id[:64], node=node.ae_title, correction=locked.pk,
        accession_number=locked.source.accession_number, study_instance_uid=locked.source.study_instance_uid, images=len(images),
        taken_back=locked.undone_at is not None,
    )  # fmt: skip
    transfer_start(job)
    return job


def _check(stale: Stale, node: RemoteNode) -> None:
    if not (node.is_active and node.is_destination):
        raise InvalidInput(_("%(node)s is not set up to receive studies.") % {"node": node.ae_title}, field="node")
    if not node.may_see_protected and is_protected(stale.study):
        raise Forbidden(_("%(node)s is not set up to see protected patients.") % {"node": node.ae_title})


def _note_for(correction: Correction) -> list[int]:
    if correction.undone_at is None:
        return [note_of(correction=correction).pk]
    return [] if correction.kind == CorrectionKind.REJECT else [undo_note_of(correction=correction).pk]


def _images_for(correction: Correction, node: RemoteNode) -> list[int]:
    """The images as they are now; none of a protected patient whom the node may not see: there the note alone goes."""
    if correction.kind == CorrectionKind.REJECT and correction.undone_at is None:
        return []
    shown = [one.pk for one in correction.series.filter(rejection=None).select_related("study") if _may_have(node, one.study)]
    rows = Instance.objects.filter(series__in=shown)
    return list(rows.order_by("series_id", "instance_number", "pk").values_list("pk", flat=True))


def _may_have(node: RemoteNode, study: Study) -> bool:
    return node.may_see_protected or not is_protected(study)
