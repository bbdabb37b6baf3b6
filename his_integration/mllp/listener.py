"""The listening side: many connections, the messages of each answered in order, everything bounded in size and time."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from his_integration.mllp.framing import Block, Deframer, wrap

logger = logging.getLogger(__name__)
READ_BYTES = 64 * 1024
Answer = Callable[[Block, str], Awaitable[bytes]]


@dataclass(frozen=True)
class Limits:
    """What a peer may cost us. `buffer_bytes` is what all connections together may hold of unfinished messages."""

    message_bytes: int = 16 * 1024 * 1024
    buffer_bytes: int = 128 * 1024 * 1024
    connections: int = 256
    frame_seconds: float = 60
    idle_seconds: float = 600
    stop_seconds: float = 10


class Listener:
    """`answer` is given each message and the peer's address, and returns the acknowledgement.

    It has to answer everything; if it raises, the connection is closed without an answer, so that the sender keeps its message.
    """

    def __init__(self, answer: Answer, limits: Limits | None = None) -> None:
        self.answer = answer
        self.limits = limits or Limits()
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        self._server: asyncio.Server | None = None
        self._is_stopping = False

    @property
    def port(self) -> int:
        """The port that we listen on, also where 0 was asked for."""
        if self._server is None:
            raise RuntimeError("not started")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def held_bytes(self) -> int:
        return sum(connection.deframer.held_bytes for connection in self._tasks.values())

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=READ_BYTES, backlog=256)

    async def stop(self) -> None:
        """Take no new connection or message, let the messages in work be answered, close."""
        self._is_stopping = True
        if self._server is not None:
            self._server.close()
        for task, connection in list(self._tasks.items()):
            if not connection.is_working:
                task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=self.limits.stop_seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        if self._is_stopping or len(self._tasks) >= self.limits.connections:
            logger.warning("HL7 %s refused: %s connections are open", connection.peer, len(self._tasks))
            writer.close()
            return
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("asyncio calls this in a task")
        self._tasks[task] = connection
        try:
            await connection.run()
        finally:
            del self._tasks[task]

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping


class Connection:
    """One peer. Its messages are answered one after the other, as they came."""

    def __init__(self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.listener, self.reader, self.writer = listener, reader, writer
        self.deframer = Deframer(listener.limits.message_bytes)
        self.peer = _name(writer)
        self.is_working = False
        self._deadline: float | None = None

    async def run(self) -> None:
        _no_delay(self.writer)
        try:
            while not self.listener.is_stopping and (data := await self._read()):
                await self._take(data)
        except TimeoutError:
            logger.info("HL7 %s closed: %s", self.peer, "a message did not come to its end" if self.deframer.is_partial else "silent")
        except (ConnectionError, OSError) as error:
            logger.info("HL7 %s went away: %s", self.peer, error)
        except asyncio.CancelledError:
            if not self.listener.is_stopping:
                raise
        except Exception:
            logger.exception("HL7 %s: no answer given, connection closed", self.peer)
        finally:
            await self._close()

    async def _read(self) -> bytes:
        """The next bytes; none at the end. Raises TimeoutError. The time for one message is counted from its first byte."""
        limits, now = self.listener.limits, asyncio.get_running_loop().time()
        if not self.deframer.is_partial:
            self._deadline = None
        elif self._deadline is None:
            self._deadline = now + limits.frame_seconds
        wait = limits.idle_seconds if self._deadline is None else max(self._deadline - now, 0)
        return await asyncio.wait_for(self.reader.read(READ_BYTES), wait)

    async def _take(self, data: bytes) -> None:
        self.is_working = True
        try:
            for block in self.deframer.feed(data):
                self._deadline = None
                self.writer.write(wrap(await self.listener.answer(block, self.peer)))
                await self.writer.drain()
        finally:
            self.is_working = False
        if self.deframer.noise_bytes:
            logger.warning("HL7 %s: %s bytes outside of messages dropped", self.peer, self.deframer.noise_bytes)
            self.deframer.noise_bytes = 0
        if self.listener.held_bytes > self.listener.limits.buffer_bytes and self.deframer.is_partial:
            raise ConnectionAbortedError("unfinished messages of all peers hold too much memory")

    async def _close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self.writer.wait_closed()


def _name(writer: asyncio.StreamWriter) -> str:
    peer = writer.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if peer else "?"


def _no_delay(writer: asyncio.StreamWriter) -> None:
    handle = writer.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
