"""ADT: patients and their visits. Each trigger event ends in one service call (docs/hl7_interface.md)."""

from collections.abc import Callable
from functools import partial
from typing import cast

from his_integration.inbound.result import Applied, Arrival
from his_integration.inbound.rules import check
from his_integration.inbound.values import is_unidentified, is_vip, numbers, patient_fields, visit_fields, visit_number
from his_integration.messages.problems import Place, Refused
from his_integration.messages.text import Segment, Text, timestamp_parse
from imaging.common.errors import Duplicate
from imaging.patients.merging import patient_live, patient_merge
from imaging.patients.models import IdentifierKind, Patient, Visit
from imaging.patients.selectors import patient_by_identifier
from imaging.patients.services import (
    Number,
    PatientFields,
    VisitFields,
    identifier_add,
    patient_protect,
    patient_register,
    patient_update,
    visit_upsert,
)


def patient_of(arrival: Arrival, *, may_register: bool = True, is_order: bool = False) -> Patient:
    """The patient whom PID names, brought up to date, or registered when nobody knows the number yet.

    An order corrects nobody's name or birth date: it fills what is empty and brings allergies and weight. Raises Refused 204 when the
    number is unknown and the message does not say who it is, or when an order names somebody else under the number.
    """
    pid = pid_of(arrival.text)
    known = numbers(pid, 3)
    found = _found(known)
    if found is None:
        try:
            return _register(arrival, pid, known, may_register=may_register)
        except Duplicate:  # another message about the same new patient came first
            found = _found(known)
            if found is None:
                raise
    return _update(arrival, pid, patient_live(found), known, is_order=is_order)


def _found(known: list[Number]) -> Patient | None:
    """Whom a patient number proper names. An identity card or insurance number alone identifies nobody: it may be mistyped."""
    proper = [number for number in known if number.kind == IdentifierKind.MEDICAL_RECORD]
    return next((patient for number in proper if (patient := patient_by_identifier(*number)) is not None), None)


def _update(arrival: Arrival, pid: Segment, patient: Patient, known: list[Number], *, is_order: bool) -> Patient:
    fields = patient_fields(pid, arrival.text)
    unidentified: bool | None = is_unidentified(pid) if pid.raw(5) else None
    if is_order:
        if is_somebody_else(patient, fields):
            raise Refused("204", Place("PID", pid.number, 3, 1), f"Patient {known[0].value} has another name and birth date here.")
        fields, unidentified = only_new(patient, fields), None
    changed = patient_update(patient=patient, is_unidentified=unidentified, actor=arrival.actor, door=arrival.door, **fields)
    _link(arrival, changed, known)
    return changed


def _link(arrival: Arrival, patient: Patient, known: list[Number]) -> None:
    """Every number of PID-3 names the patient from now on. One that is somebody else's stays theirs, and that is noted."""
    for number in known:
        try:
            identifier_add(patient=patient, value=number.value, issuer=number.issuer, kind=number.kind)
        except Duplicate:
            arrival.notes.append(f"Number {number.value} of {number.issuer} belongs to another patient.")


def is_somebody_else(patient: Patient, fields: PatientFields) -> bool:
    """Birth date and every name that can be compared differ: a wrong number, not a correction."""
    born = fields.get("birth_date")
    if patient.is_unidentified or not born or not patient.birth_date or born == patient.birth_date:
        return False
    scripts = ("name", "name_ideographic")
    told = [(getattr(patient, script), fields.get(script)) for script in scripts if fields.get(script) and getattr(patient, script)]
    return bool(told) and all(mine.casefold() != str(theirs).casefold() for mine, theirs in told)


def only_new(patient: Patient, fields: PatientFields) -> PatientFields:
    """What an order may say of a patient: clinical facts, and what nobody has said yet."""
    clinical = ("allergies", "allergies_asked_at", "weight_kg")
    kept = {name: value for name, value in fields.items() if name in clinical or (value and not getattr(patient, name))}
    return cast(PatientFields, kept)


def _register(arrival: Arrival, pid: Segment, known: list[Number], *, may_register: bool) -> Patient:
    fields = patient_fields(pid, arrival.text)
    if not may_register or not (fields.get("name") or fields.get("name_ideographic")):
        raise Refused("204", Place("PID", pid.number, 3, 1), f"Patient {known[0].value} of {known[0].issuer} is not known here.")
    first = known[0]
    patient = patient_register(
        number=first.value, issuer=first.issuer, is_unidentified=is_unidentified(pid), actor=arrival.actor, door=arrival.door, **fields
    )
    _link(arrival, patient, known[1:])
    return patient


