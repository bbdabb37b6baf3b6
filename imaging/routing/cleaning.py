"""Old transfers go, so that their table does not grow for ever; what they did stays in the time-line and the audit trail."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imaging.routing.models import StudyCopy, TransferItem, TransferJob, TransferKind

JOBS_AT_ONCE = 20
TURNS = 500


def transfers_clean() -> int:
    """Delete transfers that ended longer ago than LIGHTBOX_TRANSFER_DAYS, a few at a time; returns how many went."""
    before, gone = timezone.now() - dt.timedelta(days=settings.TRANSFER_DAYS), 0
    for _turn in range(TURNS):
        old = list(TransferJob.objects.filter(finished_at__lt=before).order_by("finished_at").values_list("pk", flat=True)[:JOBS_AT_ONCE])
        if not old:
            break
        with transaction.atomic():
            _note_copies(old)
            TransferItem.objects.filter(job__in=old).delete()
            TransferJob.objects.filter(pk__in=old, finished_at__lt=before).delete()
        gone += len(old)
    return gone


def _note_copies(jobs: list[int]) -> None:
    """Who corrects a study has to know the systems that hold it, however long ago it was sent there."""
    sent = TransferJob.objects.filter(pk__in=jobs, kind=TransferKind.SEND, done__gt=0, study__isnull=False, node__isnull=False)
    rows = sent.order_by("created_at").values_list("study", "node", "created_at")
    StudyCopy.objects.bulk_create(
        [StudyCopy(study_id=study, node_id=node, first_sent_at=at) for study, node, at in rows], ignore_conflicts=True
    )
