"""Systems that hold images as they were before a correction, and telling them: the rejection note, then the corrected images.

Check, execute, audit. Who got what is known from transfers, and from retrievals in the audit trail.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import AuditEvent, User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.correction_models import Correction, CorrectionKind
from imaging.archive.models import Instance, Study
from imaging.archive.notes import note_of
from imaging.archive.selectors import is_protected
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.dimse.models import RemoteNode
from imaging.routing.models import ItemState, TransferItem, TransferJob, TransferKind
from imaging.routing.services import ACTIVE, items_create, transfer_start

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


def copies_of(correction: Correction) -> list[Copy]:
    """The systems that were sent any of the images, or fetched the study, before `correction`."""
    titles = sorted(_sent_to(correction) | _fetched_by(correction))
    nodes = {node.ae_title: node for node in RemoteNode.objects.filter(ae_title__in=titles)}
    told = _told(correction)
    return [Copy(title, nodes.get(title), told.get(title)) for title in titles]


def _sent_to(correction: Correction) -> set[str]:
    items = TransferItem.objects.filter(
        instance__series__in=correction.series.all(), state=ItemState.DONE, job__kind=TransferKind.SEND,
        job__created_at__lt=correction.created_at, job__node__isnull=False,
    )  # fmt: skip
    return set(items.values_list("job__node__ae_title", flat=True).distinct())


def _fetched_by(correction: Correction) -> set[str]:
    """By C-MOVE or C-GET; the rows are found by the patient's number, which has an index."""
    study = correction.source
    rows = AuditEvent.objects.filter(patient_number=study.patient_id[:64], act="images.retrieve", at__lt=correction.created_at)
    found = rows.values_list("study_instance_uid", "detail")[:RETRIEVALS_SEEN] if study.patient_id else []
    return {str(detail.get("node")) for uid, detail in found if uid == study.study_instance_uid and detail.get("node")}


def _told(correction: Correction) -> dict[str, TransferJob]:
    if correction.note_id is None:
        return {}
    items = TransferItem.objects.filter(instance=correction.note_id, job__node__isnull=False).select_related("job__node").order_by("pk")
    return {item.job.node.ae_title: item.job for item in items if item.job.node is not None}


@transaction.atomic
def correction_send(*, user: User, correction: Correction, node: RemoteNode, door: str = "page") -> TransferJob:
    """Send `node` the rejection note, and after it the images as they are now, where it may have them.

    Raises Forbidden (also for a node that may not see this patient), WrongState for a correction that was taken back, InvalidInput for
    a node that receives nothing, Conflict when it is being told already.
    """
    require(user, Act.ARCHIVE_CORRECT)
    locked = Correction.objects.select_for_update(of=("self",)).select_related("source", "target").get(pk=correction.pk)
    _check(locked, node)
    note = note_of(correction=locked)
    if TransferItem.objects.filter(instance=note, job__node=node, job__state__in=ACTIVE).exists():
        raise Conflict(_("%(node)s is being told already.") % {"node": node.ae_title})
    study = _lands_in(locked)
    job = TransferJob.objects.create(
        kind=TransferKind.SEND, study=study, exam=study.exam, node=node, requested_by=user, next_attempt_at=timezone.now(),
    )  # fmt: skip
    job.total = items_create(job, [note.pk, *_images_for(locked, node)])
    job.save(update_fields=["total"])
    audit_record(
        act="archive.tell", door=door, user=user, patient_number=locked.source.patient_id[:64], node=node.ae_title, correction=locked.pk,
        accession_number=locked.source.accession_number, study_instance_uid=locked.source.study_instance_uid, images=job.total - 1,
    )  # fmt: skip
    transfer_start(job)
    return job


def _check(correction: Correction, node: RemoteNode) -> None:
    if correction.undone_at is not None:
        raise WrongState(_("This correction was taken back."))
    if not (node.is_active and node.is_destination):
        raise InvalidInput(_("%(node)s is not set up to receive studies.") % {"node": node.ae_title}, field="node")
    if not node.may_see_protected and is_protected(correction.source):
        raise Forbidden(_("%(node)s is not set up to see protected patients.") % {"node": node.ae_title})


def _lands_in(correction: Correction) -> Study:
    return correction.target or correction.source


def _images_for(correction: Correction, node: RemoteNode) -> list[int]:
    """The corrected images; none of a protected patient whom the node may not see: there the note alone goes."""
    target = correction.target
    if correction.kind == CorrectionKind.REJECT or target is None or (is_protected(target) and not node.may_see_protected):
        return []
    rows = Instance.objects.filter(series__in=correction.series.all(), series__rejection=None)
    return list(rows.order_by("series_id", "instance_number", "pk").values_list("pk", flat=True))
