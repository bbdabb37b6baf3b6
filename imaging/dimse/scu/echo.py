"""C-ECHO: does a DICOM application answer, and how quickly? (PS3.4 Annex A)"""

import time

from django.conf import settings
from pynetdicom.presentation import build_context

from imaging.common.health import ANSWER_SECONDS, address_to_ask
from imaging.dimse.contexts import VERIFICATION
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import Patience, PeerLost, PeerUnreachable, associated, status_of


def node_echo(*, node: RemoteNode) -> float:
    """Seconds that association and echo took. Raises PeerUnreachable or PeerLost."""
    started = time.monotonic()
    _echo(node.host, node.port, node.ae_title)
    return time.monotonic() - started


def server_answers() -> bool:
    """Whether our own DICOM server has a place for one more peer, knows its peers, and answers an echo."""
    patience = Patience(connect=ANSWER_SECONDS, agree=ANSWER_SECONDS, answer=ANSWER_SECONDS)
    try:
        _echo(address_to_ask(settings.DICOM_HOST), settings.DICOM_PORT, settings.AE_TITLE, patience, is_tls=False)
    except (PeerUnreachable, PeerLost):
        return False
    return True


def _echo(host: str, port: int, ae_title: str, patience: Patience | None = None, is_tls: bool | None = None) -> None:
    with associated(host, port, ae_title, [build_context(VERIFICATION)], patience=patience, is_tls=is_tls) as assoc:
        status = status_of(assoc.send_c_echo())
    if status != 0:
        raise PeerLost(f"C-ECHO was answered with {status:04X}")
