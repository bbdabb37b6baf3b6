"""Telling other systems that the images of a study are here (Instance Availability Notification, PS3.4 Annex R; IHE RAD-49)."""

from django.db import transaction
from django.utils import timezone

from imaging.archive.models import Study
from imaging.archive.selectors import is_protected
from imaging.common.errors import LightboxError
from imaging.common.said import said as _
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.availability import availability_notify
from imaging.routing.lease import expires_at, job_end
from imaging.routing.models import IDLE, TransferJob, TransferKind, TransferState
from imaging.routing.services import transfer_start


@transaction.atomic
def notices_send(*, study: Study) -> list[TransferJob]:
    """Tell every node that wants to know of `study` as it is now; one that waits to be told already is told of everything then."""
    made = []
    for node in RemoteNode.objects.filter(is_active=True, is_told_of_images=True):
        told = TransferJob.objects.filter(study=study, node=node, kind=TransferKind.NOTICE)
        is_known = told.filter(state=TransferState.DONE, total=study.instance_count).exists() or told.filter(state__in=IDLE).exists()
        if is_known or (not node.may_see_protected and is_protected(study)):
            continue
        made.append(_notice(study, node))
    return made


def _notice(study: Study, node: RemoteNode) -> TransferJob:
    job = TransferJob.objects.create(
        kind=TransferKind.NOTICE,
        study=study,
        exam=study.exam,
        node=node,
        total=study.instance_count,
        next_attempt_at=timezone.now(),
        expires_at=expires_at(TransferKind.NOTICE),
    )
    transfer_start(job)
    return job


def notice_run(job: TransferJob) -> None:
    """N-CREATE with everything that the study has by now. Raises PeerUnreachable or PeerLost."""
    if job.node is None or job.study is None:
        raise LightboxError(_("The node or the study of this transfer is gone."))
    told = availability_notify(node=job.node, study=job.study)
    job.total = job.done = told
    job_end(job, TransferState.DONE)
