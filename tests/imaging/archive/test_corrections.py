"""Corrections of stored studies, from the act to what goes out and back. Not covered: pages and REST (test_correction_pages), rejection
notes against dciodvfy (test_dciodvfy), and two corrections at one moment on two machines, which one lock keeps apart."""

import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent
from imaging.archive.arrivals import arrival_note
from imaging.archive.commitment import commitment_check, commitment_request
from imaging.archive.correction_models import Correction, CorrectionKind, ReceivedName, ReceivedSeries
from imaging.archive.index import IngestResult, Status
from imaging.archive.ingest import instance_ingest
from imaging.archive.models import CaseKind, Decision, Instance, IntegrityCase, Series, Study
from imaging.archive.move import series_correct
from imaging.archive.names import instance_by_name
from imaging.archive.notes import note_of
from imaging.archive.overlay import corrected_pieces, metadata_out
from imaging.archive.pixels import file_of
from imaging.archive.reasons import QUALITY
from imaging.archive.reject import images_reject
from imaging.archive.services import case_reopen, case_resolve
from imaging.archive.spool import archive_folder
from imaging.archive.targets import Target
from imaging.archive.undo import correction_undo, undo_refusal
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.orders.models import Exam
from imaging.patients.merging import patient_merge
from imaging.scheduling.models import PerformedStep
from imaging.scheduling.services import order_place
from imaging.viewer.services import key_image_add
from reporting.reports.selectors import images_of
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db
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


def files() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in archive_folder().rglob("*.dcm")}


def test_a_wrong_patient_chosen_at_the_scanner() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong)
    before = files()
    source = Study.objects.get()
    relink(source, right)

    target = Study.objects.get(exam=right)
    assert (target.study_instance_uid, target.patient_id, target.instance_count) == (right.study_instance_uid, "00482913", 2)
    source.refresh_from_db()
    assert (source.instance_count, source.series_count) == (0, 0)
    image = Instance.objects.order_by("instance_number").first()
    assert image is not None
    ds = out(image)
    assert (ds.PatientID, str(ds.PatientName), ds.PatientSex) == ("00482913", "LIN^Mei-Hua=林美华", "F")
    assert (ds.AccessionNumber, ds.StudyInstanceUID) == (right.accession_number, right.study_instance_uid)
    assert ds.SOPInstanceUID == ds.file_meta.MediaStorageSOPInstanceUID == image.sop_instance_uid != sent[0].SOPInstanceUID
    assert ds.SeriesInstanceUID not in {one.SeriesInstanceUID for one in sent}
    assert "PatientWeight" not in ds
    assert "PatientComments" not in ds
    assert ds.PixelData == sent[0].PixelData
    (original,) = ds.OriginalAttributesSequence
    (said,) = original.ModifiedAttributesSequence
    assert (said.PatientID, said.SOPInstanceUID, said.PatientWeight) == ("00511207", sent[0].SOPInstanceUID, 71.5)
    assert original.ReasonForTheAttributeModification == "CORRECT"
    assert files() == before


def test_metadata_and_bytes_say_the_same() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    relink(Study.objects.get(), right)
    image = fresh(Instance.objects.all()[0])
    told, ds = metadata_out(image), out(image)
    assert told["00100020"]["Value"] == ["00482913"]
    same = {tag for tag in told if tag not in {"7FE00010"}}
    assert {f"{int(element.tag):08X}" for element in ds if element.tag != 0x7FE00010} == same


def test_taking_back_restores_every_name() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, series=2)
    rows = lambda: list(  # noqa: E731
        Instance.objects.order_by("pk").values_list("sop_instance_uid", "series__series_instance_uid", "series__study__study_instance_uid")
    )
    before, attributes = rows(), list(Series.objects.order_by("pk").values_list("attributes", flat=True))
    correction = relink(Study.objects.get(), right)
    assert rows() != before
    correction_undo(user=people.pacs_admin(), correction=correction)
    assert rows() == before
    assert list(Series.objects.order_by("pk").values_list("attributes", flat=True)) == attributes
    assert not ReceivedName.objects.exists()
    assert not ReceivedSeries.objects.exists()
    assert Study.objects.get(exam=wrong).instance_count == 4
    with pytest.raises(WrongState):
        correction_undo(user=people.pacs_admin(), correction=correction)


def test_what_stands_on_a_correction_is_taken_back_first() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    other = exam_of(right.patient)
    scanned(wrong)
    first = relink(Study.objects.get(), right)
    names_after_first = set(Instance.objects.values_list("sop_instance_uid", flat=True))
    second = relink(Study.objects.get(exam=right), other, kind=CorrectionKind.MOVE)
    assert "Take that back first" in undo_refusal(first)
    with pytest.raises(Conflict):
        correction_undo(user=people.pacs_admin(), correction=first)
    correction_undo(user=people.pacs_admin(), correction=second)
    assert set(Instance.objects.values_list("sop_instance_uid", flat=True)) == names_after_first
    correction_undo(user=people.pacs_admin(), correction=first)
    assert not ReceivedName.objects.exists()


