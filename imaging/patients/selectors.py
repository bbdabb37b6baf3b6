"""Reading patients: every search is a range on an index, whatever was typed and however large the hospital."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person, may, only_own_patients, roles_of
from imaging.access.roles import HANDLERS, Act
from imaging.common.errors import NotFound
from imaging.common.fields import prefix_range
from imaging.common.formats import MONTHS
from imaging.common.pinyin import has_han
from imaging.common.typed import whole_number
from imaging.patients.cleaning import date_spelled
from imaging.patients.models import IdentifierKind, Patient, PatientIdentifier, PatientMerge, SearchWord, Sex
from imaging.patients.protection import open_to
from imaging.patients.words import word_plain

SEXES = {"f": Sex.FEMALE, "female": Sex.FEMALE, "女": Sex.FEMALE, "m": Sex.MALE, "male": Sex.MALE, "男": Sex.MALE}
AGE = re.compile(r"^(\d{1,3})(y|岁)$")
DATE = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2})|-?)$|^(\d{1,2})-(\d{1,2})-(\d{4})$")
NAMED_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b", re.IGNORECASE)
DAY_FIRST = re.compile(r"^([0-3]\d)([01]\d)((?:19|20)\d\d)$")
MORE_THAN_ONE_WORD_EACH = 6  # a patient answers to a few words with one beginning; look this much further for a full page


@dataclass
class Question:
    """What was typed, taken apart."""

    typed: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    sex: str = ""
    age: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.words and self.age is None


def question_parse(text: str) -> Question:
    """Number, characters, pinyin, initials, birth date, sex, age ("58y", "58岁"), in any mixture and order."""
    text = NAMED_DATE.sub(lambda found: date_spelled(found[0]), unicodedata.normalize("NFKC", text))
    typed = text.replace(",", " ").replace("^", " ").lower().split()[:8]
    question = Question(typed=typed)
    for word in typed:
        if age := AGE.match(word):
            question.age = int(age.group(1))
        elif word in SEXES and len(typed) > 1:
            question.sex = SEXES[word]
        elif clean := _date_word(word) or word_plain(word):
            question.words.append(clean)
    question.words = [word for word in question.words if len(word) > 1 or has_han(word)]
    return question


def _date_word(word: str) -> str:
    if match := DATE.match(date_spelled(word)):
        year, month, day, day2, month2, year2 = match.groups()
        parts = (year, month, day or "") if year else (year2, month2, day2)
        return parts[0] + parts[1].zfill(2) + (parts[2].zfill(2) if parts[2] else "")
    if (match := DAY_FIRST.match(word)) and int(match.group(2)) <= 12:
        return match.group(3) + match.group(2) + match.group(1)
    return ""


def patients_visible_to(user: Person) -> QuerySet[Patient]:
    """The patients who exist for `user`, masked ones included; a clinician's are those whom they referred."""
    if not may(user, Act.PATIENT_FIND):
        return Patient.objects.none()
    return Patient.objects.filter(_existing_for(user, ""))


def patient_for(user: Person, pk: int) -> Patient:
    """The patient with this key. Raises NotFound when there is none, or none for `user`."""
    found = patients_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such patient."))
    return found


def patient_by_number(user: Person, number: str) -> Patient:
    """The patient with this number, for `user`. Raises NotFound."""
    found = patients_visible_to(user).filter(identifiers__value=number.strip(), merged_into=None).distinct()[:2]
    if len(found) != 1:
        raise NotFound(_("No single patient has the number %(number)s.") % {"number": number}, field="number")
    return found[0]


def patient_find(*, user: Person, text: str, limit: int = 20, after: str = "") -> tuple[list[Patient], str]:
    """Up to `limit` patients that fit everything in `text`, and the key from which to go on ("" at the end).

    A protected patient is found by who is on the access list; by who handles exams only with a whole number (as on a slip), never by
    name or birth date, because the answer itself would tell. Show the rows through `cards.Eyes`.
    """
    question = question_parse(text)
    if question.is_empty or not may(user, Act.PATIENT_FIND):
        return [], ""
    rows = _words_found(user, question)
    word, _bar, key = after.rpartition("|")
    if (last_pk := whole_number(key)) is not None:
        rows = rows.filter(Q(word__gt=word) | Q(word=word, patient_id__gt=last_pk))
    found: dict[int, Patient] = {}
    last = ""
    window = list(rows.select_related("patient").order_by("word", "patient_id")[: limit * MORE_THAN_ONE_WORD_EACH])
    for row in window:
        if row.patient_id not in found and len(found) == limit:
            return list(found.values()), last
        found.setdefault(row.patient_id, row.patient)
        last = f"{row.word}|{row.patient_id}"
    return list(found.values()), last if len(window) == limit * MORE_THAN_ONE_WORD_EACH else ""


