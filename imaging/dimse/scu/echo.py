"""C-ECHO to a node: does it answer, and how quickly?"""

import time

from pynetdicom.presentation import build_context

from imaging.dimse.contexts import VERIFICATION
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import PeerLost, associated, status_of


def node_echo(*, node: RemoteNode) -> float:
    """Seconds that association and echo took. Raises PeerUnreachable or PeerLost."""
    started = time.monotonic()
    with associated(node.host, node.port, node.ae_title, [build_context(VERIFICATION)]) as assoc:
        status = status_of(assoc.send_c_echo())
    if status != 0:
        raise PeerLost(f"C-ECHO was answered with {status:04X}")
    return time.monotonic() - started
