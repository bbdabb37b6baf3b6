"""Asking for transfers, and taking that back. The row is the truth; a worker does the work (`running`)."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import may, require
from imaging.access.roles import Act
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import is_protected
from imaging.common.dicom import is_uid
from imaging.common.errors import Conflict, Forbidden, InvalidInput, NotFound, WrongState
from imaging.common.jobs import ring
from imaging.common.live import announce
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.orders.models import Exam
from imaging.patients.models import Patient
from imaging.routing.lease import expires_at
from imaging.routing.models import ACTIVE, ENDED, IDLE, ItemState, TransferItem, TransferJob, TransferKind, TransferState

RUN = "routing.run_transfer"
# 1 goes first, 9 last.
URGENT, FETCH, NORMAL, PREFETCH = 1, 3, 5, 6
FIRST, LAST = 1, 9
RETRIED_AT_ONCE = 200
PRIORS_FRESH = dt.timedelta(hours=12)


@transaction.atomic
def transfer_send(*, study: Study, node: RemoteNode, user: User | None = None, priority: int = 5, door: str = "page") -> TransferJob:
    """Send every object of `study` to `node`. The caller has made sure that `user` may see the study.

    Raises Forbidden (also for a node that may not see this patient), InvalidInput for a node that receives nothing, Conflict when the
    study is on its way there already.
    """
    if user is not None:
        require(user, Act.IMAGES_SEND)
    if not (node.is_active and node.is_destination):
        raise InvalidInput(_("%(node)s is not set up to receive studies.") % {"node": node.ae_title}, field="node")
    if not node.may_see_protected and is_protected(study):
        raise Forbidden(_("%(node)s is not set up to see protected patients.") % {"node": node.ae_title})
    Study.objects.select_for_update().get(pk=study.pk)  # two who ask at the same moment do so one after the other
    if TransferJob.objects.filter(study=study, node=node, kind=TransferKind.SEND, state__in=ACTIVE).exists():
        raise Conflict(_("This study is on its way to %(node)s already.") % {"node": node.ae_title})
    job = TransferJob.objects.create(
        kind=TransferKind.SEND,
        study=study,
        exam=study.exam,
        node=node,
        priority=priority,
        requested_by=user,
        next_attempt_at=timezone.now(),
        expires_at=expires_at(TransferKind.SEND),
    )
    items = (
        Instance.objects.filter(series__study=study, series__rejection=None)
        .order_by("series_id", "instance_number", "pk")
        .values_list("pk", flat=True)
    )
    job.total = items_create(job, items)
    job.save(update_fields=["total"])
    audit_record(
        act="transfer.send", door=door, user=user, patient_number=study.patient_id, accession_number=study.accession_number,
        study_instance_uid=study.study_instance_uid, node=node.ae_title, images=job.total,
    )  # fmt: skip
    transfer_start(job)
    return job


def items_create(job: TransferJob, instances: Iterable[int]) -> int:
    """What the job is to send, in this order. Returns how many."""
    return len(TransferItem.objects.bulk_create([TransferItem(job=job, instance_id=pk) for pk in instances], batch_size=500))


@transaction.atomic
def transfer_prefetch(*, exam: Exam) -> list[TransferJob]:
    """Ask every node that holds earlier studies for what is worth comparing with `exam`; nothing when there is no such node.

    Asked again only when the last answer is old: between an order and the patient's arrival more may have come there.
    """
    jobs = []
    fresh = Q(state__in=ACTIVE) | Q(state__in=(TransferState.DONE, TransferState.CANCELLED), created_at__gt=timezone.now() - PRIORS_FRESH)
    for node in RemoteNode.objects.filter(is_active=True, holds_priors=True):
        if TransferJob.objects.filter(fresh, exam=exam, node=node, kind=TransferKind.PREFETCH).exists():
            continue
        until = expires_at(TransferKind.PREFETCH)
        jobs.append(
            TransferJob.objects.create(
                kind=TransferKind.PREFETCH, exam=exam, node=node, priority=PREFETCH, next_attempt_at=timezone.now(), expires_at=until
            )
        )
    for job in jobs:
        transfer_start(job)
    return jobs


@transaction.atomic
def transfer_thumbnails(*, study: Study) -> TransferJob:
    """Prepare the small pictures of `study`, so that opening it finds them made."""
    waiting = TransferJob.objects.filter(study=study, kind=TransferKind.THUMBNAILS, state__in=ACTIVE).first()
    if waiting is not None:
        return waiting
    job = TransferJob.objects.create(kind=TransferKind.THUMBNAILS, study=study, exam=study.exam, priority=9, next_attempt_at=timezone.now())
    transfer_start(job)
    return job


def transfer_start(job: TransferJob) -> None:
    """Have a worker look at a new or changed row, and open pages too."""
    ring(RUN, job.pk)
    announce("transfers")


def _locked(job: TransferJob) -> TransferJob:
    found = TransferJob.objects.select_for_update().filter(pk=job.pk).first()
    if found is None:
        raise NotFound(_("There is no such transfer."))
    return found


@transaction.atomic
def transfer_cancel(*, job: TransferJob, user: User, door: str = "page") -> TransferJob:
    """Stop a transfer: at once when it waits, after the object at hand when it runs. Raises Forbidden, WrongState when it has ended."""
    _require_hand(job, user)
    locked = _locked(job)
    if locked.state in ENDED:
        raise WrongState(_("This transfer has ended already."))
    locked.cancel_requested = True
    if locked.state != TransferState.RUNNING:
        locked.state, locked.finished_at = TransferState.CANCELLED, timezone.now()
    locked.save()
    audit_record(act="transfer.cancel", door=door, user=user, job=job.pk)
    announce("transfers")
    return locked


@transaction.atomic
def transfer_retry(*, job: TransferJob, user: User, door: str = "page") -> TransferJob:
    """Begin again where a transfer ended: what has arrived is not sent twice. Raises Forbidden, WrongState for one still at work."""
    _require_hand(job, user)
    locked = _locked(job)
    if locked.state not in (TransferState.FAILED, TransferState.CANCELLED, TransferState.RETRYING):
        raise WrongState(_("Only a transfer that failed or was cancelled can be tried again."))
    locked.items.filter(state=ItemState.FAILED).update(state=ItemState.WAITING, error="", error_values=None)
    locked.state, locked.next_attempt_at, locked.leased_until = TransferState.QUEUED, timezone.now(), None
    locked.expires_at = expires_at(locked.kind)
    locked.attempts = locked.failed = 0
    locked.cancel_requested, locked.error, locked.finished_at = False, "", None
    locked.save()
    if may(user, Act.TRANSFER_MANAGE):  # its node would go on resting, and nothing be tried
        NodeLine.objects.filter(node=locked.node_id, away_since__isnull=False).update(next_try_at=timezone.now())
    audit_record(act="transfer.retry", door=door, user=user, job=job.pk)
    transfer_start(locked)
    return locked


def _require_hand(job: TransferJob, user: User) -> None:
    """Who asked for a transfer may stop it and try it again; everybody else needs the act."""
    if job.requested_by_id != user.pk:
        require(user, Act.TRANSFER_MANAGE)


@transaction.atomic
def transfer_prioritise(*, job: TransferJob, user: User, step: int, door: str = "page") -> TransferJob:
    """Let a transfer that waits go earlier (`step` below zero) or later. Raises Forbidden, WrongState when it waits no more."""
    _require_hand(job, user)
    locked = _locked(job)
    if locked.state not in IDLE:
        raise WrongState(_("This transfer does not wait."))
    locked.priority = min(LAST, max(FIRST, locked.priority + step))
    locked.save(update_fields=["priority"])
    audit_record(act="transfer.prioritise", door=door, user=user, job=job.pk, priority=locked.priority)
    announce("transfers")
    return locked


@transaction.atomic
def transfers_retry_failed(*, user: User, node: str = "", kind: str = "", door: str = "page") -> int:
    """Begin again the newest transfers that failed, of one node or kind or all; returns how many. Raises Forbidden."""
    require(user, Act.TRANSFER_MANAGE)
    wanted = {name: value for name, value in (("node__ae_title", node), ("kind", kind)) if value}
    failed = list(TransferJob.objects.filter(state=TransferState.FAILED, **wanted).order_by("-pk")[:RETRIED_AT_ONCE])
    for job in failed:
        transfer_retry(job=job, user=user, door=door)
    return len(failed)


@transaction.atomic
def node_try_now(*, user: User, node: RemoteNode, door: str = "page") -> None:
    """Try a node that does not answer at once, whatever its rest; the next transfer that waits for it is the probe.

    Raises Forbidden, WrongState for a node that does not rest.
    """
    require(user, Act.TRANSFER_MANAGE)
    if not NodeLine.objects.filter(node=node, away_since__isnull=False).update(next_try_at=timezone.now()):
        raise WrongState(_("%(node)s has answered again by now.") % {"node": node.ae_title})
    audit_record(act="transfer.try_node", door=door, user=user, node=node.ae_title)
    ring(RUN, 0)
    announce("transfers")


@transaction.atomic
def transfer_fetch(
    *, patient: Patient, node: RemoteNode, study_instance_uid: str, user: User, exam: Exam | None = None, door: str = "page"
) -> TransferJob:
    """Have `node` send us a study of `patient`, which somebody found there, from an exam or from the patient's page.

    The caller has made sure that `user` may see who it is; whether the study is this patient's, the node is asked once more. Raises
    Forbidden, InvalidInput, Conflict.
    """
    require(user, Act.IMAGES_SEND)
    if not (node.is_active and node.holds_priors):
        raise InvalidInput(_("%(node)s is not set up to be asked for earlier studies.") % {"node": node.ae_title}, field="node")
    if not is_uid(study_instance_uid):
        raise InvalidInput(_("This is no study."), field="study_instance_uid")
    RemoteNode.objects.select_for_update(of=("self",)).get(pk=node.pk)  # two who ask at the same moment do so one after the other
    same = TransferJob.objects.filter(kind=TransferKind.FETCH, remote_study_uid=study_instance_uid, node=node, state__in=ACTIVE)
    if same.exists():
        raise Conflict(_("This study is on its way here already."))
    job = TransferJob.objects.create(
        kind=TransferKind.FETCH, exam=exam, patient=None if exam else patient, node=node, remote_study_uid=study_instance_uid,
        priority=FETCH, requested_by=user, next_attempt_at=timezone.now(), expires_at=expires_at(TransferKind.FETCH),
    )  # fmt: skip
    audit_record(
        act="transfer.fetch", door=door, user=user, patient_number=patient.number, accession_number=exam.accession_number if exam else "",
        study_instance_uid=study_instance_uid, node=node.ae_title,
    )  # fmt: skip
    transfer_start(job)
    return job
