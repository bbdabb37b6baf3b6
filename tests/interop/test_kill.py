"""kill -9 while 500 objects come in: what was acknowledged is whole and readable afterwards, and nothing is half-written.

Not covered: the machine losing power, which only real disks can show; many rounds at random points (a later issue's torture test).
"""

import hashlib
import http.client
import json
import queue
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE

from imaging.access.services import token_create
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.pixels import frame_read
from imaging.archive.scratch import spool_clean
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.interop.dicom_server import ServerProcess, WebProcess, dialled

pytestmark = pytest.mark.timeout(300)
OBJECTS, PEERS, EACH_REQUEST = 500, 4, 5
KILL_AFTER = 120
SIDE = 128
Start = Callable[[type[ServerProcess]], ServerProcess]


def pixels_of(uid: str) -> bytes:
    """Pixels that only the object with this UID has."""
    return random.Random(uid).randbytes(SIDE * SIDE * 2)


class Series:
    def __init__(self) -> None:
        self.study, self.series = generate_uid(), generate_uid()

    def slice_of(self, uid: str) -> Dataset:
        return ct_slice(
            SOPInstanceUID=uid,
            StudyInstanceUID=self.study,
            SeriesInstanceUID=self.series,
            Rows=SIDE,
            Columns=SIDE,
            PixelData=pixels_of(uid),
        )


class Acknowledged:
    """What the other side has said it has; calls `on_enough` once, after `enough` of them."""

    def __init__(self, enough: int, on_enough: Callable[[], object]) -> None:
        self.uids: list[str] = []
        self._enough, self._on_enough = enough, on_enough
        self._lock = threading.Lock()

    def add(self, uids: list[str]) -> None:
        with self._lock:
            is_now = len(self.uids) < self._enough <= len(self.uids) + len(uids)
            self.uids += uids
        if is_now:
            self._on_enough()


def store(port: int, work: "queue.Queue[str]", series: Series, said: Acknowledged) -> None:
    """C-STORE until all is sent or the other side dies."""
    ae = AE("CT1")
    ae.dimse_timeout = 100  # a slow disk is no fault
    ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    assoc = dialled(ae, port)
    while assoc.is_established and not work.empty():
        uid = work.get()
        try:
            answer = assoc.send_c_store(series.slice_of(uid))
        except (RuntimeError, ValueError):
            return
        if "Status" not in answer:
            return  # the connection is gone; pynetdicom would wait half a minute for an answer to the next
        if answer.Status == 0:
            said.add([uid])
    if assoc.is_established:
        assoc.release()


def stow(port: int, work: "queue.Queue[str]", series: Series, said: Acknowledged, token: str) -> None:
    """STOW-RS, several objects in each request, until all is sent or the other side dies."""
    headers = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=x', "Authorization": f"Bearer {token}"}
    while not work.empty():
        uids = [work.get() for _ in range(min(EACH_REQUEST, work.qsize()))]
        part = b"--x\r\nContent-Type: application/dicom\r\n\r\n"
        body = b"\r\n".join(part + as_file(series.slice_of(uid)).read() for uid in uids) + b"\r\n--x--\r\n"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("POST", "/dicomweb/studies", body, headers)
            answer = connection.getresponse()
            stored = json.loads(answer.read())["00081199"]["Value"]
        except (OSError, http.client.HTTPException):
            return
        assert answer.status == 200
        said.add([item["00081155"]["Value"][0] for item in stored])


def transfer(send: Callable[..., None], uids: list[str], enough: int, on_enough: Callable[[], object], *about: object) -> list[str]:
    """Send `uids` by several peers at once; what was acknowledged."""
    work: queue.Queue[str] = queue.Queue()
    for uid in uids:
        work.put(uid)
    said = Acknowledged(enough, on_enough)
    port, series, *more = about
    peers = 1 if send is stow else PEERS
    threads = [threading.Thread(target=send, args=(port, work, series, said, *more)) for _ in range(peers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said.uids


def check_everything_is_whole(folder: Path) -> None:
    """Every indexed object can be read with its own pixels, and its file has its digest; no file at all is cut off."""
    for instance in Instance.objects.all():
        content = (folder / instance.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == instance.sha256
        assert frame_read(instance, 1) == pixels_of(instance.sop_instance_uid)
    for path in folder.rglob("*.dcm"):
        ds = dcmread(path)
        assert ds.PixelData == pixels_of(ds.SOPInstanceUID)


def killed_on_the_way(server: ServerProcess, folder: Path, send: Callable[..., None], *about: object) -> None:
    """Kill the server, look at what it left, start it again and send everything once more."""
    series = Series()
    uids = [generate_uid() for _ in range(OBJECTS)]
    acknowledged = transfer(send, uids, KILL_AFTER, lambda: server.end(signal.SIGKILL), server.port, series, *about)
    assert KILL_AFTER <= len(acknowledged) < OBJECTS
    assert set(acknowledged) <= set(Instance.objects.values_list("sop_instance_uid", flat=True))
    check_everything_is_whole(folder)
    server.start()
    again = transfer(send, uids, OBJECTS + 1, lambda: None, server.port, series, *about)
    assert sorted(again) == sorted(uids)
    assert Study.objects.get().instance_count == Instance.objects.count() == OBJECTS
    assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    check_everything_is_whole(folder)
    assert len(list(folder.rglob("*.dcm"))) - OBJECTS <= PEERS  # durable, and the process died before the index knew


def test_killing_the_dicom_server_among_500_objects(server_process: Start, settings: LazySettings) -> None:
    folder = Path(settings.ARCHIVE_DIR)
    killed_on_the_way(server_process(ServerProcess), folder, store)
    assert list((folder / "spool").iterdir()) == []


def test_killing_the_web_server_among_500_objects(server_process: Start, settings: LazySettings) -> None:
    folder = Path(settings.ARCHIVE_DIR)
    killed_on_the_way(server_process(WebProcess), folder, stow, token_create(user=people.technologist()))
    spool_clean()
    assert list((folder / "spool").iterdir()) == []
