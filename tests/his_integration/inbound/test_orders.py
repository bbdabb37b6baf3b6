"""Order messages. Not covered here: how a slot is found (tests of scheduling)."""

import datetime as dt

import pytest
from django.utils import timezone

from his_integration.inbound.receive import receive
from his_integration.messages.models import Message, MessageState
from imaging.access.roles import Role
from imaging.orders.models import Exam, Order, Priority, Procedure
from imaging.orders.states import ExamState
from imaging.patients.models import Patient, PatientClass
from imaging.scheduling.models import OpeningHours, Room, ScheduledStep, Station, StepStatus
from imaging.scheduling.services import step_move
from tests import people
from tests.his_integration.texts import answer_of, header, message, omi, orm, pid, pv1

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ct_rooms() -> None:
    people.ct1()


def second_ct() -> Station:
    room = Room.objects.create(code="CT2", name="CT room 2", department=people.ct_head().department)
    for weekday in range(7):
        OpeningHours.objects.create(room=room, weekday=weekday, opens_time=dt.time(0), closes_time=dt.time(23, 59))
    return Station.objects.create(ae_title="CT2", room=room, name="CT2", modality="CT")


def stamp(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y%m%d%H%M%S")


def tomorrow_at_ten() -> dt.datetime:
    return timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)


def test_an_order_is_on_the_worklist_at_once() -> None:
    assert answer_of(receive(orm()))[0] == "AA"
    exam = Exam.objects.get()
    step = ScheduledStep.objects.get()
    assert (exam.state, exam.procedure.code, exam.placer_number) == (ExamState.SCHEDULED, "CT-HEAD", "O1")
    assert (step.exam, step.station_ae_title, step.status) == (exam, "CT1", StepStatus.SCHEDULED)
    order = exam.order
    assert (order.placer_number, order.placer_issuer, order.source) == ("O1", "HIS", "hl7")
    assert (order.referrer_code, order.referrer_name, order.referring_department) == ("D1001", "彭立", "Respiratory medicine")
    assert order.reason == "Headache, first time\nHeadache"
    assert order.visit is not None
    assert order.visit.number == "V1"
    assert order.ordered_at == dt.datetime(2026, 3, 2, 2, 10, tzinfo=dt.UTC)


def test_the_message_names_its_exam() -> None:
    receive(orm(control="M1"))
    row, exam = Message.objects.get(control_id="M1"), Exam.objects.get()
    assert (row.exam, row.accession_number, row.patient) == (exam, exam.accession_number, exam.patient)
    assert exam.events.filter(kind="ordered_hl7").exists()


def test_an_unknown_patient_is_made_from_pid_and_a_vip_protected() -> None:
    receive(orm(visit=pv1(vip="VIP", kind="I")))
    patient = Patient.objects.get()
    assert (patient.number, patient.name_ideographic, patient.is_protected) == ("00482913", "林美华", True)
    assert Order.objects.get().patient_class == PatientClass.INPATIENT


def test_an_order_corrects_nobodys_name_but_brings_allergies() -> None:
    patient = people.john_smith()
    receive(orm(patient=pid("00511207", name="SMITH^Johnny", born="19590903", sex="M"), more=("AL1|1|DA|^Penicillin",)))
    patient.refresh_from_db()
    assert (patient.name, patient.allergies) == ("SMITH^John", "Penicillin")


def test_an_order_for_somebody_else_under_a_known_number_is_refused() -> None:
    people.john_smith()
    raw = orm(patient=pid("00511207", name="BROWN^Mary", born="19900101", sex="F"))
    assert answer_of(receive(raw)) == ("AE", "204", "PID^1^3^1")
    assert not Order.objects.exists()


def test_the_referrer_is_found_by_staff_number() -> None:
    doctor = people.staff(Role.CLINICIAN, staff_code="D1001")
    receive(orm())
    assert Order.objects.get().referrer == doctor


@pytest.mark.parametrize(("code", "priority"), [("S", Priority.STAT), ("A", Priority.URGENT), ("R", Priority.ROUTINE)])
def test_priority_in_each_of_its_places(code: str, priority: str) -> None:
    receive(orm("A1", timing=f"^^^^^{code}"))
    receive(omi("A2", tq1=f"TQ1|1||||||||{code}"))
    obr_5 = message(header("ORM^O01", version="2.3.1"), pid(), pv1(), "ORC|NW|A3^HIS", f"OBR|1|A3^HIS||CT-HEAD|{code}")
    receive(obr_5)
    assert set(Exam.objects.values_list("priority", flat=True)) == {priority}
    assert Exam.objects.count() == 3


