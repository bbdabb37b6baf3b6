"""C-MOVE for another system as a transfer: kept before the first object goes, so that a worker finishes what a killed process began."""

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from imaging.common.live import announce
from imaging.dimse.models import NodeLine
from imaging.dimse.moving import Move, Moved, Mover
from imaging.routing.lease import expires_at
from imaging.routing.models import ENDED, IDLE, ItemState, TransferItem, TransferJob, TransferKind, TransferState
from imaging.routing.running import transfer_run
from imaging.routing.services import items_create

# (0000,0700) -> our order: lower goes first.
PRIORITIES = {0: 5, 1: 2, 2: 8}


@transaction.atomic
def move_begin(move: Move) -> int:
    """Keep what is to be moved; whoever asked works on it at once, and a worker when that dies."""
    studies = {instance.series.study_id: instance.series.study for instance in move.instances}
    study = next(iter(studies.values())) if len(studies) == 1 else None
    job = TransferJob.objects.create(
        kind=TransferKind.MOVE, study=study, exam=study.exam if study else None, node=move.node,
        priority=PRIORITIES.get(move.priority, 5), asked_by_ae_title=move.asked_by[:16], asked_message_id=move.message_id,
        total=len(move.instances), next_attempt_at=timezone.now(), expires_at=expires_at(TransferKind.MOVE),
    )  # fmt: skip
    items_create(job, (instance.pk for instance in move.instances))
    transaction.on_commit(lambda: announce("transfers"))
    return job.pk


def move_look(pk: int) -> Moved:
    """Counts of the items themselves, true at any time."""
    job = TransferJob.objects.get(pk=pk)
    done, failed = Q(state=ItemState.DONE), Q(state=ItemState.FAILED)
    counted = job.items.aggregate(
        remaining=Count("pk", filter=Q(state=ItemState.WAITING)),
        completed=Count("pk", filter=done & Q(error="")),
        failed=Count("pk", filter=failed),
        warning=Count("pk", filter=done & ~Q(error="")),
    )
    lost = job.items.filter(failed).order_by("pk").first() if counted["failed"] else None
    return Moved(
        **counted,
        has_ended=job.state in ENDED,
        waits=job.state == TransferState.RETRYING or (job.state == TransferState.QUEUED and _is_away(job)),
        reason=lost.why if lost else job.why,
    )


def _is_away(job: TransferJob) -> bool:
    return NodeLine.objects.filter(node=job.node_id, away_since__isnull=False).exists()


def move_cancel(pk: int) -> None:
    """Stop after the object at hand; at once when nobody works on it."""
    TransferJob.objects.filter(pk=pk).update(cancel_requested=True)
    idle = Q(state__in=IDLE)
    TransferJob.objects.filter(idle, pk=pk).update(state=TransferState.CANCELLED, finished_at=timezone.now())


def move_undone(pk: int) -> list[str]:
    rows = TransferItem.objects.filter(job=pk).exclude(state=ItemState.DONE).order_by("pk")
    return list(rows.values_list("instance__sop_instance_uid", flat=True))


MOVER = Mover(begin=move_begin, work=lambda pk: transfer_run(pk=pk), look=move_look, cancel=move_cancel, undone=move_undone)
