"""Searching in a large archive: C-FIND and QIDO-RS by the keys that people and systems search by, among 50,000 studies beside the peers,
and Lightbox alone with a small and a very large index.

Every question is another one, so that no answer is remembered; how many matches come back is checked. Peers get real objects over their
own door, which is what takes longest here.
"""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

from pydicom import Dataset
from pydicom.uid import UID, CTImageStorage

from imaging.dimse import commands as c
from tests.bench.client import Client
from tests.bench.objects import encoded
from tests.bench.rows import STUDIES_EACH_DAY, STUDIES_EACH_PATIENT, StudyRow, rows_remove, studies_fill
from tests.bench.servers import Server
from tests.bench.table import Better, Table

STUDY_FIND = UID("1.2.840.10008.5.1.4.1.2.2.1")
BESIDE_PEERS, SMALL, LARGE = 50_000, 10_000, 1_000_000
QUESTIONS, ROUNDS = 100, 5
SENDERS, FILL_SECONDS = 4, 600.0
SPREAD = 7919  # a prime: questions fall all over the archive
RETURNED = ("PatientName", "PatientID", "AccessionNumber", "StudyInstanceUID", "StudyDate", "StudyTime", "StudyDescription")


@dataclass(frozen=True)
class Question:
    """What is asked about the study of a number, and how many matches it has."""

    name: str
    keys: Callable[[StudyRow], Mapping[str, str]]
    matches: int
    level: str = "STUDY"


QUESTIONS_ASKED = (
    Question("patient ID", lambda row: {"PatientID": row.patient_id}, STUDIES_EACH_PATIENT),
    Question("accession number", lambda row: {"AccessionNumber": row.accession_number}, 1),
    Question("beginning of a name", lambda row: {"PatientName": f"{row.family_name}*"}, STUDIES_EACH_PATIENT),
    Question("one day", lambda row: {"StudyDate": row.date}, STUDIES_EACH_DAY),
    Question("modality and day", lambda row: {"StudyDate": row.date, "ModalitiesInStudy": row.modality}, STUDIES_EACH_DAY // 4),
    Question("series of a study", lambda row: {"StudyInstanceUID": row.uid}, 1, "SERIES"),
)


def run(table: Table, lightbox: Server, archives: list[Server]) -> None:
    studies_fill(0, SMALL)
    grown: dict[int, dict[str, list[float]]] = {SMALL: rounds(lightbox, SMALL)}
    studies_fill(SMALL, BESIDE_PEERS)
    peers = [server for server in archives if server is not lightbox]
    held = min([fill(server, BESIDE_PEERS) for server in peers], default=BESIDE_PEERS)
    beside(table, [lightbox, *peers], held)
    studies_fill(BESIDE_PEERS, LARGE)
    grown[LARGE] = rounds(lightbox, LARGE)
    for work in grown[SMALL]:
        for size, found in grown.items():
            table.row(f"{work}, {size:,} studies, p95", "ms", {lightbox.name: found[work]}, Better.LESS)
    rows_remove()


def beside(table: Table, servers: list[Server], held: int) -> None:
    for service, ask in SERVICES.items():
        for question in QUESTIONS_ASKED:
            took = {server.name: ask(server, question, held, 0) for server in servers if service == "C-FIND" or server.dicomweb}
            table.row(f"{service} by {question.name}, {held:,} studies", "ms", took, Better.LESS)


def rounds(server: Server, held: int) -> dict[str, list[float]]:
    """For each kind of question the 95th percentile of each round."""
    return {
        f"{service} by {question.name}": [
            statistics.quantiles(ask(server, question, held, (number + 1) * QUESTIONS), n=20)[-1] for number in range(ROUNDS)
        ]
        for service, ask in SERVICES.items()
        for question in QUESTIONS_ASKED
    }


def study_asked(at: int, held: int) -> StudyRow:
    return StudyRow(at * SPREAD % held)


def find(server: Server, question: Question, held: int, first: int) -> list[float]:
    """How long each of the questions from number `first` on took over C-FIND, in milliseconds."""
    took = []
    with Client(server.dicom_port, STUDY_FIND, server.ae_title) as client:
        for at in range(first, first + QUESTIONS):
            data = identifier(question, study_asked(at, held))
            started = time.perf_counter()
            matches, status = client.ask(c.C_FIND_RQ, data)
            took.append((time.perf_counter() - started) * 1000)
            check(question, matches, f"{status:04X}")
    return took


def identifier(question: Question, row: StudyRow) -> bytes:
    ds = Dataset()
    ds.QueryRetrieveLevel = question.level
    for keyword in (*RETURNED, *(("SeriesInstanceUID", "Modality") if question.level == "SERIES" else ("ModalitiesInStudy",))):
        setattr(ds, keyword, "")
    for keyword, value in question.keys(row).items():
        setattr(ds, keyword, value)
    return encoded(ds)


def qido(server: Server, question: Question, held: int, first: int) -> list[float]:
    """The same over QIDO-RS on one connection."""
    took = []
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=120)
    for at in range(first, first + QUESTIONS):
        keys, row = question.keys(study_asked(at, held)), study_asked(at, held)
        where = f"/studies/{row.uid}/series" if question.level == "SERIES" else f"/studies?{urlencode(keys, safe='*')}"
        started = time.perf_counter()
        connection.request("GET", f"{server.dicomweb}{where}", headers={**server.reads_as, "Accept": "application/dicom+json"})
        answer = connection.getresponse()
        content = answer.read()
        took.append((time.perf_counter() - started) * 1000)
        check(question, len(json.loads(content or b"[]")), str(answer.status))
    connection.close()
    return took


