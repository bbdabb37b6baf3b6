"""Objects that Lightbox writes itself: what all of them say of their study and their maker, and their way into the archive.

They come in by the same service as everything else (promise 1), from a door of their own, so that nobody is asked about them.
"""

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.intake.questions import OWN_DOOR
from imaging.archive.intake.spool import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from imaging.archive.models import Instance, Study
from imaging.common.dicom import uid_new

MANUFACTURER = "Lightbox"
# SOP Class UID and SOP Instance UID
Reference = tuple[str, str]


def own_object(*, study: Study, sop_class_uid: str, modality: str, series_number: int, at: dt.datetime) -> Dataset:
    """A new object of `study` in a series of its own, with its patient, study, series and equipment (PS3.3 C.7.1 to C.7.5)."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    _who(ds, study)
    ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = UID(sop_class_uid), uid_new(), uid_new()
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, series_number, 1
    ds.Manufacturer = MANUFACTURER
    ds.ContentDate, ds.ContentTime = date_and_time(at)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    ds.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    return ds


def own_object_store(dataset: Dataset) -> Instance:
    """Take an object of our own into the archive; durable on return. Raises as `instance_ingest` does."""
    dataset.file_meta.MediaStorageSOPClassUID, dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    target = io.BytesIO()
    dcmwrite(target, dataset, enforce_file_format=True)
    target.seek(0)
    stored = instance_ingest(stream=target, source_ae_title=settings.AE_TITLE, door=OWN_DOOR).instance
    if stored is None:
        raise RuntimeError("an object of our own was not taken")
    return stored


def date_and_time(at: dt.datetime) -> tuple[str, str]:
    """A moment as DA and TM in the department's time."""
    local = timezone.localtime(at)
    return local.strftime("%Y%m%d"), local.strftime("%H%M%S")


def _who(ds: Dataset, study: Study) -> None:
    ds.PatientName, ds.PatientID, ds.PatientSex = study.patient_name, study.patient_id, study.patient_sex
    ds.PatientBirthDate = study.patient_birth_date.strftime("%Y%m%d") if study.patient_birth_date else ""
    if study.issuer_of_patient_id:
        ds.IssuerOfPatientID = study.issuer_of_patient_id
    ds.StudyInstanceUID, ds.StudyID, ds.AccessionNumber = study.study_instance_uid, study.study_id, study.accession_number
    ds.StudyDate = study.study_date.strftime("%Y%m%d") if study.study_date else ""
    ds.StudyTime = study.study_time.strftime("%H%M%S") if study.study_time else ""
    ds.ReferringPhysicianName = study.referring_physician_name
    if study.study_description:
        ds.StudyDescription = study.study_description


def document_general(ds: Dataset, study: Study, referenced: Mapping[str, Iterable[Reference]]) -> None:
    """What a document says of the objects, by Series Instance UID, and of the order that it is about (PS3.3 C.17.2 and C.17.6.2)."""
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.CurrentRequestedProcedureEvidenceSequence = [_evidence(study, referenced)]
    if study.accession_number and study.exam is not None:
        ds.ReferencedRequestSequence = [_request(study)]


def _request(study: Study) -> Dataset:
    """The order behind the images (PS3.3 C.17.2.2)."""
    item, exam = Dataset(), study.exam
    item.StudyInstanceUID, item.AccessionNumber, item.ReferencedStudySequence = study.study_instance_uid, study.accession_number, []
    item.PlacerOrderNumberImagingServiceRequest = exam.order.placer_number if exam else ""
    item.FillerOrderNumberImagingServiceRequest = exam.order.filler_number if exam else ""
    item.RequestedProcedureID = exam.requested_procedure_id if exam else ""
    item.RequestedProcedureDescription = exam.procedure.name[:64] if exam else ""
    item.RequestedProcedureCodeSequence = []
    return item


def _evidence(study: Study, referenced: Mapping[str, Iterable[Reference]]) -> Dataset:
    item = Dataset()
    item.StudyInstanceUID = study.study_instance_uid
    item.ReferencedSeriesSequence = series_references(referenced)
    return item


def series_references(referenced: Mapping[str, Iterable[Reference]], keyword: str = "ReferencedSOPSequence") -> list[Dataset]:
    """An item for each series with its objects below `keyword`."""
    found = []
    for uid, references in referenced.items():
        series = Dataset()
        series.SeriesInstanceUID = uid
        setattr(series, keyword, [reference(*named) for named in references])
        found.append(series)
    return found


def reference(sop_class_uid: str, sop_instance_uid: str, **more: Any) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


def code(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    """A code sequence item (PS3.3 8.8)."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def content_item(value_type: str, relationship: str, name: Dataset | None = None, **values: Any) -> Dataset:
    """An item of a document's tree (PS3.3 C.17.3)."""
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    if name is not None:
        item.ConceptNameCodeSequence = [name]
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def content_root(ds: Dataset, title: Dataset, template: str) -> None:
    """The root of a document's tree, by the template `template` of PS3.16."""
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = [title]
    said = Dataset()
    said.MappingResource, said.TemplateIdentifier = "DCMR", template
    ds.ContentTemplateSequence = [said]


def person_observer(name: str) -> list[Dataset]:
    """Who says so (PS3.16 TID 1002 and 1003)."""
    person = content_item("CODE", "HAS OBS CONTEXT", code("121005", "Observer Type"), ConceptCodeSequence=[code("121006", "Person")])
    who = content_item("PNAME", "HAS OBS CONTEXT", code("121008", "Person Observer Name"), PersonName=person_name(name))
    return [person, who]


def person_name(label: str) -> str:
    """A member of staff's label as a PN value: none of its characters parts a name."""
    return label.replace("^", " ").replace("=", " ").replace("\\", " ")[:64]