def _words_found(user: Person, question: Question) -> QuerySet[SearchWord]:
    """Rows of the most telling word, in the order of its index; the other words only have to exist."""
    first, *others = sorted(question.words, key=_telling, reverse=True) or [""]
    rows = SearchWord.objects.filter(prefix_range("word", first) if first else _birth_words(question.age or 0))
    for word in others:
        rows = rows.filter(Exists(SearchWord.objects.filter(prefix_range("word", word), patient_id=OuterRef("patient_id"))))
    if question.age is not None:
        oldest, youngest = _born_between(question.age)
        rows = rows.filter(patient__birth_date__gt=oldest, patient__birth_date__lte=youngest)
    if question.sex:
        rows = rows.filter(patient__sex=question.sex)
    return rows.filter(_existing_for(user, "patient__", question.typed), patient__merged_into=None)


def _telling(word: str) -> tuple[bool, int]:
    return any(character.isdigit() for character in word), len(word)


def _born_between(age: int) -> tuple[dt.date, dt.date]:
    """After the first and not after the second day, who is `age` years old today was born."""
    today = timezone.localdate()
    day = min(today.day, 28) if today.month == 2 else today.day
    return today.replace(year=today.year - age - 1, day=day), today.replace(year=today.year - age, day=day)


def _birth_words(age: int) -> Q:
    oldest, youngest = _born_between(age)
    return Q(word__gt=f"{oldest:%Y%m%d}", word__lte=f"{youngest:%Y%m%d}")


def _existing_for(user: Person, path: str, numbers: list[str] | None = None) -> Q:
    """Open patients; for who handles exams the protected ones too, in a search only when a whole number of theirs was given."""
    handles = bool(roles_of(user) & HANDLERS)
    seen = Q() if handles and numbers is None else open_to(user, path)
    if handles and numbers is not None:
        seen |= Q(**{f"{path}pk__in": _holders(numbers)})
    if only_own_patients(user, Act.PATIENT_FIND):
        seen &= Q(**{f"{path}pk__in": Patient.objects.filter(orders__referrer_id=user.pk).values("pk")})
    return seen


def _holders(numbers: list[str]) -> QuerySet[PatientIdentifier, int]:
    spelled = [form for number in numbers for form in (number, number.upper())]
    return PatientIdentifier.objects.filter(value__in=spelled).values_list("patient_id", flat=True)


def patient_by_identifier(value: str, issuer: str = "", kind: str = IdentifierKind.MEDICAL_RECORD) -> Patient | None:
    """Whose number this is; "" as issuer means this hospital. None when it is nobody's. After a merge it is the survivor's."""
    rows = PatientIdentifier.objects.filter(value=value.strip(), issuer=issuer or settings.HOSPITAL_CODE, kind=kind)
    found = rows.select_related("patient").first()
    return found.patient if found else None


def patient_duplicates(*, user: Person, birth_date: dt.date, name: str = "", name_ideographic: str = "") -> list[Patient]:
    """Who is already here with this birth date and this name, in either script; only those whom `user` sees."""
    same_name = Q(name__iexact=name) if name else Q(pk=None)
    if name_ideographic:
        same_name |= Q(name_ideographic=name_ideographic)
    rows = Patient.objects.filter(open_to(user), same_name, birth_date=birth_date, merged_into=None)
    return list(rows.order_by("pk")[:5])


def merges_of(patient: Patient) -> QuerySet[PatientMerge]:
    """The merges in which `patient` is the survivor and that still hold, newest first."""
    return PatientMerge.objects.filter(survivor=patient, undone_at=None).select_related("retired").order_by("-merged_at")
