"""The worklist and performed steps over the wire. Not covered: what a query costs (`make bench`)."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE
from pynetdicom.sop_class import ModalityPerformedProcedureStep, ModalityWorklistInformationFind

from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam, Order
from imaging.orders.services import exam_cancel
from imaging.orders.states import ExamState
from imaging.scheduling.models import PerformedStep, Station
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head
from tests.interop.dicom_server import dcmtk, dialled


@pytest.fixture
def exam(dicom: DicomServer) -> Exam:
    people.ct1()
    return order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()


def query(**step: Any) -> Dataset:
    """What a scanner asks for: everything that it shows, with `step` as keys of the scheduled step."""
    ds = Dataset()
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyInstanceUID"):
        setattr(ds, keyword, "")
    ds.RequestedProcedureID = ds.RequestedProcedureDescription = ds.AdmissionID = ds.MedicalAlerts = ""
    item = Dataset()
    for keyword in ("ScheduledStationAETitle", "ScheduledProcedureStepStartDate", "ScheduledProcedureStepStartTime", "Modality"):
        setattr(item, keyword, step.get(keyword, ""))
    item.ScheduledProcedureStepID = step.get("ScheduledProcedureStepID", "")
    item.ScheduledProtocolCodeSequence = []
    ds.ScheduledProcedureStepSequence = [item]
    return ds


def ask(server: DicomServer, ds: Dataset, calling: str = "CT1") -> list[Dataset]:
    ae = AE(calling)
    ae.add_requested_context(ModalityWorklistInformationFind)
    assoc = dialled(ae, server.port)
    answers = list(assoc.send_c_find(ds, ModalityWorklistInformationFind))
    assoc.release()
    assert answers[-1][0].Status == 0x0000
    return [identifier for status, identifier in answers if status.Status in (0xFF00, 0xFF01)]


def test_dcmtk_finds_the_step_of_its_station(dicom: DicomServer, exam: Exam, tmp_path: Path) -> None:
    keys = ["PatientName", "PatientID", "AccessionNumber", "StudyInstanceUID", "(0040,0100)[0].ScheduledStationAETitle=CT1"]
    arguments = [part for key in keys for part in ("-k", key)]
    dcmtk("findscu", "-W", "-X", "-od", str(tmp_path), "-aet", "CT1", "-aec", "LIGHTBOX", *arguments, "127.0.0.1", str(dicom.port))
    (found,) = [dcmread(path, force=True) for path in tmp_path.glob("rsp*.dcm")]
    assert found.AccessionNumber == exam.accession_number
    assert found.StudyInstanceUID == exam.study_instance_uid
    assert str(found.PatientName) == "LIN^Mei-Hua=林美华"
    assert found.ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "CT1"


def test_requested_keys_come_back_even_empty(dicom: DicomServer, exam: Exam) -> None:
    (found,) = ask(dicom, query())
    assert "AdmissionID" in found
    assert "MedicalAlerts" in found
    assert found.ScheduledProcedureStepSequence[0].ScheduledProtocolCodeSequence[0].CodeValue == "CT-HEAD"


@pytest.mark.parametrize(
    ("keys", "matches"),
    [
        ({"PatientName": "lin*"}, 1),
        ({"PatientName": "林*"}, 1),
        ({"PatientName": "SMITH*"}, 0),
        ({"PatientID": "00482913"}, 1),
        ({"PatientID": "0048291?"}, 1),
        ({"AccessionNumber": "nothing"}, 0),
        ({"PatientSex": "M"}, 0),
        ({"PatientBirthDate": "19680101-19681231"}, 1),
    ],
)
def test_matching_kinds(dicom: DicomServer, exam: Exam, keys: dict[str, str], matches: int) -> None:
    ds = query()
    ds.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    assert len(ask(dicom, ds)) == matches


def test_what_the_desk_heard_reaches_the_scanner(dicom: DicomServer, exam: Exam) -> None:
    Order.objects.update(safety={"pregnant": "unknown", "implant": "yes", "contrast_reaction": "yes", "fasting": "no"})
    ds = query()
    ds.PregnancyStatus, ds.Allergies = None, ""
    (found,) = ask(dicom, ds)
    assert found.PregnancyStatus == 4
    assert list(found.MedicalAlerts) == ["Pacemaker, implant or clip", "Earlier contrast reaction"]
    assert found.Allergies.startswith("Iodinated contrast")
    Order.objects.update(safety={})
    (found,) = ask(dicom, ds)
    assert (found.PregnancyStatus, found.MedicalAlerts) == (None, "")


def test_lists_of_values_universal_keys_and_times(dicom: DicomServer, exam: Exam) -> None:
    step = exam.steps.get()
    starts = timezone.localtime(step.starts_at)
    day, clock = starts.strftime("%Y%m%d"), starts.strftime("%H%M")
    for keys, matches in (
        ({"Modality": ["MR", "CT"]}, 1),
        ({"ScheduledStationAETitle": ["MR1", "CT1"]}, 1),
        ({"ScheduledProcedureStepID": "*"}, 1),
        ({"ScheduledProcedureStepStartDate": day, "ScheduledProcedureStepStartTime": f"{clock}00-235959"}, 1),
        ({"ScheduledProcedureStepStartDate": day, "ScheduledProcedureStepStartTime": f"-{clock}"}, 1),
        ({"ScheduledProcedureStepStartDate": f"-{day}"}, 1),
        (
            {"ScheduledProcedureStepStartDate": f"19990101-{day}", "ScheduledProcedureStepStartTime": "000000-000000"},
            1 if clock == "0000" else 0,
        ),
    ):
        assert len(ask(dicom, query(**keys))) == matches, keys
    ds = query()
    ds.StudyInstanceUID = [exam.study_instance_uid, "1.2.3"]
    assert len(ask(dicom, ds)) == 1
    ds.StudyInstanceUID = ["1.2.4", "1.2.3"]
    assert ask(dicom, ds) == []


def test_sequence_matching(dicom: DicomServer, exam: Exam) -> None:
    today, step = timezone.localdate(exam.steps.get().starts_at).strftime("%Y%m%d"), exam.steps.get()
    assert len(ask(dicom, query(ScheduledStationAETitle="CT1", Modality="CT", ScheduledProcedureStepStartDate=today))) == 1
    assert len(ask(dicom, query(ScheduledProcedureStepStartDate=f"{today}-"))) == 1
    assert len(ask(dicom, query(ScheduledProcedureStepStartDate="19990101-19991231"))) == 0
    assert len(ask(dicom, query(Modality="MR"))) == 0
    assert len(ask(dicom, query(ScheduledStationAETitle="MR1"))) == 0
    assert len(ask(dicom, query(ScheduledProcedureStepID=step.scheduled_procedure_step_id))) == 1


def test_a_cancelled_exam_is_not_on_the_list(dicom: DicomServer, exam: Exam) -> None:
    exam_cancel(exam=exam, reason="not needed")
    assert ask(dicom, query()) == []


@pytest.mark.parametrize(
    ("charset", "declared", "raw"),
    [
        ("GB18030", "GB18030", "林美华".encode("gb18030")),
        ("\\ISO 2022 IR 58", ["", "ISO 2022 IR 58"], b"\x1b$)A" + "林美华".encode("gb2312")),
        ("ISO_IR 192", "ISO_IR 192", "林美华".encode()),
        ("ISO_IR 100", "ISO_IR 192", "林美华".encode()),
    ],
)
def test_names_come_in_the_stations_characters(dicom: DicomServer, exam: Exam, charset: str, declared: Any, raw: bytes) -> None:
    Station.objects.update(character_set=charset)
    (found,) = ask(dicom, query())
    assert found.SpecificCharacterSet == declared
    assert found.PatientName.original_string.rstrip() == b"LIN^Mei-Hua=" + raw


class Scanner:
    """One association for performed steps, as a scanner keeps it."""

    def __init__(self, server: DicomServer) -> None:
        ae = AE("CT1")
        ae.add_requested_context(ModalityPerformedProcedureStep)
        self.assoc = dialled(ae, server.port)
        self.uid = generate_uid()

    def create(self, exam: Exam | None = None, status: str = "IN PROGRESS") -> int:
        ds = Dataset()
        ds.PerformedProcedureStepStatus, ds.PerformedStationAETitle, ds.Modality = status, "CT1", "CT"
        ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20261122", "101500"
        item = Dataset()
        item.StudyInstanceUID = exam.study_instance_uid if exam else generate_uid()
        item.AccessionNumber = exam.accession_number if exam else ""
        item.ScheduledProcedureStepID = exam.steps.get().scheduled_procedure_step_id if exam else ""
        ds.ScheduledStepAttributesSequence = [item]
        return int(self.assoc.send_n_create(ds, ModalityPerformedProcedureStep, self.uid)[0].Status)

    def set(self, status: str, *images: str, reason: str = "") -> int:
        ds = Dataset()
        ds.PerformedProcedureStepStatus = status
        series = Dataset()
        series.SeriesInstanceUID, series.ReferencedImageSequence = generate_uid(), []
        for uid in images:
            image = Dataset()
            image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", uid
            series.ReferencedImageSequence.append(image)
        ds.PerformedSeriesSequence = [series]
        if reason:
            code = Dataset()
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "110513", "DCM", reason
            ds.PerformedProcedureStepDiscontinuationReasonCodeSequence = [code]
        return int(self.assoc.send_n_set(ds, ModalityPerformedProcedureStep, self.uid)[0].Status)


def test_a_performed_step_moves_the_exam(dicom: DicomServer, exam: Exam) -> None:
    scanner = Scanner(dicom)
    assert scanner.create(exam) == 0
    exam.refresh_from_db()
    assert exam.state == ExamState.IN_PROGRESS
    assert scanner.set("COMPLETED", "1.2.3", "1.2.4") == 0
    exam.refresh_from_db()
    assert exam.state == ExamState.COMPLETED
    performed = PerformedStep.objects.get()
    assert (performed.sop_instance_uid, performed.image_uids) == (scanner.uid, ["1.2.3", "1.2.4"])


def test_a_discontinued_step_says_why(dicom: DicomServer, exam: Exam) -> None:
    scanner = Scanner(dicom)
    scanner.create(exam)
    assert scanner.set("DISCONTINUED", reason="Patient refused") == 0
    assert PerformedStep.objects.get().discontinuation_reason == "Patient refused"


def test_out_of_order_each_has_its_status_and_the_connection_lives(dicom: DicomServer, exam: Exam) -> None:
    scanner = Scanner(dicom)
    assert scanner.set("COMPLETED") == 0x0112
    assert scanner.create(exam, status="COMPLETED") == 0x0106
    assert scanner.create(exam) == 0
    assert scanner.create(exam) == 0x0111
    assert scanner.set("RUNNING") == 0x0106
    assert scanner.set("COMPLETED", "1.2.3") == 0
    assert scanner.set("COMPLETED", "1.2.3") == 0x0110
    assert scanner.assoc.is_established
    scanner.assoc.release()
