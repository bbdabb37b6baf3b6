"""Reading exams: `exams_visible_to` is the policy that every list, page, query and count goes through."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person, may, only_own_patients, roles_of
from imaging.access.roles import TAKERS, Act
from imaging.common.dicom import date_parse
from imaging.common.errors import NotFound
from imaging.common.typed import is_countable
from imaging.orders.models import Exam, Order, Procedure
from imaging.orders.states import ExamState
from imaging.patients.protection import workable_by
from imaging.patients.selectors import patient_find

FOUND_PATIENTS = 50


def exams_visible_to(user: Person) -> QuerySet[Exam]:
    """The exams that exist for `user`: none without EXAM_LIST; a clinician's own patients' only; a protected patient's for who is on
    the access list, who has taken the exam, and, masked, who handles exams."""
    if not may(user, Act.EXAM_LIST):
        return Exam.objects.none()
    seen = workable_by(user, "patient__")
    if seen and roles_of(user) & TAKERS:  # an empty Q is everything already; OR would narrow it
        seen |= Q(performer_id=user.pk) | Q(reader_id=user.pk)
    rows = Exam.objects.filter(seen)
    return rows.filter(patient__in=referred_by(user)) if only_own_patients(user, Act.EXAM_LIST) else rows


def referred_by(user: Person) -> QuerySet[Order, int]:
    """The keys of the patients for whom `user` has ordered: the own patients of a clinician."""
    return Order.objects.filter(referrer_id=user.pk).values_list("patient", flat=True)


def exam_for(user: Person, accession_number: str) -> Exam:
    """The exam with this accession number. Raises NotFound when there is none, or none for `user`."""
    rows = exams_visible_to(user).select_related("patient", "procedure", "department", "order__visit", "performer", "reader")
    found = rows.filter(accession_number=accession_number).first()
    if found is None:
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": accession_number})
    return found


@dataclass(frozen=True)
class ExamFilter:
    """How a list of exams is narrowed. `text` is an accession number or whatever finds patients."""

    text: str = ""
    states: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    date_from: dt.date | None = None
    date_to: dt.date | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "ExamFilter":
        """From an address: q, state and modality (several by comma), date_from, date_to. What is no state or no date is left out."""
        return cls(
            text=asked.get("q", "").strip()[:100],
            states=tuple(word for word in asked.get("state", "").split(",") if word in ExamState.values),
            modalities=tuple(word for word in asked.get("modality", "").split(",") if word)[:20],
            date_from=_day(asked.get("date_from", "")),
            date_to=_day(asked.get("date_to", "")),
        )


def _day(text: str) -> dt.date | None:
    day = date_parse(text)
    return day if is_countable(day) else None


def exams_listed(user: Person, asked: ExamFilter) -> QuerySet[Exam]:
    """The exams that exist for `user` and fit, newest first, with what a list shows of them."""
    rows = exams_visible_to(user).select_related("patient", "procedure__department", "performer", "reader")
    if asked.states:
        rows = rows.filter(state__in=asked.states)
    if asked.modalities:
        rows = rows.filter(modality__in=asked.modalities)
    zone = timezone.get_current_timezone()
    if asked.date_from:
        rows = rows.filter(ordered_at__gte=dt.datetime.combine(asked.date_from, dt.time(), zone))
    if asked.date_to:
        rows = rows.filter(ordered_at__lt=dt.datetime.combine(asked.date_to + dt.timedelta(days=1), dt.time(), zone))
    if asked.text:
        found, _next = patient_find(user=user, text=asked.text, limit=FOUND_PATIENTS)
        rows = rows.filter(Q(accession_number__in={asked.text, asked.text.upper()}) | Q(patient__in=[patient.pk for patient in found]))
    return rows.order_by("-id")


def exam_by_accession(accession_number: str) -> Exam | None:
    """The exam with this accession number, for systems (HL7, DICOM matching); people's doors use `exam_for`."""
    return Exam.objects.select_related("patient", "procedure", "order").filter(accession_number=accession_number).first()


def exams_by_study_uid(study_instance_uid: str) -> QuerySet[Exam]:
    """The exams planned with this Study Instance UID, for systems."""
    return Exam.objects.select_related("patient", "procedure", "order").filter(study_instance_uid=study_instance_uid)


def order_by_placer(number: str, issuer: str = "") -> Order | None:
    """The order with this placer number (ORC-2), for systems."""
    return Order.objects.filter(placer_number=number, placer_issuer=issuer).first() if number else None


def procedures_find(text: str, *, limit: int = 20, modalities: Iterable[str] = ()) -> list[Procedure]:
    """Up to `limit` procedures on offer that hold every word typed in their code, name, characters or pinyin; best first.

    The catalogue is a few thousand rows at most and does not grow with the archive.
    """
    words = [re.sub(r"[-]+", "-", word) for word in unicodedata.normalize("NFKC", text).lower().split()[:6]]
    rows = Procedure.objects.filter(is_active=True).select_related("department")
    if wanted := list(modalities):
        rows = rows.filter(modality__in=wanted)
    for word in words:
        rows = rows.filter(Q(code__icontains=word) | Q(name__icontains=word) | Q(name_zh__icontains=word) | Q(search_words__icontains=word))
    found = list(rows.order_by("code")[: limit * 5])
    return sorted(found, key=lambda procedure: _rank(procedure, words))[:limit]


def _rank(procedure: Procedure, words: list[str]) -> tuple[int, str]:
    """Whole code first, then codes that begin so, then words that begin so, then the rest."""
    held = {procedure.name.lower(), *procedure.name.lower().split(), procedure.name_zh.lower(), *procedure.search_words.split()}
    code = procedure.code.lower()
    misses = sum(not any(word.startswith(typed) for word in held) for typed in words)
    return (0 if words and code == words[0] else 1 if words and code.startswith(words[0]) else 2 + misses), procedure.code


def procedure_by_code(code: str) -> Procedure:
    """The procedure on offer with this code (OBR-4.1). Raises NotFound."""
    found = Procedure.objects.select_related("department").filter(code=code.strip(), is_active=True).first()
    if found is None:
        raise NotFound(_("Procedure %(code)s is not in the catalogue.") % {"code": code}, field="procedure")
    return found