def test_requested_time_in_each_of_its_places() -> None:
    wanted = [tomorrow_at_ten() + dt.timedelta(hours=number) for number in range(3)]
    receive(orm("A1", timing=f"^^^{stamp(wanted[0])}^^R"))
    receive(omi("A2", tq1=f"TQ1|1||||||{stamp(wanted[1])}||R"))
    receive(message(header("ORM^O01"), pid(), pv1(), "ORC|NW|A3^HIS", "OBR|1|A3^HIS||CT-HEAD" + "|" * 32 + stamp(wanted[2])))
    assert [step.starts_at for step in ScheduledStep.objects.order_by("pk")] == wanted


def test_omi_keeps_the_numbers_that_it_brings() -> None:
    second_ct()
    ipc = "IPC|ACC-7^HIS|RP-7^HIS|1.2.826.7.7^HIS|SPS-7^HIS|CT^^DCM|HEAD^Head routine^L|||CT2"
    assert answer_of(receive(omi(ipc=ipc)))[0] == "AA"
    exam, step = Exam.objects.get(), ScheduledStep.objects.get()
    assert (exam.accession_number, exam.requested_procedure_id, exam.study_instance_uid) == ("ACC-7", "RP-7", "1.2.826.7.7")
    assert (step.scheduled_procedure_step_id, step.station_ae_title, step.protocol_code) == ("SPS-7", "CT2", "HEAD")


def test_omg_is_taken_too() -> None:
    raw = message(header("OMG^O19^OMG_O19"), pid(), pv1(), "ORC|NW|G1^HIS", "TQ1|1||||||||R", "OBR|1|G1^HIS||CT-HEAD")
    assert answer_of(receive(raw))[0] == "AA"
    assert Exam.objects.get().placer_number == "G1"


def test_several_groups_are_several_exams_of_one_order() -> None:
    raw = message(
        header("ORM^O01", version="2.3.1"), pid(), pv1(),
        "ORC|NW|P1^HIS||G1^HIS", "OBR|1|P1^HIS||CT-HEAD", "NTE|1||with care",
        "ORC|NW|P2^HIS||G1^HIS", "OBR|2|P2^HIS||CT-HEAD",
    )  # fmt: skip
    assert answer_of(receive(raw))[0] == "AA"
    order = Order.objects.get()
    assert order.placer_number == "G1"
    assert [exam.placer_number for exam in order.exams.order_by("pk")] == ["P1", "P2"]
    assert answer_of(receive(orm("P2", act="CA")))[0] == "AA"
    assert [exam.state for exam in order.exams.order_by("pk")] == [ExamState.SCHEDULED, ExamState.CANCELLED]


def two_exams() -> list[Exam]:
    """One order for today and the day after tomorrow."""
    days = [tomorrow_at_ten(), tomorrow_at_ten() + dt.timedelta(days=1)]
    people.ct_chest()
    receive(
        message(
            header("ORM^O01", version="2.3.1"), pid(), pv1(),
            f"ORC|NW|P1^HIS||G1^HIS|||^^^{stamp(days[0])}^^R", "OBR|1|P1^HIS||CT-HEAD",
            f"ORC|NW|P2^HIS||G1^HIS|||^^^{stamp(days[1])}^^R", "OBR|2|P2^HIS||CT-CHEST",
        )
    )  # fmt: skip
    return list(Exam.objects.order_by("pk"))


def test_a_change_of_one_exam_leaves_the_others_of_its_order_alone() -> None:
    two_exams()
    wanted = tomorrow_at_ten() + dt.timedelta(hours=3)
    assert answer_of(receive(orm("P1", act="XO", timing=f"^^^{stamp(wanted)}^^S")))[0] == "AA"
    first, second = Exam.objects.order_by("pk")
    assert (first.priority, second.priority) == (Priority.STAT, Priority.ROUTINE)
    assert [step.starts_at for step in ScheduledStep.objects.order_by("pk")] == [wanted, tomorrow_at_ten() + dt.timedelta(days=1)]
    assert not second.events.filter(kind="moved").exists()


