"""How a reading list is narrowed: what the address says, what that asks of the database, and how it reads in words.

The address alone is the list: whoever is sent it sees the same, as far as they may see it at all.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.access.policy import Person
from imaging.archive.completeness import ImagesState
from imaging.common.formats import local_text
from imaging.orders.models import Department, Priority
from imaging.patients.models import PatientClass
from imaging.scheduling.models import Room
from reporting.subspecialties.selectors import MINE, exams_of, subspecialties_now

VIEWS = ("open", "mine", "sign", "due", "late", "signed")
MOST_VALUES, LONGEST_VALUE, LONGEST_TEXT, MOST_WORDS = 12, 64, 80, 6
Choice = tuple[str, str | Promise]


@dataclass(frozen=True)
class Kind:
    """One way to narrow: its word in the address, what may be chosen, and what a choice asks of the database."""

    key: str
    label: str | Promise
    choices: Callable[[], list[Choice]]
    asks: Callable[[list[str], Person], Q] | None = None


def _subspecialties() -> list[Choice]:
    return [(MINE, pgettext_lazy("subspecialties", "Mine")), *((one.code, str(one)) for one in subspecialties_now())]


def _modalities() -> list[Choice]:
    return [(code, code) for code in ("CR", "CT", "DX", "ES", "IO", "MG", "MR", "NM", "OP", "PT", "PX", "RF", "US", "XA")]


def _departments() -> list[Choice]:
    return [(one.code, local_text(one)) for one in Department.objects.order_by("code")]


def _sites() -> list[Choice]:
    places = Room.objects.exclude(place="").order_by("place").values_list("place", flat=True).distinct()
    return [(place, place) for place in places]


DUE_WITHIN = {"over": dt.timedelta(0), "1": dt.timedelta(hours=1), "4": dt.timedelta(hours=4), "24": dt.timedelta(hours=24)}


def _due() -> list[Choice]:
    return list(zip(DUE_WITHIN, (_("Overdue"), _("Within 1 h"), _("Within 4 h"), _("Within 24 h")), strict=True))


def _images() -> list[Choice]:
    return [(state.value, state.label) for state in ImagesState]


KINDS = (
    Kind("modality", _("Modality"), _modalities, lambda codes, _user: Q(modality__in=codes)),
    Kind("sub", _("Subspecialty"), _subspecialties, exams_of),
    Kind("priority", _("Priority"), lambda: list(Priority.choices), lambda values, _user: Q(priority__in=values)),
    Kind("class", _("Patient type"), lambda: list(PatientClass.choices), lambda values, _user: Q(order__patient_class__in=values)),
    Kind("section", _("Section"), _departments, lambda codes, _user: Q(department__code__in=codes)),
    Kind("site", _("Site"), _sites, lambda places, _user: Q(steps__room__place__in=places)),
    Kind("due", _("Deadline"), _due),
    Kind("images", _("Images"), _images),
)
BY_KEY = {kind.key: kind for kind in KINDS}


@dataclass(frozen=True)
class Chip:
    """One narrowing in words, and the address without it."""

    text: str
    without: str


@dataclass(frozen=True)
class ListFilter:
    """A narrowed list. `chosen` holds values by the key of their kind; within one kind any may fit, of all kinds each has to."""

    view: str = "open"
    text: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: QueryDict) -> "ListFilter":
        """What an address says; what it does not understand narrows nothing."""
        view = asked.get("view", "")
        chosen = {}
        for kind in KINDS:
            values = [
                value for value in asked.getlist(kind.key)[:MOST_VALUES] if value and value.isprintable() and len(value) <= LONGEST_VALUE
            ]
            if values:
                chosen[kind.key] = tuple(dict.fromkeys(values))
        text = "".join(letter for letter in " ".join(asked.get("q", "").split()) if letter.isprintable())
        return cls(view if view in VIEWS else "open", text[:LONGEST_TEXT], chosen)

    @classmethod
    def read(cls, address: str) -> "ListFilter":
        return cls.of(QueryDict(address))

    @cached_property
    def address(self) -> str:
        """The one way to write it."""
        pairs = [("view", self.view)]
        pairs += [(kind.key, value) for kind in KINDS for value in self.chosen.get(kind.key, ())]
        return urlencode([*pairs, ("q", self.text)] if self.text else pairs)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen or self.text)

    @property
    def words(self) -> list[str]:
        return self.text.lower().split()[:MOST_WORDS]

    def asks(self, user: Person) -> Q:
        """What the database can be asked for `user`; the rest is looked at row by row."""
        found = Q()
        for key, values in self.chosen.items():
            if ask := BY_KEY[key].asks:
                found &= ask(list(values), user)
        return found

    def with_(self, **changes: object) -> "ListFilter":
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return ListFilter(**{**values, **changes})

    def toggled(self, key: str, value: str) -> "ListFilter":
        """With `value` chosen, or without it where it is."""
        values = self.chosen.get(key, ())
        left = tuple(one for one in values if one != value) if value in values else (*values, value)
        chosen = {**self.chosen, key: left}
        return self.with_(chosen={name: some for name, some in chosen.items() if some})

    def chips(self) -> list[Chip]:
        """What narrows the list, as sentences."""
        found = []
        for kind in KINDS:
            if values := self.chosen.get(kind.key):
                labels = {value: str(label) for value, label in kind.choices()}
                names = ", ".join(labels.get(value, value) for value in values)
                text = str(pgettext_lazy("filter", "%(what)s is %(values)s")) % {"what": kind.label, "values": names}
                without = {name: some for name, some in self.chosen.items() if name != kind.key}
                found.append(Chip(text, self.with_(chosen=without).address))
        return found
