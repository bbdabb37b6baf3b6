"""Segments that several of our messages have: header, patient, visit, order."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from his_integration.messages.charsets import encode
from his_integration.messages.envelope import OUR_VERSION, our_codec, our_label
from his_integration.messages.text import timestamp
from his_integration.messages.writing import composite, message, msh, repeated, segment, value
from imaging.access.models import User
from imaging.common.pinyin import has_han
from imaging.orders.models import Exam, Priority
from imaging.patients.models import Patient, PatientClass

PRIORITIES = {Priority.STAT: "S", Priority.URGENT: "A", Priority.ROUTINE: "R"}


def header(code: str, trigger: str, structure: str, control_id: str) -> str:
    """MSH of a message from us to the HIS, version 2.5.1, application acknowledgement asked for."""
    return msh(
        {
            3: value(settings.HL7_APPLICATION),
            4: value(settings.HL7_FACILITY),
            5: value(settings.HL7_HIS_APPLICATION),
            6: value(settings.HL7_HIS_FACILITY),
            7: timestamp(timezone.now()),
            9: composite(code, trigger, structure),
            10: value(control_id),
            11: "P",
            12: OUR_VERSION,
            18: value(our_label()),
        }
    )


def encoded(*segments: str) -> bytes:
    """The message's bytes in our character set."""
    return encode(message(segments), our_codec())


def pid(patient: Patient) -> str:
    """PID with every number of the patient, the one shown first, and the name in each script (XPN-8)."""
    known = sorted(patient.identifiers.all(), key=lambda identifier: (identifier.value != patient.number, identifier.pk))
    return segment(
        "PID",
        {
            1: "1",
            3: repeated(composite(one.value, "", "", one.issuer, one.kind) for one in known) or composite(patient.number),
            5: repeated(_names(patient)),
            7: f"{patient.birth_date:%Y%m%d}" if patient.birth_date else "",
            8: value(patient.sex or "U"),
        },
    )


def _names(patient: Patient) -> list[str]:
    family, given, middle, prefix, suffix, *_rest = [*patient.name.split("^"), "", "", "", "", ""]
    names = [composite(family, given, middle, suffix, prefix, "", "L", "I" if has_han(patient.name) else "A")]
    if patient.name_ideographic:
        names.append(composite(*patient.name_ideographic.split("^")[:2], *_blank(patient.name_ideographic), "L", "I"))
    return names


def _blank(name: str) -> list[str]:
    return [""] * (6 - len(name.split("^")[:2]))


def pv1(exam: Exam) -> str:
    """PV1 of the visit that the order belongs to."""
    order = exam.order
    visit = order.visit
    return segment(
        "PV1",
        {
            1: "1",
            2: value(order.patient_class or PatientClass.OUTPATIENT),
            3: composite(visit.location) if visit else "",
            16: "VIP" if exam.patient.is_protected else "",
            19: composite(visit.number, "", "", visit.issuer) if visit else "",
        },
    )


def placer(exam: Exam) -> str:
    """ORC-2, OBR-2: the number that the HIS gave."""
    number = exam.placer_number or exam.order.placer_number
    return composite(number, exam.order.placer_issuer) if number else ""


def filler(exam: Exam) -> str:
    """ORC-3, OBR-3: ours, the accession number, which is the exam's and not shared by the order's other exams."""
    return composite(exam.accession_number, settings.HL7_APPLICATION)


def orc(exam: Exam, control: str, status: str, *, at: dt.datetime, user: User | None = None, reason: str = "") -> str:
    return segment(
        "ORC",
        {
            1: control,
            2: placer(exam),
            3: filler(exam),
            4: composite(exam.order.placer_number, exam.order.placer_issuer),
            5: status,
            9: timestamp(at),
            10: staff(user),
            12: referrer(exam),
            16: composite("", reason),
            17: composite("", exam.order.referring_department),
        },
    )


def obr_fields(exam: Exam) -> dict[int, str]:
    """What OBR says of the exam in every message of ours."""
    return {
        1: "1",
        2: placer(exam),
        3: filler(exam),
        4: composite(exam.procedure.code, exam.procedure.name, "L"),
        5: PRIORITIES.get(Priority(exam.priority), "R"),
        7: timestamp(exam.started_at or exam.completed_at),
        8: timestamp(exam.completed_at),
        16: referrer(exam),
        18: value(exam.accession_number),
        19: value(exam.requested_procedure_id),
        24: value(exam.modality),
        31: composite("", exam.order.reason[:300]),
    }


def staff(user: User | None) -> str:
    """XCN of one of our people; empty for a system."""
    if user is None:
        return ""
    return composite(user.staff_code or user.username, user.last_name or user.label, user.first_name)


def referrer(exam: Exam) -> str:
    order = exam.order
    if not (order.referrer_code or order.referrer_name):
        return ""
    return composite(order.referrer_code, *order.referrer_name.split("^")[:2])
