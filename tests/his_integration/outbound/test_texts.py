"""What is written into our messages, and that news from below makes them. Not covered: how they travel (test_sending.py)."""

import hl7
import pytest
from pytest_django import Settings

from his_integration.messages.models import Message, MessageState
from his_integration.messages.text import Text, parse
from imaging.orders.models import Exam
from imaging.orders.services import exam_cancel, exam_state_set
from imaging.orders.states import ExamState
from imaging.patients.merging import patient_merge, patient_unmerge
from imaging.patients.models import PatientMerge, Visit
from reporting.billing.models import Charge
from reporting.billing.services import charges_credit
from reporting.reports.actions.addend import addendum_write
from reporting.reports.models import Report
from reporting.reports.services import report_addend, report_sign
from tests import people
from tests.reporting import stories
from tests.reporting.billing import bills

pytestmark = pytest.mark.django_db


def texts(kind: str) -> list[Text]:
    rows = Message.objects.filter(direction="out", message_type=kind).order_by("id")
    return [parse(bytes(row.raw).decode(row.codec), row.codec) for row in rows]


def arrived(exam: Exam) -> Exam:
    return exam_state_set(exam=exam, state=ExamState.ARRIVED, user=people.front_desk())


def signed_report() -> Report:
    report = stories.written(stories.finished_exam(), people.radiologist(), findings="No bleed | no mass ^ nothing.\nSecond line.")
    report_sign(report=report, user=people.radiologist(), password=people.PASSWORD)
    report.refresh_from_db()
    return report


def test_arrival_start_and_end_are_told_and_nothing_else() -> None:
    exam = bills.exam()
    for state in (ExamState.ARRIVED, ExamState.IN_PROGRESS, ExamState.COMPLETED, ExamState.READING, ExamState.COMPLETED):
        exam_state_set(exam=exam, state=state, user=people.technologist())
    assert [text.get("ORC", 5) for text in texts("ORM^O01")] == ["SC", "IP", "CM"]


def test_a_cancellation_is_told_with_its_reason() -> None:
    exam_cancel(exam=bills.exam(), reason="Ordered twice", user=people.front_desk())
    (text,) = texts("ORM^O01")
    assert (text.get("ORC", 1), text.get("ORC", 5), text.get("ORC", 16, 2)) == ("SC", "CA", "Ordered twice")


def test_who_it_is_about() -> None:
    order = bills.order(payer="x", placer_number="P77", placer_issuer="HIS", referrer_code="D1001", referrer_name="彭立")
    Visit.objects.filter(pk=order.visit_id).update(number="V77", location="W3-12-1")
    order.visit.refresh_from_db()
    exam = arrived(bills.exam(order, placer_number="P77-1"))
    (text,) = texts("ORM^O01")
    pid, pv1, orc, obr = (text.first(name) for name in ("PID", "PV1", "ORC", "OBR"))
    assert pid is not None and pv1 is not None and orc is not None and obr is not None
    assert (pid.get(3), pid.get(3, 4), pid.get(3, 5)) == ("00482913", "HOSPITAL", "MR")
    assert (pid.get(5), pid.get(5, 2), pid.get(5, 8)) == ("LIN", "Mei-Hua", "A")
    assert (pid.get(5, repetition=2), pid.get(5, 8, repetition=2)) == ("林美华", "I")
    assert (pid.get(7), pid.get(8)) == ("19680412", "F")
    assert (pv1.get(2), pv1.get(3), pv1.get(19)) == ("O", "W3-12-1", "V77")
    assert (orc.get(2), orc.get(2, 2), orc.get(3)) == ("P77-1", "HIS", exam.accession_number)
    assert (orc.get(12), orc.get(12, 2)) == ("D1001", "彭立")
    assert (obr.get(4), obr.get(18), obr.get(24)) == ("CT-HEAD", exam.accession_number, "CT")


def test_a_final_report() -> None:
    report = signed_report()
    (text,) = texts("ORU^R01")
    assert (text.get("OBR", 25), text.get("OBR", 3)) == ("F", report.exam.accession_number)
    assert text.get("OBR", 32, 1, 2) == "Radiologist"
    sections = {segment.get(3, 4) or segment.get(3): segment for segment in text.all("OBX")}
    findings = sections["findings"]
    assert (findings.get(2), findings.get(3), findings.get(11)) == ("FT", "59776-5", "F")
    assert findings.get(5) == "No bleed | no mass ^ nothing.\nSecond line."
    assert {segment.get(11) for segment in text.all("OBX")} == {"F"}


def test_a_preliminary_report() -> None:
    stories.preliminary(stories.finished_exam(), people.resident())
    (text,) = texts("ORU^R01")
    assert text.get("OBR", 25) == "P"
    assert {segment.get(11) for segment in text.all("OBX")} == {"P"}


def test_an_addendum_leaves_the_final_text_final() -> None:
    report = signed_report()
    from_before = len(texts("ORU^R01")[0].all("OBX"))
    with_addendum(report)
    text = texts("ORU^R01")[-1]
    assert text.get("OBR", 25) == "C"
    assert [segment.get(11) for segment in text.all("OBX")] == ["F"] * from_before + ["C"]
    assert text.all("OBX")[-1].get(5) == "Also a small cyst."


def with_addendum(report: Report) -> None:
    addendum_write(report=report, user=people.radiologist(), text="Also a small cyst.")
    report_addend(report=report, user=people.radiologist(), password=people.PASSWORD)


def test_charges_and_their_credit() -> None:
    exam = bills.done()
    charges_credit(exam=exam, user=people.technologist())
    charge, credit = texts("DFT^P03")
    assert (charge.get("FT1", 6), charge.get("FT1", 11), charge.get("FT1", 11, 1, 2)) == (
        "CG",
        str(Charge.objects.earliest("pk").amount),
        "CNY",
    )
    assert (charge.get("FT1", 26), charge.get("FT1", 7), charge.get("FT1", 23)) == ("TC", "CT-HEAD", exam.accession_number)
    assert (credit.get("FT1", 6), credit.get("FT1", 11), credit.get("FT1", 31)) == ("CR", charge.get("FT1", 11), charge.get("FT1", 2))


def test_a_protected_patient_is_marked() -> None:
    arrived(bills.exam(bills.order(people.the_mayor())))
    assert texts("ORM^O01")[0].get("PV1", 16) == "VIP"


def test_another_character_set(settings: Settings) -> None:
    settings.HL7_CHARSET = "GB18030"
    arrived(bills.exam())
    row = Message.objects.get(message_type="ORM^O01")
    assert b"|GB 18030-2000\r" in bytes(row.raw)
    assert "林美华".encode("gb18030") in bytes(row.raw)


def test_python_hl7_reads_them() -> None:
    signed_report()
    for row in Message.objects.all():
        message = hl7.parse(bytes(row.raw).decode())
        assert str(message.segment("MSH")[12]) == "2.5.1"
        assert str(message.segment("MSH")[10]) == row.control_id
        assert row.state == MessageState.QUEUED


def test_messages_follow_a_merge_and_come_back() -> None:
    retired, survivor = people.john_smith(), people.the_mayor()
    arrived(bills.exam(bills.order(retired)))
    patient_merge(survivor=survivor, retired=retired, reason="same person", actor="HIS")
    assert set(Message.objects.values_list("patient", flat=True)) == {survivor.pk}
    patient_unmerge(merge=PatientMerge.objects.get(), reason="not the same", actor="HIS")
    assert set(Message.objects.values_list("patient", flat=True)) == {retired.pk}
