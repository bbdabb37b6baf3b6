"""Which message types are applied, by whom, and what every message has to pass before."""

from collections.abc import Callable

from django.conf import settings

from his_integration.inbound import adt, orders
from his_integration.inbound.result import Applied, Arrival
from his_integration.inbound.rules import HEADER, check_rules
from his_integration.messages.envelope import Envelope, version_number
from his_integration.messages.problems import Place, Refused

Handler = Callable[[Arrival], Applied]
HANDLERS: dict[str, dict[str, Handler]] = {
    "ADT": adt.TRIGGERS,
    "ORM": orders.ORM_TRIGGERS,
    "OMG": orders.OMG_TRIGGERS,
    "OMI": orders.OMI_TRIGGERS,
}
OLDEST, NEWEST = (2, 1), (2, 9)


def apply(arrival: Arrival) -> Applied:
    """Do what the message asks for, by one service call. Raises Refused, or the service's LightboxError; nothing is half done then."""
    envelope = arrival.envelope
    handler = handler_of(envelope)
    check_rules(arrival.text, HEADER)
    _check_envelope(envelope)
    return handler(arrival)


def handler_of(envelope: Envelope) -> Handler:
    """Raises Refused: 200 for an unknown message type, 201 for a trigger event that we do not act on, 101 without MSH-9."""
    if not envelope.message_code:
        raise Refused("101", Place("MSH", 1, 9, 1), "MSH-9.1 message type is missing.")
    triggers = HANDLERS.get(envelope.message_code)
    if triggers is None:
        raise Refused("200", Place("MSH", 1, 9, 1), f"Messages of type {envelope.message_code[:20]} are not taken here.")
    if envelope.trigger not in triggers:
        raise Refused("201", Place("MSH", 1, 9, 2), f"{envelope.kind} is not acted on here.")
    return triggers[envelope.trigger]


def _check_envelope(envelope: Envelope) -> None:
    if envelope.version and not OLDEST <= version_number(envelope.version) <= NEWEST:
        raise Refused("203", Place("MSH", 1, 12), f"HL7 version {envelope.version[:16]} is not 2.1 to 2.9.")
    if envelope.processing_id and envelope.processing_id not in settings.HL7_PROCESSING_IDS:
        raise Refused("202", Place("MSH", 1, 11), f"MSH-11 {envelope.processing_id[:8]} is not taken by this system.")
    if settings.HL7_CHECK_RECEIVER and envelope.receiver != f"{settings.HL7_APPLICATION}|{settings.HL7_FACILITY}":
        text = f"This is {settings.HL7_APPLICATION} at {settings.HL7_FACILITY}; the message is for somebody else."
        raise Refused("207", Place("MSH", 1, 5), text, is_reject=True)
