"""Writing message rows: what came in, what was answered, what waits to go out."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from his_integration.messages.destinations import HIS
from his_integration.messages.envelope import OUR_VERSION, Envelope, acknowledgement, our_codec
from his_integration.messages.models import Direction, Message, MessageState
from his_integration.messages.problems import Place, Refused
from his_integration.messages.reading import Incoming, digest_of
from his_integration.messages.selectors import Reader, ShownMessage, messages_visible_to
from imaging.access.audit import audit_look, audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Forbidden, NotFound, WrongState
from imaging.common.jobs import ring
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.patients.models import Patient

SEND_TASK = "his_integration.send_message"
APPLY_TASK = "his_integration.apply_message"


def message_take(*, incoming: Incoming) -> tuple[Message, bool]:
    """The row of a message that came in, locked, and whether there is something to apply.

    The same message again (sender and MSH-10) is found, not made: it is answered as before. Another message under a control id
    that was used before is kept, to be refused: to answer AA for what is never applied would be a lie.
    """
    envelope = incoming.envelope
    values = _incoming_values(incoming)
    if not envelope.control_id:
        return Message.objects.create(**values), True
    key = {"direction": Direction.IN, "sender": envelope.sender, "control_id": values.pop("control_id"), "duplicate_of": None}
    row, made = Message.objects.select_for_update().get_or_create(**key, defaults=values)
    if made:
        return row, True
    if row.digest != incoming.digest:
        other = row.duplicates.filter(digest=incoming.digest).first()
        if other is None:
            return Message.objects.create(**values, control_id=row.control_id, duplicate_of=row), True
        row = other
    row.times_received += 1
    row.save(update_fields=["times_received"])
    return row, row.state == MessageState.RECEIVED


def _incoming_values(incoming: Incoming) -> dict[str, Any]:
    envelope = incoming.envelope
    return {
        "direction": Direction.IN,
        "sender": envelope.sender,
        "receiver": envelope.receiver,
        "control_id": envelope.control_id[:199],
        "message_type": envelope.kind,
        "version": envelope.version[:16],
        "codec": envelope.codec,
        "raw": incoming.raw,
        "digest": incoming.digest,
        "note": incoming.note[:300],
        "state": MessageState.RECEIVED,
    }


def message_applied(*, row: Message, envelope: Envelope, note: str = "") -> Message:
    """Everything that the message asks for is done: answer AA."""
    return _conclude(row, MessageState.APPLIED, envelope, None, note)


def message_refused(*, row: Message, envelope: Envelope, refused: Refused, may_try_again: bool = False) -> Message:
    """The message is answered AE or AR; with `may_try_again` the same message is looked at anew when it comes again."""
    row.error_code, row.error_place, row.error_text = refused.code, str(refused.place)[:32], refused.text[:500]
    return _conclude(row, MessageState.RECEIVED if may_try_again else MessageState.REJECTED, envelope, refused)


def _conclude(row: Message, state: MessageState, envelope: Envelope, refused: Refused | None, note: str = "") -> Message:
    row.ack_raw = acknowledgement(envelope, refused)
    row.ack_code = refused.answer if refused else "AA"
    row.state, row.done_at, row.next_attempt_at = state, timezone.now(), None
    row.attempts += 1
    row.note = " ".join(part for part in (row.note, note) if part)[:300]
    if refused is None:
        row.error_code = row.error_place = row.error_text = ""
    row.save()
    announce("messages")
    return row


def control_id_taken(row: Message) -> Refused:
    """Why a message under a used control id is not applied."""
    return Refused(
        "205", Place("MSH", 1, 10), f"Control id {row.control_id} was used for another message before. Send this one under a new id."
    )


def message_queue(*, message_type: str, control_id: str, raw: bytes, exam: Exam | None = None, patient: Patient | None = None) -> Message:
    """A message that is to go to the HIS, in the caller's transaction; sent after it commits, in order, until it is acknowledged.

    Where no receiver is set it waits as queued, and goes out once there is one.
    """
    person = patient or (exam.patient if exam else None)
    row = Message.objects.create(
        direction=Direction.OUT,
        sender=f"{settings.HL7_APPLICATION}|{settings.HL7_FACILITY}",
        receiver=f"{settings.HL7_HIS_APPLICATION}|{settings.HL7_HIS_FACILITY}",
        control_id=control_id,
        message_type=message_type,
        version=OUR_VERSION,
        codec=our_codec(),
        raw=raw,
        digest=digest_of(raw),
        state=MessageState.QUEUED,
        patient=person,
        patient_number=person.number if person else "",
        exam=exam,
        accession_number=exam.accession_number if exam else "",
        destination=HIS,
        next_attempt_at=timezone.now(),
    )
    announce("messages")
    ring(SEND_TASK, row.pk)
    return row


def message_look(*, user: User, pk: int, door: str) -> ShownMessage:
    """The message, when it exists for `user`; the look at a patient's data is recorded. Raises NotFound."""
    row = messages_visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no message %(number)s.") % {"number": pk})
    shown = Reader(user).show(row)
    audit_look(
        user=user, act="message.view", door=door, key=str(pk), patient_number=row.patient_number, accession_number=row.accession_number,
        message=row.pk, masked=shown.is_masked,
    )  # fmt: skip
    return shown


def message_again(*, user: User, pk: int, door: str) -> Message:
    """Apply a message that came in, or send one of ours, again.

    Raises Forbidden for who may not do it or may not see whom it is about, NotFound, WrongState.
    """
    require(user, Act.MESSAGE_REPLAY)
    shown = message_look(user=user, pk=pk, door=door)
    if shown.is_masked:
        raise Forbidden(_("This message is about a protected patient; who is on the access list can do this."))
    act = message_replay if shown.row.direction == Direction.IN else message_resend
    return act(message=shown.row, user=user, door=door)


@transaction.atomic
def message_replay(*, message: Message, user: User, door: str = "page") -> Message:
    """Apply a message that was refused again, with its bytes as they came. Raises WrongState when it was applied: once is enough."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.direction != Direction.IN or row.state == MessageState.APPLIED:
        raise WrongState(_("Only a message that came in and was not applied can be applied again."))
    row.state, row.next_attempt_at = MessageState.RECEIVED, timezone.now()
    row.save(update_fields=["state", "next_attempt_at"])
    _acted("message.replay", row, user, door)
    ring(APPLY_TASK, row.pk)
    return row


@transaction.atomic
def message_resend(*, message: Message, user: User, door: str = "page") -> Message:
    """Send a message of ours again, under the same control id. Raises WrongState when it is on its way already."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.direction != Direction.OUT or row.state not in {MessageState.FAILED, MessageState.ACKNOWLEDGED}:
        raise WrongState(_("Only a message that was answered can be sent again; this one is still on its way."))
    row.state, row.next_attempt_at, row.attempts = MessageState.QUEUED, timezone.now(), 0
    row.save(update_fields=["state", "next_attempt_at", "attempts"])
    _acted("message.resend", row, user, door)
    ring(SEND_TASK, row.pk)
    return row


def _acted(act: str, row: Message, user: User, door: str) -> None:
    audit_record(act=act, door=door, user=user, patient_number=row.patient_number, accession_number=row.accession_number, message=row.pk)
    announce("messages")
