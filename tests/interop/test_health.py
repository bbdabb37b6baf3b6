"""/readyz asks each door as a peer would. A whole system with a process that is killed or hangs: tests/interop/test_supervisor.py.

Not covered: Celery's sign of life going stale (its 30 s are the cache's promise).
"""

import contextlib
import json
import socket
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from his_integration.messages.models import Message
from imaging.common.health import health
from imaging.common.tasks import heartbeat
from imaging.dimse.models import RemoteNode
from imaging.dimse.peers import peer_find
from imaging.dimse.server import DicomServer
from tests.his_integration.texts import header, message
from tests.interop.hl7_server import ask, hl7_listening
from tests.services import free_port

pytestmark = [pytest.mark.interop, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _asks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.common.health.FRESH_SECONDS", 0.0)


@pytest.fixture
def doors(dicom: DicomServer, settings: LazySettings) -> Iterator[LazySettings]:
    """DICOM and HL7 are served; strangers from this machine are not welcome, as in a hospital."""
    heartbeat()
    settings.DICOM_TRUST_LOOPBACK = False
    with hl7_listening() as port:
        settings.HL7_PORT = port
        yield settings


@contextlib.contextmanager
def hung() -> Iterator[int]:
    """The port of a process that stands still: the kernel takes its connections, nobody reads them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def readyz() -> tuple[int, dict[str, str]]:
    answer = Client().get("/readyz")
    return answer.status_code, json.loads(answer.content)


def test_everything_answers(doors: LazySettings) -> None:
    assert readyz() == (200, dict.fromkeys(("status", "web", "database", "celery", "dicom", "hl7"), "ready"))


@pytest.mark.parametrize(("part", "setting"), [("dicom", "DICOM_PORT"), ("hl7", "HL7_PORT")])
def test_a_process_that_is_gone_or_hangs_is_not_ready(doors: LazySettings, part: str, setting: str) -> None:
    with hung() as port:
        for elsewhere in (port, free_port()):
            setattr(doors, setting, elsewhere)
            status, parts = readyz()
            assert (status, {name for name, state in parts.items() if state == "not answering"}) == (503, {part})


def test_a_full_dicom_server_is_not_ready(doors: LazySettings) -> None:
    doors.DICOM_MAX_ASSOCIATIONS = doors.DICOM_RESERVED_ASSOCIATIONS = 0
    assert readyz()[1]["dicom"] == "not answering"


def test_nothing_is_kept_of_it(doors: LazySettings) -> None:
    assert readyz()[0] == 200
    assert not Message.objects.exists()


def test_the_doors_are_asked_once_a_second_however_often_we_are(doors: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.common.health.FRESH_SECONDS", 60.0)
    monkeypatch.setattr(health, "_asked_at", float("-inf"))
    assert readyz()[0] == 200
    doors.HL7_PORT = free_port()
    assert readyz()[0] == 200


def test_our_own_title_may_echo_from_this_machine_and_nothing_else(settings: LazySettings) -> None:
    settings.DICOM_TRUST_LOOPBACK = False
    ourselves = peer_find("LIGHTBOX", "127.0.0.1")
    assert ourselves is not None
    assert ourselves.services == {"verification"}
    assert peer_find("LIGHTBOX", "192.0.2.1") is None
    assert peer_find("OTHER", "127.0.0.1") is None


def test_a_node_of_our_own_title_is_what_it_was_set_up_as(settings: LazySettings) -> None:
    settings.DICOM_TRUST_LOOPBACK = False
    RemoteNode.objects.create(ae_title="LIGHTBOX", host="192.0.2.1", may_find=True)
    elsewhere = peer_find("LIGHTBOX", "192.0.2.1")
    assert elsewhere is not None
    assert "find" in elsewhere.services


def test_a_his_may_ask_too(doors: LazySettings) -> None:
    answer = ask(doors.HL7_PORT, message(header("NMQ^N01^NMQ_N01", control="Q1")))[0].decode()
    msh, msa, nck = answer.strip("\r").split("\r")
    assert "|HIS|HOSPITAL|" in msh
    assert "|NMR^N01^NMR_N01|" in msh
    assert msa == "MSA|AA|Q1"
    assert nck.startswith("NCK|20")
    assert not Message.objects.exists()
