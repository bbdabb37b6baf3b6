"""ADT messages. Not covered here: sockets (tests/interop/test_hl7_listener.py) and what merging does inside (tests of patients)."""

import datetime as dt

import pytest

from his_integration.inbound.receive import receive
from his_integration.messages.models import Message, MessageState
from imaging.access.models import AuditEvent
from imaging.patients.models import Patient, PatientIdentifier, Visit
from tests import people
from tests.his_integration.texts import adt, answer_of, header, merge, message, pid, pv1

pytestmark = pytest.mark.django_db


def the_patient(number: str = "00482913") -> Patient:
    return PatientIdentifier.objects.get(value=number, issuer="HOSPITAL").patient


@pytest.mark.parametrize("event", ["A01", "A04", "A05", "A08", "A28", "A31"])
def test_a_new_patient_is_registered_with_visit(event: str) -> None:
    assert answer_of(receive(adt(event)))[0] == "AA"
    patient = the_patient()
    assert (patient.name, patient.name_ideographic, patient.sex) == ("LIN^Mei-Hua", "林美华", "F")
    assert patient.birth_date == dt.date(1968, 4, 12)
    visit = Visit.objects.get(number="V1", issuer="HOSPITAL")
    assert (visit.patient, visit.patient_class, visit.location, visit.attending) == (patient, "O", "W3-12-1", "彭立")


def test_the_row_keeps_the_bytes_and_the_answer() -> None:
    raw = adt("A04", control="C1")
    ack = receive(raw)
    row = Message.objects.get(control_id="C1")
    assert (bytes(row.raw), bytes(row.ack_raw), row.state, row.ack_code) == (raw, ack, MessageState.APPLIED, "AA")
    assert (row.sender, row.message_type, row.patient, row.patient_number) == ("HIS|HOSPITAL", "ADT^A04", the_patient(), "00482913")


def test_it_is_audited_as_the_work_of_the_sender() -> None:
    receive(adt("A04"))
    event = AuditEvent.objects.get(act="patient.register")
    assert (event.door, event.actor, event.patient_number) == ("hl7", "HIS", "00482913")


def test_absent_keeps_and_two_quotes_delete() -> None:
    receive(adt("A04", pid(more="|||18 Zhongshan Road^^Shanghai||13800010001"), pv1()))
    receive(adt("A08", pid(name="LIN^Meihua", born="", sex="", more='|||""||'), pv1()))
    patient = the_patient()
    assert (patient.name, patient.name_ideographic) == ("LIN^Meihua", "林美华")
    assert (patient.birth_date, patient.sex) == (dt.date(1968, 4, 12), "F")
    assert (patient.address, patient.phone) == ("", "13800010001")


def test_other_numbers_become_identifiers_of_the_same_patient() -> None:
    receive(adt("A04", "PID|1||310101196804120021^^^CN^NI~00482913^^^HOSPITAL^MR||LIN^Mei-Hua||19680412|F", pv1()))
    assert the_patient().number == "00482913"
    assert {(one.value, one.kind) for one in the_patient().identifiers.all()} == {("00482913", "MR"), ("310101196804120021", "NI")}


def test_an_identity_card_alone_identifies_nobody() -> None:
    card = "~310101196804120021^^^CN^NI"
    first, second = (f"PID|1||{number}^^^HOSPITAL^MR{card}||{name}||19680412|F" for number, name in (("A", "LIN^Mei"), ("B", "WU^Jing")))
    receive(adt("A04", first, pv1("VA")))
    assert answer_of(receive(adt("A04", second, pv1("VB"), control="SECOND")))[0] == "AA"
    assert the_patient("A") != the_patient("B")
    assert "belongs to another patient" in Message.objects.get(control_id="SECOND").note


def test_allergies_and_weight() -> None:
    receive(
        adt("A01", pid(), pv1(), "AL1|1|DA|^Penicillin||rash", "AL1|2|DA|C1^Iodinated contrast", "OBX|1|NM|29463-7^Body weight^LN||68.4|kg")
    )
    assert the_patient().allergies == "Penicillin – rash; Iodinated contrast"
    assert the_patient().allergies_asked_at is not None
    assert str(the_patient().weight_kg) == "68.4"


def test_a_name_in_characters_only() -> None:
    receive(adt("A04", pid(name="林^美华"), pv1()))
    assert (the_patient().name_ideographic, the_patient().name) == ("林美华", "LIN^Meihua")


@pytest.mark.parametrize("visit", ["V9", ""])
def test_a_vip_is_protected_and_stays_so(visit: str) -> None:
    receive(adt("A01", pid(), pv1(visit, vip="VIP")))
    assert the_patient().is_protected
    receive(adt("A08", pid(), pv1(visit)))
    assert the_patient().is_protected


def test_an_unknown_identity_is_marked_and_later_known() -> None:
    receive(adt("A04", pid("E7", name="Unknown^Emergency 7^^^^^S^A", born="", sex="M"), pv1(kind="E")))
    assert the_patient("E7").is_unidentified
    receive(adt("A08", pid("E7", name="SMITH^John"), pv1(kind="E")))
    assert not the_patient("E7").is_unidentified
    assert the_patient("E7").name == "SMITH^John"


