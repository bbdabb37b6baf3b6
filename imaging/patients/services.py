"""Writing patients: register, correct, visits, protection. Merging has its own file, `merging.py`.

Who did it: `user`, or `actor` for a system; `door` is page, api, hl7 or dicom. Every change leaves an audit row naming the fields.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, TypedDict, Unpack, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access import guardian_wrapper
from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.common.errors import Conflict, Duplicate, Forbidden, InvalidInput
from imaging.patients.cleaning import birth_date_clean, name_clean, name_from_characters, text_clean
from imaging.patients.models import IdentifierKind, Patient, PatientClass, PatientIdentifier, Sex, Visit
from imaging.patients.numbering import number_next
from imaging.patients.protection import SEE_PROTECTED, keeps_list
from imaging.patients.words import patient_index


class Number(NamedTuple):
    """A number by which a patient is known."""

    value: str
    issuer: str
    kind: str = IdentifierKind.MEDICAL_RECORD


class PatientFields(TypedDict, total=False):
    """What may be said of a patient. A key that is absent keeps the value; None or "" deletes it (HL7: `""`)."""

    name: str | None
    name_ideographic: str | None
    name_phonetic: str | None
    birth_date: dt.date | str | None
    sex: str | None
    phone: str | None
    address: str | None
    weight_kg: Decimal | None
    allergies: str | None
    allergies_asked_at: dt.datetime | None


class VisitFields(TypedDict, total=False):
    """What may be said of a visit; absent keeps, None or "" deletes."""

    patient_class: str | None
    location: str | None
    attending: str | None
    payer: str | None
    is_protected: bool | None
    admitted_at: dt.datetime | None
    discharged_at: dt.datetime | None


@transaction.atomic
def patient_register(
    *, number: str = "", issuer: str = "", others: Iterable[Number] = (), is_unidentified: bool = False,
    user: User | None = None, actor: str = "", door: str = "page", **fields: Unpack[PatientFields],
) -> Patient:  # fmt: skip
    """A new patient, with the `number` that came along or the hospital's next one.

    Raises InvalidInput for a missing name or a bad value, Duplicate when one of the numbers is already somebody's.
    """
    values = _cleaned(fields)
    values["name"] = values.get("name") or name_from_characters(str(values.get("name_ideographic", "")))
    if not values["name"]:
        raise InvalidInput(_("Give the name, in letters or in characters."), field="name")
    number = text_clean(number) or _number_new()
    patient = Patient.objects.create(number=number, is_unidentified=is_unidentified, **values)
    for known in (Number(number, issuer or settings.HOSPITAL_CODE), *others):
        _identifier_link(patient, known)
    patient_index(patient)
    audit_record(act="patient.register", door=door, user=user, actor=actor, patient_number=number)
    return patient


def patient_register_unidentified(*, sex: str = "", user: User | None = None, actor: str = "", door: str = "page") -> Patient:
    """A patient whom nobody can name yet; corrected or merged once the identity is known."""
    moment = timezone.localtime()
    name = f"UNKNOWN^Emergency {moment:%m%d-%H%M}"
    characters = f"无名氏 {moment:%m%d-%H%M}"
    return patient_register(name=name, name_ideographic=characters, sex=sex, is_unidentified=True, user=user, actor=actor, door=door)


@transaction.atomic
def patient_update(
    *, patient: Patient, is_unidentified: bool | None = None, user: User | None = None, actor: str = "", door: str = "page",
    **fields: Unpack[PatientFields],
) -> Patient:  # fmt: skip
    """Correct the fields named; the others stay. Returns the changed row. Raises InvalidInput, Conflict for a merged patient."""
    locked = patient_lock(patient=patient)
    values = {name: value for name, value in _cleaned(fields).items() if getattr(locked, name) != value}
    if is_unidentified is not None and is_unidentified != locked.is_unidentified:
        values["is_unidentified"] = is_unidentified
    if "name" in values and not values["name"]:
        raise InvalidInput(_("A patient keeps a name; give the new one."), field="name")
    if not values:
        return locked
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save()
    patient_index(locked)
    audit_record(act="patient.update", door=door, user=user, actor=actor, patient_number=locked.number, fields=sorted(values))
    return locked


def patient_lock(*, patient: Patient) -> Patient:
    """The row, locked until the transaction ends. Raises Conflict when the patient was merged into another one."""
    locked = Patient.objects.select_for_update().get(pk=patient.pk)
    if locked.merged_into_id is not None:
        raise Conflict(_("This patient was merged into another one; open that one."), code="merged")
    return locked


def identifier_add(*, patient: Patient, value: str, issuer: str, kind: str = IdentifierKind.MEDICAL_RECORD) -> PatientIdentifier:
    """Make `value` of `issuer` name this patient; already theirs changes nothing. Raises Duplicate when it is somebody else's."""
    found, made = _identifier_link(patient, Number(value, issuer, kind))
    if made:
        patient_index(patient)
    return found


@transaction.atomic
def visit_upsert(
    *, patient: Patient, number: str, issuer: str = "", user: User | None = None, actor: str = "", door: str = "page",
    **fields: Unpack[VisitFields],
) -> Visit:  # fmt: skip
    """The visit with this number, made or corrected. A protected visit (PV1-16) protects the patient; no message lifts that again.

    Raises InvalidInput without a number, Conflict when the visit belongs to another patient.
    """
    number = text_clean(number)
    if not number or len(number) > 64:
        raise InvalidInput(_("A visit number has 1 to 64 characters."), field="visit")
    visit, made = Visit.objects.select_for_update().get_or_create(
        number=number, issuer=issuer or settings.HOSPITAL_CODE, defaults={"patient": patient}
    )
    if visit.patient_id != patient.pk:
        raise Conflict(_("Visit %(number)s belongs to another patient.") % {"number": number}, field="visit")
    changed = _visit_changes(visit, fields)
    if made or changed:
        visit.save()
        audit_record(
            act="visit.update", door=door, user=user, actor=actor, patient_number=patient.number, visit=number, fields=sorted(changed)
        )
    if visit.is_protected and not patient.is_protected:
        patient_protect(patient=patient, protected=True, reason="PV1-16", user=user, actor=actor, door=door)
    return visit


