"""One TCP connection to a peer, read in whole PDUs: bounded in size and in time before memory is spent (promise 3)."""

import select
import socket
import struct
import time
from dataclasses import dataclass

from django.conf import settings

from imaging.dimse.pdu import ASSOCIATE_RQ, P_DATA, BadPdu

HEADER = struct.Struct(">BBL")
ASSOCIATE_BYTES, OTHER_BYTES = 256 * 1024, 64 * 1024
QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class PeerGone(Exception):
    """The connection ended without a word, or the peer was silent or slow for too long."""


@dataclass
class Wire:
    sock: socket.socket

    def __post_init__(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def read_pdu(self, idle_seconds: float) -> tuple[int, memoryview]:
        """Kind and body of the next PDU. The peer may be silent for `idle_seconds` before it, and slow within it only for a while.

        Raises PeerGone, or BadPdu for one that is larger than what was agreed.
        """
        head = bytearray(HEADER.size)
        view = memoryview(head)
        got = self._receive(view, time.monotonic() + idle_seconds)
        deadline = time.monotonic() + settings.DICOM_PDU_SECONDS
        self._fill(view[got:], deadline)
        kind, _reserved, length = HEADER.unpack(head)
        if length > self._limit(kind):
            raise BadPdu(f"a PDU of type {kind} with {length} bytes")
        body = memoryview(bytearray(length))
        self._fill(body, deadline)
        self._acknowledge_now()
        return kind, body

    def _limit(self, kind: int) -> int:
        if kind == P_DATA:
            return int(settings.DICOM_MAX_PDU_BYTES)
        return ASSOCIATE_BYTES if kind == ASSOCIATE_RQ else OTHER_BYTES

    def _fill(self, view: memoryview, deadline: float) -> None:
        while view:
            view = view[self._receive(view, deadline) :]

    def _receive(self, view: memoryview, deadline: float) -> int:
        left = deadline - time.monotonic()
        if left <= 0:
            raise PeerGone("is too slow")
        try:
            self.sock.settimeout(left)
            got = self.sock.recv_into(view)
        except TimeoutError as error:
            raise PeerGone("was silent for too long") from error
        except OSError as error:
            raise PeerGone(f"broke the connection: {error.strerror or error}") from error
        if got == 0:
            raise PeerGone("closed the connection")
        return got

    def _acknowledge_now(self) -> None:
        """A sender with Nagle's algorithm on waits for our acknowledgement before its next small piece: give it at once."""
        if QUICKACK is not None:
            self.sock.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)

    def has_data(self, seconds: float = 0.0) -> bool:
        """Whether something can be read within `seconds`, be it the end."""
        return bool(select.select([self.sock], [], [], seconds)[0])

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises PeerGone."""
        try:
            self.sock.settimeout(settings.DICOM_NETWORK_SECONDS)
            self.sock.sendall(data)
        except OSError as error:
            raise PeerGone(f"does not take our answer: {error.strerror or error}") from error

    def hang_up(self) -> None:
        """End a read that another thread waits in."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        self.hang_up()
        self.sock.close()
