"""MPPS as plain calls. Not covered: the wire (tests/interop), and data sets that are not data sets."""

import pytest

from imaging.orders.models import Exam
from imaging.orders.services import exam_cancel
from imaging.orders.states import ExamState
from imaging.scheduling.models import PerformedStep, ScheduledStep
from imaging.scheduling.mpps import (
    PerformedStepDuplicate,
    PerformedStepFinal,
    PerformedStepInvalid,
    PerformedStepUnknown,
    ScheduledReference,
    mpps_create,
    mpps_set,
)
from imaging.scheduling.performing import exam_finish, exam_take
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db


def order(count: int = 1) -> list[Exam]:
    people.ct1()
    return list(order_place(patient=people.lin_mei_hua(), items=[head()] * count).exams.order_by("pk"))


def refer(exam: Exam) -> ScheduledReference:
    return ScheduledReference(scheduled_procedure_step_id=exam.steps.get().scheduled_procedure_step_id)


def begin(*references: ScheduledReference, uid: str = "1.2.1") -> PerformedStep:
    return mpps_create(sop_instance_uid=uid, status="IN PROGRESS", references=references, station_ae_title="CT1", modality="CT")


def test_a_device_begins_and_ends_an_exam() -> None:
    [exam] = order()
    begin(refer(exam))
    exam.refresh_from_db()
    assert (exam.state, exam.steps.get().status) == (ExamState.IN_PROGRESS, "STARTED")
    mpps_set(sop_instance_uid="1.2.1", image_uids=["1.1"], dataset={"00400254": {"vr": "LO"}})
    done = mpps_set(sop_instance_uid="1.2.1", status="COMPLETED", image_uids=["1.1", "1.2"])
    exam.refresh_from_db()
    assert (done.image_uids, exam.state, exam.steps.get().status) == (["1.1", "1.2"], ExamState.COMPLETED, "COMPLETED")
    assert done.dataset
    assert exam.events.get(kind="mpps_completed").params == {"images": 2}


@pytest.mark.parametrize("status", ["COMPLETED", "DISCONTINUED", "", "STARTED"])
def test_it_has_to_begin_in_progress(status: str) -> None:
    with pytest.raises(PerformedStepInvalid) as caught:
        mpps_create(sop_instance_uid="1.2.1", status=status)
    assert caught.value.dimse_status == 0x0106


def test_the_same_instance_twice_is_a_duplicate_and_changes_nothing() -> None:
    [exam] = order()
    begin(refer(exam))
    with pytest.raises(PerformedStepDuplicate) as caught:
        begin(refer(exam))
    assert caught.value.dimse_status == 0x0111
    assert exam.events.filter(kind="mpps_started").count() == 1


def test_an_unknown_instance_is_refused() -> None:
    with pytest.raises(PerformedStepUnknown) as caught:
        mpps_set(sop_instance_uid="9.9", status="COMPLETED")
    assert caught.value.dimse_status == 0x0112


@pytest.mark.parametrize("status", ["COMPLETED", "DISCONTINUED"])
def test_what_has_ended_is_not_changed_any_more(status: str) -> None:
    begin()
    mpps_set(sop_instance_uid="1.2.1", status=status)
    with pytest.raises(PerformedStepFinal) as caught:
        mpps_set(sop_instance_uid="1.2.1", image_uids=["1"])
    assert caught.value.dimse_status == 0x0110


def test_a_made_up_status_is_refused() -> None:
    begin()
    with pytest.raises(PerformedStepInvalid):
        mpps_set(sop_instance_uid="1.2.1", status="DONE")


def test_breaking_off_keeps_the_reason() -> None:
    [exam] = order()
    begin(refer(exam))
    mpps_set(sop_instance_uid="1.2.1", status="DISCONTINUED", discontinuation_reason="Patient moved")
    exam.refresh_from_db()
    assert (exam.state, exam.reason_ended, exam.steps.get().status) == (ExamState.DISCONTINUED, "Patient moved", "DISCONTINUED")


