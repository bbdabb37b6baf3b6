"""A simulated scanner: takes a step from its worklist, reports it by MPPS, sends real pictures, and asks for storage commitment."""

import argparse
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydicom.dataset import Dataset

from demo import clock, environment
from demo.dicom import commitment, performed_step, store, worklist
from demo.dicom.association import DicomFailure
from demo.dicom.identity import PerformedSeries, PerformedStep, text
from demo.dicom.performed_step import Discontinuation
from demo.pictures.library import Library
from demo.stations import ROOMS, STATIONS, Station

WAITING = frozenset({"", "SCHEDULED", "ARRIVED", "READY"})
APPEAR_SECONDS = 20.0
ASK_AGAIN_SECONDS = 0.5


@dataclass
class Scanner:
    station: Station
    library: Library
    reports: commitment.Reports = field(default_factory=commitment.Reports)

    def waiting(self, patient_id: str = "", day: date | None = None) -> list[Dataset]:
        """What the worklist has for this station and is not begun yet. Raises DicomFailure."""
        items = worklist.find(self.station.ae_title, patient_id, day)
        return [item for item in items if text(item.ScheduledProcedureStepSequence[0], "ScheduledProcedureStepStatus") in WAITING]

    def begin(self, item: Dataset) -> PerformedStep:
        """The patient is on the table. Raises DicomFailure."""
        step = PerformedStep(item, self.station.ae_title, clock.now(), self.station.character_set)
        performed_step.start(step)
        return step

    def acquire(self, step: PerformedStep, limit: int | None = None, pause: Callable[[], None] | None = None) -> list[PerformedSeries]:
        """Send the procedure's pictures, of each series at most `limit`. Raises DicomFailure."""
        return store.store(step, self.library.for_procedure(self.pictured_code(step.item)), limit, pause)

    def end(self, step: PerformedStep, series: list[PerformedSeries], broken_off: Discontinuation | None = None) -> None:
        """Tell that the step is over, and have what was sent committed. Raises DicomFailure."""
        performed_step.finish(step, series, clock.now(), broken_off)
        if any(one.images for one in series):
            commitment.commit(step, series, self.reports)

    def perform(self, item: Dataset) -> int:
        """A whole step, from begin to commitment; answers with the number of pictures. Raises DicomFailure."""
        step = self.begin(item)
        series = self.acquire(step)
        self.end(step, series)
        return sum(len(one.images) for one in series)

    def pictured_code(self, item: Dataset) -> str:
        """The step's own procedure, else any that this station's modality has pictures for."""
        code = procedure_code(item)
        if self.library.for_procedure(code):
            return code
        same_room = (other for other, rooms in ROOMS.items() if self.station.ae_title in rooms)
        return next((other for other in same_room if self.library.for_procedure(other)), code)


def await_step(scanners: Sequence[Scanner], patient_id: str, code: str, seconds: float = APPEAR_SECONDS) -> tuple[Scanner, Dataset]:
    """The patient's step of that procedure and the scanner that has it on its list. Raises DicomFailure when it does not come."""
    until = time.monotonic() + seconds
    while True:
        for scanner in scanners:
            for item in scanner.waiting(patient_id):
                if procedure_code(item) in ("", code):
                    return scanner, item
        if time.monotonic() > until:
            names = ", ".join(scanner.station.ae_title for scanner in scanners)
            raise DicomFailure(f"patient {patient_id} is not on the worklist of {names} for {code}")
        time.sleep(ASK_AGAIN_SECONDS)


def procedure_code(item: Dataset) -> str:
    """The requested procedure's code; empty when the worklist item has none."""
    codes = item.get("RequestedProcedureCodeSequence") or []
    return text(codes[0], "CodeValue") if codes else ""


def run(arguments: argparse.Namespace) -> int:
    """Take steps from the worklist until stopped, or until `--count` are done. The exit status is 1 when one failed."""
    station = STATIONS.get(arguments.ae) or Station(arguments.ae, arguments.modality)
    scanner = Scanner(station, Library(environment.pictures_folder()))
    failures = done = 0
    with commitment.listening(station.ae_title, scanner.reports), contextlib.suppress(KeyboardInterrupt):
        while arguments.count is None or done + failures < arguments.count:
            ok = take_next(scanner)
            if ok is None:
                time.sleep(arguments.interval)
                continue
            done, failures = done + ok, failures + (not ok)
    return 1 if failures else 0


def take_next(scanner: Scanner) -> bool | None:
    """Perform the first waiting step: whether it went well; None when there is nothing to do."""
    try:
        waiting = scanner.waiting(day=clock.now().date())
        if not waiting:
            return None
        item = waiting[0]
        count = scanner.perform(item)
    except DicomFailure as failure:
        print(f"{scanner.station.ae_title}: {failure}", flush=True)
        return False
    print(f"{scanner.station.ae_title}: {text(item, 'AccessionNumber')} done, {count} images", flush=True)
    return True
