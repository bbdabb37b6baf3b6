"""Finding where images belong: exams, patients and studies as one person may see them, best first. Pages and REST name a target so:
"exam:ACCESSION", "patient:KEY", "study:UID", "new" for a study of its own; an accession number alone is its exam."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.corrections.targets import Target
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to, study_for
from imaging.common.errors import InvalidInput
from imaging.common.formats import clinical_date, local_text
from imaging.common.typed import whole_number
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for, exams_visible_to
from imaging.orders.states import ExamState
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.models import Patient
from imaging.patients.selectors import patient_find, patient_for

EXAMS, PATIENTS, STUDIES, EXAMS_EACH = 8, 4, 5, 3
LEAST_ACCESSION = 3
AFTER_ALL = "z" * 16


@dataclass(frozen=True)
class Choice:
    """One line of the list: what is sent for it, and what is shown. `patient` is masked where this person may not know."""

    value: str
    code: str
    hint: str
    patient: SeenPatient | None = None
    exam: Exam | None = None


def target_read(user: Person, text: str) -> Target:
    """The target that `text` names, if it exists for `user`. Raises InvalidInput when it names none, NotFound."""
    kind, _colon, name = text.strip().partition(":")
    if kind == "new":
        return Target(is_new=True)
    if kind == "study":
        return Target(study=study_for(user, name))
    if kind == "patient":
        return Target(patient=patient_for(user, whole_number(name) or 0))
    accession = name if kind == "exam" else text.strip()
    if not accession:
        raise InvalidInput(_("Choose where the images belong."), field="target")
    return Target(exam=exam_for(user, accession))


def choices_found(user: Person, text: str, study: Study) -> list[Choice]:
    """With nothing typed, what is near: other studies and exams of the same patient. Else exams by number, patients with their exams."""
    eyes = Eyes(user)
    if not text:
        return [*_exams_of(eyes, study.matched_patient, study, EXAMS), *_studies_near(eyes, study)]
    exams = [_exam(eyes, exam) for exam in _by_accession(user, text)]
    found, _more = patient_find(user=user, text=text, limit=PATIENTS)
    return exams + [choice for patient in found for choice in _patient(eyes, patient, study)]


def _by_accession(user: Person, text: str) -> list[Exam]:
    wanted = text.upper()
    if len(wanted) < LEAST_ACCESSION or " " in wanted:
        return []
    rows = exams_visible_to(user).filter(accession_number__gte=wanted, accession_number__lt=wanted + AFTER_ALL)
    return list(rows.select_related("patient", "procedure").order_by("accession_number")[:EXAMS])


def _patient(eyes: Eyes, patient: Patient, study: Study) -> list[Choice]:
    """The patient's latest exams first, then the patient without any order."""
    seen = eyes.see(patient)
    return [*_exams_of(eyes, patient, study, EXAMS_EACH), Choice(f"patient:{patient.pk}", seen.number, _("without an order"), seen)]


def _exams_of(eyes: Eyes, patient: Patient | None, study: Study, limit: int) -> list[Choice]:
    if patient is None:
        return []
    rows = exams_visible_to(eyes.user).filter(patient=patient).exclude(state=ExamState.CANCELLED).exclude(pk=study.exam_id or 0)
    return [_exam(eyes, exam) for exam in rows.select_related("patient", "procedure").order_by("-ordered_at")[:limit]]


def _exam(eyes: Eyes, exam: Exam) -> Choice:
    hint = f"{local_text(exam.procedure)} · {clinical_date(exam.scheduled_at or exam.ordered_at)}"
    return Choice(f"exam:{exam.accession_number}", exam.accession_number, hint, eyes.see(exam.patient, exam), exam)


def _studies_near(eyes: Eyes, study: Study) -> list[Choice]:
    """Other studies of the same patient, or under the same number when they are matched to nobody."""
    rows = studies_visible_to(eyes.user).filter(instance_count__gt=0).exclude(pk=study.pk).select_related("matched_patient", "exam")
    if study.matched_patient is not None:
        rows = rows.filter(matched_patient=study.matched_patient)
    else:
        rows = rows.filter(matched_patient=None, patient_id=study.patient_id) if study.patient_id else rows.none()
    return [_study(eyes, one) for one in rows.order_by("-study_date", "-pk")[:STUDIES]]


def _study(eyes: Eyes, study: Study) -> Choice:
    day = clinical_date(study.study_date) if study.study_date else ""
    hint = " · ".join(filter(None, (_("study"), ", ".join(study.modalities), study.study_description, day)))
    seen = eyes.see(study.matched_patient, study.exam) if study.matched_patient else None
    return Choice(f"study:{study.study_instance_uid}", study.accession_number, hint, seen)
