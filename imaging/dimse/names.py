"""Host names as addresses: asked for rarely, and not lost because a name server is away for a while."""

import ipaddress
import socket
import threading
import time

from django.conf import settings

LOOPBACK = frozenset({"127.0.0.1", "::1"})
_lock = threading.Lock()
_resolved: dict[str, tuple[frozenset[str], float]] = {}


def plain(address: str) -> str:
    """An address as it is compared: without a zone, and an IPv4 address that came over an IPv6 socket as itself."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def addresses_of(host: str) -> frozenset[str]:
    """The addresses of `host`, which may take as long as the name server does; those known last when it does not answer."""
    known, is_fresh = known_addresses(host)
    if is_fresh:
        return known
    found = _ask(host) or known
    with _lock:
        _resolved[host] = (found, time.monotonic())
    return found


def known_addresses(host: str) -> tuple[frozenset[str], bool]:
    """What can be told of `host` without asking anybody, and whether that is all there is to know."""
    try:
        return frozenset({plain(host)}), True
    except ValueError:
        with _lock:
            found, asked_at = _resolved.get(host, (frozenset(), float("-inf")))
        return found, time.monotonic() - asked_at < settings.DICOM_NAMES_SECONDS


def own_addresses() -> frozenset[str]:
    """Where /readyz of this very machine may call from."""
    return LOOPBACK | addresses_of(settings.DICOM_HOST)


def _ask(host: str) -> frozenset[str]:
    try:
        return frozenset(plain(str(entry[4][0])) for entry in socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return frozenset()
