"""Performed steps over the wire, rule by rule of PS3.4 F.7 and F.8: each status, and what comes with it.

Not covered: what they do to exams (tests/imaging/scheduling/test_mpps.py), and notification (F.9), which we do not offer.
"""

from collections.abc import Iterator

import pytest

from imaging.access.models import AuditEvent
from imaging.dimse import commands as c
from imaging.dimse.contexts import PERFORMED_STEP, PERFORMED_STEP_RETRIEVE
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.patients.models import Patient
from imaging.scheduling.models import PerformedStep
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head
from tests.interop.raw import RawPeer, Values

UID = "1.2.840.99.1"
STATUS, NAME = "00400252", "00100010"
IN_PROGRESS: Values = {"PerformedProcedureStepStatus": b"IN PROGRESS"}
COMPLETED: Values = {"PerformedProcedureStepStatus": b"COMPLETED"}


@pytest.fixture
def scanner(dicom: DicomServer) -> Iterator[RawPeer]:
    with RawPeer(dicom.port, PERFORMED_STEP) as peer:
        yield peer


@pytest.fixture
def exam(dicom: DicomServer) -> Exam:
    people.ct1()
    return order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()


def begun(*exams: Exam, patient_id: bytes = b"00482913") -> Values:
    """What a scanner says when it begins the steps of `exams`; unscheduled work has an item with nothing but a study."""
    items: list[Values] = [
        {
            "StudyInstanceUID": exam.study_instance_uid.encode(),
            "AccessionNumber": exam.accession_number.encode(),
            "ScheduledProcedureStepID": exam.steps.get().scheduled_procedure_step_id.encode(),
        }
        for exam in exams
    ]
    return {
        **IN_PROGRESS, "PatientName": b"LIN^Mei-Hua", "PatientID": patient_id, "PerformedProcedureStepID": b"PPS1", "Modality": b"CT",
        "PerformedStationAETitle": b"CT1", "PerformedProcedureStepStartDate": b"20261122", "PerformedProcedureStepStartTime": b"101500",
        "ScheduledStepAttributesSequence": items or [{"StudyInstanceUID": b"1.2.3.4"}],
    }  # fmt: skip


def state_of(exam: Exam) -> str:
    return str(Exam.objects.get(pk=exam.pk).state)


def test_an_answer_names_class_and_instance_and_one_without_uid_is_given_one(scanner: RawPeer) -> None:
    answer = scanner.create(UID, begun())
    assert (answer[c.STATUS], answer[c.AFFECTED_CLASS], answer[c.AFFECTED_INSTANCE]) == (0, PERFORMED_STEP, UID)
    given = scanner.create("", begun())[c.AFFECTED_INSTANCE]
    assert PerformedStep.objects.filter(sop_instance_uid=given).exists()
    answer = scanner.set(UID, COMPLETED)
    assert (answer[c.STATUS], answer[c.AFFECTED_CLASS], answer[c.AFFECTED_INSTANCE]) == (0, PERFORMED_STEP, UID)


def test_what_cannot_begin(scanner: RawPeer) -> None:
    for status in (b"COMPLETED", b"DISCONTINUED", b"", b"STARTED"):
        assert scanner.create(UID, {**begun(), "PerformedProcedureStepStatus": status})[c.STATUS] == 0x0106
    answer = scanner.create(UID, {"Modality": b"CT"})
    assert (answer[c.STATUS], answer[c.ATTRIBUTES]) == (0x0120, STATUS)
    assert scanner.create("1.2.x", begun())[c.STATUS] == 0x0117
    assert scanner.create(UID, begun())[c.STATUS] == 0
    assert scanner.create(UID, begun())[c.STATUS] == 0x0111
    assert PerformedStep.objects.count() == 1


def test_what_has_ended_is_ended_and_the_association_lives(scanner: RawPeer) -> None:
    assert scanner.set(UID, COMPLETED)[c.STATUS] == 0x0112
    for number, last in enumerate((b"COMPLETED", b"DISCONTINUED")):
        uid = f"{UID}.{number}"
        scanner.create(uid, begun())
        assert scanner.set(uid, {"PerformedProcedureStepStatus": b"RUNNING"})[c.STATUS] == 0x0106
        assert scanner.set(uid, {"PerformedProcedureStepStatus": last})[c.STATUS] == 0
        for again in (IN_PROGRESS, COMPLETED, {"PerformedProcedureStepDescription": b"more"}):
            answer = scanner.set(uid, again)
            assert (answer[c.STATUS], answer[c.ERROR_ID]) == (0x0110, 0xA710)
    assert scanner.create(UID, begun())[c.STATUS] == 0


