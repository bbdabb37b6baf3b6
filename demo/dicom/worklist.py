"""The modality worklist, asked as a scanner asks: what is scheduled for my station?"""

from datetime import date

from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from demo.dicom.association import DicomFailure, associated
from demo.dicom.uids import WORKLIST

PENDING = frozenset({0xFF00, 0xFF01})
RETURNED = (
    "SpecificCharacterSet",
    "AccessionNumber",
    "ReferringPhysicianName",
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "PatientWeight",
    "Allergies",
    "PregnancyStatus",
    "StudyInstanceUID",
    "RequestedProcedureID",
    "RequestedProcedureDescription",
    "RequestedProcedurePriority",
)
STEP_RETURNED = (
    "Modality",
    "ScheduledStationAETitle",
    "ScheduledStationName",
    "ScheduledProcedureStepLocation",
    "ScheduledProcedureStepStartDate",
    "ScheduledProcedureStepStartTime",
    "ScheduledProcedureStepDescription",
    "ScheduledProcedureStepID",
    "ScheduledProcedureStepStatus",
    "ScheduledPerformingPhysicianName",
)


def query(station: str, patient_id: str = "", day: date | None = None) -> Dataset:
    """The identifier: universal keys but for the station, and the patient or day when given."""
    ds, step = Dataset(), Dataset()
    for keyword in RETURNED:
        setattr(ds, keyword, None)
    for keyword in STEP_RETURNED:
        setattr(step, keyword, None)
    ds.RequestedProcedureCodeSequence, step.ScheduledProtocolCodeSequence = [code()], [code()]
    ds.PatientID = patient_id
    step.ScheduledStationAETitle = station
    if day is not None:
        step.ScheduledProcedureStepStartDate = day.strftime("%Y%m%d")
    ds.ScheduledProcedureStepSequence = [step]
    return ds


def code() -> Dataset:
    item = Dataset()
    item.CodeValue = item.CodingSchemeDesignator = item.CodeMeaning = ""
    return item


def find(station: str, patient_id: str = "", day: date | None = None) -> list[Dataset]:
    """The items on the station's list. Raises DicomFailure."""
    found = []
    with associated(station, [build_context(WORKLIST)]) as assoc:
        for status, item in assoc.send_c_find(query(station, patient_id, day), WORKLIST):
            if not status or "Status" not in status:
                raise DicomFailure("worklist: no answer")
            if status.Status in PENDING and item is not None:
                found.append(item)
            elif status.Status != 0x0000:
                raise DicomFailure(f"worklist: status {status.Status:04X}")
    return found
