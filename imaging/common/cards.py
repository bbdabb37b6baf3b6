"""What the patient banner shows, in its fixed order. A page fills in what its role may know."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Safety:
    """One safety fact: `kind` is a tag colour (ok, warn, danger, slate), `icon` a Lucide name."""

    text: str
    kind: str = "ok"
    icon: str = "check"


@dataclass(frozen=True)
class PatientCard:
    """The patient in context. `patient` is anything with name, name_ideographic, sex, birth_date and number.

    `clinical` is False for roles that see no clinical facts (cashier, manager): allergies, safety and weight are left out.
    `hidden` is True when the reader must handle the exam of a protected patient without seeing who it is.
    """

    patient: Any
    exam_date: dt.date | dt.datetime | None = None
    exam: str = ""
    accession_number: str = ""
    state: str = ""
    place: str = ""
    visit: str = ""
    payer: str = ""
    due: str = ""
    note: str = ""
    clinical: bool = True
    hidden: bool = False
    safety: list[Safety] = field(default_factory=list)

    @property
    def weight_kg(self) -> Decimal | None:
        return getattr(self.patient, "weight_kg", None)
