"""MPPS: what a scanner reports about a step while and after it is done (PS3.4 annex F)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from demo.dicom.association import associated, check
from demo.dicom.identity import PerformedSeries, PerformedStep, reference, text
from demo.dicom.uids import MPPS

OPERATOR = "Technologist^Demo"


@dataclass(frozen=True)
class Discontinuation:
    """Why a step was broken off: a code of CID 9300."""

    code: str
    meaning: str


REFUSED = Discontinuation("110505", "Patient refused to continue procedure")


def start(step: PerformedStep) -> None:
    """N-CREATE with status IN PROGRESS. Raises DicomFailure."""
    with associated(step.station, [build_context(MPPS)]) as assoc:
        status, _ = assoc.send_n_create(created(step), MPPS, step.mpps_uid)
        check("MPPS N-CREATE", status)


def finish(step: PerformedStep, series: Iterable[PerformedSeries], ended_at: datetime, broken_off: Discontinuation | None = None) -> None:
    """N-SET to COMPLETED, or to DISCONTINUED with the reason. Raises DicomFailure."""
    with associated(step.station, [build_context(MPPS)]) as assoc:
        status, _ = assoc.send_n_set(ended(step, series, ended_at, broken_off), MPPS, step.mpps_uid)
        check("MPPS N-SET", status)


def created(step: PerformedStep) -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = step.character_set
    ds.Modality = text(step.scheduled, "Modality")
    ds.PatientName, ds.PatientID = text(step.item, "PatientName"), text(step.item, "PatientID")
    ds.PatientBirthDate, ds.PatientSex = text(step.item, "PatientBirthDate"), text(step.item, "PatientSex")
    ds.ReferencedPatientSequence = []
    ds.StudyID = text(step.item, "RequestedProcedureID")
    ds.PerformedStationAETitle = ds.PerformedStationName = step.station
    ds.PerformedLocation = ""
    ds.PerformedProcedureStepStartDate = step.started_at.strftime("%Y%m%d")
    ds.PerformedProcedureStepStartTime = step.started_at.strftime("%H%M%S")
    ds.PerformedProcedureStepStatus = "IN PROGRESS"
    ds.PerformedProcedureStepID = step.step_id
    ds.PerformedProcedureStepDescription = step.description
    ds.PerformedProcedureTypeDescription = ""
    ds.ProcedureCodeSequence = list(step.item.get("RequestedProcedureCodeSequence") or [])
    ds.PerformedProcedureStepEndDate = ds.PerformedProcedureStepEndTime = ""
    ds.PerformedProtocolCodeSequence = list(step.scheduled.get("ScheduledProtocolCodeSequence") or [])
    ds.PerformedSeriesSequence = []
    ds.ScheduledStepAttributesSequence = [scheduled_attributes(step)]
    return ds


def scheduled_attributes(step: PerformedStep) -> Dataset:
    item = Dataset()
    for keyword in ("StudyInstanceUID", "AccessionNumber", "RequestedProcedureID", "RequestedProcedureDescription"):
        setattr(item, keyword, text(step.item, keyword))
    for keyword in ("ScheduledProcedureStepID", "ScheduledProcedureStepDescription"):
        setattr(item, keyword, text(step.scheduled, keyword))
    item.ScheduledProtocolCodeSequence = list(step.scheduled.get("ScheduledProtocolCodeSequence") or [])
    item.ReferencedStudySequence = []
    return item


def ended(step: PerformedStep, series: Iterable[PerformedSeries], ended_at: datetime, broken_off: Discontinuation | None) -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = step.character_set
    ds.PerformedProcedureStepStatus = "DISCONTINUED" if broken_off else "COMPLETED"
    ds.PerformedProcedureStepEndDate = ended_at.strftime("%Y%m%d")
    ds.PerformedProcedureStepEndTime = ended_at.strftime("%H%M%S")
    ds.PerformedSeriesSequence = [performed_series(one) for one in series]
    if broken_off:
        reason = Dataset()
        reason.CodeValue, reason.CodingSchemeDesignator, reason.CodeMeaning = broken_off.code, "DCM", broken_off.meaning
        ds.PerformedProcedureStepDiscontinuationReasonCodeSequence = [reason]
    return ds


def performed_series(series: PerformedSeries) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID, item.SeriesDescription = series.uid, series.description
    item.ProtocolName = series.description or "Demo"
    item.PerformingPhysicianName, item.OperatorsName, item.RetrieveAETitle = "", OPERATOR, ""
    item.ReferencedImageSequence = [reference(sop_class, uid) for sop_class, uid in series.images]
    item.ReferencedNonImageCompositeSOPInstanceSequence = []
    return item
