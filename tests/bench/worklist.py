"""The worklist as a scanner asks for it."""

import time

from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from imaging.dimse import commands as c
from tests.bench.client import Client
from tests.bench.objects import encoded
from tests.bench.servers import Server
from tests.bench.table import Better, Table

WORKLIST = UID("1.2.840.10008.5.1.4.31")
QUESTIONS = 100


def run(table: Table, server: Server) -> None:
    matches, took = ask(server, QUESTIONS)
    table.row(f"worklist C-FIND, {matches} matches", "ms", {server.name: took}, Better.LESS)


def ask(server: Server, times: int) -> tuple[int, list[float]]:
    """How many steps a CT's question finds, and how long each asking took."""
    query, step = Dataset(), Dataset()
    query.AccessionNumber = query.PatientName = query.PatientID = query.StudyInstanceUID = ""
    step.ScheduledStationAETitle, step.Modality, step.ScheduledProcedureStepStartDate = "CT1", "CT", ""
    query.ScheduledProcedureStepSequence = Sequence([step])
    data = encoded(query)
    with Client(server.dicom_port, WORKLIST, server.ae_title) as client:
        matches, _status = client.ask(c.C_FIND_RQ, data)
        took = []
        for _ in range(times):
            started = time.perf_counter()
            client.ask(c.C_FIND_RQ, data)
            took.append((time.perf_counter() - started) * 1000)
    return matches, took
