"""The simulated HIS over real sockets: a sender that waits for its answer, a listener that keeps what it answered.

Not covered: a HIS that answers late, twice or out of order (tests/his_integration/mllp).
"""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.environment import Address
from demo.his import Journal, Listener
from demo.hl7.message import fields
from demo.hl7.mllp import LONGEST_BYTES, Refused, Sender, Unanswered
from tests.services import free_port

RESULT = "MSH|^~\\&|LIGHTBOX|RADIOLOGY|HIS|HOSPITAL|20261122||ORU^R01|R7|P|2.5.1\rPID|1||00300101\rOBR|1||CT26112200001\r"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "his" / "journal.jsonl"


@pytest.fixture
def his(journal: Path) -> Iterator[Address]:
    """The listener in a thread of its own."""
    loop, address = asyncio.new_event_loop(), Address("127.0.0.1", free_port())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    start = asyncio.start_server(Listener(Journal(journal)).serve, address.host, address.port, limit=LONGEST_BYTES)
    server = asyncio.run_coroutine_threadsafe(start, loop).result(timeout=10)
    yield address
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_result_is_acknowledged_by_its_number(his: Address) -> None:
    with Sender(his) as sender:
        assert fields(sender.send(RESULT.encode()), "MSA")[1:3] == ["AA", "R7"]


def test_a_result_is_kept(his: Address, journal: Path) -> None:
    with Sender(his) as sender:
        sender.send(RESULT.encode())
    kept = json.loads(journal.read_text())
    assert (kept["type"], kept["message"]) == ("ORU^R01", RESULT)


def test_several_messages_go_over_one_connection(his: Address, journal: Path) -> None:
    with Sender(his) as sender:
        for _ in range(3):
            sender.send(RESULT.encode())
    assert len(journal.read_text().splitlines()) == 3


def test_what_is_no_message_is_refused(his: Address) -> None:
    with Sender(his) as sender, pytest.raises(Refused):
        sender.send(b"hello")


def test_a_large_result_fits(his: Address) -> None:
    with Sender(his) as sender:
        assert sender.send(RESULT.encode() + b"OBX|1|ED|PDF||" + b"A" * 2_000_000 + b"\r")


def test_nobody_listening_is_said() -> None:
    with Sender(Address("127.0.0.1", free_port())) as sender, pytest.raises(Unanswered):
        sender.send(RESULT.encode())


def close_at_once(server: socket.socket) -> None:
    server.accept()[0].close()


def test_a_connection_that_closes_early_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closer = threading.Thread(target=close_at_once, args=(server,))
        closer.start()
        with Sender(Address(*server.getsockname())) as sender, pytest.raises(Unanswered):
            sender.send(RESULT.encode())
        closer.join()
