"""One TCP connection to a peer, read in whole PDUs: bounded in size and in time before memory is spent (promise 3)."""

import select
import socket
import ssl
import struct
import time
from dataclasses import dataclass

from django.conf import settings

from imaging.dimse.pdu import ASSOCIATE_RQ, P_DATA, BadPdu

HEADER, PDV = struct.Struct(">BBL"), struct.Struct(">LBB")
AHEAD = HEADER.size + PDV.size
ASSOCIATE_BYTES, OTHER_BYTES = 256 * 1024, 64 * 1024
# What is read ahead: little from who asks, several PDUs at once from who sends images.
FIRST_BYTES, BUFFER_BYTES = 16 * 1024, 512 * 1024
QUICKACK = getattr(socket, "TCP_QUICKACK", None)
FOREVER = float("inf")
# A blocking read wakes this often to look at its deadline: one system call for most PDUs, where a time-out of Python's needs three.
TICK = struct.pack("@ll", 0, 250_000)


class PeerGone(Exception):
    """The connection ended without a word, or the peer was silent or slow for too long."""


@dataclass
class Wire:
    sock: socket.socket

    def __post_init__(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._prepare()
        self._buffer = memoryview(bytearray(FIRST_BYTES))
        self._at = self._end = 0

    def _prepare(self) -> None:
        self.sock.settimeout(None)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, TICK)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, TICK)

    @property
    def is_tls(self) -> bool:
        return False

    def open(self, until: float) -> None:
        """What has to be settled with the peer before the first PDU. Raises PeerGone."""

    def read_pdu(self, idle_seconds: float, until: float = FOREVER) -> tuple[int, memoryview]:
        """Kind and body of the next PDU; the body is good until the next call.

        The peer may be silent for `idle_seconds` before it, and slow within it only for a while. Nothing is waited for beyond `until` (a
        moment of `time.monotonic`). Raises PeerGone, or BadPdu for one larger than what was agreed.
        """
        if self._at == self._end:
            self._at = self._end = 0
            self._end = self._receive(self._buffer, min(until, time.monotonic() + idle_seconds), flags=0)
        deadline = min(until, time.monotonic() + settings.DICOM_PDU_SECONDS)
        self._have(HEADER.size, deadline)
        kind, _reserved, length = HEADER.unpack_from(self._buffer, self._at)
        if length > self._limit(kind):
            raise BadPdu(f"a PDU of type {kind} with {length} bytes")
        self._have(HEADER.size + length, deadline, ahead=self._surely_follows(kind, length))
        start = self._at + HEADER.size
        self._at = start + length
        if self._at == self._end:
            self._acknowledge_now()
        return kind, self._buffer[start : self._at]

    def _surely_follows(self, kind: int, length: int) -> int:
        """How many bytes can be asked for together with the rest of this PDU: one that is not the last of its message has a successor."""
        if kind != P_DATA or self._end - self._at < AHEAD:
            return 0
        value_length, _context, control = PDV.unpack_from(self._buffer, self._at + HEADER.size)
        return AHEAD if value_length + 4 == length and not control & 2 else 0

    def _have(self, size: int, deadline: float, ahead: int = 0) -> None:
        """Wait until `size` bytes are in the buffer; take up to `ahead` more with them."""
        if len(self._buffer) - self._at < size + ahead:
            self._make_room(size + ahead)
        while (missing := size - (self._end - self._at)) > 0:
            self._acknowledge_now()
            self._end += self._receive(self._buffer[self._end : self._end + missing + ahead], deadline)

    def _make_room(self, size: int) -> None:
        kept = self._buffer[self._at : self._end]
        if size > len(self._buffer):
            self._buffer = memoryview(bytearray(max(size, BUFFER_BYTES)))
        self._buffer[: len(kept)] = kept
        self._at, self._end = 0, len(kept)

    def _limit(self, kind: int) -> int:
        if kind == P_DATA:
            return int(settings.DICOM_MAX_PDU_BYTES)
        return ASSOCIATE_BYTES if kind == ASSOCIATE_RQ else OTHER_BYTES

    def _receive(self, view: memoryview, deadline: float, flags: int = socket.MSG_WAITALL) -> int:
        """At least one byte, into `view`; with the flags as they are, mostly all of it."""
        while time.monotonic() < deadline:
            try:
                got = self._receive_some(view, deadline, flags)
            except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
                continue
            except OSError as error:
                raise PeerGone(f"broke the connection: {error.strerror or error}") from error
            if got == 0:
                raise PeerGone("closed the connection")
            return got
        raise PeerGone("was silent or slow for too long")

    def _receive_some(self, view: memoryview, deadline: float, flags: int) -> int:
        return self.sock.recv_into(view, 0, flags)

    def _acknowledge_now(self) -> None:
        """A sender with Nagle's algorithm on waits for our acknowledgement before its next small piece: give it at once."""
        if QUICKACK is not None:
            self.sock.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)

    def has_data(self, seconds: float = 0.0) -> bool:
        """Whether something can be read within `seconds`, be it the end."""
        return self._at < self._end or bool(select.select([self.sock], [], [], seconds)[0])

    def write(self, data: bytes) -> None:
        """Send all of `data`, which the peer has to take within DICOM_NETWORK_SECONDS. Raises PeerGone."""
        deadline = time.monotonic() + settings.DICOM_NETWORK_SECONDS
        left = memoryview(data)
        while left:
            if time.monotonic() >= deadline:
                raise PeerGone("does not take our answer")
            try:
                left = left[self._send_some(left, deadline) :]
            except (BlockingIOError, TimeoutError, ssl.SSLWantWriteError):
                continue
            except OSError as error:
                raise PeerGone(f"does not take our answer: {error.strerror or error}") from error

    def _send_some(self, data: memoryview, deadline: float) -> int:
        return self.sock.send(data)

    def hang_up(self) -> None:
        """End a read that another thread waits in."""
        try:
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        self.hang_up()
        self.sock.close()


class TlsWire(Wire):
    """The same over TLS. The handshake is the peer's first act, within the time for asking for an association."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(sock)

    def _prepare(self) -> None:
        self.sock = self._context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True)

    @property
    def is_tls(self) -> bool:
        return True

    @property
    def _tls(self) -> ssl.SSLSocket:
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101  made so in _prepare
        return self.sock

    def open(self, until: float) -> None:
        # Each wait of a handshake starts a time-out anew; a peer that sends a byte now and then would live for ever.
        self._tls.setblocking(False)
        while True:
            try:
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                self._wait(until, reading=True)
            except ssl.SSLWantWriteError:
                self._wait(until, reading=False)
            except OSError as error:
                raise PeerGone(f"did not agree on TLS: {error.strerror or error}") from error

    def _wait(self, until: float, *, reading: bool) -> None:
        left = until - time.monotonic()
        watched = [self.sock]
        if left <= 0 or not any(select.select(watched if reading else [], [] if reading else watched, [], left)):
            raise PeerGone("was silent or slow for too long")

    def _receive_some(self, view: memoryview, deadline: float, flags: int) -> int:
        self.sock.settimeout(max(0.001, min(deadline - time.monotonic(), 3600)))
        return self.sock.recv_into(view)

    def _send_some(self, data: memoryview, deadline: float) -> int:
        self.sock.settimeout(max(0.001, deadline - time.monotonic()))
        return self.sock.send(data)

    def has_data(self, seconds: float = 0.0) -> bool:
        return self._tls.pending() > 0 or super().has_data(seconds)