def pid_of(text: Text) -> Segment:
    """The PID segment with a number in PID-3. Raises Refused."""
    pid = text.first("PID")
    if pid is None:
        raise Refused("100", Place("PID"), "The PID segment is missing.")
    if not numbers(pid, 3):
        raise Refused("101", Place("PID", 1, 3, 1), "PID-3.1 patient number is missing.")
    return pid


def visit_of(arrival: Arrival, patient: Patient, **more: object) -> Visit | None:
    """The visit that PV1-19 names, made or corrected; None when the message names none. PV1-16 protects the patient in either case."""
    number, issuer = visit_number(arrival.text)
    if not number:
        if is_vip(arrival.text):
            patient_protect(patient=patient, protected=True, reason="PV1-16", actor=arrival.actor, door=arrival.door)
        return None
    fields: VisitFields = {**visit_fields(arrival.text), **more}  # type: ignore[typeddict-item]
    return visit_upsert(patient=patient, number=number, issuer=issuer, actor=arrival.actor, door=arrival.door, **fields)


def upsert(arrival: Arrival) -> Applied:
    """A01, A04, A05, A08, A28, A31 and moves between wards: patient and visit as the HIS has them now."""
    check(arrival.text, "patient")
    patient = patient_of(arrival)
    visit_of(arrival, patient)
    return Applied(patient)


def discharge(arrival: Arrival, *, is_undone: bool = False) -> Applied:
    """A03, A11: the visit has ended; A13: it has not."""
    check(arrival.text, "patient")
    patient = patient_of(arrival)
    times = (arrival.text.get("PV1", 45), arrival.text.get("EVN", 2), arrival.text.msh.get(7))
    moment = next((found for value in times if (found := timestamp_parse(value)) is not None), None)
    visit_of(arrival, patient, discharged_at=None if is_undone else moment)
    return Applied(patient)


def merge(arrival: Arrival) -> Applied:
    """A40 (and A18, A34, A39 of older senders): MRG-1 is the same person as PID-3; the record of PID-3 stays."""
    check(arrival.text, "merge")
    survivor: Patient | None = None
    for pid, mrg in _pairs(arrival.text):
        retired = _retired(mrg)
        survivor = _survivor(arrival, pid)
        if retired.merged_into_id is not None and patient_live(retired).pk == patient_live(survivor).pk:
            arrival.notes.append(f"{mrg.get(1)} was merged before.")
            continue
        patient_merge(survivor=survivor, retired=retired, reason=f"HL7 {arrival.envelope.kind}", actor=arrival.actor, door=arrival.door)
    return Applied(survivor)


def _pairs(text: Text) -> list[tuple[Segment, Segment]]:
    """Each MRG with the PID before it (A40 repeats the pair)."""
    found: list[tuple[Segment, Segment]] = []
    pid: Segment | None = None
    for segment in text.segments:
        if segment.name == "PID":
            pid = segment
        elif segment.name == "MRG":
            if pid is None:
                raise Refused("100", Place("MRG", segment.number), "MRG comes before PID.")
            found.append((pid, segment))
    return found


def _retired(mrg: Segment) -> Patient:
    known = numbers(mrg, 1)
    found = next((patient for number in known if (patient := _holder(number)) is not None), None)
    if found is None:
        raise Refused("204", Place("MRG", mrg.number, 1, 1), f"Patient {mrg.get(1)[:64]} is not known here.")
    return found


def _holder(number: Number) -> Patient | None:
    """Who had this number at first: merges move identifiers to the survivor, each closed record keeps its own number."""
    found = patient_by_identifier(*number)
    closed = Patient.objects.filter(number=number.value, merged_into__isnull=False) if found else []
    return next((patient for patient in closed if patient_live(patient) == found), found)


def _survivor(arrival: Arrival, pid: Segment) -> Patient:
    known = numbers(pid, 3)
    found = next((patient for number in known if (patient := _holder(number)) is not None), None)
    if found is not None:
        return found
    if not known:
        raise Refused("101", Place("PID", pid.number, 3, 1), "PID-3.1 patient number is missing.")
    return _register(arrival, pid, known, may_register=True)


TRIGGERS: dict[str, Callable[[Arrival], Applied]] = {
    **dict.fromkeys(("A01", "A02", "A04", "A05", "A06", "A07", "A08", "A10", "A12", "A28", "A31"), upsert),
    **dict.fromkeys(("A03", "A11"), discharge),
    "A13": partial(discharge, is_undone=True),
    **dict.fromkeys(("A18", "A34", "A39", "A40"), merge),
}
