"""Does the other side answer, and what time is it there? NMQ^N01 and NMR^N01 (HL7 v2.5.1 ch. 14.3.1).

The query is about no patient and changes nothing, so it is answered and not kept.
"""

from django.conf import settings
from django.utils import timezone

from his_integration.messages.charsets import encode
from his_integration.messages.envelope import OUR_VERSION, Envelope, answer_header, control_id_new
from his_integration.messages.reading import Incoming, msa_of
from his_integration.messages.text import timestamp
from his_integration.messages.writing import composite, message, msh, segment, value
from his_integration.mllp.errors import TransportError
from his_integration.mllp.sender import Sender
from imaging.common.health import ANSWER_SECONDS, address_to_ask

QUERY, ANSWER = "NMQ^N01", "NMR"


def is_status_query(incoming: Incoming) -> bool:
    return incoming.refused is None and incoming.envelope.kind == QUERY


def status_answer(envelope: Envelope) -> bytes:
    """NMR^N01 with our clock (NCK-1)."""
    msa = segment("MSA", {1: "AA", 2: value(envelope.control_id)})
    clock = segment("NCK", {1: timestamp(timezone.now())})
    return encode(message([answer_header(envelope, ANSWER, "NMR_N01"), msa, clock]), envelope.codec)


def listener_answers() -> bool:
    """Whether our own HL7 listener takes a message, finds somebody free to read it, and answers."""
    control_id = control_id_new()
    sender = Sender(f"{address_to_ask(settings.HL7_HOST)}:{settings.HL7_PORT}", ack_seconds=ANSWER_SECONDS)
    try:
        sender.exchange(_status_query(control_id), lambda raw: msa_of(raw, control_id) is not None)
    except TransportError:
        return False
    finally:
        sender.close()
    return True


def _status_query(control_id: str) -> bytes:
    ours = {3: value(settings.HL7_APPLICATION), 4: value(settings.HL7_FACILITY)}
    header = {**ours, 5: ours[3], 6: ours[4], 7: timestamp(timezone.now()), 9: composite("NMQ", "N01", "NMQ_N01"), 10: control_id}
    return encode(message([msh({**header, 11: "P", 12: OUR_VERSION})]), "ascii")
