"""A patient as one person may see them. Pages, print and REST show this, never the patient row: a masked name cannot slip out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from django.utils.translation import gettext as _

from imaging.access import guardian_wrapper
from imaging.access.models import User
from imaging.access.policy import Person, roles_of
from imaging.access.roles import HANDLERS, TAKERS, Role
from imaging.common.cards import PatientCard
from imaging.common.formats import person_first, person_name, person_second
from imaging.patients.models import Patient
from imaging.patients.protection import SEE_PROTECTED, Sight

# Whose work needs allergies and safety facts; the cashier's and the manager's does not.
CLINICAL = frozenset({Role.FRONT_DESK, Role.TECHNOLOGIST, Role.RESIDENT, Role.RADIOLOGIST, Role.CLINICIAN})


class Taken(Protocol):
    """An exam, as far as sight is concerned: who performs it and who reads it."""

    performer_id: int | None
    reader_id: int | None


@dataclass(frozen=True)
class SeenPatient:
    """What lists, slips, REST and the banner show of a patient. Masked: no name, number or birth date is in it at all.

    The filters for names take it as they take a patient.
    """

    id: int
    sight: Sight
    is_protected: bool
    number: str = ""
    name: str = ""
    name_ideographic: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    phone: str = ""
    weight_kg: Decimal | None = None
    allergies: str = ""
    allergies_asked_at: dt.datetime | None = None
    is_unidentified: bool = False
    clinical: bool = False

    @property
    def hidden(self) -> bool:
        return self.sight is not Sight.FULL

    @property
    def label(self) -> str:
        """Both scripts by language; what to call who may not be named."""
        return _("Protected patient") if self.hidden else person_name(self)

    @property
    def first(self) -> str:
        """The first line of a row."""
        return _("Protected patient") if self.hidden else person_first(self)

    @property
    def second(self) -> str:
        """The second line of a row: the name in the other script."""
        return "" if self.hidden else person_second(self)


class Eyes:
    """One person's sight, for many patients: roles and access lists are asked once."""

    def __init__(self, user: Person) -> None:
        self.user = user
        self.roles = roles_of(user)

    @cached_property
    def listed(self) -> frozenset[int]:
        """The protected patients whose access list names this person."""
        if not isinstance(self.user, User):
            return frozenset()
        granted = guardian_wrapper.objects_granted(user=self.user, permission=SEE_PROTECTED, model=Patient)
        return frozenset(granted.values_list("pk", flat=True))

    def sight(self, patient: Patient, exam: Taken | None = None) -> Sight:
        if not patient.is_protected:
            return Sight.FULL
        if (exam is not None and self.has_taken(exam)) or patient.pk in self.listed:
            return Sight.FULL
        return Sight.MASKED if self.roles & HANDLERS else Sight.NONE

    def has_taken(self, exam: Taken) -> bool:
        """Whether this person performs or reads that very exam."""
        return bool(self.roles & TAKERS) and self.user.pk is not None and self.user.pk in (exam.performer_id, exam.reader_id)

    def see(self, patient: Patient, exam: Taken | None = None) -> SeenPatient:
        sight = self.sight(patient, exam)
        if sight is not Sight.FULL:
            return SeenPatient(id=patient.pk, sight=sight, is_protected=True)
        return SeenPatient(
            id=patient.pk, sight=sight, is_protected=patient.is_protected, number=patient.number, name=patient.name,
            name_ideographic=patient.name_ideographic, sex=patient.sex, birth_date=patient.birth_date, phone=patient.phone,
            weight_kg=patient.weight_kg, allergies=patient.allergies, allergies_asked_at=patient.allergies_asked_at,
            is_unidentified=patient.is_unidentified, clinical=bool(self.roles & CLINICAL),
        )  # fmt: skip

    def see_all(self, patients: Iterable[Patient]) -> list[SeenPatient]:
        """Those who exist for this person, as they may see them."""
        return [seen for seen in map(self.see, patients) if seen.sight is not Sight.NONE]

    def card(self, patient: Patient, taken: Taken | None = None, **more: Any) -> PatientCard:
        """The banner's card; `more` is what an exam's page adds to it (exam, accession_number, state, place, ...)."""
        seen = self.see(patient, taken)
        return PatientCard(patient=seen, hidden=seen.hidden, clinical=seen.clinical, **more)


def patient_as_seen_by(*, user: Person, patient: Patient, exam: Taken | None = None) -> SeenPatient:
    """`patient` as `user` may see them; `exam` opens a protected patient to who performs or reads it. `sight` NONE: answer 404.

    For many patients keep one `Eyes`, which asks roles and access lists once.
    """
    return Eyes(user).see(patient, exam)
