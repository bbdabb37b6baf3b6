"""Writing and checking the audit trail."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from imaging.access.models import AuditEvent, AuditHead, Outcome, User

SAME_LOOK_SECONDS = 600
HASHED_FIELDS = (
    "actor",
    "door",
    "act",
    "outcome",
    "patient_number",
    "accession_number",
    "study_instance_uid",
    "address",
    "detail",
    "previous_hash",
)


def row_hash(event: AuditEvent) -> str:
    """SHA-256 over everything that the row says and the hash of the row before it."""
    values = {name: getattr(event, name) for name in HASHED_FIELDS} | {"at": event.at.isoformat(), "user": event.user_id}
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def audit_record(
    *,
    act: str,
    door: str,
    user: User | None = None,
    actor: str = "",
    outcome: str = Outcome.SUCCESS,
    patient_number: str = "",
    accession_number: str = "",
    study_instance_uid: str = "",
    address: str = "",
    **detail: Any,
) -> AuditEvent:
    """Add one row to the chain. `door` is page, api, dicomweb, dicom or hl7; `actor` names a system where there is no `user`."""
    with transaction.atomic():
        AuditHead.objects.get_or_create(name="main")
        head = AuditHead.objects.select_for_update().get(name="main")
        event = AuditEvent(
            at=timezone.now(), user=user, actor=actor or (user.label if user else "Lightbox"), door=door, act=act, outcome=outcome,
            patient_number=patient_number, accession_number=accession_number, study_instance_uid=study_instance_uid, address=address,
            detail=detail, previous_hash=head.last_hash,
        )  # fmt: skip
        event.row_hash = row_hash(event)
        event.save(force_insert=True)
        AuditHead.objects.filter(name="main").update(last_hash=event.row_hash)
    return event


def audit_look(*, user: User, act: str, door: str, key: str, **about: Any) -> None:
    """Record that `user` looks at something, once in ten minutes for the same `key`: a study is one look, not one per frame."""
    digest = hashlib.sha256(key.encode()).hexdigest()  # what was typed in a search may be no cache key
    if cache.add(f"look:{user.pk}:{act}:{door}:{digest}", 1, SAME_LOOK_SECONDS):
        audit_record(act=act, door=door, user=user, **about)


def broken_links(events: Iterator[AuditEvent]) -> Iterator[AuditEvent]:
    """The rows of `events` (in order of id, from the first) whose hash or link to the row before is wrong."""
    expected = "0" * 64
    for event in events:
        if event.previous_hash != expected or event.row_hash != row_hash(event):
            yield event
        expected = event.row_hash