def test_a_split_takes_the_chosen_series_to_a_study_of_the_same_patient() -> None:
    exam = exam_of(people.lin_mei_hua())
    scanned(exam, series=2)
    source = Study.objects.get()
    chosen = source.series.order_by("series_number")[1:]
    series_correct(
        user=people.pacs_admin(), kind=CorrectionKind.SPLIT, source=source, series=list(chosen), target=Target(patient=exam.patient),
        reason="another examination",
    )  # fmt: skip
    source.refresh_from_db()
    assert (source.series_count, source.instance_count) == (1, 2)
    split = Study.objects.exclude(pk=source.pk).get()
    assert (split.exam, split.matched_patient, split.instance_count, split.accession_number) == (None, exam.patient, 2, "")
    ds = out(Instance.objects.filter(series__study=split)[0])
    assert ds.PatientWeight == 71.5  # the same person: what was said of the body stays
    assert ds.AccessionNumber == ""


def test_a_merge_brings_two_studies_together() -> None:
    exam = exam_of(people.lin_mei_hua())
    scanned(exam)
    scanned(exam, StudyInstanceUID=generate_uid())
    keep, give = Study.objects.order_by("pk")
    series_correct(
        user=people.pacs_admin(),
        kind=CorrectionKind.MERGE,
        source=give,
        series=list(give.series.all()),
        target=Target(study=keep),
        reason="x",
    )
    keep.refresh_from_db()
    assert (keep.series_count, keep.instance_count) == (2, 4)
    assert {str(out(image).StudyInstanceUID) for image in Instance.objects.filter(series__correction__isnull=False)} == {
        keep.study_instance_uid
    }


def test_images_that_keep_coming_follow() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong)
    relink(Study.objects.get(), right)
    again, late, further = send(
        sent[0],
        slice_for(wrong, SeriesInstanceUID=sent[0].SeriesInstanceUID, InstanceNumber=3),
        slice_for(wrong, InstanceNumber=1, SeriesNumber=9),
    )
    assert again.status is Status.DUPLICATE
    target = Study.objects.get(exam=right)
    assert (late.study, further.study) == (target, target)
    assert (target.instance_count, target.series_count) == (4, 2)
    assert out(late.instance).PatientID == "00482913"  # type: ignore[arg-type]
    assert out(further.instance).PatientID == "00482913"  # type: ignore[arg-type]
    correction_undo(user=people.pacs_admin(), correction=Correction.objects.get())
    assert Study.objects.get(exam=wrong).instance_count == 4
    assert not ReceivedName.objects.exists()


def test_the_real_exam_of_the_wrong_entry_is_left_alone_and_a_person_is_asked() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, StudyTime="080000")
    relink(Study.objects.get(), right)
    (real,) = send(slice_for(wrong, StudyTime="113000"))
    study = Study.objects.get(exam=wrong)
    assert (real.study, study.instance_count, study.study_time.strftime("%H%M")) == (study, 1, "1130")  # type: ignore[union-attr]
    assert IntegrityCase.objects.filter(kind=CaseKind.LATE_SERIES, resolved_at=None).count() == 1


def test_our_corrected_copy_on_its_way_back_is_no_second_object() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, slices=1)
    relink(Study.objects.get(), right)
    image = fresh(Instance.objects.get())
    copy = io.BytesIO(b"".join(corrected_pieces(image)))
    assert instance_ingest(stream=copy, source_ae_title="PACS2", door="dicom").status is Status.DUPLICATE


