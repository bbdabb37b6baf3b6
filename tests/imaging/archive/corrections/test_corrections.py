"""Corrections of stored studies, from the act to what goes out and back. Not covered: pages and REST (test_pages), real sockets
(tests/interop), images that come later (test_follow), rejections (test_reject)."""

from typing import Any

import pytest
from django.core.management import call_command
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent
from imaging.archive.commitment import commitment_check, commitment_request
from imaging.archive.corrections.models import Correction, CorrectionKind, ReceivedName, ReceivedSeries
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.names import instance_by_name
from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.corrections.targets import Target
from imaging.archive.corrections.undo import correction_undo, undo_refusal
from imaging.archive.models import Instance, IntegrityCase, Series, Study
from imaging.archive.scratch import archive_folder
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.orders.models import Exam
from imaging.patients.merging import patient_merge
from imaging.viewer.services import key_image_add
from tests import people
from tests.imaging.archive.scans import exam_of, fresh, out, relink, scanned, send, slice_for

pytestmark = pytest.mark.django_db


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


def test_the_audit_chain_holds() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    correction_undo(user=people.pacs_admin(), correction=relink(Study.objects.get(), right))
    call_command("verify_audit")


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


def test_a_question_about_a_study_is_answered_when_all_of_it_goes_elsewhere() -> None:
    exam = exam_of(people.lin_mei_hua())
    send(slice_for(exam, StudyInstanceUID=generate_uid(), AccessionNumber="", PatientID="WRONG1", Modality="MR"))
    correction = relink(Study.objects.get(), exam)
    case = IntegrityCase.objects.get()
    assert (case.decision, case.resolved_by) == ("correct", people.pacs_admin())
    correction_undo(user=people.pacs_admin(), correction=correction)
    case.refresh_from_db()
    assert (case.decision, case.resolved_at) == ("", None)


def test_a_patient_who_is_protected_later_is_told_of_no_more() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    relink(Study.objects.get(), right)
    image = Instance.objects.all()[0]
    assert "00511207" in str(metadata_out(fresh(image)))
    survivor = people.the_mayor()
    patient_merge(survivor=survivor, retired=wrong.patient, reason="the same person", actor="HIS")
    assert "00511207" not in str(metadata_out(fresh(image)))
