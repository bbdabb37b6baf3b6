"""What Ctrl K finds of patients and exams: names by pinyin and characters, numbers, birth dates, accession numbers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from imaging.access.roles import Act
from imaging.access.search import Hit, finder_register
from imaging.common.formats import age, local_text, sex
from imaging.orders.selectors import exams_visible_to
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.selectors import patient_find

LEAST_ACCESSION = 4
# Behind every accession number that begins alike, in byte order and in the order of any language: a range that the index serves.
AFTER_ALL = "z" * 16


def exams_found(user: Any, text: str, limit: int) -> list[Hit]:
    """The exam whose whole accession number was typed or scanned; a beginning of at least four characters finds several."""
    wanted = text.upper()
    if len(wanted) < LEAST_ACCESSION or " " in wanted:
        return []
    rows = exams_visible_to(user).filter(accession_number__gte=wanted, accession_number__lt=wanted + AFTER_ALL)
    found = rows.select_related("patient", "procedure").order_by("accession_number")[:limit]
    eyes = Eyes(user)
    return [
        Hit(
            label=eyes.see(exam.patient, exam).label,
            url=reverse("exam", args=[exam.accession_number]),
            icon="route",
            code=exam.accession_number,
            hint=local_text(exam.procedure),
            exact=exam.accession_number == wanted,
        )
        for exam in found
    ]


def patients_found(user: Any, text: str, limit: int) -> list[Hit]:
    """Patients as the search of the patients' page finds them, masked as this person may see them."""
    found, _more = patient_find(user=user, text=text, limit=limit)
    return [_hit(seen, text) for seen in Eyes(user).see_all(found)]


def _hit(seen: SeenPatient, text: str) -> Hit:
    url = reverse("patient", args=[seen.id])
    if seen.hidden:
        return Hit(label=seen.label, url=url, icon="lock", hint=_("protected"))
    hint = " ".join((sex(seen.sex), age(seen.birth_date)))
    return Hit(label=seen.label, url=url, icon="user", code=seen.number, hint=hint, exact=seen.number == text)


finder_register(Act.EXAM_LIST, exams_found)
finder_register(Act.PATIENT_FIND, patients_found)
