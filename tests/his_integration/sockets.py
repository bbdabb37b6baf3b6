"""A listener in its own thread, and plain sockets to talk to it."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from his_integration.mllp.framing import Block, Deframer, wrap
from his_integration.mllp.listener import Limits, Listener

WAIT = 20


@contextmanager
def listening(answer: Callable[[Block, str], Awaitable[bytes]], limits: Limits | None = None) -> Iterator[Listener]:
    """A running listener on a free port."""
    loop = asyncio.new_event_loop()
    listener = Listener(answer, limits)
    ready = threading.Event()

    async def start() -> None:
        await listener.start("127.0.0.1", 0)
        ready.set()

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(WAIT)
    try:
        yield listener
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(WAIT)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        loop.close()


class Peer:
    """A client without any manners of its own."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), WAIT)
        self.deframer = Deframer(10**8)
        self.waiting: list[bytes] = []

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def receive(self) -> bytes:
        """The next answer. Raises ConnectionError when the other side closed."""
        while not self.waiting:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("closed")
            self.waiting += [block.payload for block in self.deframer.feed(data)]
        return self.waiting.pop(0)

    def ask(self, payload: bytes) -> bytes:
        self.send(wrap(payload))
        return self.receive()

    def close(self) -> None:
        self.socket.close()
