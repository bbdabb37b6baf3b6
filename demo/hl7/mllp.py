"""Minimal Lower Layer Protocol: a sender that waits for the acknowledgement, and the frames for a listener."""

import asyncio
import socket
from types import TracebackType

from demo.environment import Address
from demo.hl7.message import fields

START, END = b"\x0b", b"\x1c\r"
LONGEST_BYTES = 16 * 1024 * 1024
ANSWER_SECONDS = 30.0


class Refused(Exception):
    """The other side answered AE or AR; the text is its answer."""


class Unanswered(Exception):
    """No acknowledgement of our message came."""


class Sender:
    """One connection, messages in order; opened again when the other side closed it."""

    def __init__(self, address: Address, timeout: float = ANSWER_SECONDS) -> None:
        self._address, self._timeout = address, timeout
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, message: bytes) -> str:
        """Send and return the acknowledgement. Raises Refused for AE and AR, Unanswered when none came."""
        try:
            answer = self._exchange(message)
        except OSError as error:
            self.close()
            raise Unanswered(f"{self._address.host}:{self._address.port}: {error}") from error
        text = answer.decode(errors="replace")
        status = [*fields(text, "MSA"), "", ""][1]
        if status not in ("AA", "CA"):
            raise Refused(text.replace("\r", " ").strip())
        return text

    def _exchange(self, message: bytes) -> bytes:
        if self._socket is None:
            self._socket = socket.create_connection((self._address.host, self._address.port), self._timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(START + message + END)
        received = bytearray()
        while not received.endswith(END):
            chunk = self._socket.recv(65536)
            if not chunk or len(received) > LONGEST_BYTES:
                raise ConnectionError("closed before the acknowledgement")
            received += chunk
        return bytes(received).strip(START + END)


async def read_message(reader: asyncio.StreamReader) -> bytes | None:
    """The next framed message; None when the connection ends. The reader's limit bounds its size."""
    try:
        await reader.readuntil(START)
        framed = await reader.readuntil(END)
    except asyncio.IncompleteReadError:
        return None
    return framed[: -len(END)]
