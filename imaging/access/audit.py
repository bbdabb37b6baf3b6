"""Writing and checking the audit trail."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from imaging.access.models import AuditEvent, AuditHead, Outcome, User
from imaging.common.memory import forget, is_new

SAME_LOOK_SECONDS = 600
FIRST_LINK = "0" * 64
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
        head = AuditHead.objects.select_for_update().filter(name="main").first() or _first_head()
        event = AuditEvent(
            at=timezone.now(), user=user, actor=actor or (user.label if user else "Lightbox"), door=door, act=act, outcome=outcome,
            patient_number=patient_number, accession_number=accession_number, study_instance_uid=study_instance_uid, address=address,
            detail=detail, previous_hash=head.last_hash,
        )  # fmt: skip
        event.row_hash = row_hash(event)
        event.save(force_insert=True)
        AuditHead.objects.filter(name="main").update(last_hash=event.row_hash)
    return event


def _first_head() -> AuditHead:
    """The end of a chain that has no row yet, locked; two may come at once."""
    AuditHead.objects.get_or_create(name="main")
    return AuditHead.objects.select_for_update().get(name="main")


def audit_look(*, act: str, door: str, key: str, user: User | None = None, actor: str = "", **about: Any) -> None:
    """Record that `user`, or the system `actor`, looks at something, once in ten minutes for the same `key`: a study is one look, not
    one per frame. Another sight of the same thing (masked, then open) is another look."""
    told = json.dumps([key, actor, about], sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()  # what was typed in a search may be no cache key
    once = f"look:{user.pk if user else ''}:{act}:{door}:{digest}"
    if not is_new(once, SAME_LOOK_SECONDS):
        return
    try:
        audit_record(act=act, door=door, user=user, actor=actor, **about)
    except BaseException:
        forget(once)  # nothing was written: the next look must be
        raise


def audit_list(*, user: User, act: str, door: str, **narrowed: str) -> None:
    """Record that `user` reads a list with patients in it; `narrowed` is what was asked for."""
    asked = {name: text for name, text in narrowed.items() if text}
    audit_look(user=user, act=act, door=door, key="", **asked)


def broken_links(events: Iterator[AuditEvent]) -> Iterator[AuditEvent]:
    """The rows of `events` (in order of id, from the first) whose hash or link to the row before is wrong."""
    expected = FIRST_LINK
    for event in events:
        if event.previous_hash != expected or event.row_hash != row_hash(event):
            yield event
        expected = event.row_hash


def last_row_is_missing() -> bool:
    """Whether rows were cut off at the end: the newest row is not the one that was added last."""
    with transaction.atomic():  # nobody adds a row between the two questions
        head = AuditHead.objects.select_for_update().filter(name="main").first()
        newest = AuditEvent.objects.order_by("-id").values_list("row_hash", flat=True).first()
    return (newest or FIRST_LINK) != (head.last_hash if head else FIRST_LINK)