def test_a_protected_patient_leaves_no_trace_on_the_other_side() -> None:
    wrong, right = exam_of(people.the_mayor()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    source = Study.objects.get()
    relink(source, right)
    image = Instance.objects.all()[0]
    secret = (wrong.patient.number, "QIAN", "钱", wrong.accession_number, wrong.study_instance_uid)
    told = str(metadata_out(fresh(image))) + out(image).to_json()
    assert [word for word in secret if word in told] == []
    assert len(out(image).OriginalAttributesSequence) == 1
    lines = " ".join(str(event.params) for event in right.events.all())
    assert [word for word in secret if word in lines] == []


def test_exams_say_what_happened_and_both_sides_are_in_the_audit_trail() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    Exam.objects.filter(pk=wrong.pk).update(state="completed")
    relink(Study.objects.get(), right)
    assert set(wrong.events.values_list("kind", flat=True)) >= {"images_moved_away", "images_gone"}
    assert set(right.events.values_list("kind", flat=True)) >= {"images_moved_here", "images_before_start"}
    here, there = AuditEvent.objects.filter(act="archive.relink").order_by("id")
    assert (here.patient_number, here.detail["to_patient"]) == ("00511207", "00482913")
    assert (there.patient_number, there.detail["from_patient"]) == ("00482913", "00511207")


def test_who_may_not_and_what_cannot_be() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    source = Study.objects.get()
    series = list(source.series.all())

    def attempt(**changed: Any) -> Correction:
        given = {"user": people.pacs_admin(), "kind": CorrectionKind.RELINK, "source": source, "series": series, "reason": "why"}
        return series_correct(**{**given, "target": Target(exam=right), **changed})

    for person in (people.technologist(), people.radiologist(), people.front_desk()):
        with pytest.raises(Forbidden):
            attempt(user=person)
    for bad in ({"reason": " "}, {"series": []}, {"target": Target()}, {"target": Target(study=source)}):
        with pytest.raises(InvalidInput):
            attempt(**bad)
    Exam.objects.filter(pk=right.pk).update(state="cancelled")
    with pytest.raises(WrongState):
        attempt(target=Target(exam=Exam.objects.get(pk=right.pk)))
    assert not Correction.objects.exists()


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


def test_the_audit_chain_holds() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    correction_undo(user=people.pacs_admin(), correction=relink(Study.objects.get(), right))
    call_command("verify_audit")


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


def test_key_images_and_measurements_go_with_their_series() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    image = Instance.objects.select_related("series__study").order_by("pk")[0]
    mark = key_image_add(user=people.radiologist(), instance=image, frame=1, look={})
    correction = relink(Study.objects.get(), right)
    mark.refresh_from_db()
    assert mark.study.exam == right
    correction_undo(user=people.pacs_admin(), correction=correction)
    mark.refresh_from_db()
    assert mark.study.exam == wrong


def test_what_was_signed_can_still_be_drawn_and_committed_under_the_old_name() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong, slices=1)
    relink(Study.objects.get(), right)
    held = instance_by_name(sent[0].SOPInstanceUID)
    assert held is not None
    assert held.sop_instance_uid != sent[0].SOPInstanceUID
    asked = commitment_request(
        transaction_uid=generate_uid(), ae_title="CT1", address="", references=[[sent[0].SOPClassUID, sent[0].SOPInstanceUID]]
    )
    assert commitment_check(request=asked).failures == []


def test_an_image_of_an_uncorrected_series_asks_nothing_of_corrections() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    relink(Study.objects.get(), right)
    uid = generate_uid()
    send(slice_for(right, SeriesInstanceUID=uid))
    with CaptureQueriesContext(connection) as asked:
        send(slice_for(right, SeriesInstanceUID=uid, InstanceNumber=2))
    assert [query["sql"] for query in asked if "imaging_received" in query["sql"] or "imaging_correction" in query["sql"]] == []


def test_an_image_that_came_at_the_very_moment_follows_once_things_are_quiet() -> None:
    """PostgreSQL lets an image be stored under the series that another transaction is just moving."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    source = Study.objects.get()
    relink(source, right)
    late = Instance.objects.order_by("pk")[0]
    sent_as = generate_uid()
    late.pk, late.sop_instance_uid, late.path = None, sent_as, "late"
    late.save(force_insert=True)
    Study.objects.filter(pk=source.pk).update(instance_count=1)
    arrival_note(study_id=source.pk)
    late.refresh_from_db()
    assert late.sop_instance_uid != sent_as
    assert ReceivedName.objects.get(instance=late).sop_instance_uid == sent_as
    assert (Study.objects.get(pk=source.pk).instance_count, Study.objects.get(exam=right).instance_count) == (0, 2)


def test_a_question_about_a_study_is_answered_when_all_of_it_goes_elsewhere() -> None:
    exam = exam_of(people.lin_mei_hua())
    send(slice_for(exam, StudyInstanceUID=generate_uid(), AccessionNumber="", PatientID="WRONG1", Modality="MR"))
    correction = relink(Study.objects.get(), exam)
    case = IntegrityCase.objects.get()
    assert (case.decision, case.resolved_by) == ("correct", people.pacs_admin())
    correction_undo(user=people.pacs_admin(), correction=correction)
    case.refresh_from_db()
    assert (case.decision, case.resolved_at) == ("", None)


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


def test_a_patient_who_is_protected_later_is_told_of_no_more() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    relink(Study.objects.get(), right)
    image = Instance.objects.all()[0]
    assert "00511207" in str(metadata_out(fresh(image)))
    survivor = people.the_mayor()
    patient_merge(survivor=survivor, retired=wrong.patient, reason="the same person", actor="HIS")
    assert "00511207" not in str(metadata_out(fresh(image)))


def test_another_name_under_a_moved_series_is_asked_about() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong)
    relink(Study.objects.get(), right)
    (other,) = send(slice_for(wrong, SeriesInstanceUID=sent[0].SeriesInstanceUID, PatientID="", PatientName="ZHAO^Yun"))
    assert other.status is Status.QUARANTINED
    case = IntegrityCase.objects.get()
    case_resolve(user=people.pacs_admin(), case=case, decision=Decision.ADD_SECOND)
    taken = Instance.objects.latest("pk")
    assert (taken.series.study.exam, out(taken).PatientID) == (right, "00482913")
    case.refresh_from_db()
    case_reopen(user=people.pacs_admin(), case=case)
    assert Study.objects.get(exam=right).instance_count == 2
