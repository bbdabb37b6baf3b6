"""Several DICOM processes on one port, and what they tell of their associations. Not covered: several hosts; how load spreads."""

import contextlib
import os
import select
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, Association

from imaging.access.models import AuditEvent
from imaging.archive.models import Instance, Study
from imaging.dimse.models import DicomProcess, RemoteNode
from imaging.dimse.server import DicomServer, listen
from tests import people
from tests.imaging.archive.objects import ct_slice
from tests.interop.dicom_server import ServerProcess, dcmtk, dialled, dicom_linux_only
from tests.interop.test_admission import ACCEPTED, REJECTED
from tests.interop.test_hostile import request
from tests.interop.torture import Journal, half_an_object
from tests.services import accepts
from tests.system import until

SECONDS = 10
GREEDY = "127.0.0.14"
Start = Callable[[type[ServerProcess]], ServerProcess]


class ThreeProcesses(ServerProcess):
    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "dicom_server", "--port", str(self.port), "--processes", "3"]


def associate(port: int) -> Association:
    ae = AE("CT1")
    ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    assoc = dialled(ae, port)
    assert assoc.is_established
    return assoc


class StrictProcesses(ThreeProcesses):
    def environment(self) -> dict[str, str]:
        return {**super().environment(), "DJANGO_SETTINGS_MODULE": "tests.strict_settings"}


def children_of(server: ServerProcess) -> list[int]:
    assert server.process is not None
    pid = server.process.pid
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_three_processes_store_one_study_and_one_that_dies_is_replaced(server_process: Start) -> None:
    server = server_process(ThreeProcesses)
    until(lambda: len(children_of(server)) == 3, "three processes run")
    study, series = generate_uid(), generate_uid()
    associations = [associate(server.port) for _ in range(6)]
    for number in range(5):
        for assoc in associations:
            assert assoc.send_c_store(ct_slice(StudyInstanceUID=study, SeriesInstanceUID=series, InstanceNumber=number)).Status == 0
    for assoc in associations:
        assoc.release()
    assert Study.objects.get().instance_count == Instance.objects.count() == 30
    before = children_of(server)
    os.kill(before[0], signal.SIGKILL)
    dcmtk("echoscu", "-aec", "LIGHTBOX", "127.0.0.1", str(server.port))
    until(lambda: len({*children_of(server)} - {*before}) == 1, "another has taken its place")


def test_nothing_half_written_outlives_the_process_that_wrote_it(server_process: Start) -> None:
    server = server_process(ThreeProcesses)
    until(lambda: len(children_of(server)) == 3, "three processes run")
    spool = server.folder / "archive" / "spool"
    with half_an_object(server.port, Journal(), cut=False):
        until(lambda: any(spool.glob("*.part")), "a part of it is in the spool")
        os.kill(int(next(spool.glob("*.part")).name.split("-")[1]), signal.SIGKILL)
        assert server.end(signal.SIGTERM) == 0
    assert not any(spool.iterdir())


@dicom_linux_only
def test_a_nodes_limit_holds_in_all_processes_together(server_process: Start) -> None:
    RemoteNode.objects.create(ae_title="GREEDY", host=GREEDY, may_store=True, max_associations=4)
    server = server_process(StrictProcesses)
    until(lambda: len(children_of(server)) == 3, "three processes run")
    with contextlib.ExitStack() as stack:

        def answer() -> bytes:
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10, source_address=(GREEDY, 0)))
            sock.sendall(request(calling=b"GREEDY"))
            return sock.recv(1)

        assert Counter(answer() for _ in range(10)) == {ACCEPTED: 4, REJECTED: 6}
        for pid in children_of(server):
            os.kill(pid, signal.SIGKILL)
        until(lambda: answer() == ACCEPTED, "what the killed processes had is free again")
    assert server.end(signal.SIGTERM) == 0


def test_all_stop_together_even_when_their_parent_is_killed(server_process: Start) -> None:
    server = server_process(ThreeProcesses)
    until(lambda: len(children_of(server)) == 3, "three processes run")
    server.end(signal.SIGKILL)
    until(lambda: not accepts(server.port), "nobody listens any more")


def test_a_clean_stop_is_told_as_such(server_process: Start) -> None:
    server = server_process(ThreeProcesses)
    until(lambda: len(children_of(server)) == 3, "three processes run")
    assert server.end(signal.SIGTERM) == 0
    assert not accepts(server.port)
    assert not DicomProcess.objects.exists()


def test_a_stop_wakes_a_server_that_nobody_calls(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for a caller as long as it takes, so it must not be by waiting that it notices."""
    wait = select.select
    monkeypatch.setattr(select, "select", lambda reading, writing, broken, *_seconds: wait(reading, writing, broken))
    server = DicomServer(listen("127.0.0.1", 0))
    serving = threading.Thread(target=server.serve, daemon=True)
    serving.start()
    with socket.create_connection(("127.0.0.1", server.port)):
        until(lambda: bool(server.associations()), "a caller is heard")
    until(lambda: not server.associations(), "the caller has gone")
    server.stop()
    serving.join(SECONDS)
    assert not serving.is_alive()
    server.stop()  # as by a second signal


def admin() -> Client:
    client = Client()
    client.force_login(people.pacs_admin())
    return client


def test_the_page_tells_who_does_what_and_can_end_it(dicom: DicomServer) -> None:
    page = admin()
    assoc = associate(dicom.port)
    assert assoc.send_c_store(ct_slice()).Status == 0
    until(lambda: "CT1" in page.get("/nodes/live/rows/").content.decode(), "the association is shown")
    row = DicomProcess.objects.get()
    told = row.associations[0]
    assert (told["ae_title"], told["address"], told["objects"]) == ("CT1", "127.0.0.1", 1)
    where = f"/nodes/live/{row.pk}/{told['number']}/end/"
    assert "CT1" in page.get(where).content.decode()
    assert page.post(where).status_code == 302
    until(lambda: not assoc.is_established, "the association is ended")
    assert AuditEvent.objects.filter(act="association.abort").count() == 1
    until(lambda: page.get(where).status_code == 404, "it is over")


def test_a_process_that_is_killed_disappears_by_itself(server_process: Start) -> None:
    server = server_process(ServerProcess)
    assoc = associate(server.port)
    until(DicomProcess.objects.exists, "it tells of itself")
    server.end(signal.SIGKILL)
    row = DicomProcess.objects.get()
    DicomProcess.objects.update(expires_at=row.started_at)  # as after its quarter of a minute
    assert "CT1" not in admin().get("/nodes/live/").content.decode()
    assoc.abort()


def test_storing_costs_the_live_page_nothing(dicom: DicomServer) -> None:
    """One row for the process, however many objects come."""
    assoc = associate(dicom.port)
    for _ in range(20):
        assert assoc.send_c_store(ct_slice()).Status == 0
    until(lambda: DicomProcess.objects.filter(associations__0__objects=20).exists(), "the row tells of twenty objects")
    assert DicomProcess.objects.count() == 1
    assoc.release()