def test_who_the_patient_was_stays_as_it_was_said_first(scanner: RawPeer, exam: Exam) -> None:
    scanner.create(UID, {**begun(exam), "PatientSex": b""})
    assert scanner.set(UID, {**IN_PROGRESS, "PatientName": b"LIN^Mei-Hua", "PatientSex": b"F"})[c.STATUS] == 0
    answer = scanner.set(UID, {**COMPLETED, "PatientName": b"CHEN^Wei", "Modality": b"MR", "PerformedProcedureStepDescription": b"Head"})
    assert (answer[c.STATUS], answer[c.ATTRIBUTES]) == (0x0107, f"00080060{NAME}")
    performed = PerformedStep.objects.get()
    assert performed.dataset[NAME]["Value"] == [{"Alphabetic": "LIN^Mei-Hua"}]
    assert performed.dataset["00400254"]["Value"] == ["Head"]
    assert (performed.dataset["00100040"]["Value"], performed.status, state_of(exam)) == (["F"], "COMPLETED", ExamState.COMPLETED)


def test_one_step_for_several_exams_and_several_for_one(scanner: RawPeer) -> None:
    people.ct1()
    first, second = order_place(patient=people.lin_mei_hua(), items=[head(), head()]).exams.order_by("pk")
    scanner.create(UID, begun(first, second))
    assert (state_of(first), state_of(second)) == (ExamState.IN_PROGRESS, ExamState.IN_PROGRESS)
    scanner.create(f"{UID}.2", begun(first))
    scanner.set(UID, COMPLETED)
    assert (state_of(first), state_of(second)) == (ExamState.IN_PROGRESS, ExamState.COMPLETED)
    scanner.set(f"{UID}.2", COMPLETED)
    assert state_of(first) == ExamState.COMPLETED


def test_images_and_reasons_come_with_the_end(scanner: RawPeer, exam: Exam) -> None:
    image: Values = {"ReferencedSOPClassUID": b"1.2.840.10008.5.1.4.1.1.2", "ReferencedSOPInstanceUID": b"1.2.5"}
    no_image: Values = {**image, "ReferencedSOPInstanceUID": b"1.2.6"}
    series: Values = {
        "SeriesInstanceUID": b"1.2.7", "ReferencedImageSequence": [image],
        "ReferencedNonImageCompositeSOPInstanceSequence": [no_image],
    }  # fmt: skip
    reason: Values = {"CodeValue": b"110514", "CodingSchemeDesignator": b"DCM", "CodeMeaning": b"Incorrect worklist entry selected"}
    scanner.create(UID, begun(exam))
    answer = scanner.set(UID, {
        "PerformedProcedureStepStatus": b"DISCONTINUED", "PerformedSeriesSequence": [series],
        "PerformedProcedureStepDiscontinuationReasonCodeSequence": [reason],
    })  # fmt: skip
    assert answer[c.STATUS] == 0
    performed = PerformedStep.objects.get()
    assert (performed.image_uids, performed.discontinuation_reason) == (["1.2.5", "1.2.6"], "Incorrect worklist entry selected")
    assert state_of(exam) == ExamState.DISCONTINUED


def test_work_that_nobody_ordered_is_kept(scanner: RawPeer) -> None:
    assert scanner.create(UID, begun())[c.STATUS] == 0
    assert scanner.create(f"{UID}.2", {**begun(), "ScheduledStepAttributesSequence": []})[c.STATUS] == 0
    assert set(PerformedStep.objects.values_list("study_instance_uid", "scheduled_steps")) == {("1.2.3.4", None), ("", None)}


def test_another_patient_than_the_exams_is_a_problem_to_see(scanner: RawPeer, exam: Exam) -> None:
    scanner.create(UID, begun(exam, patient_id=b"99999999"))
    problem = exam.events.get(category="problem")
    assert "99999999" in problem.params["what"]
    scanner.create(f"{UID}.2", begun(exam, patient_id=b""))
    assert exam.events.filter(category="problem").count() == 1


def test_a_data_set_that_is_none_is_refused_and_the_association_lives(scanner: RawPeer) -> None:
    assert scanner.raw(c.N_CREATE_RQ, b"\x08\x00\x60\x00\xff\xff\x00\x00CT")[c.STATUS] == 0x0110
    assert scanner.create(UID, begun())[c.STATUS] == 0


def test_asking_again_is_a_class_of_its_own(dicom: DicomServer, scanner: RawPeer, exam: Exam) -> None:
    scanner.create(UID, begun(exam))
    assert scanner.get(UID)[0][c.STATUS] == 0x0211
    with RawPeer(dicom.port, PERFORMED_STEP_RETRIEVE, "CONSOLE") as console:
        answer, told = console.get(UID)
        assert (answer[c.STATUS], answer[c.AFFECTED_INSTANCE]) == (0, UID)
        assert (told[STATUS], told[NAME]) == (b"IN PROGRESS", b"LIN^Mei-Hua")
        answer, told = console.get(UID, [STATUS, "00081115"])
        assert (answer[c.STATUS], set(told)) == (0x0001, {STATUS, "00080005"})
        assert console.get("1.2.9")[0][c.STATUS] == 0x0112
        assert console.create("1.2.8", begun())[c.STATUS] == 0x0211
        Patient.objects.update(is_protected=True)
        assert console.get(UID)[0][c.STATUS] == 0x0112, "VIP"
    with RawPeer(dicom.port, PERFORMED_STEP_RETRIEVE, "CT1") as itself:
        assert itself.get(UID)[0][c.STATUS] == 0
    assert AuditEvent.objects.filter(act="mpps.get", patient_number="00482913").count() == 2