def test_one_performed_step_for_two_scheduled_ones_ends_both_exams() -> None:
    first, second = order(2)
    begin(refer(first), refer(second))
    mpps_set(sop_instance_uid="1.2.1", status="COMPLETED")
    assert set(Exam.objects.values_list("state", flat=True)) == {ExamState.COMPLETED}


def test_two_performed_steps_of_one_exam_end_it_with_the_last() -> None:
    [exam] = order()
    begin(refer(exam), uid="1.2.1")
    begin(refer(exam), uid="1.2.2")
    mpps_set(sop_instance_uid="1.2.1", status="COMPLETED")
    exam.refresh_from_db()
    assert exam.state == ExamState.IN_PROGRESS
    mpps_set(sop_instance_uid="1.2.2", status="DISCONTINUED", discontinuation_reason="Equipment failure")
    exam.refresh_from_db()
    assert exam.state == ExamState.COMPLETED, "there are images of the first"


def test_appending_to_a_finished_exam_is_kept_and_reopens_nothing() -> None:
    [exam] = order()
    begin(refer(exam), uid="1.2.1")
    mpps_set(sop_instance_uid="1.2.1", status="COMPLETED")
    begin(refer(exam), uid="1.2.2")
    mpps_set(sop_instance_uid="1.2.2", status="COMPLETED")
    exam.refresh_from_db()
    assert (exam.state, exam.steps.get().status, PerformedStep.objects.count()) == (ExamState.COMPLETED, "COMPLETED", 2)


def test_work_without_an_order_is_kept_with_no_step() -> None:
    performed = begin(ScheduledReference(study_instance_uid="1.2.3.4"))
    assert not performed.scheduled_steps.exists()
    assert performed.study_instance_uid == "1.2.3.4"


def test_an_invented_step_id_gives_way_to_the_accession_number_and_the_study_uid() -> None:
    first, second = order(2)
    ScheduledStep.objects.filter(exam=first).update(scheduled_procedure_step_id="1")
    invented = ScheduledReference(scheduled_procedure_step_id="1", accession_number=second.accession_number)
    assert begin(invented).scheduled_steps.get().exam == second
    by_uid = ScheduledReference(scheduled_procedure_step_id="7", study_instance_uid=first.study_instance_uid)
    assert begin(by_uid, uid="1.2.2").scheduled_steps.get().exam == first


def test_a_cancelled_exam_that_the_scanner_does_all_the_same_is_a_problem_to_see() -> None:
    [exam] = order()
    reference = refer(exam)
    exam_cancel(exam=exam, reason="wrong patient")
    begin(reference)
    exam.refresh_from_db()
    assert exam.state == ExamState.CANCELLED
    assert exam.events.filter(category="problem").exists()


def test_a_device_that_begins_again_after_breaking_off_goes_on_with_the_exam() -> None:
    [exam] = order()
    begin(refer(exam), uid="1.2.1")
    mpps_set(sop_instance_uid="1.2.1", status="DISCONTINUED", discontinuation_reason="Equipment failure")
    begin(refer(exam), uid="1.2.2")
    exam.refresh_from_db()
    assert (exam.state, exam.reason_ended, exam.ended_at, exam.steps.get().status) == (ExamState.IN_PROGRESS, "", None, "STARTED")
    mpps_set(sop_instance_uid="1.2.2", status="COMPLETED", image_uids=["1.1"])
    exam.refresh_from_db()
    assert (exam.state, exam.steps.get().status) == (ExamState.COMPLETED, "COMPLETED")


def test_a_device_that_breaks_off_what_a_technologist_has_ended_changes_nothing_but_is_told() -> None:
    [exam] = order()
    begin(refer(exam))
    exam_take(exam=exam, user=people.technologist())
    exam_finish(exam=exam, user=people.technologist())
    mpps_set(sop_instance_uid="1.2.1", status="DISCONTINUED", discontinuation_reason="Operator closed the exam")
    exam.refresh_from_db()
    assert (exam.state, exam.steps.get().status) == (ExamState.COMPLETED, "COMPLETED")
    assert exam.events.filter(kind="mpps_discontinued").exists()
