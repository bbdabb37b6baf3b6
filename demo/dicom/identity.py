"""Pictures brought under the identity of a worklist item, as a scanner writes it into what it sends (IHE SWF, table A.1-2)."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from demo.dicom.uids import MPPS

FROM_WORKLIST = ("PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyInstanceUID")


@dataclass(frozen=True)
class PerformedStep:
    """One stay of a patient on a scanner: the worklist item, and what MPPS will call it."""

    item: Dataset
    station: str
    started_at: datetime
    character_set: str = "ISO_IR 192"
    mpps_uid: UID = field(default_factory=generate_uid)

    @property
    def scheduled(self) -> Dataset:
        step: Dataset = self.item.ScheduledProcedureStepSequence[0]
        return step

    @property
    def step_id(self) -> str:
        return f"PPS{self.started_at:%m%d%H%M%S}"

    @property
    def description(self) -> str:
        return str(self.item.get("RequestedProcedureDescription", "") or self.scheduled.get("ScheduledProcedureStepDescription", ""))


@dataclass
class PerformedSeries:
    """One series of it, growing with each picture sent."""

    number: int
    uid: UID = field(default_factory=generate_uid)
    frame_of_reference: UID = field(default_factory=generate_uid)
    description: str = ""
    modality: str = ""
    images: list[tuple[UID, UID]] = field(default_factory=list)  # SOP class, SOP instance


def text(ds: Dataset, keyword: str) -> str:
    """A value as plain text, decoded by its own character set; empty when absent."""
    value = ds.get(keyword)
    return "" if value is None else str(value)


def take_over(template: Path, step: PerformedStep, series: PerformedSeries, taken_at: datetime) -> Dataset:
    """A template as this patient's picture, with new UIDs; noted in the series."""
    ds = dcmread(template)
    ds.SpecificCharacterSet = step.character_set
    patient_and_study(ds, step)
    in_series(ds, step, series)
    ds.InstanceCreationDate = ds.AcquisitionDate = ds.ContentDate = taken_at.strftime("%Y%m%d")
    ds.InstanceCreationTime = ds.AcquisitionTime = ds.ContentTime = taken_at.strftime("%H%M%S")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    series.description, series.modality = text(ds, "SeriesDescription"), ds.Modality
    series.images.append((ds.SOPClassUID, ds.SOPInstanceUID))
    return ds


def patient_and_study(ds: Dataset, step: PerformedStep) -> None:
    for keyword in FROM_WORKLIST:
        setattr(ds, keyword, text(step.item, keyword))
    ds.PatientName = text(step.item, "PatientName")
    ds.ReferringPhysicianName = text(step.item, "ReferringPhysicianName")
    ds.StudyID = text(step.item, "RequestedProcedureID")
    ds.StudyDescription = step.description
    ds.StudyDate, ds.StudyTime = step.started_at.strftime("%Y%m%d"), step.started_at.strftime("%H%M%S")
    ds.TimezoneOffsetFromUTC = step.started_at.strftime("%z")
    ds.StationName = step.station


def in_series(ds: Dataset, step: PerformedStep, series: PerformedSeries) -> None:
    ds.SeriesInstanceUID, ds.SeriesNumber = series.uid, series.number
    ds.SeriesDate, ds.SeriesTime = ds.StudyDate, ds.StudyTime
    ds.PerformedProcedureStepID = step.step_id
    ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = ds.StudyDate, ds.StudyTime
    ds.PerformedProcedureStepDescription = step.description
    if "FrameOfReferenceUID" in ds:
        ds.FrameOfReferenceUID = series.frame_of_reference
    ds.RequestAttributesSequence = [request_attributes(step)]
    ds.ReferencedPerformedProcedureStepSequence = [reference(MPPS, step.mpps_uid)]


def request_attributes(step: PerformedStep) -> Dataset:
    item = Dataset()
    item.RequestedProcedureID = text(step.item, "RequestedProcedureID")
    item.RequestedProcedureDescription = step.description
    item.ScheduledProcedureStepID = text(step.scheduled, "ScheduledProcedureStepID")
    item.ScheduledProcedureStepDescription = text(step.scheduled, "ScheduledProcedureStepDescription")
    return item


def reference(sop_class: str, sop_instance: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    return item
