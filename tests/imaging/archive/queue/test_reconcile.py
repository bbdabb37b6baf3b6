"""Images find their exam, or wait for a person. Not covered: fuzzy likeness of names, which matching does not use."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pydicom.uid import generate_uid

from imaging.archive.arrivals import arrivals_note
from imaging.archive.intake.entry import IngestResult
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import CaseKind, Decision, IntegrityCase, MatchState, Study
from imaging.orders.models import Exam
from imaging.orders.services import exam_cancel
from imaging.orders.states import ExamState
from imaging.patients.merging import patient_merge, patient_unmerge
from imaging.patients.models import Patient
from imaging.scheduling.mpps import ScheduledReference, mpps_create, mpps_set
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().strftime("%Y%m%d")


@pytest.fixture
def lin() -> Patient:
    people.ct1()
    return people.lin_mei_hua()


def order(patient: Patient, count: int = 1) -> list[Exam]:
    return list(order_place(patient=patient, items=[head()] * count, requested_at=timezone.now()).exams.order_by("pk"))


def receive(**attributes: Any) -> IngestResult:
    stream = as_file(ct_slice(StudyDate=TODAY, **attributes))
    return instance_ingest(stream=stream, source_ae_title="CT1", door="dicom")


def open_cases() -> list[str]:
    return list(IntegrityCase.objects.filter(resolved_at=None).values_list("kind", flat=True))


def test_by_study_uid(lin: Patient) -> None:
    [exam] = order(lin)
    receive(StudyInstanceUID=exam.study_instance_uid)
    study = Study.objects.get()
    assert (study.exam, study.matched_patient, study.match_state) == (exam, lin, MatchState.MATCHED)
    assert exam.events.get(kind="images_first").params == {"ae_title": "CT1"}
    assert open_cases() == []


def test_by_accession_number(lin: Patient) -> None:
    [exam] = order(lin)
    receive(AccessionNumber=exam.accession_number)
    assert Study.objects.get().exam == exam


def test_by_the_one_open_exam_of_the_patient_that_day(lin: Patient) -> None:
    [exam] = order(lin)
    receive()
    assert Study.objects.get().exam == exam


def test_two_open_exams_that_fit_are_for_a_person(lin: Patient) -> None:
    exams = order(lin, 2)
    receive()
    case = IntegrityCase.objects.get()
    assert case.kind == CaseKind.AMBIGUOUS
    assert sorted(case.details["candidates"]) == [exam.pk for exam in exams]
    assert Study.objects.get().exam is None


def test_another_modality_is_no_match(lin: Patient) -> None:
    order(lin)
    receive(Modality="MR")
    assert open_cases() == [CaseKind.UNMATCHED_STUDY]


def test_another_persons_name_on_an_accession_number_is_for_a_person(lin: Patient) -> None:
    [exam] = order(lin)
    receive(AccessionNumber=exam.accession_number, PatientName="SMITH^John", PatientBirthDate="19590903", PatientSex="M")
    case = IntegrityCase.objects.get()
    assert (case.kind, case.details["candidates"]) == (CaseKind.PATIENT_DIFFERS, [exam.pk])
    assert case.details["differs"] == ["patient_name", "patient_birth_date", "patient_sex"]
    assert Study.objects.get().exam is None


def test_another_patient_number_under_our_study_uid_is_not_linked(lin: Patient) -> None:
    [exam] = order(lin)
    receive(StudyInstanceUID=exam.study_instance_uid, PatientID="00511207")
    assert Study.objects.get().exam is None
    assert open_cases() == [CaseKind.PATIENT_DIFFERS]


def test_our_study_uid_with_another_spelling_is_linked_and_asked_about(lin: Patient) -> None:
    [exam] = order(lin)
    receive(StudyInstanceUID=exam.study_instance_uid, PatientBirthDate="19680413")
    study = Study.objects.get()
    assert study.exam == exam
    assert study.patient_birth_date == dt.date(1968, 4, 13)
    assert open_cases() == [CaseKind.PATIENT_DIFFERS]


@pytest.mark.parametrize("name", ["Lin^Mei Hua", "LIN^MEIHUA", "林^美华", "Mei-Hua^Lin", "LIN^Mei-Hua^^^Dr"[:11]])
def test_the_same_name_written_otherwise_is_the_same(lin: Patient, name: str) -> None:
    [exam] = order(lin)
    receive(AccessionNumber=exam.accession_number, PatientName=name)
    assert Study.objects.get().exam == exam
    assert open_cases() == []


def test_a_cancelled_exam_takes_no_images_by_itself(lin: Patient) -> None:
    [exam] = order(lin)
    exam_cancel(exam=exam, reason="not needed")
    receive(StudyInstanceUID=exam.study_instance_uid)
    assert Study.objects.get().exam is None
    assert len(open_cases()) == 1


def test_an_order_that_comes_later_finds_its_images(lin: Patient) -> None:
    receive()
    assert open_cases() == [CaseKind.UNMATCHED_STUDY]
    [exam] = order(lin)
    # The booking is made after the order's news; images are tried by number again then.
    study = Study.objects.get()
    assert study.exam == exam
    assert IntegrityCase.objects.get().decision == Decision.BY_ITSELF


def test_old_images_of_a_known_patient_need_no_exam(lin: Patient) -> None:
    stream = as_file(ct_slice(StudyDate="20190304"))
    instance_ingest(stream=stream, source_ae_title="OLDPACS", door="dicom")
    study = Study.objects.get()
    assert (study.match_state, study.matched_patient) == (MatchState.PATIENT, lin)
    assert open_cases() == []


def test_images_follow_a_merged_patient_and_come_back(lin: Patient) -> None:
    [exam] = order(lin)
    receive(StudyInstanceUID=exam.study_instance_uid)
    john = people.john_smith()
    merge = patient_merge(survivor=john, retired=lin, reason="same person", user=people.pacs_admin())
    assert Study.objects.get().matched_patient == john
    patient_unmerge(merge=merge, reason="a mistake", user=people.pacs_admin())
    assert Study.objects.get().matched_patient == lin


def test_the_time_line_tells_what_came_and_what_is_missing(lin: Patient, settings: Any) -> None:
    settings.STUDY_QUIET_SECONDS = 0
    [exam] = order(lin)
    step = exam.steps.get()
    reference = ScheduledReference(scheduled_procedure_step_id=step.scheduled_procedure_step_id)
    mpps_create(sop_instance_uid="1.2.1", status="IN PROGRESS", references=[reference], station_ae_title="CT1")
    first = receive(StudyInstanceUID=exam.study_instance_uid)
    assert first.instance is not None
    mpps_set(sop_instance_uid="1.2.1", status="COMPLETED", image_uids=[first.instance.sop_instance_uid, generate_uid()])
    arrivals_note()
    arrivals_note()
    assert exam.events.get(kind="images_stored").params == {"images": 1, "series": 1}
    assert exam.events.get(kind="image_count_differs").params == {"announced": 2, "held": 1}


@pytest.mark.parametrize(("signed_minutes_later", "told"), [(5, []), (-5, [{"images": 1}])])
def test_only_images_that_came_after_signing_are_late(
    lin: Patient, settings: Any, signed_minutes_later: int, told: list[dict[str, int]]
) -> None:
    settings.STUDY_QUIET_SECONDS = 0
    [exam] = order(lin)
    receive(StudyInstanceUID=exam.study_instance_uid)
    signed_at = timezone.now() + dt.timedelta(minutes=signed_minutes_later)
    Exam.objects.filter(pk=exam.pk).update(state=ExamState.FINAL, final_at=signed_at)
    arrivals_note()
    assert list(exam.events.filter(kind="images_late").values_list("params", flat=True)) == told
