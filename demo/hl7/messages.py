"""The messages that the simulated HIS sends: admission and order, each as bytes ready for MLLP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from demo.hl7.message import Field, header, message, segment
from demo.people import ISSUER, Clinician, Person

ADT_STRUCTURES = {"A01": "ADT_A01", "A04": "ADT_A01", "A08": "ADT_A01", "A40": "ADT_A39"}


@dataclass(frozen=True)
class Visit:
    number: str
    patient_class: str  # I, O or E
    location: tuple[str, ...]
    clinician: Clinician
    admitted_at: datetime


@dataclass(frozen=True)
class Order:
    placer_number: str
    code: str
    name: str
    reason: str
    priority: str  # S, A or R (table 0485)
    wanted_at: datetime | None
    ordered_at: datetime
    modality: str
    station: str = ""  # station AE title; only OMI has a place for it
    accession_number: str = ""
    study_instance_uid: str = ""


@dataclass(frozen=True)
class Envelope:
    """What a message needs beside its content."""

    control_id: str
    sent_at: datetime


def identifier(person: Person) -> Field:
    return (person.number, "", "", ISSUER, "MR")


def names(person: Person) -> Field:
    """PID-5: the alphabetic name and, as a second repetition, the one in characters (XPN-8 A and I)."""
    alphabetic = (person.family, person.given, "", "", "", "", "S" if person.is_unidentified else "L", "A")
    if person.ideographic is None:
        return alphabetic
    return [(*person.ideographic, "", "", "", "", "L", "I"), alphabetic]


def pid(person: Person) -> str:
    born = person.born.strftime("%Y%m%d") if person.born else ""
    address: Field = (person.address, "", "", "", "", "CHN", "H") if person.address else ""
    phone: Field = (person.phone, "PRN", "CP") if person.phone else ""
    return segment("PID", {1: 1, 3: identifier(person), 5: names(person), 7: born, 8: person.sex, 11: address, 13: phone})


def clinician(one: Clinician) -> Field:
    return (one.code, one.family, one.given)


def pv1(visit: Visit, person: Person) -> str:
    vip = "VIP" if person.is_vip else ""
    who = clinician(visit.clinician)
    return segment(
        "PV1",
        {
            1: 1,
            2: visit.patient_class,
            3: visit.location,
            7: who,
            8: who,
            16: vip,
            19: (visit.number, "", "", ISSUER),
            44: visit.admitted_at,
        },
    )


def allergies(person: Person) -> list[str]:
    return [segment("AL1", {1: number, 2: "DA", 3: ("", what), 5: shown}) for number, (what, shown) in enumerate(person.allergies, start=1)]


def adt(event: str, envelope: Envelope, person: Person, visit: Visit) -> bytes:
    """A01, A04 or A08."""
    return message(
        header(("ADT", event, ADT_STRUCTURES[event]), envelope.control_id, envelope.sent_at, "2.5.1"),
        segment("EVN", {1: event, 2: envelope.sent_at}),
        pid(person),
        pv1(visit, person),
        *allergies(person),
    )


def merge(envelope: Envelope, kept: Person, gone: Person) -> bytes:
    """A40: everything of `gone` belongs to `kept` from now on."""
    return message(
        header(("ADT", "A40", ADT_STRUCTURES["A40"]), envelope.control_id, envelope.sent_at, "2.5.1"),
        segment("EVN", {1: "A40", 2: envelope.sent_at}),
        pid(kept),
        segment("MRG", {1: identifier(gone), 7: names(gone)}),
    )


def orm(control: str, envelope: Envelope, person: Person, visit: Visit, order: Order) -> bytes:
    """ORM^O01 of HL7 2.3.1; ORC-1 is NW, XO or CA."""
    timing: Field = ("", "", "", order.wanted_at, "", order.priority)
    return message(
        header(("ORM", "O01"), envelope.control_id, envelope.sent_at, "2.3.1"),
        pid(person),
        pv1(visit, person),
        *allergies(person),
        orc(control, visit, order, timing=timing),
        obr(visit, order, timing=timing),
    )


def omi(control: str, envelope: Envelope, person: Person, visit: Visit, order: Order) -> bytes:
    """OMI^O23 of HL7 2.5.1 with its IPC segment; ORC-1 is NW, XO or CA."""
    return message(
        header(("OMI", "O23", "OMI_O23"), envelope.control_id, envelope.sent_at, "2.5.1"),
        pid(person),
        pv1(visit, person),
        *allergies(person),
        orc(control, visit, order),
        segment("TQ1", {1: 1, 7: order.wanted_at, 9: order.priority}),
        obr(visit, order),
        segment(
            "IPC",
            {
                1: (order.accession_number, "HIS") if order.accession_number else "",
                2: (order.placer_number, "HIS"),
                3: (order.study_instance_uid, "HIS") if order.study_instance_uid else "",
                4: "",
                5: (order.modality, "", "DCM"),
                6: (order.code, order.name, "L"),
                9: order.station,
            },
        ),
    )


def orc(control: str, visit: Visit, order: Order, timing: Field = "") -> str:
    return segment(
        "ORC",
        {
            1: control,
            2: (order.placer_number, "HIS"),
            7: timing,
            9: order.ordered_at,
            12: clinician(visit.clinician),
            17: ("", visit.clinician.department),
        },
    )


def obr(visit: Visit, order: Order, timing: Field = "") -> str:
    return segment(
        "OBR",
        {
            1: 1,
            2: (order.placer_number, "HIS"),
            4: (order.code, order.name, "L"),
            13: order.reason,
            16: clinician(visit.clinician),
            27: timing,
            31: ("", order.reason),
        },
    )


OrderMessage = Callable[[str, Envelope, Person, Visit, Order], bytes]
