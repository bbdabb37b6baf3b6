"""The audit trail as a chain: each row holds the hash of the one before it, so that a row that was changed or taken away shows."""

import hashlib
import json
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from imaging.access.models import AuditEvent, AuditHead
from imaging.common.rows import columns_of, insert_from

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
# Who moves the head on has its row locked, so links are numbered in the order of the chain.
MOVED_ON = "WITH head AS (UPDATE imaging_audithead SET last_hash = %s WHERE name = 'main' AND last_hash = %s RETURNING name)"


class _Seen:
    """The newest link that this process knows. Others add links too: the database says whether it still is the newest."""

    link = FIRST_LINK


def chain_add(event: AuditEvent) -> None:
    """Add `event` to the chain, as its newest link.

    PostgreSQL does so in one statement while no other process adds links in between; else, and elsewhere, the head is locked first.
    """
    if connection.vendor != "postgresql" or not _added_at_once(event, _Seen.link):
        with transaction.atomic():
            head = AuditHead.objects.select_for_update().filter(name="main").first() or _first_head()
            _link(event, head.last_hash)
            event.save(force_insert=True)
            AuditHead.objects.filter(name="main").update(last_hash=event.row_hash)
    _Seen.link = event.row_hash


def _added_at_once(event: AuditEvent, newest: str) -> bool:
    """Add `event` after the link `newest`; False, and nothing added, when that is not the newest any more."""
    _link(event, newest)
    columns = columns_of(event)
    with connection.cursor() as cursor:
        cursor.execute(f"{MOVED_ON} {insert_from(event, columns, 'head')} RETURNING id", [event.row_hash, newest, *columns.values()])
        row = cursor.fetchone()
    if row is None:
        return False
    event.pk, event._state.adding = row[0], False
    return True


def _link(event: AuditEvent, previous: str) -> None:
    event.at, event.previous_hash = timezone.now(), previous
    event.row_hash = row_hash(event)


def _first_head() -> AuditHead:
    """The end of a chain that has no row yet, locked; two may come at once."""
    AuditHead.objects.get_or_create(name="main")
    return AuditHead.objects.select_for_update().get(name="main")


def row_hash(event: AuditEvent) -> str:
    """SHA-256 over everything that the row says and the hash of the row before it."""
    values = {name: getattr(event, name) for name in HASHED_FIELDS} | {"at": event.at.isoformat(), "user": event.user_id}
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


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
