"""What HL7 brings to the health of the system."""

from his_integration.inbound.status import listener_answers
from imaging.common.health import health


def add() -> None:
    health.add("hl7", listener_answers)
