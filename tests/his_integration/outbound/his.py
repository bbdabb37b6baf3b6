"""A hospital information system that takes what we send, on a real socket, and answers as it is told."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pytest_django import Settings

from his_integration.messages.envelope import acknowledgement, envelope_of
from his_integration.messages.problems import Place, Refused
from his_integration.messages.text import Text, parse
from his_integration.mllp.framing import Block
from his_integration.outbound.services import close_senders
from tests.his_integration.sockets import listening

REFUSED = Refused("103", Place("OBR", 1, 4), "No such procedure.")
Behaviour = Callable[[Text], bytes | None]


def takes(text: Text) -> bytes:
    return acknowledgement(envelope_of(text))


def refuses(text: Text) -> bytes:
    return acknowledgement(envelope_of(text), REFUSED)


def first_refuses() -> Behaviour:
    """Refuses one message and takes what follows."""
    answers = iter([refuses])
    return lambda text: next(answers, takes)(text)  # noqa: PLW0108  the next behaviour is chosen with each message


@dataclass
class His:
    """What came in, in order; `behaviour` answers the next message, or raises to hang up."""

    port: int = 0
    behaviour: Behaviour = takes
    received: list[Text] = field(default_factory=list)
    peers: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def answer(self, block: Block, peer: str) -> bytes:
        text = parse(block.payload.decode())
        with self.lock:
            self.received.append(text)
            self.peers.add(peer)
        answer = self.behaviour(text)
        if answer is None:
            raise RuntimeError("hangs up")
        return answer

    @property
    def control_ids(self) -> list[str]:
        return [text.get("MSH", 10) for text in self.received]


@contextlib.contextmanager
def his_listening(settings: Settings, behaviour: Behaviour = takes) -> Iterator[His]:
    his = His(behaviour=behaviour)
    with listening(his.answer) as listener:
        his.port = listener.port
        settings.HL7_OUT = f"127.0.0.1:{his.port}"
        try:
            yield his
        finally:
            close_senders()
