"""Reading messages: which there are for a person, and what of each they may see."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from his_integration.messages.charsets import decode
from his_integration.messages.dictionary import field_name, segment_name
from his_integration.messages.models import Direction, Message, MessageState
from his_integration.messages.text import NotHL7, Segment, Text, parse
from imaging.access.policy import Person, may, roles_of
from imaging.access.roles import HANDLERS, Act
from imaging.patients.cards import Eyes
from imaging.patients.protection import Sight, open_to

SHOWN_CHARACTERS = 20_000
SHOWN_FIELD_CHARACTERS = 500
SHOWN_SEGMENTS = 300


def messages_visible_to(user: Person) -> QuerySet[Message]:
    """The messages that exist for `user`, newest first, without their bytes. Those about protected patients exist for who handles such
    exams, masked, and for who is on the patient's access list."""
    rows = Message.objects.defer("raw", "ack_raw").select_related("patient", "exam").order_by("-id")
    if not may(user, Act.MESSAGE_VIEW):
        return rows.none()
    return rows if roles_of(user) & HANDLERS else rows.filter(_open_rows(user))


def _open_rows(user: Person) -> Q:
    """Nobody protected, or listed; a message that says VIP itself is protected also where its patient is not (yet)."""
    listed = Q(patient__is_protected=True) & open_to(user, "patient__")
    unprotected = Q(is_protected=False) & (Q(patient=None) | Q(patient__is_protected=False))
    return unprotected | listed


def messages_found(user: Person, *, direction: str = "", state: str = "", message_type: str = "", text: str = "") -> QuerySet[Message]:
    """Narrowed by exact values; `text` is a control id, an accession number, or the patient number of somebody whom `user` may see."""
    rows = messages_visible_to(user)
    exact = {"direction": direction, "state": state, "message_type": message_type}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if text:
        rows = rows.filter(Q(control_id=text) | Q(accession_number=text) | (Q(patient_number=text) & _open_rows(user)))
    return rows


def message_types() -> list[str]:
    """The types that there are here, for the filter."""
    return ["ADT^A01", "ADT^A04", "ADT^A08", "ADT^A40", "ORM^O01", "OMG^O19", "OMI^O23", "ORU^R01", "DFT^P03"]


@dataclass(frozen=True)
class ShownField:
    label: str
    name: str
    value: str
    is_at_fault: bool


@dataclass(frozen=True)
class ShownSegment:
    name: str
    title: str
    number: int
    line: str
    fields: list[ShownField]
    is_at_fault: bool


@dataclass(frozen=True)
class ShownMessage:
    """A message as one person may see it. Masked: neither who it is about nor any text of it is in here."""

    row: Message
    is_masked: bool
    patient_number: str = ""
    error_text: str = ""
    note: str = ""

    @property
    def can_replay(self) -> bool:
        return self.row.direction == Direction.IN and self.row.state in {MessageState.REJECTED, MessageState.RECEIVED}

    @property
    def can_resend(self) -> bool:
        return self.row.direction == Direction.OUT and self.row.state in {MessageState.FAILED, MessageState.ACKNOWLEDGED}


class Reader:
    """One person's sight of many messages."""

    def __init__(self, user: Person) -> None:
        self.eyes = Eyes(user)

    def is_masked(self, row: Message) -> bool:
        if row.patient is not None and row.patient.is_protected:
            return self.eyes.sight(row.patient) is not Sight.FULL
        return row.is_protected

    def show(self, row: Message) -> ShownMessage:
        if self.is_masked(row):
            return ShownMessage(row, is_masked=True)
        return ShownMessage(row, is_masked=False, patient_number=row.patient_number, error_text=row.error_text, note=row.note)


def segments_shown(raw: bytes, codec: str, fault: str = "") -> list[ShownSegment]:
    """The message taken apart for reading; `fault` is ERR-2 (OBR^1^4) and marks its segment and field. Empty when it is not HL7."""
    try:
        text = parse(text_shown(raw, codec), codec)
    except NotHL7:
        return []
    name, number, field = [*fault.split("^"), "", "", ""][:3]
    return [
        _segment_shown(segment, int(field) if is_fault and field.isdigit() else 0, is_fault=is_fault)
        for segment in text.segments[:SHOWN_SEGMENTS]
        for is_fault in (bool(fault) and segment.name == name and str(segment.number) == (number or "1"),)
    ]


def _segment_shown(segment: Segment, fault: int, *, is_fault: bool) -> ShownSegment:
    first = 3 if segment.name == "MSH" else 1
    fields = [
        ShownField(f"{segment.name}-{at}", field_name(segment.name, at), segment.raw(at)[:SHOWN_FIELD_CHARACTERS], at == fault)
        for at in range(first, len(segment.fields))
        if segment.raw(at) or at == fault
    ]
    if fault >= len(segment.fields):
        fields.append(ShownField(f"{segment.name}-{fault}", field_name(segment.name, fault), "", is_at_fault=True))
    return ShownSegment(segment.name, segment_name(segment.name), segment.number, segment.line[:SHOWN_CHARACTERS], fields, is_fault)


def text_shown(raw: bytes, codec: str) -> str:
    """The bytes as text, one segment a line, no more than fits a page."""
    return decode(raw[: 4 * SHOWN_CHARACTERS], [], codec or "utf-8").text[:SHOWN_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")


def message_text(row: Message) -> Text:
    """The parsed message of a row. Raises NotHL7."""
    return parse(bytes(row.raw).decode(row.codec or "utf-8", errors="replace"), row.codec)
