"""Where our messages go: a name that rows keep, and the address that it has today."""

from django.conf import settings

HIS = "HIS"
NO_RECEIVER = frozenset({"", "none", "off"})


def address_of(destination: str) -> str:
    """host:port of a destination; empty where no receiver is set (LIGHTBOX_HL7_OUT=none), and then its messages wait."""
    address = settings.HL7_OUT.strip() if destination == HIS else ""
    return "" if address.lower() in NO_RECEIVER else address
