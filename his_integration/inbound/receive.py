"""The one way in: bytes of a message, back come the bytes of its answer, after everything it asked for is committed.

The message's row, what it changed and the kept answer are one transaction. So a sender that got no answer sends again and is answered,
and whatever happens in between, the message is applied once.
"""

import logging

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation

from his_integration.inbound.families import apply
from his_integration.inbound.result import Applied, Arrival
from his_integration.inbound.status import is_status_query, status_answer
from his_integration.inbound.values import is_vip, numbers
from his_integration.messages.envelope import acknowledgement
from his_integration.messages.models import Direction, Message, MessageState
from his_integration.messages.problems import NOWHERE, Place, Refused, TryAgain
from his_integration.messages.reading import Incoming, read
from his_integration.messages.services import control_id_taken, message_applied, message_refused, message_take
from his_integration.messages.text import Text
from imaging.common.errors import Duplicate, LightboxError, NotFound, Retriable
from imaging.patients.selectors import patient_by_identifier

logger = logging.getLogger(__name__)
TRIES = 3
REPLAYS_AT_ONCE = 100
# Where in the message the input stands that a service finds fault with.
FIELDS: dict[str, Place] = {
    "name": Place("PID", 1, 5),
    "number": Place("PID", 1, 3),
    "birth_date": Place("PID", 1, 7),
    "sex": Place("PID", 1, 8),
    "visit": Place("PV1", 1, 19),
    "patient_class": Place("PV1", 1, 2),
    "procedure": Place("OBR", 1, 4),
    "placer_number": Place("ORC", 1, 2),
    "accession_number": Place("IPC", 1, 1),
    "requested_procedure_id": Place("IPC", 1, 2),
    "study_instance_uid": Place("IPC", 1, 3),
    "step_id": Place("IPC", 1, 4),
    "station": Place("IPC", 1, 9),
}


def receive(raw: bytes, *, is_whole: bool = True) -> bytes:
    """Apply a message and return its acknowledgement. Every message is answered; only a lost database makes the answer "try again"."""
    incoming = read(raw, is_whole=is_whole)
    if is_status_query(incoming):
        return status_answer(incoming.envelope)
    for attempt in range(1, TRIES + 1):
        try:
            return _receive_once(incoming)
        except (OperationalError, InterfaceError) as error:
            logger.warning("HL7 %s: the database failed (%s of %s): %s", incoming.envelope.control_id, attempt, TRIES, error)
            connection.close()
    return acknowledgement(incoming.envelope, TryAgain("The database does not answer. Send the message again."))


def _receive_once(incoming: Incoming) -> bytes:
    with translation.override("en"), transaction.atomic():
        row, is_to_apply = message_take(incoming=incoming)
        if is_to_apply:
            _answer(row, incoming)
    return bytes(row.ack_raw)


def apply_again(*, row_id: int) -> None:
    """Apply a message that waits for it (replay). One that was applied meanwhile stays as it is."""
    with translation.override("en"), transaction.atomic():
        row = Message.objects.select_for_update().get(pk=row_id)
        if row.state == MessageState.RECEIVED and row.next_attempt_at is not None:
            _answer(row, read(bytes(row.raw)), is_replay=True)


def apply_due() -> None:
    """Apply every message whose replay was asked for and whose bell was lost."""
    due = Message.objects.filter(direction=Direction.IN, state=MessageState.RECEIVED, next_attempt_at__lte=timezone.now())
    for row_id in due.order_by("id").values_list("pk", flat=True)[:REPLAYS_AT_ONCE]:
        apply_again(row_id=row_id)


def _answer(row: Message, incoming: Incoming, *, is_replay: bool = False) -> None:
    envelope = incoming.envelope
    try:
        if row.duplicate_of is not None and not is_replay:
            raise control_id_taken(row.duplicate_of)
        if incoming.refused or incoming.text is None:
            raise incoming.refused or Refused("100", NOWHERE, "The message could not be read.")
        _about(row, incoming.text)
        arrival = Arrival(incoming.text, envelope)
        applied = _apply(arrival)
    except TryAgain as refused:
        message_refused(row=row, envelope=envelope, refused=refused, may_try_again=True)
    except Refused as refused:
        logger.info("HL7 %s %s from %s refused: %s %s", row.message_type, row.control_id, row.sender, refused.code, refused.place)
        message_refused(row=row, envelope=envelope, refused=refused)
    else:
        _link(row, applied)
        message_applied(row=row, envelope=envelope, note=" ".join(arrival.notes))


def _apply(arrival: Arrival) -> Applied:
    """Apply in a savepoint: what is refused leaves nothing behind but its row. Raises Refused, OperationalError, InterfaceError."""
    try:
        with transaction.atomic():
            return apply(arrival)
    except (Refused, OperationalError, InterfaceError):
        raise
    except Retriable as error:
        raise TryAgain(str(error)) from error
    except LightboxError as error:
        raise refused_by(error) from error
    except Exception as error:
        logger.exception("HL7 %s %s could not be applied", arrival.envelope.kind, arrival.envelope.control_id)
        raise Refused("207", NOWHERE, "Lightbox could not apply this message; the fault has been logged.") from error


def refused_by(error: LightboxError, place: Place | None = None) -> Refused:
    """A service's refusal in the codes of HL7."""
    code = "207"
    if isinstance(error, NotFound):
        code = "204"
    elif isinstance(error, Duplicate):
        code = "205"
    elif error.field in FIELDS:
        code = "102"
    return Refused(code, place or FIELDS.get(error.field, NOWHERE), str(error))


def _about(row: Message, text: Text) -> None:
    """Whom the message is about, as far as it says; kept for refused messages too, so that they are found and protected."""
    pid = text.first("PID")
    known = numbers(pid, 3) if pid else []
    row.is_protected = is_vip(text)
    if known:
        row.patient_number = known[0].value
        row.patient = patient_by_identifier(known[0].value, known[0].issuer, known[0].kind)


def _link(row: Message, applied: Applied) -> None:
    if applied.patient is not None:
        row.patient, row.patient_number = applied.patient, applied.patient.number
    if applied.exams:
        row.exam = applied.exams[0]
        row.accession_number = applied.exams[0].accession_number
