"""From bytes to a message that can be applied, or the reason why not. Nothing here raises, whatever a peer sends."""

import hashlib
import logging
from dataclasses import dataclass, field

from django.conf import settings

from his_integration.messages.charsets import decode
from his_integration.messages.envelope import Envelope, envelope_of, labels_of
from his_integration.messages.problems import Place, Refused
from his_integration.messages.text import NotHL7, Segment, Text, parse

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Incoming:
    """A message as it came: `text` is None when it is not HL7 at all; `refused` says why it cannot even be looked at."""

    raw: bytes
    envelope: Envelope = field(default_factory=Envelope)
    text: Text | None = None
    refused: Refused | None = None
    note: str = ""

    @property
    def digest(self) -> str:
        """The same for a message that was sent again, also where the sender renews the time in MSH-7."""
        return digest_of(self.raw)


def digest_of(raw: bytes) -> str:
    header, separator, rest = raw.partition(b"\r")
    fields = header.split(header[3:4]) if len(header) > 4 else [header]
    return hashlib.sha256(b"|".join(fields[:6] + fields[7:]) + separator + rest).hexdigest()


def read(raw: bytes, *, is_whole: bool = True) -> Incoming:
    """Decode and parse `raw`. `is_whole` False: it was larger than we accept and only its beginning is here."""
    try:
        incoming = _read(raw)
    except NotHL7 as error:
        return Incoming(raw, refused=Refused("100", Place("MSH", 1), str(error), is_reject=True))
    except Exception:
        logger.exception("A message of %s bytes could not be read", len(raw))
        return Incoming(raw, refused=Refused("207", Place("MSH", 1), "The message could not be read; the fault has been logged."))
    if is_whole:
        return incoming
    limit = settings.HL7_MESSAGE_BYTES
    too_large = Refused("207", Place("MSH", 1), f"The message is larger than {limit} bytes; only its beginning was kept.", is_reject=True)
    return Incoming(raw, incoming.envelope, None, too_large, incoming.note)


def _read(raw: bytes) -> Incoming:
    decoded = decode(raw, labels_of(raw), settings.HL7_CHARSET)
    text = parse(decoded.text.replace("\x00", ""), decoded.codec)
    return Incoming(raw, envelope_of(text), text, note=decoded.note)


def msa_of(raw: bytes, control_id: str) -> Segment | None:
    """The MSA of an answer to the message with this control id; None when it answers another one."""
    text = read(raw).text
    msa = text.first("MSA") if text else None
    return msa if msa is not None and msa.get(2) == control_id else None