def test_a_change_that_repeats_the_wanted_time_does_not_undo_what_the_desk_moved() -> None:
    two_exams()
    step, elsewhere = ScheduledStep.objects.order_by("pk")[1], tomorrow_at_ten() + dt.timedelta(days=3)
    step_move(step=step, starts_at=elsewhere, reason="The patient asked")
    receive(orm("P2", code="CT-CHEST", act="XO", timing=f"^^^{stamp(tomorrow_at_ten() + dt.timedelta(days=1))}^^R"))
    step.refresh_from_db()
    assert step.starts_at == elsewhere


def test_a_further_message_of_the_same_group_adds_an_exam_to_the_order() -> None:
    one = "ORC|NW|P1^HIS||G1^HIS", "OBR|1|P1^HIS||CT-HEAD"
    two = "ORC|NW|P2^HIS||G1^HIS", "OBR|1|P2^HIS||CT-HEAD"
    for group in (one, two):
        assert answer_of(receive(message(header("ORM^O01"), pid(), pv1(), *group)))[0] == "AA"
    order = Order.objects.get()
    assert [(exam.placer_number, exam.state) for exam in order.exams.order_by("pk")] == [("P1", "scheduled"), ("P2", "scheduled")]
    again = message(header("ORM^O01"), pid(), pv1(), *two)
    assert answer_of(receive(again)) == ("AE", "205", "ORC^1^2^1")


def test_a_group_number_is_not_shared_by_two_patients() -> None:
    receive(message(header("ORM^O01"), pid(), pv1(), "ORC|NW|P1^HIS||G1^HIS", "OBR|1|P1^HIS||CT-HEAD"))
    other = pid("00511207", name="SMITH^John", born="19590903", sex="M")
    raw = message(header("ORM^O01"), other, "ORC|NW|P2^HIS||G1^HIS", "OBR|1|P2^HIS||CT-HEAD")
    assert answer_of(receive(raw)) == ("AE", "204", "PID^1^3^1")


def shared_number(*acts: str) -> list[tuple[str, str]]:
    """Two exams under one placer number, what is then done with the message's rest `acts`, and where they stand."""
    people.ct_chest()
    groups = ("ORC|NW|P1^HIS", "OBR|1|P1^HIS||CT-HEAD", "ORC|NW|P1^HIS", "OBR|2|P1^HIS||CT-CHEST")
    receive(message(header("ORM^O01"), pid(), pv1(), *groups))
    assert answer_of(receive(message(header("ORM^O01"), pid(), pv1(), *acts)))[0] == "AA"
    return [(exam.procedure.code, exam.state) for exam in Exam.objects.order_by("pk")]


def test_cancelling_a_number_cancels_every_exam_that_has_it() -> None:
    assert shared_number("ORC|CA|P1^HIS") == [("CT-HEAD", "cancelled"), ("CT-CHEST", "cancelled")]


def test_a_procedure_tells_the_exams_of_one_number_apart() -> None:
    assert shared_number("ORC|CA|P1^HIS", "OBR|1|P1^HIS||CT-HEAD") == [("CT-HEAD", "cancelled"), ("CT-CHEST", "scheduled")]


def test_one_orc_may_lead_several_obr_each_with_its_number() -> None:
    people.ct_chest()
    raw = message(header("ORM^O01"), pid(), pv1(), "ORC|NW|P1^HIS", "OBR|1|P1A^HIS||CT-HEAD", "OBR|2|P1B^HIS||CT-CHEST")
    assert answer_of(receive(raw))[0] == "AA"
    assert list(Exam.objects.order_by("pk").values_list("placer_number", "order__placer_number")) == [("P1A", "P1"), ("P1B", "P1")]
    assert answer_of(receive(orm("P1A", act="CA")))[0] == "AA"
    assert set(Exam.objects.values_list("placer_number", "state")) == {("P1A", "cancelled"), ("P1B", "scheduled")}
    assert answer_of(receive(message(header("ORM^O01"), pid(), "ORC|CA|P1^HIS")))[0] == "AA"
    assert set(Exam.objects.values_list("state", flat=True)) == {"cancelled"}


def test_two_messages_run_together_are_refused_and_nobody_gets_the_others_exam() -> None:
    other = pid("00511207", name="SMITH^John", born="19590903", sex="M")
    assert answer_of(receive(orm("A1") + orm("A2", patient=other))) == ("AE", "100", "MSH^2")
    raw = message(header("ORM^O01"), pid(), "ORC|NW|A1^HIS", "OBR|1|A1^HIS||CT-HEAD", other, "ORC|NW|A2^HIS", "OBR|1|A2^HIS||CT-HEAD")
    assert answer_of(receive(raw)) == ("AE", "100", "PID^2")
    assert not Exam.objects.exists()


