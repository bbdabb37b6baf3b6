"""Rejected images and the notes that tell of them. Not covered: dciodvfy (tests/interop), notes of other systems (queue/test_queue)."""

import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from imaging.archive.completeness import images_of
from imaging.archive.corrections.notes import note_of
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.intake.entry import Status
from imaging.archive.models import Instance, IntegrityCase, Series, Study
from imaging.archive.pictures.pixels import file_of
from imaging.common.errors import Forbidden, InvalidInput
from imaging.orders.models import Exam
from imaging.scheduling.models import PerformedStep
from tests import people
from tests.imaging.archive.scans import exam_of, fresh, relink, scanned, send, slice_for

pytestmark = pytest.mark.django_db


def test_rejected_images_are_nowhere_and_come_back() -> None:
    exam = exam_of(people.lin_mei_hua())
    sent = scanned(exam, slices=3)
    study = Study.objects.get()
    blurred = list(Instance.objects.order_by("instance_number")[:2])
    correction = images_reject(study=study, instances=blurred, code=QUALITY, reason="moved", user=people.pacs_admin())
    study.refresh_from_db()
    assert (study.instance_count, study.series_count) == (1, 1)
    assert exam.events.get(kind="images_rejected").params["images"] == 2
    (again,) = send(sent[0])
    assert again.status is Status.DUPLICATE
    (new,) = send(slice_for(exam, SeriesInstanceUID=sent[0].SeriesInstanceUID, InstanceNumber=4))
    study.refresh_from_db()
    assert (new.status, study.instance_count) == (Status.STORED, 2)
    correction_undo(user=people.pacs_admin(), correction=correction)
    study.refresh_from_db()
    assert (study.instance_count, Series.objects.count()) == (4, 1)


def test_a_technologist_rejects_images_of_their_own_exams_only() -> None:
    exam = exam_of(people.lin_mei_hua())
    scanned(exam)
    study, image = Study.objects.get(), list(Instance.objects.all()[:1])
    with pytest.raises(Forbidden):
        images_reject(study=study, instances=image, code=QUALITY, reason="", user=people.technologist())
    Exam.objects.filter(pk=exam.pk).update(performer=people.technologist())
    images_reject(study=Study.objects.get(), instances=image, code=QUALITY, reason="", user=people.technologist())
    with pytest.raises(InvalidInput):
        images_reject(study=study, instances=image, code="999", reason="", user=people.pacs_admin())


def test_what_was_rejected_or_given_elsewhere_is_not_awaited() -> None:
    """The reading list says "images are coming" while the device has announced more than there is."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong, series=2)
    PerformedStep.objects.create(
        sop_instance_uid=generate_uid(), status="completed", study_instance_uid=wrong.study_instance_uid,
        image_uids=[ds.SOPInstanceUID for ds in sent],
    )  # fmt: skip
    study = Study.objects.get()
    images_reject(study=study, instances=[Instance.objects.all()[0]], code=QUALITY, reason="", user=people.pacs_admin())
    relink(study, right, study.series.filter(rejection=None).order_by("-pk")[:1])
    found = images_of(wrong)
    assert (found.announced, found.held + found.corrected, found.are_coming) == (4, 4, False)


def test_the_note_stays_in_the_study_that_the_images_were_in() -> None:
    """Also where all of it went elsewhere: the note is about what was there, and changes nothing of it."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong)
    source = Study.objects.get()
    attributes = source.attributes
    correction = relink(source, right)
    note = fresh(note_of(correction=correction))
    assert (note.series.study, note.series.correction) == (source, None)
    ds = dcmread(file_of(note))
    assert (ds.StudyInstanceUID, ds.PatientID) == (wrong.study_instance_uid, "00511207")
    (study,) = ds.CurrentRequestedProcedureEvidenceSequence
    named = {one.ReferencedSOPInstanceUID for series in study.ReferencedSeriesSequence for one in series.ReferencedSOPSequence}
    assert named == {one.SOPInstanceUID for one in sent}
    source.refresh_from_db()
    assert (source.instance_count, source.attributes) == (0, attributes)
    assert not IntegrityCase.objects.exists()


def test_the_note_of_a_second_correction_names_what_the_first_one_made() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    relink(Study.objects.get(), right)
    names = set(Instance.objects.values_list("sop_instance_uid", flat=True))
    second = relink(Study.objects.get(exam=right), exam_of(right.patient))
    ds = dcmread(file_of(note_of(correction=second)))
    assert ds.StudyInstanceUID == right.study_instance_uid
    assert {
        item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in ds.ContentSequence if "ReferencedSOPSequence" in item
    } == names
