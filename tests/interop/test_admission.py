"""Who gets a place: strangers, greedy nodes and floods shut nobody out. The peers are told apart by loopback addresses (127.0.0.x).

Not covered: addresses behind names that change while the server runs, which needs a name server; several hosts.
"""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from imaging.dimse import names
from imaging.dimse.models import RemoteNode
from imaging.dimse.server import DicomServer
from tests.interop.dicom_server import dicom_linux_only
from tests.interop.test_hostile import request, said
from tests.system import until

pytestmark = dicom_linux_only
SCANNER, GREEDY, STRANGER = "127.0.0.11", "127.0.0.12", "127.0.0.13"
ACCEPTED, REJECTED = b"\2", b"\3"


@pytest.fixture(autouse=True)
def _strict(settings: LazySettings) -> None:
    settings.DICOM_TRUST_LOOPBACK = False
    settings.DICOM_NODES_SECONDS, settings.DICOM_ACSE_SECONDS = 0.1, 1


@pytest.fixture
def nodes(transactional_db: None) -> None:
    RemoteNode.objects.create(ae_title="CT1", host=SCANNER, may_store=True, max_associations=2)
    RemoteNode.objects.create(ae_title="GREEDY", host=GREEDY, may_store=True, max_associations=4)


class Peers:
    def __init__(self, server: DicomServer, stack: contextlib.ExitStack) -> None:
        self.server, self.stack = server, stack

    def connect(self, address: str) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.server.port), 10, source_address=(address, 0))
        sock.settimeout(20)
        return self.stack.enter_context(sock)

    def associate(self, address: str, title: str) -> socket.socket:
        """A connection whose association request has been answered; `kind` of the answer is read by the caller."""
        sock = self.connect(address)
        sock.sendall(request(calling=title.encode()))
        return sock

    def answer(self, address: str, title: str) -> bytes:
        """The type of the PDU that the request of `title` is answered with; empty when the line is closed on it."""
        with contextlib.suppress(ConnectionError):
            return self.associate(address, title).recv(1)
        return b""


@pytest.fixture
def peers(nodes: None, dicom: DicomServer) -> Iterator[Peers]:
    with contextlib.ExitStack() as stack:
        yield Peers(dicom, stack)


def is_closed(sock: socket.socket) -> bool:
    return said(sock) == b""


def test_an_unknown_address_is_closed_before_a_thread_or_a_query_is_spent(
    peers: Peers, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DICOM_NODES_SECONDS = 60
    gate = peers.server.gate
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            assert gate.judge(STRANGER, []).value == "closed"
    assert len(queries) == 0
    assert all(is_closed(peers.connect(STRANGER)) for _ in range(20))
    assert gate.turned_away["unknown"] == 70
    assert peers.server.associations() == []
    assert caplog.text.count(f"{STRANGER} turned away") == 1


def test_a_node_is_let_in_soon_after_it_was_set_up_and_out_when_it_is_off(peers: Peers) -> None:
    node = RemoteNode.objects.create(ae_title="NEW", host=STRANGER)
    until(lambda: peers.answer(STRANGER, "NEW") == ACCEPTED, "the new node is let in")
    RemoteNode.objects.filter(pk=node.pk).update(is_active=False)
    until(lambda: is_closed(peers.connect(STRANGER)), "the node that is off is closed on")


def test_another_title_at_a_known_address_is_refused(peers: Peers) -> None:
    assert peers.answer(SCANNER, "CT1") == ACCEPTED
    assert peers.answer(SCANNER, "GREEDY") == REJECTED


def test_our_own_echo_needs_no_node(peers: Peers) -> None:
    assert peers.answer("127.0.0.1", "LIGHTBOX") == ACCEPTED
    assert peers.answer("127.0.0.1", "CT1") == REJECTED


def test_a_node_gets_no_more_than_its_share(peers: Peers) -> None:
    assert [peers.answer(GREEDY, "GREEDY") for _ in range(4)] == [ACCEPTED] * 4
    assert peers.answer(GREEDY, "GREEDY") == REJECTED
    assert peers.answer(SCANNER, "CT1") == ACCEPTED


def test_nodes_that_share_an_address_keep_their_own_limits(peers: Peers) -> None:
    RemoteNode.objects.create(ae_title="CT1B", host=SCANNER, max_associations=1)
    until(lambda: peers.server.directory.limit(SCANNER) == 3, "the server has read it")
    assert peers.answer(SCANNER, "CT1B") == ACCEPTED
    assert peers.answer(SCANNER, "CT1B") == REJECTED
    assert peers.answer(SCANNER, "CT1") == ACCEPTED


def test_the_last_places_are_kept_for_nodes_that_have_none(peers: Peers, settings: LazySettings) -> None:
    settings.DICOM_MAX_ASSOCIATIONS, settings.DICOM_RESERVED_ASSOCIATIONS = 3, 1
    assert [peers.answer(GREEDY, "GREEDY") for _ in range(4)] == [ACCEPTED] * 3 + [REJECTED]
    assert peers.answer(SCANNER, "CT1") == ACCEPTED
    assert peers.answer(SCANNER, "CT1") == REJECTED


def test_a_flood_of_silence_from_one_node_does_not_delay_the_other(peers: Peers, settings: LazySettings) -> None:
    settings.DICOM_MAX_ASSOCIATIONS, settings.DICOM_RESERVED_ASSOCIATIONS = 3, 1
    waits = []
    for _ in range(10):
        for _ in range(8):
            peers.connect(GREEDY)
            peers.connect(STRANGER)
        started = time.monotonic()
        sock = peers.associate(SCANNER, "CT1")
        assert sock.recv(1) == ACCEPTED
        waits.append(time.monotonic() - started)
        sock.close()
        until(lambda: not any(one.address == SCANNER for one in peers.server.associations()), "the scanner's place is free")
    assert sorted(waits)[len(waits) // 2] < 1


def test_a_name_counts_while_its_server_is_away(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.DICOM_NAMES_SECONDS = 0
    answers: list[list[object]] = [[(2, 1, 6, "", ("192.0.2.5", 0))]]

    def ask(host: str, port: object) -> list[object]:
        if not answers:
            raise OSError("no name server")
        return answers.pop()

    monkeypatch.setattr(names.socket, "getaddrinfo", ask)
    assert names.addresses_of("ct1.example.org") == {"192.0.2.5"}
    assert names.addresses_of("ct1.example.org") == {"192.0.2.5"}
    assert names.addresses_of("never.example.org") == frozenset()


def test_the_nodes_stay_known_while_the_database_is_away(peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_how: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(RemoteNode.objects, "filter", away)
    peers.server.directory.refresh()
    assert peers.server.directory.limit(SCANNER) == 2
