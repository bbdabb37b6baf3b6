"""kill -9 while 500 objects come in: what was acknowledged is whole afterwards, and nothing is half-written.

Not covered: the machine losing power, which only real disks can show; many rounds at random points (a later issue's torture test).
"""

import hashlib
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import LazySettings
from pydicom import dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE

from imaging.archive.models import Instance, Study
from tests.imaging.archive.objects import ct_slice
from tests.interop.dicom_server import DicomProcess

OBJECTS, PEERS = 500, 4
KILL_AFTER = 120


def send(port: int, uids: list[str], study: str, series: str, acknowledged: list[str], enough: threading.Semaphore) -> None:
    """Send until done or until the other side dies; note what was acknowledged."""
    ae = AE("CT1")
    ae.dimse_timeout = 300  # a test that is not about time
    ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    assoc = ae.associate("127.0.0.1", port, ae_title="LIGHTBOX")
    for uid in uids:
        if not assoc.is_established:
            return
        try:
            answer = assoc.send_c_store(ct_slice(SOPInstanceUID=uid, StudyInstanceUID=study, SeriesInstanceUID=series))
        except (RuntimeError, ValueError):
            return
        if answer and answer.Status == 0:
            acknowledged.append(uid)
            enough.release()
    assoc.release()


def transfer(port: int, uids: list[str], study: str, series: str, on_enough: Callable[[], object] | None = None) -> list[str]:
    """Send `uids` over several associations; `on_enough` is called once many are acknowledged."""
    acknowledged: list[str] = []
    enough = threading.Semaphore(0)
    parts = [uids[peer::PEERS] for peer in range(PEERS)]
    threads = [threading.Thread(target=send, args=(port, part, study, series, acknowledged, enough)) for part in parts]
    for thread in threads:
        thread.start()
    if on_enough is not None:
        for _ in range(KILL_AFTER):
            assert enough.acquire(timeout=60)
        on_enough()
    for thread in threads:
        thread.join()
    return acknowledged


def check_everything_is_whole(folder: Path) -> None:
    """Every indexed file has its digest and can be parsed; no file at all is cut off."""
    for instance in Instance.objects.all():
        content = (folder / instance.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == instance.sha256
    for path in folder.rglob("*.dcm"):
        assert len(dcmread(path).PixelData) == 32


def test_kill_in_the_middle_of_500(dicom_process: Callable[[], DicomProcess], settings: LazySettings) -> None:
    server = dicom_process()
    uids, study, series = [generate_uid() for _ in range(OBJECTS)], generate_uid(), generate_uid()
    acknowledged = transfer(server.port, uids, study, series, on_enough=lambda: server.end(signal.SIGKILL))
    folder = Path(settings.ARCHIVE_DIR)
    assert KILL_AFTER <= len(acknowledged) < OBJECTS

    server.start()
    assert list((folder / "spool").iterdir()) == []
    held = set(Instance.objects.values_list("sop_instance_uid", flat=True))
    assert set(acknowledged) <= held
    check_everything_is_whole(folder)

    again = transfer(server.port, uids, study, series)
    assert set(again) == set(uids)
    assert Study.objects.get().instance_count == Instance.objects.count() == OBJECTS
    assert server.end(signal.SIGTERM) == 0
    check_everything_is_whole(folder)