def test_a_station_that_does_not_do_the_exam_is_not_booked() -> None:
    room = Room.objects.create(code="MR1", name="MR room 1", department=people.ct_head().department)
    Station.objects.create(ae_title="MR1", room=room, name="MR1", modality="MR")
    assert answer_of(receive(omi(ipc="IPC|||||CT^^DCM||||MR1")))[0] == "AA"
    assert ScheduledStep.objects.get().station_ae_title == "CT1"
    assert Exam.objects.get().events.filter(kind="problem").exists()


def test_change() -> None:
    receive(orm())
    assert answer_of(receive(orm(act="XO", timing="^^^^^S")))[0] == "AA"
    exam = Exam.objects.get()
    assert (exam.priority, exam.order.priority) == (Priority.STAT, Priority.STAT)
    assert exam.order.reason == "Headache, first time\nHeadache"


def test_a_change_of_time_moves_the_booking() -> None:
    receive(orm())
    wanted = tomorrow_at_ten()
    assert answer_of(receive(orm(act="XO", timing=f"^^^{stamp(wanted)}^^R")))[0] == "AA"
    assert ScheduledStep.objects.get().starts_at == wanted
    assert Exam.objects.get().events.filter(kind="moved").exists()


def test_a_change_of_procedure_changes_what_the_worklist_says() -> None:
    receive(orm())
    contrast = Procedure.objects.get(code="CT-HEAD")
    contrast.pk, contrast.code, contrast.name = None, "CT-HEAD-C", "CT head with contrast"
    contrast.save()
    assert answer_of(receive(orm(act="XO", code="CT-HEAD-C")))[0] == "AA"
    step = ScheduledStep.objects.get()
    assert (step.protocol_code, step.description, step.exam.procedure.code) == ("CT-HEAD-C", "CT head with contrast", "CT-HEAD-C")


def test_a_change_to_another_modality_books_another_room() -> None:
    receive(orm())
    brain = Procedure.objects.get(code="CT-HEAD")
    brain.pk, brain.code, brain.modality = None, "MR-BRAIN", "MR"
    brain.save()
    room = Room.objects.create(code="MR1", name="MR room 1", department=brain.department)
    for weekday in range(7):
        OpeningHours.objects.create(room=room, weekday=weekday, opens_time=dt.time(0), closes_time=dt.time(23, 59))
    Station.objects.create(ae_title="MR1", room=room, name="MR1", modality="MR")
    assert answer_of(receive(orm(act="XO", code="MR-BRAIN")))[0] == "AA"
    assert list(ScheduledStep.objects.order_by("pk").values_list("station_ae_title", "status")) == [
        ("CT1", StepStatus.CANCELLED), ("MR1", StepStatus.SCHEDULED),
    ]  # fmt: skip


def test_a_change_to_a_modality_without_a_room_leaves_it_to_be_booked_by_hand() -> None:
    receive(orm())
    brain = Procedure.objects.get(code="CT-HEAD")
    brain.pk, brain.code, brain.modality = None, "PET-CT", "PT"
    brain.save()
    assert answer_of(receive(orm(act="XO", code="PET-CT")))[0] == "AA"
    assert Exam.objects.get().state == ExamState.ORDERED
    assert Exam.objects.get().events.filter(kind="problem").exists()


def test_cancel_takes_it_off_the_worklist_with_the_reason() -> None:
    receive(orm())
    raw = message(header("ORM^O01"), pid(), pv1(), "ORC|CA|O1^HIS||||||||||||||^Ordered twice", "OBR|1|O1^HIS||CT-HEAD")
    assert answer_of(receive(raw))[0] == "AA"
    exam = Exam.objects.get()
    assert (exam.state, exam.reason_ended) == (ExamState.CANCELLED, "Ordered twice")
    assert ScheduledStep.objects.get().status == StepStatus.CANCELLED


