"""The worklist as scanners ask for it: by patient, and by station and day with 100 matches, among 10,000 booked steps beside the peers, and
Lightbox alone with fewer and more of them. Every question is another one; how many matches come back is checked.
"""

import datetime as dt
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from imaging.dimse import commands as c
from tests.bench.client import Client
from tests.bench.objects import encoded
from tests.bench.rows import FIRST_STEP_DAY, STATIONS, STEPS_EACH_DAY, step_day, steps_fill
from tests.bench.servers import Server
from tests.bench.table import Better, Table

WORKLIST = UID("1.2.840.10008.5.1.4.31")
SIZES, BESIDE_PEERS = (1_000, 10_000, 100_000), 10_000
QUESTIONS, ROUNDS, PEER_SECONDS = 50, 5, 20.0
SPREAD = 7919  # a prime: questions fall all over the list
RETURNED = ("AccessionNumber", "ReferringPhysicianName", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID")
RETURNED_OF_STEP = ("ScheduledProcedureStepStartTime", "ScheduledProcedureStepDescription", "ScheduledProcedureStepID", "Modality")


@dataclass(frozen=True)
class Question:
    name: str
    query: Callable[[int], Dataset]
    """The question about the step of a number."""
    matches: int


def run(table: Table, lightbox: Server, peers: list[Server]) -> None:
    held = 0
    for size in SIZES:
        steps_fill(held, size)
        held = size
        for question in QUESTIONS_ASKED:
            found = [statistics.median(ask(lightbox, question, held, number * QUESTIONS)) for number in range(ROUNDS)]
            table.row(f"worklist by {question.name}, {size:,} steps", "ms", {lightbox.name: found}, Better.LESS)
        if size == BESIDE_PEERS:
            beside(table, lightbox, peers, held)


def beside(table: Table, lightbox: Server, peers: list[Server], held: int) -> None:
    for peer in peers:
        files_fill(peer, held)
    for question in QUESTIONS_ASKED:
        took = {server.name: ask(server, question, held, ROUNDS * QUESTIONS) for server in (lightbox, *peers)}
        table.row(f"the same beside peers, by {question.name}", "ms", took, Better.LESS)


def ask(server: Server, question: Question, held: int, first: int) -> list[float]:
    """How long each of the questions from number `first` on took, in milliseconds; fewer of them where a server is slow."""
    took: list[float] = []
    until = time.monotonic() + PEER_SECONDS
    with Client(server.dicom_port, WORKLIST, server.ae_title) as client:
        for at in range(first, first + QUESTIONS):
            data = encoded(question.query(at * SPREAD % held))
            started = time.perf_counter()
            matches, status = client.ask(c.C_FIND_RQ, data)
            took.append((time.perf_counter() - started) * 1000)
            if matches != question.matches or status:
                raise SystemExit(f"{server.name} found {matches} instead of {question.matches} by {question.name}, answered {status:04X}")
            if time.monotonic() > until:
                break
    return took


def by_patient(n: int) -> Dataset:
    return query(patient_id=f"W{n:07d}")


def by_station_and_day(n: int) -> Dataset:
    return query(station=STATIONS[n % len(STATIONS)], day=step_day(n // len(STATIONS) // STEPS_EACH_DAY))


def query(patient_id: str = "", station: str = "", day: str = "") -> Dataset:
    ds, step = Dataset(), Dataset()
    for keyword in RETURNED:
        setattr(ds, keyword, "")
    ds.PatientID, ds.RequestedProcedureDescription, ds.RequestedProcedureID = patient_id, "", ""
    for keyword in RETURNED_OF_STEP:
        setattr(step, keyword, "")
    step.ScheduledStationAETitle, step.ScheduledProcedureStepStartDate = station, day
    ds.ScheduledProcedureStepSequence = Sequence([step])
    return ds


QUESTIONS_ASKED = (
    Question("patient", by_patient, 1),
    Question("station and day", by_station_and_day, STEPS_EACH_DAY),
)


def files_fill(peer: Server, count: int) -> None:
    """The same steps as the files that the peers read."""
    folder = peer.worklists or Path()
    for n in range(count):
        (folder / f"{n}.wl").write_bytes(step_file(n))


def step_file(n: int) -> bytes:
    ds, step = query(f"W{n:07d}", STATIONS[n % len(STATIONS)], step_day(n // len(STATIONS) // STEPS_EACH_DAY)), Dataset()
    at = dt.datetime.combine(FIRST_STEP_DAY, dt.time(8)) + dt.timedelta(minutes=5 * (n // len(STATIONS) % STEPS_EACH_DAY))
    step = ds.ScheduledProcedureStepSequence[0]
    step.ScheduledProcedureStepStartTime, step.Modality = f"{at:%H%M%S}", "CT"
    step.ScheduledProcedureStepDescription, step.ScheduledProcedureStepID = "CT head", f"W{n:07d}"
    ds.SpecificCharacterSet, ds.AccessionNumber, ds.RequestedProcedureID = "ISO_IR 100", f"W{n:07d}", f"W{n:07d}"
    ds.PatientName, ds.PatientBirthDate, ds.PatientSex = f"W{n:07d}^ANNA", "19700101", "F"
    ds.StudyInstanceUID, ds.ReferringPhysicianName, ds.RequestedProcedureDescription = f"1.2.9.6{n:07d}", "SHEN^Karl", "CT head"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = WORKLIST, f"{ds.StudyInstanceUID}.1"
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()
