"""HL7 values as the values that services take: names, numbers, sexes, people. Nothing here touches the database."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.conf import settings

from his_integration.messages.text import Segment, Text, date_parse, timestamp_parse
from imaging.common.pinyin import has_han
from imaging.patients.models import IdentifierKind, PatientClass, Sex
from imaging.patients.services import Number, PatientFields, VisitFields

SEXES = {"F": Sex.FEMALE, "M": Sex.MALE, "O": Sex.OTHER, "A": Sex.OTHER, "N": Sex.OTHER, "U": Sex.UNKNOWN}
KINDS = {
    "MR": IdentifierKind.MEDICAL_RECORD,
    "MRN": IdentifierKind.MEDICAL_RECORD,
    "PI": IdentifierKind.MEDICAL_RECORD,
    "PT": IdentifierKind.MEDICAL_RECORD,
    "": IdentifierKind.MEDICAL_RECORD,
    "NI": IdentifierKind.NATIONAL,
    "NNCHN": IdentifierKind.NATIONAL,
    "SN": IdentifierKind.INSURANCE,
    "HC": IdentifierKind.INSURANCE,
    "MB": IdentifierKind.INSURANCE,
}
# Table 0004 is for each site to fill: "P" is read as check-up here, what is not named as outpatient.
CLASSES = {
    "E": PatientClass.EMERGENCY,
    "I": PatientClass.INPATIENT,
    "B": PatientClass.INPATIENT,
    "O": PatientClass.OUTPATIENT,
    "R": PatientClass.OUTPATIENT,
    "P": PatientClass.CHECKUP,
    "T": PatientClass.CHECKUP,
}
NOT_VIP = frozenset({"", "N", "NO", "0", "NONE"})
NOT_LEGAL_NAMES = frozenset({"A", "M", "N", "S", "T", "B", "BAD"})
UNKNOWN_NAMES = frozenset({"UNKNOWN", "UNIDENTIFIED", "无名氏", "NOTKNOWN"})
UNSURE_IDENTITY = frozenset({"UD", "UA", "US"})
NO_ALLERGY = frozenset({"NKA", "NKDA", "716186003", "NONE"})
WEIGHT_CODES = frozenset({"29463-7", "3141-9", "WEIGHT", "27113001"})


@dataclass(frozen=True)
class Person:
    """A doctor or clerk (XCN): number and name."""

    code: str = ""
    name: str = ""


def numbers(segment: Segment, field: int) -> list[Number]:
    """The numbers of a CX field, each with its issuer; the patient number proper of this hospital first."""
    found = []
    for raw in segment.repetitions(field):
        value = segment.part(raw, 1) or ""
        kind = KINDS.get((segment.part(raw, 5) or "").upper(), IdentifierKind.OTHER)
        if value:
            found.append(Number(value[:64], (segment.part(raw, 4) or settings.HL7_ISSUER)[:64], kind))
    found.sort(key=lambda number: (number.kind != IdentifierKind.MEDICAL_RECORD, number.issuer != settings.HL7_ISSUER))
    if found and found[0].kind != IdentifierKind.MEDICAL_RECORD:
        found[0] = found[0]._replace(kind=IdentifierKind.MEDICAL_RECORD)
    return list(dict.fromkeys(found))


def patient_fields(pid: Segment, text: Text) -> PatientFields:
    """What PID, AL1 and a weight in OBX say; absent keys keep what we know, empty values delete it."""
    fields: PatientFields = {}
    fields.update(names(pid))
    if pid.raw(7):
        fields["birth_date"] = date_parse(pid.get(7))
    if (sex := pid.sent(8)) is not None:
        fields["sex"] = SEXES.get(sex, Sex.UNKNOWN)
    if (phone := _phone(pid)) is not None:
        fields["phone"] = phone[:32]
    if (address := _address(pid)) is not None:
        fields["address"] = address[:200]
    fields.update(_allergies(text))
    if (weight := _weight(text)) is not None:
        fields["weight_kg"] = weight
    return fields


def names(pid: Segment) -> PatientFields:
    """PID-5: the legal name in its scripts, told apart by XPN-8 (A, I, P) or by the characters themselves."""
    fields: PatientFields = {}
    given = pid.repetitions(5)
    legal = [raw for raw in given if (pid.part(raw, 7) or "").upper() not in NOT_LEGAL_NAMES]
    for raw in legal or given[:1]:
        name = _person_name(pid, raw)
        if not name:
            continue
        script = (pid.part(raw, 8) or "").upper()
        if script == "P":
            fields.setdefault("name_phonetic", name[:64])
        elif script == "I" or has_han(name):
            fields.setdefault("name_ideographic", name.replace("^", "")[:64])
        else:
            fields.setdefault("name", name[:192])
    return fields


def _person_name(segment: Segment, raw: str) -> str:
    """XPN (family, given, middle, suffix, prefix) in DICOM's order (prefix before suffix)."""
    family, given, middle, suffix, prefix = (segment.part(raw, number) or "" for number in range(1, 6))
    return "^".join(part.replace("^", " ").replace("=", " ") for part in (family, given, middle, prefix, suffix)).rstrip("^")