def test_what_has_begun_is_not_cancelled() -> None:
    receive(orm())
    Exam.objects.update(state=ExamState.IN_PROGRESS)
    assert answer_of(receive(orm(act="CA", control="LATE")))[:2] == ("AE", "207")
    assert "only an exam that has not begun" in Message.objects.get(control_id="LATE").error_text
    assert Exam.objects.get().state == ExamState.IN_PROGRESS


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (lambda: orm(code="CT-NONE"), ("AE", "103", "OBR^1^4^1")),
        (lambda: orm(code=""), ("AE", "101", "OBR^1^4^1")),
        (lambda: orm(order=""), ("AE", "101", "ORC^1^2^1")),
        (lambda: orm(act="ZZ"), ("AE", "103", "ORC^1^1^1")),
        (lambda: orm(act="HD"), ("AE", "103", "ORC^1^1^1")),
        (lambda: orm(act="XO"), ("AE", "204", "ORC^1^2^1")),
        (lambda: orm(act="CA"), ("AE", "204", "ORC^1^2^1")),
        (lambda: orm(patient="PID|1||P9"), ("AE", "204", "PID^1^3^1")),
        (lambda: orm(patient=pid(born="1968-13")), ("AE", "102", "PID^1^7^1")),
        (lambda: orm(timing="^^^soon^^R"), ("AE", "102", "ORC^1^7^4")),
        (lambda: omi(ipc="IPC|12345678901234567"), ("AE", "102", "IPC^1^1^1")),
        (lambda: omi(ipc="IPC|||not.a.uid"), ("AE", "102", "IPC^1^3")),
        (lambda: message(header("ORM^O01"), pid(), pv1()), ("AE", "100", "ORC^1")),
        (lambda: message(header("ORM^O01"), pid(), "ORC|NW|O1"), ("AE", "100", "OBR^1")),
        (lambda: message(header("ORM^O01"), pid(), "OBR|1|O1||CT-HEAD", "ORC|NW|O1"), ("AE", "100", "OBR^1")),
    ],
)  # fmt: skip
def test_bad_orders_are_refused_with_their_place(raw: object, expected: tuple[str, str, str]) -> None:
    assert answer_of(receive(raw())) == expected  # type: ignore[operator]
    assert not Order.objects.exists()
    assert Message.objects.get().state == MessageState.REJECTED


def test_the_place_names_the_group_at_fault_and_nothing_of_the_others_is_kept() -> None:
    raw = message(header("ORM^O01"), pid(), pv1(), "ORC|NW|P1^HIS", "OBR|1|P1^HIS||CT-HEAD", "ORC|NW|P2^HIS", "OBR|2|P2^HIS||CT-NONE")
    assert answer_of(receive(raw)) == ("AE", "103", "OBR^2^4^1")
    assert not Order.objects.exists()
    assert not Patient.objects.exists()


def test_the_same_placer_number_in_another_message_is_a_duplicate() -> None:
    receive(orm())
    assert answer_of(receive(orm())) == ("AE", "205", "ORC^1^2^1")
    assert Order.objects.count() == 1


def test_an_accession_number_that_is_taken_is_refused() -> None:
    receive(omi("A1", ipc="IPC|ACC-7"))
    assert answer_of(receive(omi("A2", ipc="IPC|ACC-7"))) == ("AE", "205", "IPC^1^1")


def test_a_change_for_another_patient_is_refused() -> None:
    receive(orm())
    people.john_smith()
    raw = orm(act="XO", patient=pid("00511207", name="SMITH^John", born="19590903", sex="M"))
    assert answer_of(receive(raw)) == ("AE", "204", "PID^1^3^1")


def test_an_unknown_station_gets_a_fitting_room() -> None:
    assert answer_of(receive(omi(ipc="IPC|||||CT^^DCM||||NOWHERE")))[0] == "AA"
    assert ScheduledStep.objects.get().station_ae_title == "CT1"


def test_before_omi_the_study_uid_came_in_zds() -> None:
    raw = message(
        header("ORM^O01", version="2.3.1"), pid(), pv1(), "ORC|NW|Z1^HIS",
        "OBR|1|Z1^HIS||CT-HEAD" + "|" * 14 + "ACC-8|RP-8|SPS-8", "ZDS|1.2.3.4.5^100^Application^DICOM",
    )  # fmt: skip
    assert answer_of(receive(raw))[0] == "AA"
    exam = Exam.objects.get()
    assert (exam.accession_number, exam.requested_procedure_id, exam.study_instance_uid) == ("ACC-8", "RP-8", "1.2.3.4.5")
    assert ScheduledStep.objects.get().scheduled_procedure_step_id == "SPS-8"
