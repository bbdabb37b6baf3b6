"""Who may talk to us, and for what: known by AE title and address together (promise 3)."""

import ipaddress
import socket
from dataclasses import dataclass

from django.conf import settings

from imaging.dimse.models import RemoteNode

# Service of `contexts.SERVICES` -> the right on a node that opens it.
RIGHTS = {
    "storage": "may_store",
    "find": "may_find",
    "move": "may_retrieve",
    "get": "may_retrieve",
    "worklist": "may_worklist",
    "mpps": "may_mpps",
    "commitment": "may_commit",
}
ALL_SERVICES = frozenset({"verification", *RIGHTS})


@dataclass(frozen=True)
class Peer:
    ae_title: str
    address: str
    services: frozenset[str]
    sees_protected: bool = False

    def __str__(self) -> str:
        return f"{self.ae_title}@{self.address}"


def peer_find(ae_title: str, address: str) -> Peer | None:
    """The peer with its rights; None for one that we do not know, or that comes from elsewhere than we know."""
    node = RemoteNode.objects.filter(ae_title=ae_title, is_active=True).first()
    if settings.DICOM_TRUST_LOOPBACK and ipaddress.ip_address(address).is_loopback:
        return Peer(ae_title, address, ALL_SERVICES, node is not None and node.may_see_protected)
    if node is None and ae_title == settings.AE_TITLE and _is_ourselves(address):
        return Peer(ae_title, address, frozenset({"verification"}))
    if node is None or address not in _addresses(node.host):
        return None
    granted = {service for service, right in RIGHTS.items() if getattr(node, right)}
    return Peer(ae_title, address, frozenset(granted | {"verification"}), node.may_see_protected)


def _is_ourselves(address: str) -> bool:
    """Whether /readyz of this very machine asks."""
    return ipaddress.ip_address(address).is_loopback or address in _addresses(settings.DICOM_HOST)


def _addresses(host: str) -> frozenset[str]:
    try:
        return frozenset({str(ipaddress.ip_address(host))})
    except ValueError:
        return _resolved(host)


def _resolved(host: str) -> frozenset[str]:
    try:
        return frozenset(str(entry[4][0]) for entry in socket.getaddrinfo(host, None))
    except OSError:
        return frozenset()
