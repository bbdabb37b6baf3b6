"""One association of a simulated modality with Lightbox."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext

from demo import environment
from demo.dicom.reactor import keep_answers

WAIT_SECONDS = 30


class DicomFailure(Exception):
    """The other side refused, answered a failure, or did not answer; the text says which."""


def without_delay(event: evt.Event) -> None:
    """Small messages at once: Nagle's algorithm would hold every answer back by up to 40 ms."""
    connection = event.assoc.dul.socket
    if connection is not None and connection.socket is not None:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@contextmanager
def associated(ae_title: str, contexts: Sequence[PresentationContext], handlers: Sequence[Any] = ()) -> Iterator[Association]:
    """An association with Lightbox, released afterwards. Raises DicomFailure when there is none."""
    ae = AE(ae_title)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = WAIT_SECONDS
    address = environment.dicom()
    assoc = ae.associate(
        address.host,
        address.port,
        contexts=list(contexts),
        ae_title=environment.ae_title(),
        evt_handlers=[(evt.EVT_CONN_OPEN, without_delay), *handlers],
    )
    if not assoc.is_established:
        raise DicomFailure(f"{ae_title}: no association with {environment.ae_title()} at {address.host}:{address.port}")
    keep_answers(assoc)
    try:
        yield assoc
    finally:
        if assoc.is_established:
            assoc.release()


def check(service: str, status: Any) -> None:
    """Raises DicomFailure unless the status is success or a warning."""
    code = status.Status if status and "Status" in status else None
    if code is None:
        raise DicomFailure(f"{service}: no answer")
    if code != 0x0000 and code >> 12 != 0xB and code not in (0x0001, 0x0107, 0x0116):
        comment = status.get("ErrorComment", "")
        raise DicomFailure(f"{service}: status {code:04X} {comment}".rstrip())
