"""Rejection notes: Key Object Selection documents that tell other systems which objects are no longer to be used (IHE RAD IOCM 4.66).

A rejection has its note among the hidden images; for images that were moved one is made when a system has to be told, and names them
as they were sent out before. A correction that was taken back has one of its own, for who was sent the corrected images.
"""

import io
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian

from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.names import name_by
from imaging.archive.corrections.reasons import REASONS, WORKLIST
from imaging.archive.corrections.reject import note_hide
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.intake.questions import KEY_OBJECT_SELECTION, OWN_DOOR
from imaging.archive.intake.spool import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION
from imaging.archive.models import Instance, Study
from imaging.common.dicom import uid_new

MANUFACTURER = "Lightbox"
TAKEN_BACK = "The correction was taken back"
SERIES_NUMBER = 9999
# (SOP Class UID, SOP Instance UID, whether it is a picture)
Reference = tuple[str, str, bool]


@transaction.atomic
def note_of(*, correction: Correction) -> Instance:
    """The rejection note of `correction`, made and stored when there is none yet. It is sent to systems, and shown to nobody."""
    locked = Correction.objects.select_for_update(of=("self",)).select_related("source", "note").get(pk=correction.pk)
    if locked.note is not None:
        return locked.note
    locked.note = correction.note = _stored(note_dataset(study=locked.source, correction=locked), locked)
    locked.save(update_fields=["note"])
    return locked.note


@transaction.atomic
def undo_note_of(*, correction: Correction) -> Instance:
    """The same for a correction that was taken back: it names the objects as they went by while the correction stood."""
    locked = Correction.objects.select_for_update(of=("self",)).select_related("target", "undo_note", "undone_by").get(pk=correction.pk)
    if locked.undo_note is not None:
        return locked.undo_note
    if locked.target is None:
        raise ValueError("these images had no other names")
    locked.undo_note = correction.undo_note = _stored(note_dataset(study=locked.target, correction=locked), locked)
    locked.save(update_fields=["undo_note"])
    return locked.undo_note


def _stored(dataset: Dataset, correction: Correction) -> Instance:
    stored = instance_ingest(stream=_as_file(dataset), source_ae_title=settings.AE_TITLE, door=OWN_DOOR).instance
    if stored is None:
        raise RuntimeError("a rejection note of our own was not taken")
    note_hide(note=stored, correction=correction)
    return stored


def note_dataset(*, study: Study, correction: Correction) -> Dataset:
    """The document, after PS3.3 A.35.4 and PS3.16 TID 2010, in the study that its objects were in.

    It rejects what went by before the correction; of one that was taken back, what went by under it.
    """
    ds = Dataset()
    now = timezone.localtime(correction.undone_at or correction.created_at)
    ds.SpecificCharacterSet = "ISO_IR 192"
    _who(ds, study)
    ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = UID(KEY_OBJECT_SELECTION), uid_new(), uid_new()
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber, ds.ReferencedPerformedProcedureStepSequence = "KO", SERIES_NUMBER, 1, []
    ds.Manufacturer = MANUFACTURER
    ds.ContentDate, ds.ContentTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    referenced = references_before(correction) if correction.undone_at is None else references_under(correction)
    ds.CurrentRequestedProcedureEvidenceSequence = [_evidence(study, referenced)]
    if study.accession_number and study.exam is not None:
        ds.ReferencedRequestSequence = [_request(study)]
    _content(ds, correction, referenced)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    ds.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    return ds


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


def references_before(correction: Correction) -> dict[str, list[Reference]]:
    """The objects of the correction as they went by before it, by Series Instance UID."""
    return {before["uid"]: _references(before, correction) for before in correction.before["series"]}


def _references(before: dict[str, Any], correction: Correction) -> list[Reference]:
    columns = ("sop_class_uid", "sop_instance_uid", "received__sop_instance_uid", "number_of_frames")
    is_moved = correction.kind != CorrectionKind.REJECT
    rows = Instance.objects.filter(series=before["series" if is_moved else "hidden"]).exclude(pk=correction.note_id or 0)
    earlier = Correction.objects.get(pk=before["correction"]) if is_moved and before["correction"] else None
    return [
        (sop_class, name_by(earlier, received or now) if is_moved else now, frames > 0)
        for sop_class, now, received, frames in rows.order_by("instance_number", "pk").values_list(*columns)
    ]


def references_under(correction: Correction) -> dict[str, list[Reference]]:
    """The objects that followed the correction as they went by while it stood, by Series Instance UID."""
    found: dict[str, list[Reference]] = {}
    notes = [key for key in (correction.note_id, correction.undo_note_id) if key]
    columns = ("sop_class_uid", "sop_instance_uid", "received__sop_instance_uid", "number_of_frames")
    for series in correction.series.select_related("received").order_by("pk"):
        received = series.received.series_instance_uid if hasattr(series, "received") else series.series_instance_uid
        rows = Instance.objects.filter(series=series).exclude(pk__in=notes).order_by("instance_number", "pk").values_list(*columns)
        found[name_by(correction, received)] = [
            (sop_class, name_by(correction, came or now), frames > 0) for sop_class, now, came, frames in rows
        ]
    return found


def _evidence(study: Study, referenced: dict[str, list[Reference]]) -> Dataset:
    item = Dataset()
    item.StudyInstanceUID, item.ReferencedSeriesSequence = study.study_instance_uid, []
    for uid, references in referenced.items():
        series = Dataset()
        series.SeriesInstanceUID = uid
        series.ReferencedSOPSequence = [_reference(*reference[:2]) for reference in references]
        item.ReferencedSeriesSequence.append(series)
    return item


def _reference(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    return item


def _content(ds: Dataset, correction: Correction, referenced: dict[str, list[Reference]]) -> None:
    """The tree of TID 2010: a title that says why, who says so, in words, and every object."""
    reason = REASONS[correction.code or WORKLIST]
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = [_code(reason.code, reason.meaning)]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    ds.ContentTemplateSequence = [template]
    said = [_observer_type(), _observer(correction)]
    if (words := correction.reason if correction.undone_at is None else TAKEN_BACK) != "":
        said.append(_item("TEXT", "CONTAINS", _code("113012", "Key Object Description"), TextValue=words))
    objects = [reference for references in referenced.values() for reference in references]
    ds.ContentSequence = said + [_object(*reference) for reference in objects]


def _observer_type() -> Dataset:
    person = _code("121006", "Person")
    return _item("CODE", "HAS OBS CONTEXT", _code("121005", "Observer Type"), ConceptCodeSequence=[person])


def _observer(correction: Correction) -> Dataset:
    who = correction.actor if correction.undone_by is None else correction.undone_by.label
    name = who.replace("^", " ").replace("=", " ").replace("\\", " ")
    return _item("PNAME", "HAS OBS CONTEXT", _code("121008", "Person Observer Name"), PersonName=name)


def _object(sop_class_uid: str, sop_instance_uid: str, is_picture: bool) -> Dataset:
    referenced = [_reference(sop_class_uid, sop_instance_uid)]
    return _item("IMAGE" if is_picture else "COMPOSITE", "CONTAINS", None, ReferencedSOPSequence=referenced)


def _item(value_type: str, relationship: str, name: Dataset | None, **values: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    if name is not None:
        item.ConceptNameCodeSequence = [name]
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _as_file(ds: Dataset) -> io.BytesIO:
    target = io.BytesIO()
    dcmwrite(target, ds, enforce_file_format=True)
    target.seek(0)
    return target
