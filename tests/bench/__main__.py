"""`make bench`: what Lightbox costs, measured over its own sockets against a running empty demo hospital. Figures to read, never a test.

Orders by MLLP, C-STORE by one and by four senders, worklist C-FIND, QIDO-RS and WADO-RS; each as least, median and most. The senders run on
the same machine and take their share of it. With LIGHTBOX_DATABASE_URL it makes a database of its own on that PostgreSQL server.
Not measured: a full archive, several hosts.
"""

import http.client
import io
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from hl7.client import MLLPClient
from pydicom import Dataset, dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage

from imaging.dimse import commands as c
from tests import his
from tests.bench.client import Client
from tests.system import System, running_system

ORDERS, OBJECTS, ROUNDS, QUESTIONS = 200, 60, 5, 100
WORKLIST = UID("1.2.840.10008.5.1.4.31")
STUDY, SERIES, OBJECT = "1.2.3.1000000000", "1.2.3.2000000000", "1.2.3.3000000000"
PATIENT = "80000000"


def say(text: str) -> None:
    print(text, flush=True)


def told(what: str, values: list[float], unit: str) -> None:
    say(f"{what:<52} {min(values):>9.1f} {statistics.median(values):>9.1f} {max(values):>9.1f}  {unit}")


def milliseconds(act: Callable[[], object], times: int) -> list[float]:
    """How long each call took; one more before them is not counted."""
    act()
    found = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        found.append((time.perf_counter() - started) * 1000)
    return found


def encoded(ds: Dataset) -> bytes:
    buffer = io.BytesIO()
    dcmwrite(buffer, ds, implicit_vr=True, little_endian=True, enforce_file_format=False)
    return buffer.getvalue()


def slice_of_noise() -> bytes:
    """A CT slice of half a megabyte that no codec and no file system makes smaller."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = CTImageStorage, OBJECT, STUDY, SERIES
    ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = PATIENT, "BENCH^Anna", "19700101", "F"
    ds.Modality, ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.InstanceNumber = "CT", "20260101", "120000", "", 1
    ds.Rows = ds.Columns = 512
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 1
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.PixelData = np.random.default_rng(1).integers(-1024, 3000, (512, 512), dtype=np.int16).tobytes()
    return encoded(ds)


def order(port: int) -> None:
    """A patient with each order, all for the CT rooms, over one connection."""
    took = []
    with MLLPClient("127.0.0.1", port) as client:
        for number in range(ORDERS):
            head = f"MSH|^~\\&|HIS|HOSPITAL|LIGHTBOX|RADIOLOGY|20260101120000||ORM^O01|B{number}|P|2.3.1|||||||UNICODE UTF-8"
            patient = f"PID|1||{int(PATIENT) + number}^^^HOSPITAL^MR||BENCH^Anna||19700101|F\rPV1|1|O"
            text = f"{head}\r{patient}\rORC|NW|B{number}\rOBR|1|B{number}||CT-HEAD^CT head\r"
            started = time.perf_counter()
            answer = client.send_message(text)
            took.append((time.perf_counter() - started) * 1000)
            if b"MSA|AA" not in answer:
                raise SystemExit(f"The order was refused: {answer!r}")
    told(f"HL7 order, from sent to AA ({ORDERS} orders)", took, "ms")


def store(port: int, senders: int, first: int) -> None:
    """Rounds of objects, as many for each sender; a sender's association is open before the clock starts."""
    template, rates, number = slice_of_noise(), [], first
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(port, CTImageStorage)) for _ in range(senders)]
        pool = stack.enter_context(ThreadPoolExecutor(senders))
        for _ in range(ROUNDS):
            uids = [f"1.2.3.{3000000000 + number + n}" for n in range(OBJECTS)]
            number += OBJECTS
            work = [[(uid, template.replace(OBJECT.encode(), uid.encode(), 1)) for uid in uids[one::senders]] for one in range(senders)]
            started = time.perf_counter()
            list(pool.map(store_all, clients, work))
            rates.append(OBJECTS / (time.perf_counter() - started))
    told(
        f"C-STORE of {len(template) / 1e6:.1f} MB, {senders} sender{'s' * (senders > 1)} ({ROUNDS} x {OBJECTS} objects)", rates, "objects/s"
    )


def store_all(client: Client, objects: list[tuple[str, bytes]]) -> None:
    for uid, data in objects:
        _pending, status = client.ask(c.C_STORE_RQ, data, {c.AFFECTED_INSTANCE: uid})
        if status:
            raise SystemExit(f"C-STORE was answered {status:04X}")


def ask_for_worklist(port: int) -> None:
    query, step = Dataset(), Dataset()
    query.AccessionNumber = query.PatientName = query.PatientID = query.StudyInstanceUID = ""
    step.ScheduledStationAETitle, step.Modality, step.ScheduledProcedureStepStartDate = "CT1", "CT", ""
    query.ScheduledProcedureStepSequence = Sequence([step])
    data = encoded(query)
    with Client(port, WORKLIST) as client:
        matches, _status = client.ask(c.C_FIND_RQ, data)
        took = milliseconds(lambda: client.ask(c.C_FIND_RQ, data), QUESTIONS)
    told(f"worklist C-FIND, {matches} matches", took, "ms")


class Web:
    """One HTTP connection that stays open, as a viewer's does."""

    def __init__(self, system: System) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", system.http_port, timeout=60)
        self._token = ""
        body = json.dumps({"username": "radiologist", "password": "lightbox-demo"})
        self._token = json.loads(self.ask("/api/tokens/", "POST", body))["token"]

    def ask(self, path: str, method: str = "GET", body: str | None = None, accept: str = "application/dicom+json") -> bytes:
        headers = {"Accept": "application/json" if body else accept, "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201}:
            raise SystemExit(f"{path} was answered {answer.status}: {content[:300]!r}")
        return content


def browse(system: System) -> None:
    web = Web(system)
    search = f"/dicomweb/studies?PatientID={PATIENT}"
    found = json.loads(web.ask(search))
    told(f"QIDO-RS for a patient, {len(found)} match", milliseconds(lambda: web.ask(search), QUESTIONS), "ms")
    series = f"/dicomweb/studies/{STUDY}/series/{SERIES}"
    frame = f"{series}/instances/{OBJECT}/frames/1"
    raw = 'multipart/related; type="application/octet-stream"'
    told("WADO-RS frame of 0.5 MB", milliseconds(lambda: web.ask(frame, accept=raw), QUESTIONS), "ms")
    metadata = milliseconds(lambda: web.ask(f"{series}/metadata"), 10)
    told(f"WADO-RS metadata of a series of {2 * ROUNDS * OBJECTS} objects", metadata, "ms")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="lightbox-bench-") as folder:
        say("starting an empty hospital ...")
        with running_system(Path(folder)) as system, his.listening(system.his_port):
            busy = os.getloadavg()[0]
            database = (os.environ.get("LIGHTBOX_DATABASE_URL") or "sqlite").partition(":")[0]
            say(f"{os.cpu_count()} cores, load {busy:.1f} before it began, Python {platform.python_version()}, {database}, {folder}\n")
            say(f"{'':<52} {'least':>9} {'median':>9} {'most':>9}")
            order(system.hl7_port)
            store(system.dicom_port, 1, 0)
            store(system.dicom_port, 4, ROUNDS * OBJECTS)
            ask_for_worklist(system.dicom_port)
            browse(system)
    return 0


if __name__ == "__main__":
    sys.exit(main())
