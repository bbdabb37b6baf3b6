"""A HIS that nobody here wrote: python-hl7 as client and as listener, on real sockets."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import hl7
from hl7.client import MLLPClient
from hl7.mllp import HL7StreamReader, HL7StreamWriter, start_hl7_server

from tests.system import until

CLIENT_SECONDS = 20


@dataclass
class Listener:
    """What arrived at the HIS, in order."""

    messages: list[hl7.Message] = field(default_factory=list)

    def of_type(self, kind: str) -> list[hl7.Message]:
        """The messages of MSH-9 `kind`, as in ORU^R01."""
        return [message for message in self.messages if str(message["MSH"][0][9]).startswith(kind)]

    def until_got(self, kind: str, count: int = 1) -> list[hl7.Message]:
        until(lambda: len(self.of_type(kind)) >= count, f"{count} of {kind} at the HIS; got {[str(m['MSH'][0][9]) for m in self.messages]}")
        return self.of_type(kind)


@contextlib.contextmanager
def listening(port: int) -> Iterator[Listener]:
    """A HIS that takes everything with AA."""
    found = Listener()
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def converse(reader: HL7StreamReader, writer: HL7StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                message = await reader.readmessage()
                found.messages.append(message)
                writer.writemessage(message.create_ack())
                await writer.drain()

    async def serve() -> None:
        async with await start_hl7_server(converse, host="127.0.0.1", port=port, encoding="utf-8", limit=1 << 24):
            started.set()
            await asyncio.get_running_loop().create_future()

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(serve())

    def stop() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(CLIENT_SECONDS)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(stop)
        thread.join(CLIENT_SECONDS)


def send(port: int, text: str) -> hl7.Message:
    """Send one message as python-hl7 does and give the answer."""
    with MLLPClient("127.0.0.1", port) as client:
        client.socket.settimeout(CLIENT_SECONDS)
        answer = client.send_message(text.replace("\n", "\r").strip() + "\r")
    return hl7.parse(answer.strip(b"\x0b\x1c\r\n").decode("utf-8"))
