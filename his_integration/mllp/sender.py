"""The sending side: one connection a destination, kept open between messages; one message, one acknowledgement."""

import contextlib
import socket
import time
from collections.abc import Callable

from his_integration.mllp.errors import ConnectionLost, NoAnswer, NotConnected
from his_integration.mllp.framing import Deframer, wrap

CONNECT_SECONDS = 10.0
READ_BYTES = 65536
ANSWER_BYTES = 1024 * 1024
IsAnswer = Callable[[bytes], bool]


def address_parse(text: str) -> tuple[str, int]:
    """`host:port` (or `[v6]:port`) taken apart. Raises ValueError."""
    host, separator, port = text.strip().rpartition(":")
    if not separator or not host or not port.isdigit():
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]"), int(port)


class Sender:
    """A connection to `address` (host:port), made when first needed and again when it broke."""

    def __init__(self, address: str, *, ack_seconds: float) -> None:
        self.name = address
        self.address = address_parse(address)
        self.ack_seconds = ack_seconds
        self._socket: socket.socket | None = None

    def exchange(self, payload: bytes, is_answer: IsAnswer) -> bytes:
        """Send `payload` and return the answer for which `is_answer` holds; answers to something else are passed over.

        Raises NotConnected (nothing was sent), NoAnswer or ConnectionLost (it may have arrived: send the same message again). After
        a failure the connection is closed, so that a late answer is never taken for that to the next message.
        """
        try:
            connection = self._connected()
            connection.sendall(wrap(payload))
            return self._await(connection, is_answer)
        except TimeoutError as error:
            self.close()
            raise NoAnswer(f"no acknowledgement within {self.ack_seconds:g} s") from error
        except OSError as error:
            self.close()
            raise ConnectionLost(str(error)) from error
        except (NoAnswer, ConnectionLost):
            self.close()
            raise

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is None or _is_stale(self._socket):
            self.close()
            try:
                self._socket = socket.create_connection(self.address, min(CONNECT_SECONDS, self.ack_seconds))
            except OSError as error:
                raise NotConnected(str(error)) from error
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.settimeout(self.ack_seconds)
        return self._socket

    def _await(self, connection: socket.socket, is_answer: IsAnswer) -> bytes:
        deadline, deframer = time.monotonic() + self.ack_seconds, Deframer(ANSWER_BYTES)
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            data = connection.recv(READ_BYTES)
            if not data:
                raise ConnectionLost("the connection was closed before an acknowledgement came")
            for block in deframer.feed(data):
                if is_answer(block.payload):
                    return block.payload
        raise NoAnswer(f"no acknowledgement within {self.ack_seconds:g} s")


def _is_stale(connection: socket.socket) -> bool:
    """Closed by the peer, or holding bytes that answer nothing of ours."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
