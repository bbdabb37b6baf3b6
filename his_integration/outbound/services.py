"""Sending what is queued: one sender a destination at a time, in order, each message again until it is acknowledged.

The network is never used inside a transaction. An attempt is written down before it is made, so a killed worker leaves a row that is tried
again under the same control id, which the receiver knows.
"""

import datetime as dt
import logging
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from his_integration.messages.destinations import address_of
from his_integration.messages.models import Destination, Direction, Message, MessageState
from his_integration.messages.reading import msa_of, read
from his_integration.messages.services import SEND_TASK
from his_integration.messages.text import Segment
from his_integration.mllp.errors import NotConnected, TransportError
from his_integration.mllp.sender import CONNECT_SECONDS, Sender
from imaging.common.jobs import ring
from imaging.common.live import announce
from imaging.orders.services import exam_event_add

logger = logging.getLogger(__name__)
WAITING = (MessageState.QUEUED, MessageState.SENT)
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 300
LEASE_MARGIN_SECONDS = 20
MOST_AT_ONCE = 500
TAKEN = frozenset({"AA", "CA"})
# One open connection a destination in each process; the lease lets only one process use its own at a time.
_senders: dict[str, Sender] = {}


def destination_send(*, name: str) -> None:
    """Send what is due for `name`, oldest first, until nothing is left, the receiver fails, or another sender is at it."""
    while address_of(name) and _next_due(name) is not None:
        lease = _lease(name)
        if lease is None:
            return
        try:
            goes_on = _send_all(name, lease)
        finally:
            Destination.objects.filter(name=name, lease=lease).update(leased_until=None)
        if not goes_on:
            return


def _send_all(name: str, lease: str) -> bool:
    """Whether the receiver took everything given to it. Ends after MOST_AT_ONCE messages and rings for the rest."""
    for _number in range(MOST_AT_ONCE):
        row = _next_due(name)
        if row is None:
            return True
        if not _renew(name, lease) or not _send(row):
            return False
    ring(SEND_TASK, 0)
    return False


def _next_due(name: str) -> Message | None:
    """The oldest message that was not answered yet. While it waits for its next attempt the ones behind it wait too: order is kept."""
    rows = Message.objects.filter(direction=Direction.OUT, destination=name, state__in=WAITING)
    row = rows.select_related("exam").order_by("id").first()
    return row if row is not None and (row.next_attempt_at is None or row.next_attempt_at <= timezone.now()) else None


def _lease(name: str) -> str | None:
    Destination.objects.get_or_create(name=name)
    lease, now = str(uuid.uuid4()), timezone.now()
    free = Destination.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), name=name)
    return lease if free.update(lease=lease, leased_until=now + _lease_time()) else None


def _renew(name: str, lease: str) -> bool:
    return bool(Destination.objects.filter(name=name, lease=lease).update(leased_until=timezone.now() + _lease_time()))


def _lease_time() -> dt.timedelta:
    return dt.timedelta(seconds=2 * settings.HL7_ACK_SECONDS + CONNECT_SECONDS + LEASE_MARGIN_SECONDS)


def wait_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many attempts: 5 s, 10 s, 20 s and so on, never more than five minutes, and for ever."""
    return dt.timedelta(seconds=min(FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, 10), LONGEST_WAIT_SECONDS))


def _send(row: Message) -> bool:
    """One attempt. Whether the receiver answered at all."""
    _begin_attempt(row)
    try:
        answer = _sender(row.destination).exchange(bytes(row.raw), lambda raw: msa_of(raw, row.control_id) is not None)
    except TransportError as error:
        logger.warning("HL7 %s %s to %s: %s", row.message_type, row.control_id, row.destination, error)
        message_unanswered(row=row, error=error)
        return False
    message_answered(row=row, answer=answer)
    return True


def _sender(name: str) -> Sender:
    address = address_of(name)
    sender = _senders.get(name)
    if sender is None or sender.name != address or sender.ack_seconds != settings.HL7_ACK_SECONDS:
        close_senders(name)
        try:
            sender = _senders[name] = Sender(address, ack_seconds=settings.HL7_ACK_SECONDS)
        except ValueError as error:
            raise NotConnected(f"LIGHTBOX_HL7_OUT: {error}") from error
    return sender


def close_senders(*names: str) -> None:
    """Close the connections kept open; all of them when none is named."""
    for name in names or list(_senders):
        sender = _senders.pop(name, None)
        if sender is not None:
            sender.close()


def _begin_attempt(row: Message) -> None:
    row.attempts += 1
    row.next_attempt_at = timezone.now() + wait_after(row.attempts)
    row.save(update_fields=["attempts", "next_attempt_at"])


@transaction.atomic
def message_unanswered(*, row: Message, error: TransportError) -> Message:
    """No answer: it stays in the queue. The first time is told in the exam's time-line."""
    was_sent = not isinstance(error, NotConnected)
    if was_sent:
        _tell_sent(row)
    row.state = MessageState.SENT if row.sent_at else MessageState.QUEUED
    row.error_code, row.error_text = "", str(error)[:500]
    row.save(update_fields=["state", "error_code", "error_text", "sent_at"])
    if row.attempts == 1:
        _tell(row, "message_failed", error=row.error_text)
    announce("messages")
    return row


@transaction.atomic
def message_answered(*, row: Message, answer: bytes) -> Message:
    """AA or CA: done. AE and AR: failed, for a person to look at; what comes behind goes on."""
    _tell_sent(row)
    text = read(answer).text
    msa, err = (text.first("MSA"), text.first("ERR")) if text else (None, None)
    row.ack_raw, row.ack_code = answer, (msa.get(1) if msa else "")[:2]
    row.done_at, row.next_attempt_at = timezone.now(), None
    if row.ack_code in TAKEN:
        row.state = MessageState.ACKNOWLEDGED
        row.error_code = row.error_place = row.error_text = ""
    else:
        row.state = MessageState.FAILED
        row.error_code, row.error_place = (err.get(3)[:8], err.raw(2)[:32]) if err else ("", "")
        row.error_text = _words(msa, err)[:500]
    row.save()
    kind = "message_acknowledged" if row.state == MessageState.ACKNOWLEDGED else "message_failed"
    _tell(row, kind, error=row.error_text or row.ack_code)
    announce("messages")
    return row


def _words(msa: Segment | None, err: Segment | None) -> str:
    told = [err.get(8) or err.get(3, 2) if err else "", msa.get(3) if msa else "", msa.get(1) if msa else ""]
    return next((words for words in told if words), "")


def _tell_sent(row: Message) -> None:
    if row.sent_at is None:
        row.sent_at = timezone.now()
        _tell(row, "message_sent")


def _tell(row: Message, kind: str, **params: Any) -> None:
    if row.exam is not None:
        receiver = row.receiver.partition("|")[0]
        exam_event_add(exam=row.exam, kind=kind, actor="Lightbox", message=row.message_type, receiver=receiver, **params)
        announce("exams")
