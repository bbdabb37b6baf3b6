"""The header of a message as values, and the acknowledgement that answers it."""

import re
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from his_integration.messages.charsets import GB18030, UTF_8, codec_of, encode
from his_integration.messages.problems import CODES, Refused
from his_integration.messages.text import Text, timestamp
from his_integration.messages.writing import composite, message, msh, segment, value

CONTROL_ID_LENGTH = 199
OUR_VERSION = "2.5.1"
LABEL_OF = {UTF_8: "UNICODE UTF-8", GB18030: "GB 18030-2000", "ascii": "ASCII", "iso8859_1": "8859/1"}
LABELS = re.compile(rb"^(?:\xef\xbb\xbf)?\s*MSH(.)")


@dataclass(frozen=True)
class Envelope:
    """MSH, as far as we act on it."""

    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    message_code: str = ""
    trigger: str = ""
    control_id: str = ""
    processing_id: str = ""
    version: str = OUR_VERSION
    charset_labels: list[str] = field(default_factory=list)
    codec: str = UTF_8

    @property
    def sender(self) -> str:
        return f"{self.sending_application}|{self.sending_facility}"[:128]

    @property
    def receiver(self) -> str:
        return f"{self.receiving_application}|{self.receiving_facility}"[:128]

    @property
    def kind(self) -> str:
        """The message type as people say it: ADT^A04."""
        return f"{self.message_code}^{self.trigger}".strip("^")[:32]

    @property
    def has_err_fields(self) -> bool:
        """ERR has its fields 2 to 12 since version 2.5."""
        return version_number(self.version) >= (2, 5)


def version_number(text: str) -> tuple[int, int]:
    """(2, 5) for 2.5.1; (2, 5) too when it cannot be read."""
    found = re.match(r"^(\d)\.(\d+)", text)
    return (int(found.group(1)), int(found.group(2))) if found else (2, 5)


def our_codec() -> str:
    """What we write messages in (LIGHTBOX_HL7_CHARSET, a name of table 0211 or of a codec)."""
    return codec_of(settings.HL7_CHARSET) or settings.HL7_CHARSET.lower()


def our_label() -> str:
    """The same for MSH-18."""
    return LABEL_OF.get(our_codec(), settings.HL7_CHARSET.upper())


def labels_of(raw: bytes) -> list[str]:
    """The repetitions of MSH-18, read from the bytes before their character set is known."""
    found = LABELS.match(raw)
    if found is None:
        return []
    header = re.split(rb"[\r\n]", raw[found.start(1) - 3 : found.start(1) + 4096], maxsplit=1)[0]
    fields = header.split(found.group(1))
    return fields[17].decode("ascii", "replace").split("~") if len(fields) > 17 else []


def envelope_of(text: Text) -> Envelope:
    """The header of a parsed message."""
    header = text.msh
    return Envelope(
        sending_application=header.get(3),
        sending_facility=header.get(4),
        receiving_application=header.get(5),
        receiving_facility=header.get(6),
        message_code=header.get(9),
        trigger=header.get(9, 2),
        control_id=header.get(10),
        processing_id=header.get(11),
        version=header.get(12),
        charset_labels=header.repetitions(18),
        codec=text.codec,
    )


def control_id_new() -> str:
    """A control id of 20 characters, the most that version 2.5.1 allows; unique, and in order of time."""
    return f"{timezone.now():%y%m%d%H%M%S}{uuid.uuid4().hex[:8]}".upper()


def answer_header(envelope: Envelope, code: str, structure: str) -> str:
    """MSH of an answer of type `code` to the message with this header, in its version and character set."""
    return msh(
        {
            3: value(settings.HL7_APPLICATION),
            4: value(settings.HL7_FACILITY),
            5: value(envelope.sending_application),
            6: value(envelope.sending_facility),
            7: timestamp(timezone.now()),
            9: composite(code, envelope.trigger, structure if envelope.trigger and envelope.has_err_fields else ""),
            10: control_id_new(),
            11: value(envelope.processing_id or "P"),
            12: value(envelope.version or OUR_VERSION),
            18: "~".join(value(label) for label in envelope.charset_labels),
        }
    )


def acknowledgement(envelope: Envelope, refused: Refused | None = None) -> bytes:
    """The ACK to the message with this header: AA, or what `refused` says."""
    code = refused.answer if refused else "AA"
    msa = segment(
        "MSA", {1: code, 2: value(envelope.control_id), 3: value(refused.text)[:80] if refused and not envelope.has_err_fields else ""}
    )
    text = message([answer_header(envelope, "ACK", "ACK"), msa, _err(envelope, refused) if refused else ""])
    return encode(text, envelope.codec)


def _err(envelope: Envelope, refused: Refused) -> str:
    place = refused.place
    code = composite(refused.code, CODES[refused.code], "HL70357")
    fields = {2: str(place), 3: code, 4: "E", 8: value(refused.text)[:250]}
    if not envelope.has_err_fields:
        fields[1] = f"{place.segment}^{place.number}^{place.field or ''}^{code.replace('^', '&')}"
    return segment("ERR", fields)
