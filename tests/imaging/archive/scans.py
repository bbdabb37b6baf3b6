"""Whole scans for tests of corrections: ordered, received, and given to another exam."""

import io
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.overlay import corrected_pieces
from imaging.archive.corrections.targets import Target
from imaging.archive.intake.entry import IngestResult
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Series, Study
from imaging.orders.models import Exam
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head

TODAY = timezone.localdate().strftime("%Y%m%d")


def exam_of(patient: Any) -> Exam:
    people.ct1()
    return order_place(patient=patient, items=[head()], requested_at=timezone.now()).exams.get()


def slice_for(exam: Exam, **attributes: Any) -> Dataset:
    """As a scanner sends it that was given `exam` from the worklist."""
    patient = exam.patient
    sent = {
        "StudyInstanceUID": exam.study_instance_uid, "AccessionNumber": exam.accession_number, "PatientID": patient.number,
        "PatientName": f"{patient.name}={patient.name_ideographic}".rstrip("="), "PatientBirthDate": f"{patient.birth_date:%Y%m%d}",
        "PatientSex": patient.sex, "StudyDate": TODAY, "PatientWeight": "71.50", "PatientComments": "told by the wrong patient",
    }  # fmt: skip
    return ct_slice(**{**sent, **attributes})


def send(*objects: Dataset) -> list[IngestResult]:
    return [instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom") for ds in objects]


def scanned(exam: Exam, *, series: int = 1, slices: int = 2, **attributes: Any) -> list[Dataset]:
    """The objects of a whole scan, received."""
    uids = [generate_uid() for _number in range(series)]
    objects = [
        slice_for(exam, SeriesInstanceUID=uid, SeriesNumber=number, InstanceNumber=image, **attributes)
        for number, uid in enumerate(uids, start=1)
        for image in range(1, slices + 1)
    ]
    send(*objects)
    return objects


def out(instance: Instance) -> Dataset:
    return dcmread(io.BytesIO(b"".join(corrected_pieces(fresh(instance)))))


def fresh(instance: Instance) -> Instance:
    return Instance.objects.select_related("metadata", "series__study", "series__correction__origin_patient").get(pk=instance.pk)


def relink(source: Study, exam: Exam, series: Iterable[Series] | None = None, kind: CorrectionKind = CorrectionKind.RELINK) -> Correction:
    moved = list(series if series is not None else source.series.all())
    return series_correct(
        user=people.pacs_admin(), kind=kind, source=source, series=moved, target=Target(exam=exam), reason="wrong patient chosen"
    )
