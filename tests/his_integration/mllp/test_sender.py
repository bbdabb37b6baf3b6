"""The sender against real sockets. Not covered: a peer that answers one byte at a time for longer than the time allowed, and TLS."""

import asyncio
import socket
from collections.abc import Callable

import pytest

from his_integration.mllp.errors import ConnectionLost, NoAnswer, NotConnected
from his_integration.mllp.framing import Block
from his_integration.mllp.listener import Limits
from his_integration.mllp.sender import Sender, address_parse
from tests.his_integration.sockets import listening
from tests.services import free_port


def anything(answer: bytes) -> bool:
    return True


def only(expected: bytes) -> Callable[[bytes], bool]:
    return lambda answer: answer == expected


def test_one_connection_serves_many_messages() -> None:
    peers = set()

    async def answer(block: Block, peer: str) -> bytes:
        peers.add(peer)
        return b"ACK " + block.payload

    with listening(answer) as listener:
        sender = Sender(f"127.0.0.1:{listener.port}", ack_seconds=5)
        assert [sender.exchange(b"%d" % number, anything) for number in range(5)] == [b"ACK %d" % number for number in range(5)]
        sender.close()
    assert len(peers) == 1


def test_nobody_listens() -> None:
    with pytest.raises(NotConnected):
        Sender(f"127.0.0.1:{free_port()}", ack_seconds=1).exchange(b"MSH", anything)


def test_no_answer_in_time() -> None:
    async def never(block: Block, peer: str) -> bytes:
        await asyncio.sleep(3600)
        return b""

    with listening(never, Limits(stop_seconds=0.1)) as listener, pytest.raises(NoAnswer):
        Sender(f"127.0.0.1:{listener.port}", ack_seconds=0.2).exchange(b"MSH", anything)


def test_the_answer_to_another_message_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = Sender(f"127.0.0.1:{server.getsockname()[1]}", ack_seconds=0.5)
        server.settimeout(5)
        sender._connected()
        connection, _address = server.accept()
        connection.sendall(b"\x0bold\x1c\r\x0bnew\x1c\r")
        sender._socket.setblocking(True)  # type: ignore[union-attr]
        assert sender._await(sender._socket, only(b"new")) == b"new"  # type: ignore[arg-type]
        connection.close()
        sender.close()


def test_a_closed_connection_is_noticed_and_made_anew() -> None:
    async def answer(block: Block, peer: str) -> bytes:
        return b"ACK"

    with listening(answer) as first:
        port = first.port
        sender = Sender(f"127.0.0.1:{port}", ack_seconds=5)
        assert sender.exchange(b"1", anything) == b"ACK"
    with pytest.raises(NotConnected):
        sender.exchange(b"2", anything)


def test_the_peer_closes_instead_of_answering() -> None:
    async def fail(block: Block, peer: str) -> bytes:
        raise RuntimeError("fault")

    with listening(fail) as listener, pytest.raises(ConnectionLost):
        Sender(f"127.0.0.1:{listener.port}", ack_seconds=5).exchange(b"1", anything)


@pytest.mark.parametrize(("text", "address"), [("his:2575", ("his", 2575)), ("[::1]:99", ("::1", 99))])
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert address_parse(text) == address


@pytest.mark.parametrize("text", ["", "his", "his:", ":2575", "his:port"])
def test_not_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        address_parse(text)
