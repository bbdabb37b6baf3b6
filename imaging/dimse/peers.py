"""Who may talk to us, and for what: known by AE title and address together (promise 3)."""

import ipaddress
from dataclasses import dataclass

from django.conf import settings

from imaging.dimse.models import RemoteNode
from imaging.dimse.names import addresses_of, own_addresses

# Service of `contexts.SERVICES` -> the right on a node that opens it.
RIGHTS = {
    "storage": "may_store",
    "find": "may_find",
    "move": "may_retrieve",
    "get": "may_retrieve",
    "worklist": "may_worklist",
    "mpps": "may_mpps",
    "commitment": "may_commit",
    "commitment-report": "is_asked_for_commitment",
}
ALL_SERVICES = frozenset({"verification", *RIGHTS})
# Associations at once that /readyz needs, and that a trusted machine may have.
OWN_PLACES = 4
UNBOUNDED = 1 << 16


@dataclass(frozen=True)
class Peer:
    ae_title: str
    address: str
    services: frozenset[str]
    sees_protected: bool = False
    max_associations: int = UNBOUNDED

    def __str__(self) -> str:
        return f"{self.ae_title}@{self.address}"


def peer_find(ae_title: str, address: str, *, is_tls: bool = False) -> Peer | None:
    """The peer with its rights; None for one that we do not know, from elsewhere than we know, or in the clear against its rule."""
    node = RemoteNode.objects.filter(ae_title=ae_title, is_active=True).first()
    if is_trusted(address):
        return Peer(ae_title, address, ALL_SERVICES, node is not None and node.may_see_protected)
    if node is None and ae_title == settings.AE_TITLE and address in own_addresses():
        return Peer(ae_title, address, frozenset({"verification"}), max_associations=OWN_PLACES)
    if node is None or address not in addresses_of(node.host) or (node.uses_tls and not is_tls):
        return None
    granted = {service for service, right in RIGHTS.items() if getattr(node, right)}
    return Peer(ae_title, address, frozenset(granted | {"verification"}), node.may_see_protected, node.max_associations)


def is_trusted(address: str) -> bool:
    """Whether whoever calls from this machine counts as a node (demo and tests)."""
    return bool(settings.DICOM_TRUST_LOOPBACK) and ipaddress.ip_address(address).is_loopback