def check(question: Question, matches: int, status: str) -> None:
    if matches != question.matches:
        raise SystemExit(f"{matches} instead of {question.matches} matches by {question.name}, answered {status}")


SERVICES = {"C-FIND": find, "QIDO-RS": qido}


def fill(server: Server, count: int) -> int:
    """Send a tiny object of each study; how many there are after `FILL_SECONDS` at most, in whole days of studies."""
    until = time.monotonic() + FILL_SECONDS
    with ThreadPoolExecutor(SENDERS) as pool:
        ends = pool.map(lambda sender: send(server, range(sender, count, SENDERS), until), range(SENDERS))
        return min(ends) // STUDIES_EACH_DAY * STUDIES_EACH_DAY


def send(server: Server, numbers: range, until: float) -> int:
    """The number up to which everything was sent."""
    with Client(server.dicom_port, CTImageStorage, server.ae_title) as client:
        for number in numbers:
            if time.monotonic() > until:
                return number
            uid, data = tiny(StudyRow(number))
            _pending, status = client.ask(c.C_STORE_RQ, data, {c.AFFECTED_INSTANCE: uid})
            if status:
                raise SystemExit(f"{server.name} answered {status:04X} to C-STORE")
    return numbers.stop


def tiny(row: StudyRow) -> tuple[str, bytes]:
    """UID and bytes of the one object of a study."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, row.uid.replace("1.2.9.4", "1.2.9.7")
    ds.StudyInstanceUID, ds.SeriesInstanceUID = row.uid, row.uid.replace("1.2.9.4", "1.2.9.5")
    ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = row.patient_id, f"{row.family_name}^ANNA", "19700101", "F"
    ds.Modality, ds.StudyDate, ds.StudyTime, ds.AccessionNumber = row.modality, row.date, "120000", row.accession_number
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = "1", 1, 1
    ds.ReferringPhysicianName, ds.StudyDescription, ds.SeriesDescription = "SHEN^Karl", "CHEST", "AXIAL"
    ds.Rows = ds.Columns = 2
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
    ds.PixelData = bytes(4)
    return str(ds.SOPInstanceUID), encoded(ds)