@transaction.atomic
def patient_protect(
    *, patient: Patient, protected: bool, reason: str = "", user: User | None = None, actor: str = "", door: str = "page"
) -> Patient:
    """Protect the patient (VIP) or lift it. A person who protects is put on the access list; whoever is on it stays on it.

    Raises Forbidden when `user` may not keep this patient's list.
    """
    locked = patient_lock(patient=patient)
    require_keeper(locked, user)
    if locked.is_protected != protected:
        if protected and user is not None:
            access_list_add(patient=locked, person=user, user=user, door=door)
        locked.is_protected = protected
        locked.save(update_fields=["is_protected", "updated_at"])
        act = "patient.protect" if protected else "patient.unprotect"
        audit_record(act=act, door=door, user=user, actor=actor, patient_number=locked.number, reason=reason)
    patient.is_protected = protected
    return locked


def access_list_add(*, patient: Patient, person: User, user: User | None = None, actor: str = "", door: str = "page") -> None:
    """From now on `person` sees this protected patient. Raises Forbidden when `user` may not keep this patient's list."""
    with transaction.atomic():
        require_keeper(patient, user)
        guardian_wrapper.grant(user=person, permission=SEE_PROTECTED, to=patient)
        audit_record(act="access.add", door=door, user=user, actor=actor, patient_number=patient.number, person=person.username)


def access_list_remove(*, patient: Patient, person: User, user: User | None = None, actor: str = "", door: str = "page") -> None:
    """From now on `person` does not. Raises Forbidden when `user` may not keep this patient's list."""
    with transaction.atomic():
        require_keeper(patient, user)
        guardian_wrapper.revoke(user=person, permission=SEE_PROTECTED, to=patient)
        audit_record(act="access.remove", door=door, user=user, actor=actor, patient_number=patient.number, person=person.username)


def require_keeper(patient: Patient, user: User | None) -> None:
    """Raises Forbidden unless `user` (None: a system) may keep this patient's access list."""
    if user is not None and not keeps_list(user, patient):
        raise Forbidden(_("Only who is on this patient's access list may change it."))


def _identifier_link(patient: Patient, known: Number) -> tuple[PatientIdentifier, bool]:
    value, issuer = text_clean(known.value), text_clean(known.issuer)
    if not value or len(value) > 64 or len(issuer) > 64:
        raise InvalidInput(_("A patient number has 1 to 64 characters."), field="number")
    taken = Duplicate(_("Number %(value)s is already given.") % {"value": value}, field="number")
    try:
        with transaction.atomic():
            found, made = PatientIdentifier.objects.get_or_create(
                value=value, issuer=issuer, kind=known.kind, defaults={"patient": patient}
            )
    except IntegrityError as error:  # another writer came first and is not visible to us
        raise taken from error
    if found.patient_id != patient.pk:
        raise taken
    return found, made


def _number_new() -> str:
    """The hospital's next patient number; numbers that came from elsewhere are stepped over."""
    while True:
        number = settings.PATIENT_NUMBER_PATTERN.format(number=number_next(series="patient"))
        if not PatientIdentifier.objects.filter(value=number, issuer=settings.HOSPITAL_CODE).exists():
            return number


NOT_TEXT = frozenset({"birth_date", "weight_kg", "allergies_asked_at"})


def _cleaned(fields: PatientFields) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in fields.items():
        if name not in NOT_TEXT:
            values[name] = _text(name, cast("str | None", value))
    if "birth_date" in fields:
        values["birth_date"] = birth_date_clean(fields["birth_date"], today=timezone.localdate())
    values |= {name: value or None for name, value in fields.items() if name in {"weight_kg", "allergies_asked_at"}}
    weight = fields.get("weight_kg")
    if weight and not Decimal("0.2") <= weight < 1000:
        raise InvalidInput(_("The weight is between 0.2 and 999.9 kg."), field="weight_kg")
    return values


def _text(name: str, value: str | None) -> str:
    text = name_clean(value or "") if name in {"name", "name_phonetic"} else text_clean(value or "")
    longest = getattr(Patient._meta.get_field(name), "max_length", None)
    if longest is not None and len(text) > longest and name != "sex":
        raise InvalidInput(_("At most %(number)s characters.") % {"number": longest}, field=name)
    if name == "sex" and text not in Sex.values:
        raise InvalidInput(_("The sex is F, M, O, or empty when not known."), field="sex")
    return text


def _visit_changes(visit: Visit, fields: VisitFields) -> list[str]:
    defaults = {"patient_class": PatientClass.OUTPATIENT, "is_protected": False, "admitted_at": None, "discharged_at": None}
    changed = []
    for name, value in fields.items():
        wanted = value or defaults.get(name, "")
        if getattr(visit, name) != wanted:
            setattr(visit, name, wanted)
            changed.append(name)
    if visit.patient_class not in PatientClass.values:
        raise InvalidInput(_("The patient type is E, I, O or P."), field="patient_class")
    return changed
