"""The listener over real sockets. Not covered: TLS, which a proxy ends."""

import asyncio
import threading

import pytest

from his_integration.mllp.framing import Block, wrap
from his_integration.mllp.listener import Limits
from tests.his_integration.sockets import WAIT, Peer, listening


async def echo(block: Block, peer: str) -> bytes:
    return b"ACK " + block.payload[:20] + (b"" if block.is_whole else b" too large")


def test_each_message_is_answered_in_order() -> None:
    with listening(echo) as listener:
        peer = Peer(listener.port)
        peer.send(b"".join(wrap(b"MSH|%d" % number) for number in range(50)))
        assert [peer.receive() for _ in range(50)] == [b"ACK MSH|%d" % number for number in range(50)]


def test_messages_of_one_connection_are_worked_on_one_after_the_other() -> None:
    running, most = 0, 0

    async def slow(block: Block, peer: str) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return block.payload

    with listening(slow) as listener:
        peer = Peer(listener.port)
        peer.send(b"".join(wrap(b"%d" % number) for number in range(20)))
        for _ in range(20):
            peer.receive()
    assert most == 1


def test_a_slow_message_does_not_hold_up_another_connection() -> None:
    release: list[asyncio.Event] = []

    async def answer(block: Block, peer: str) -> bytes:
        if block.payload == b"slow":
            gate = asyncio.Event()
            release.append(gate)
            await gate.wait()
        else:
            release[0].set()
        return block.payload

    with listening(answer) as listener:
        first, second = Peer(listener.port), Peer(listener.port)
        first.send(wrap(b"slow"))
        while not release:
            threading.Event().wait(0.01)
        assert second.ask(b"quick") == b"quick"
        assert first.receive() == b"slow"


def test_a_too_large_message_is_answered_and_the_connection_goes_on() -> None:
    with listening(echo, Limits(message_bytes=10_000)) as listener:
        peer = Peer(listener.port)
        assert peer.ask(b"MSH|" + b"x" * 200_000).endswith(b"too large")
        assert peer.ask(b"MSH|small") == b"ACK MSH|small"


def test_a_message_that_does_not_end_costs_its_connection_and_no_other() -> None:
    with listening(echo, Limits(frame_seconds=0.2)) as listener:
        stuck, other = Peer(listener.port), Peer(listener.port)
        stuck.send(b"\x0bMSH|never ends")
        with pytest.raises(ConnectionError):
            stuck.receive()
        assert other.ask(b"MSH|1") == b"ACK MSH|1"


def test_a_trickle_does_not_renew_the_time_for_a_message() -> None:
    with listening(echo, Limits(frame_seconds=0.5)) as listener:
        peer = Peer(listener.port)
        peer.send(b"\x0bMSH|")
        with pytest.raises(OSError):
            for _ in range(200):
                peer.send(b"x")
                threading.Event().wait(0.05)


def test_a_silent_connection_is_closed() -> None:
    with listening(echo, Limits(idle_seconds=0.2)) as listener, pytest.raises(ConnectionError):
        Peer(listener.port).receive()


def test_unfinished_messages_of_all_peers_share_one_budget() -> None:
    with listening(echo, Limits(message_bytes=10**6, buffer_bytes=200_000)) as listener:
        peers = [Peer(listener.port) for _ in range(4)]
        refused = 0
        for peer in peers:
            try:
                peer.send(b"\x0b" + b"x" * 150_000)
                peer.send(b"y" * 10 + b"\x1c\r")
                peer.receive()
            except OSError:
                refused += 1
        assert refused < 4
        assert Peer(listener.port).ask(b"MSH|1") == b"ACK MSH|1"


def test_more_connections_than_allowed_are_closed_at_once() -> None:
    with listening(echo, Limits(connections=2)) as listener:
        kept = [Peer(listener.port) for _ in range(2)]
        assert [peer.ask(b"1") for peer in kept] == [b"ACK 1", b"ACK 1"]
        with pytest.raises(OSError):
            Peer(listener.port).ask(b"2")


def test_when_the_answerer_fails_the_connection_closes_without_an_answer() -> None:
    async def fail(block: Block, peer: str) -> bytes:
        raise RuntimeError("fault")

    with listening(fail) as listener, pytest.raises(ConnectionError):
        Peer(listener.port).ask(b"MSH|1")


def test_stopping_answers_the_message_in_work_and_takes_no_more() -> None:
    begun = threading.Event()
    gate: list[asyncio.Event] = []

    async def answer(block: Block, peer: str) -> bytes:
        gate.append(asyncio.Event())
        begun.set()
        asyncio.get_running_loop().call_later(0.2, gate[0].set)
        await gate[0].wait()
        return b"done"

    with listening(answer) as listener:
        busy, idle = Peer(listener.port), Peer(listener.port)
        busy.send(wrap(b"MSH|1"))
        assert begun.wait(WAIT)
    assert busy.receive() == b"done"
    with pytest.raises(ConnectionError):
        idle.receive()
