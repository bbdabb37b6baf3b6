"""Storage commitment: ask Lightbox to answer for the pictures, and wait for its report (PS3.4 annex J)."""

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE, evt
from pynetdicom.presentation import build_context

from demo.dicom.association import DicomFailure, associated, check, without_delay
from demo.dicom.identity import PerformedSeries, PerformedStep, reference
from demo.dicom.uids import COMMITMENT, COMMITMENT_INSTANCE

ALL_SAFE, SOME_FAILED = 1, 2
REPORT_SECONDS = 60.0


class Reports:
    """N-EVENT-REPORTs by transaction, whichever association they come on."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._reports: dict[str, tuple[int, Dataset]] = {}

    def handle(self, event: evt.Event) -> tuple[int, None]:
        """The pynetdicom handler for EVT_N_EVENT_REPORT."""
        information = event.event_information
        with self._news:
            self._reports[str(information.TransactionUID)] = (event.event_type or 0, information)
            self._news.notify_all()
        return 0x0000, None

    def wait_for(self, transaction: str, seconds: float) -> tuple[int, Dataset] | None:
        with self._news:
            self._news.wait_for(lambda: transaction in self._reports, seconds)
            return self._reports.get(transaction)


def own_port(ae_title: str) -> int | None:
    """Where Lightbox thinks that this station listens: the hospital's list of nodes."""
    nodes = json.loads((Path(__file__).resolve().parents[1] / "hospital" / "nodes.json").read_text())
    return next((int(node["port"]) for node in nodes if node["ae_title"] == ae_title), None)


@contextlib.contextmanager
def listening(ae_title: str, reports: Reports) -> Iterator[None]:
    """A station's own door for reports that come on a new association; without one when its port is taken."""
    ae = AE(ae_title)
    # Lightbox is the SCP of the service and opens the association, so the roles are the other way round (PS3.4 J.3.3).
    ae.add_supported_context(COMMITMENT, scu_role=True, scp_role=True)
    handlers: list[Any] = [(evt.EVT_N_EVENT_REPORT, reports.handle), (evt.EVT_CONN_OPEN, without_delay)]
    server, port = None, own_port(ae_title)
    if port is not None:
        with contextlib.suppress(OSError):
            server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers)
    try:
        yield
    finally:
        if server is not None:
            server.shutdown()


def commit(step: PerformedStep, series: Iterable[PerformedSeries], reports: Reports, seconds: float = REPORT_SECONDS) -> None:
    """Ask for commitment and wait for the report. Raises DicomFailure when it says no, or does not come."""
    transaction = generate_uid()
    images = [image for one in series for image in one.images]
    request = Dataset()
    request.TransactionUID = transaction
    request.ReferencedSOPSequence = [reference(sop_class, uid) for sop_class, uid in images]
    with associated(step.station, [build_context(COMMITMENT)], [(evt.EVT_N_EVENT_REPORT, reports.handle)]) as assoc:
        status, _ = assoc.send_n_action(request, 1, COMMITMENT, COMMITMENT_INSTANCE)
        check("storage commitment N-ACTION", status)
        report = reports.wait_for(transaction, seconds)
    if report is None:
        raise DicomFailure(f"storage commitment: no report in {seconds:.0f} s")
    kind, information = report
    if kind != ALL_SAFE:
        raise DicomFailure(f"storage commitment: {len(information.get('FailedSOPSequence', []))} of {len(images)} not committed")