def is_unidentified(pid: Segment) -> bool:
    """Nobody knows yet who this is: PID-32, or the name says so."""
    family = pid.get(5).upper().replace(" ", "")
    return family in UNKNOWN_NAMES or bool(UNSURE_IDENTITY & {pid.part(raw, 1) for raw in pid.repetitions(32)})


def _phone(pid: Segment) -> str | None:
    for field in (13, 14):
        whole = pid.sent(field)
        if whole is not None:
            return whole
        for raw in pid.repetitions(field):
            parts = [pid.part(raw, number) or "" for number in (12, 6, 7)]
            if any(parts):
                return parts[0] or "".join(parts[1:])
    return None


def _address(pid: Segment) -> str | None:
    if pid.sent(11) == "" and not pid.get(11, 3):
        return "" if pid.raw(11).startswith('""') else None
    parts = [pid.get(11, component) for component in (1, 2, 3, 4, 5, 6)]
    return ", ".join(part for part in parts if part) or None


def _allergies(text: Text) -> PatientFields:
    segments = text.all("AL1")
    if not segments:
        return {}
    words = [_allergy(segment) for segment in segments]
    known = "; ".join(dict.fromkeys(word for word in words if word))
    return {"allergies": known[:200], "allergies_asked_at": timestamp_parse(text.msh.get(7))}


def _allergy(al1: Segment) -> str:
    if al1.get(3).upper() in NO_ALLERGY or al1.raw(3) == '""':
        return ""
    what = al1.get(3, 2) or al1.get(3)
    reaction = al1.get(5)
    return f"{what} – {reaction}" if what and reaction else what


def _weight(text: Text) -> Decimal | None:
    for obx in text.all("OBX"):
        if obx.get(3).upper() in WEIGHT_CODES:
            return _kilograms(obx.get(5), obx.get(6).lower())
    return None


def _kilograms(value: str, unit: str) -> Decimal | None:
    try:
        weight = Decimal(value)
    except InvalidOperation:
        return None
    weight = weight / 1000 if unit == "g" else weight
    is_weight = unit in {"kg", "g", ""} and weight.is_finite() and Decimal("0.2") <= weight < 1000
    return weight.quantize(Decimal("0.1")) if is_weight else None


def is_vip(text: Text) -> bool:
    """PV1-16 names a VIP."""
    return text.get("PV1", 16).upper() not in NOT_VIP


def patient_class(text: Text) -> str | None:
    """PV1-2; None when the message says nothing."""
    given = text.get("PV1", 2).upper()
    return CLASSES.get(given, PatientClass.OUTPATIENT) if given else None


def visit_number(text: Text) -> tuple[str, str]:
    """PV1-19 and its issuer; empty when the message names no visit."""
    pv1 = text.first("PV1")
    return (pv1.get(19)[:64], (pv1.get(19, 4) or settings.HL7_ISSUER)[:64]) if pv1 else ("", "")


def visit_fields(text: Text) -> VisitFields:
    """What PV1 and IN1 say of the visit; absent keeps, empty deletes. A VIP mark is only ever added."""
    pv1 = text.first("PV1")
    if pv1 is None:
        return {}
    fields: VisitFields = {}
    if (kind := patient_class(text)) is not None:
        fields["patient_class"] = kind
    if pv1.raw(3):
        fields["location"] = "-".join(part for part in (pv1.get(3, number) for number in (1, 2, 3)) if part)[:64]
    if pv1.raw(7):
        fields["attending"] = person(pv1, 7).name[:128]
    if text.get("IN1", 4) or pv1.raw(20):
        fields["payer"] = (text.get("IN1", 4) or pv1.get(20))[:64]
    if is_vip(text):
        fields["is_protected"] = True
    if pv1.raw(44):
        fields["admitted_at"] = timestamp_parse(pv1.get(44))
    if pv1.raw(45):
        fields["discharged_at"] = timestamp_parse(pv1.get(45))
    return fields


def person(segment: Segment, field: int) -> Person:
    """The first person of an XCN field; a name without a number is told by its letters."""
    code, family, given = (segment.get(field, component) for component in (1, 2, 3))
    if code and not family and not re.search(r"\d", code):
        code, family = "", code
    name = f"{family}{given}" if has_han(family + given) else f"{family}^{given}".strip("^")
    return Person(code[:32], name[:128])
