"""Watching what an association sends, a PDU at a time: for progress, for a bandwidth limit, and so that no object waits whole in memory."""

import time
from collections.abc import Callable
from typing import Any

from pynetdicom import Association
from pynetdicom.pdu_primitives import P_DATA

from imaging.common.said import said as _
from imaging.dimse.scu.client import REQUEST_SECONDS, PeerLost

# PDUs that may wait for the socket: enough to keep the line busy.
AHEAD = 32
LOOK_SECONDS = 0.002


def watch_sending(assoc: Association, note: Callable[[int], None]) -> None:
    """From now on, `note(octets)` hears of each piece of a message before it is sent on `assoc`, and may hold it back or raise."""
    send = assoc.dul.send_pdu

    def send_pdu(primitive: Any) -> None:
        if isinstance(primitive, P_DATA):
            note(sum(len(value) for _context, value in primitive.presentation_data_value_list))
            _let_drain(assoc)
        send(primitive)

    assoc.dul.send_pdu = send_pdu  # type: ignore[method-assign]


def _let_drain(assoc: Association) -> None:
    """pynetdicom queues without bound. Raises PeerLost when the peer takes nothing."""
    deadline = time.monotonic() + REQUEST_SECONDS
    while assoc.dul.to_provider_queue.qsize() > AHEAD and assoc.is_established:
        if time.monotonic() > deadline:
            raise PeerLost(_("The receiver takes nothing more."))
        time.sleep(LOOK_SECONDS)
