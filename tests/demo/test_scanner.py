"""The simulated scanner against a small department made of pynetdicom: worklist, performed step, storage, commitment.

Not covered: Lightbox's own answers (tests/imaging/dimse, tests/interop).
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, generate_uid
from pynetdicom import AE, evt
from pynetdicom.association import Association

from demo.dicom.association import DicomFailure
from demo.dicom.performed_step import REFUSED
from demo.dicom.uids import COMMITMENT, COMMITMENT_INSTANCE, MPPS, WORKLIST
from demo.modality import Scanner, await_step
from demo.pictures import volume
from demo.pictures.library import BUILD, Library
from demo.pictures.volume import Volume
from demo.stations import STATIONS
from tests.services import free_port


@dataclass
class Department:
    """What an archive would hold, and how it answers."""

    items: list[Dataset] = field(default_factory=list)
    steps: list[tuple[str, Dataset]] = field(default_factory=list)
    images: list[Dataset] = field(default_factory=list)
    store_status: int = 0x0000
    committed: int = 1

    def on_find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        wanted = event.identifier.ScheduledProcedureStepSequence[0].ScheduledStationAETitle
        for item in self.items:
            if item.ScheduledProcedureStepSequence[0].ScheduledStationAETitle == wanted:
                yield 0xFF00, item

    def on_create(self, event: evt.Event) -> tuple[int, Dataset]:
        self.steps.append((str(event.request.AffectedSOPInstanceUID), event.attribute_list))
        return 0x0000, event.attribute_list

    def on_set(self, event: evt.Event) -> tuple[int, Dataset]:
        self.steps.append((str(event.request.RequestedSOPInstanceUID), event.modification_list))
        return 0x0000, event.modification_list

    def on_store(self, event: evt.Event) -> int:
        ds = event.dataset
        ds.file_meta = event.file_meta
        self.images.append(ds)
        return self.store_status

    def on_action(self, event: evt.Event) -> tuple[int, None]:
        threading.Thread(target=self.report, args=(event.assoc, event.action_information)).start()
        return 0x0000, None

    def report(self, assoc: Association, asked: Dataset) -> None:
        """The report on the same association, after the answer to the request has gone."""
        assoc.send_n_event_report(asked, self.committed, COMMITMENT, COMMITMENT_INSTANCE)

    def handlers(self) -> list[Any]:
        return [
            (evt.EVT_C_FIND, self.on_find),
            (evt.EVT_N_CREATE, self.on_create),
            (evt.EVT_N_SET, self.on_set),
            (evt.EVT_C_STORE, self.on_store),
            (evt.EVT_N_ACTION, self.on_action),
        ]


@pytest.fixture
def department(monkeypatch: pytest.MonkeyPatch) -> Iterator[Department]:
    found, port = Department(), free_port()
    monkeypatch.setenv("LIGHTBOX_DICOM_PORT", str(port))
    ae = AE("LIGHTBOX")
    for sop_class in (WORKLIST, MPPS, CTImageStorage, COMMITMENT):
        ae.add_supported_context(sop_class)
    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=found.handlers())
    yield found
    assert server is not None
    server.shutdown()


@pytest.fixture
def scanner(tmp_path: Path) -> Scanner:
    series = tmp_path / "series" / "ct-head"
    volume.write_ct(Volume(np.zeros((2, 4, 4)), (1.0, 1.0, 1.0)), series, "Head", "HEAD", (40, 80))
    (series / "build").write_text(BUILD)
    return Scanner(STATIONS["CT1"], Library(tmp_path))


@pytest.fixture
def item(department: Department) -> Dataset:
    """One worklist item of a Chinese patient for CT1."""
    ds, step, code = Dataset(), Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "CT-HEAD", "L", "CT head"
    step.Modality, step.ScheduledStationAETitle = "CT", "CT1"
    step.ScheduledProcedureStepID, step.ScheduledProcedureStepStatus = "SPS1", "SCHEDULED"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName, ds.PatientID, ds.IssuerOfPatientID = "Wang^Xiuying=王^秀英", "00300101", "HOSPITAL"
    ds.PatientBirthDate, ds.PatientSex = "19570312", "F"
    ds.AccessionNumber, ds.StudyInstanceUID, ds.RequestedProcedureID = "CT26112200001", generate_uid(), "RP1"
    ds.RequestedProcedureDescription = "CT head"
    ds.RequestedProcedureCodeSequence, ds.ScheduledProcedureStepSequence = [code], [step]
    department.items.append(ds)
    return ds


def test_the_worklist_of_the_own_station_is_seen(scanner: Scanner, item: Dataset) -> None:
    assert [found.AccessionNumber for found in scanner.waiting()] == [item.AccessionNumber]


def test_a_step_of_another_station_is_not(tmp_path: Path, item: Dataset) -> None:
    assert Scanner(STATIONS["MR1"], Library(tmp_path)).waiting() == []


def test_a_step_begun_elsewhere_is_not_waiting(scanner: Scanner, item: Dataset) -> None:
    item.ScheduledProcedureStepSequence[0].ScheduledProcedureStepStatus = "STARTED"
    assert scanner.waiting() == []


def test_pictures_carry_the_identity_of_the_order(scanner: Scanner, department: Department, item: Dataset) -> None:
    scanner.perform(scanner.waiting()[0])
    found = {(str(ds.PatientName), ds.PatientID, ds.AccessionNumber, ds.StudyInstanceUID) for ds in department.images}
    assert found == {("Wang^Xiuying=王^秀英", "00300101", "CT26112200001", item.StudyInstanceUID)}


def test_two_exams_share_no_picture(scanner: Scanner, department: Department, item: Dataset) -> None:
    scanner.perform(scanner.waiting()[0])
    scanner.perform(scanner.waiting()[0])
    assert len({ds.SOPInstanceUID for ds in department.images}) == 4


def test_the_step_is_reported_begun_and_completed(scanner: Scanner, department: Department, item: Dataset) -> None:
    scanner.perform(scanner.waiting()[0])
    assert [ds.PerformedProcedureStepStatus for _, ds in department.steps] == ["IN PROGRESS", "COMPLETED"]


def test_the_completed_step_lists_every_picture(scanner: Scanner, department: Department, item: Dataset) -> None:
    scanner.perform(scanner.waiting()[0])
    listed = department.steps[-1][1].PerformedSeriesSequence[0].ReferencedImageSequence
    assert {one.ReferencedSOPInstanceUID for one in listed} == {ds.SOPInstanceUID for ds in department.images}


def test_a_broken_off_step_says_why(scanner: Scanner, department: Department, item: Dataset) -> None:
    step = scanner.begin(scanner.waiting()[0])
    scanner.end(step, scanner.acquire(step, limit=1), REFUSED)
    last = department.steps[-1][1]
    reason = last.PerformedProcedureStepDiscontinuationReasonCodeSequence[0]
    assert (last.PerformedProcedureStepStatus, reason.CodeValue, len(department.images)) == ("DISCONTINUED", "110505", 1)


def test_a_scanner_of_another_character_set_writes_in_it(scanner: Scanner, department: Department, item: Dataset, tmp_path: Path) -> None:
    item.ScheduledProcedureStepSequence[0].ScheduledStationAETitle = "MR1"
    mr = Scanner(STATIONS["MR1"], scanner.library)
    mr.perform(mr.waiting()[0])
    assert {(ds.SpecificCharacterSet, str(ds.PatientName)) for ds in department.images} == {("GB18030", "Wang^Xiuying=王^秀英")}


def test_a_refused_picture_is_a_failure(scanner: Scanner, department: Department, item: Dataset) -> None:
    department.store_status = 0xA700
    with pytest.raises(DicomFailure, match="A700"):
        scanner.perform(scanner.waiting()[0])


def test_pictures_that_are_not_committed_are_a_failure(scanner: Scanner, department: Department, item: Dataset) -> None:
    department.committed = 2
    with pytest.raises(DicomFailure, match="not committed"):
        scanner.perform(scanner.waiting()[0])


def test_an_archive_that_is_not_there_is_a_failure(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTBOX_DICOM_PORT", str(free_port()))
    with pytest.raises(DicomFailure, match="no association"):
        scanner.waiting()


def test_a_step_that_never_appears_is_a_failure(scanner: Scanner, department: Department) -> None:
    with pytest.raises(DicomFailure, match="not on the worklist"):
        await_step([scanner], "00300101", "CT-HEAD", seconds=0)