def test_discharge_and_its_cancellation() -> None:
    receive(adt("A01"))
    receive(adt("A03"))
    assert Visit.objects.get(number="V1").discharged_at == dt.datetime(2026, 3, 2, 2, 15, tzinfo=dt.UTC)
    receive(adt("A13"))
    assert Visit.objects.get(number="V1").discharged_at is None


def test_merge_and_what_comes_for_the_old_number_afterwards() -> None:
    receive(adt("A04", pid("A"), pv1("VA")))
    receive(adt("A04", pid("B"), pv1("VB")))
    assert answer_of(receive(merge("A", "B")))[0] == "AA"
    assert Patient.objects.get(number="B").merged_into == Patient.objects.get(number="A")
    assert answer_of(receive(adt("A08", pid("B", sex="M"), pv1("VB"))))[0] == "AA"
    assert Patient.objects.get(number="A").sex == "M"


def test_the_same_merge_again_changes_nothing() -> None:
    receive(adt("A04", pid("A"), pv1("VA")))
    receive(adt("A04", pid("B"), pv1("VB")))
    receive(merge("A", "B"))
    assert answer_of(receive(merge("A", "B")))[0] == "AA"


@pytest.mark.parametrize(
    ("kept", "gone", "code", "place"),
    [("A", "A", "207", "MSH^1"), ("A", "NOBODY", "204", "MRG^1^1^1"), ("B", "A", "207", "MSH^1")],
)
def test_merges_that_cannot_be(kept: str, gone: str, code: str, place: str) -> None:
    receive(adt("A04", pid("A"), pv1("VA")))
    receive(adt("A04", pid("B"), pv1("VB")))
    receive(merge("A", "B"))
    assert answer_of(receive(merge(kept, gone))) == ("AE", code, place)


def test_a_number_that_was_merged_in_a_chain_names_its_own_record() -> None:
    for number in "ABCD":
        receive(adt("A04", pid(number), pv1(f"V{number}")))
    assert answer_of(receive(merge("B", "A")))[0] == "AA"
    assert answer_of(receive(merge("C", "B")))[0] == "AA"
    assert answer_of(receive(merge("D", "A"))) == ("AE", "207", "MSH^1"), "A was merged into B: nothing of C may go to D"
    assert answer_of(receive(merge("A", "C"))) == ("AE", "207", "MSH^1"), "a circle"
    assert answer_of(receive(merge("C", "A")))[0] == "AA", "done already"
    assert Patient.objects.get(number="C").merged_into is None
    assert answer_of(receive(merge("A", "D")))[0] == "AA"
    assert Patient.objects.get(number="D").merged_into == Patient.objects.get(number="C")


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ((pid(), pid("00511207", name="SMITH^John")), ("AE", "100", "PID^2")),
        ((pv1(),), ("AE", "100", "PID^1")),
        (("PID|1||||LIN^Mei-Hua",), ("AE", "101", "PID^1^3^1")),
        (("PID|1||P1",), ("AE", "101", "PID^1^5^1")),
        ((pid(born="19681399"),), ("AE", "102", "PID^1^7^1")),
        ((pid(born="20990101"),), ("AE", "102", "PID^1^7")),
        ((pid(sex="X"),), ("AE", "103", "PID^1^8^1")),
        ((pid(number="9" * 65),), ("AE", "102", "PID^1^3^1")),
        ((pid(), "PV1|1|O|||||||||||||||||V1|||||||||||||||||||||||||soon"), ("AE", "102", "PV1^1^44^1")),
    ],
)
def test_bad_input_is_refused_with_its_place_and_nothing_is_kept_but_the_message(
    segments: tuple[str, ...], expected: tuple[str, str, str]
) -> None:
    assert answer_of(receive(adt("A04", *segments, control="BAD"))) == expected
    row = Message.objects.get(control_id="BAD")
    assert (row.state, row.error_code, row.error_place) == (MessageState.REJECTED, *expected[1:])
    assert not Patient.objects.exists()


def test_a_visit_of_somebody_else_is_refused() -> None:
    receive(adt("A04", pid("A"), pv1("V1")))
    assert answer_of(receive(adt("A04", pid("B", name="SMITH^John"), pv1("V1")))) == ("AE", "102", "PV1^1^19")
    assert not PatientIdentifier.objects.filter(value="B").exists()


def test_the_patient_of_a_refused_message_is_noted() -> None:
    patient = people.the_mayor()
    receive(adt("A08", pid("00900001", born="never"), pv1(vip="VIP"), control="R1"))
    row = Message.objects.get(control_id="R1")
    assert (row.patient, row.patient_number, row.is_protected) == (patient, "00900001", True)


def test_names_in_gb18030() -> None:
    segments = ("EVN|A04|20260302101500", pid(name="张^𠮷山"), pv1())
    raw = message(header("ADT^A04^ADT_A01", charset="GB 18030-2000"), *segments, codec="gb18030")
    assert receive(raw).endswith(b"\r")
    assert the_patient().name_ideographic == "张𠮷山"
