"""Images that come for what was corrected. Not covered: the moment itself (intake/test_races)."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydicom.uid import generate_uid

from imaging.archive.arrivals import arrival_note
from imaging.archive.corrections.models import Correction, ReceivedName
from imaging.archive.corrections.overlay import corrected_pieces
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.intake.entry import Status
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import CaseKind, Decision, Instance, IntegrityCase, Study
from imaging.archive.queue.services import case_reopen, case_resolve
from tests import people
from tests.imaging.archive.scans import exam_of, fresh, out, relink, scanned, send, slice_for

pytestmark = pytest.mark.django_db


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
