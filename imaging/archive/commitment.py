"""Storage commitment (PS3.4 Annex J): asked for by a peer, kept as a row, answered after the files have been read again."""

import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imaging.archive.committed import commitment_exams_note, exams_of_images
from imaging.archive.corrections.names import instance_by_name
from imaging.archive.models import CommitmentRequest, CommitmentState, Instance
from imaging.archive.places import place_named
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add

NO_SUCH_INSTANCE, CLASS_CONFLICT, DAMAGED = 0x0112, 0x0119, 0x0110
OPEN = (CommitmentState.REQUESTED, CommitmentState.CHECKED)
FIRST_SECONDS, LONGEST_SECONDS, LEASE_SECONDS = 15, 3600, 300
ATTEMPTS = 12
Reference = list[str]


@transaction.atomic
def commitment_request(*, transaction_uid: str, ae_title: str, address: str, references: Sequence[Reference]) -> CommitmentRequest:
    """Keep the request; the same transaction asked for again by the same peer is answered anew."""
    request, _made = CommitmentRequest.objects.update_or_create(
        transaction_uid=transaction_uid,
        ae_title=ae_title,
        defaults={
            "address": address,
            "references": list(references),
            "failures": [],
            "state": CommitmentState.REQUESTED,
            "attempts": 0,
            "error": "",
            "next_attempt_at": timezone.now() + dt.timedelta(seconds=FIRST_SECONDS),
        },
    )
    return request


def commitment_hold(*, request: CommitmentRequest) -> None:
    """Keep `request` for whoever works on it now, so that nobody else answers it too."""
    until = timezone.now() + dt.timedelta(seconds=LEASE_SECONDS)
    CommitmentRequest.objects.filter(pk=request.pk).update(next_attempt_at=until)


def commitment_check(*, request: CommitmentRequest) -> CommitmentRequest:
    """Read every named file again and compare its digest; what is not safe with us becomes a failure with its reason.

    The request is held meanwhile: reading thousands of files takes longer than a lease.
    """
    failures = []
    commitment_hold(request=request)
    held_at = time.monotonic()
    for sop_class_uid, sop_instance_uid in request.references:
        if time.monotonic() - held_at > LEASE_SECONDS / 4:
            commitment_hold(request=request)
            held_at = time.monotonic()
        reason = _reason(sop_class_uid, sop_instance_uid)
        if reason:
            failures.append([sop_class_uid, sop_instance_uid, reason])
    request.failures, request.state = failures, CommitmentState.CHECKED
    request.save(update_fields=["failures", "state"])
    commitment_exams_note(request=request)
    return request


def _reason(sop_class_uid: str, sop_instance_uid: str) -> int:
    instance = instance_by_name(sop_instance_uid)
    if instance is None:
        return NO_SUCH_INSTANCE
    if instance.sop_class_uid != sop_class_uid:
        return CLASS_CONFLICT
    return 0 if file_is_whole(instance) else DAMAGED


def digest_of(pieces: Iterable[bytes]) -> str:
    """SHA-256 of what a place streams."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def file_is_whole(instance: Instance) -> bool:
    """Whether the file is there and its SHA-256 is the one that it had when it was put there."""
    try:
        return digest_of(place_named(instance.tier).pieces(instance.path)) == instance.sha256
    except OSError:
        return False


def commitments_due() -> list[int]:
    """Requests whose next attempt is due."""
    rows = CommitmentRequest.objects.filter(state__in=OPEN, next_attempt_at__lte=timezone.now())
    return list(rows.order_by("next_attempt_at").values_list("pk", flat=True)[:50])


def commitment_claim(*, pk: int) -> CommitmentRequest | None:
    """Take a due request for this worker alone; None when another one has it."""
    now = timezone.now()
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    claimed = CommitmentRequest.objects.filter(pk=pk, state__in=OPEN, next_attempt_at__lte=now).update(next_attempt_at=until)
    return CommitmentRequest.objects.get(pk=pk) if claimed else None


@transaction.atomic
def commitment_answered(*, request: CommitmentRequest) -> None:
    """The peer has taken our answer; told on the time-line of every exam concerned."""
    request.state, request.answered_at, request.error = CommitmentState.ANSWERED, timezone.now(), ""
    request.save(update_fields=["state", "answered_at", "error"])
    failed = {failure[1] for failure in request.failures}
    for exam_id, images in exams_of_images([uid for _class, uid in request.references if uid not in failed]).items():
        exam = Exam.objects.get(pk=exam_id)
        exam_event_add(exam=exam, kind="committed", actor=settings.AE_TITLE, ae_title=request.ae_title, images=images)


def commitment_failed(*, request: CommitmentRequest, error: str) -> None:
    """The answer did not get through: later again, with growing pauses, and in the end given up."""
    request.attempts += 1
    request.error = error[:200]
    if request.attempts >= ATTEMPTS:
        request.state = CommitmentState.FAILED
    pause = min(LONGEST_SECONDS, FIRST_SECONDS * 2**request.attempts)
    request.next_attempt_at = timezone.now() + dt.timedelta(seconds=pause)
    request.save(update_fields=["attempts", "error", "state", "next_attempt_at"])
