"""What a question of matching is likely to be answered with, and why: exams weighed by what agrees and what contradicts.

Only a proposal: nothing is linked by it. Of a patient whom the reader may not know, nothing personal is weighed or told.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imaging.access.policy import Person
from imaging.archive.models import IntegrityCase, Study
from imaging.archive.queue.reconcile import TAKES_IMAGES, TELLING_SEXES, names_agree
from imaging.common.dicom import name_parse
from imaging.orders.models import Exam
from imaging.orders.selectors import exams_visible_to
from imaging.orders.states import ExamState
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.models import Patient, PatientIdentifier
from imaging.scheduling.models import ScheduledStep

SHOWN, WEIGHED = 5, 80
LIKELY, LEAD = 45, 12
ALIKE = 0.8
NEAR, SAME_DAY = dt.timedelta(hours=2), dt.timedelta(hours=12)
AROUND = dt.timedelta(days=2)
FULL = 100

Reason = tuple[int, str | Promise]


@dataclass(frozen=True)
class Proposal:
    """An exam with its weight (0 to 100), what speaks for it and what against; `is_likely` for the one that stands out."""

    exam: Exam
    patient: SeenPatient
    score: int
    pros: list[str | Promise] = field(default_factory=list)
    cons: list[str | Promise] = field(default_factory=list)
    is_likely: bool = False


def proposals(user: Person, case: IntegrityCase, *, is_masked: bool = False) -> list[Proposal]:
    """The exams that fit best, as far as they exist for `user`. `is_masked`: whose the images are is not for them to know."""
    study = case.study
    if study is None:
        return []
    eyes, source = Eyes(user), case.source_ae_title
    steps = _steps(study)
    found = [_weighed(eyes, study, exam, source, steps.get(exam.pk), is_masked) for exam in _pool(user, study, steps)]
    best = sorted((one for one in found if one.score > 0), key=lambda one: -one.score)[:SHOWN]
    return [_marked(one, best) for one in best]


def _marked(one: Proposal, best: list[Proposal]) -> Proposal:
    lead = one.score - (best[1].score if len(best) > 1 else 0)
    stands_out = one is best[0] and one.score >= LIKELY and lead >= LEAD
    return Proposal(one.exam, one.patient, one.score, one.pros, one.cons, stands_out)


def _steps(study: Study) -> dict[int, ScheduledStep]:
    """What was booked around that time for the same kind of device, by exam."""
    moment = taken_at(study)
    rows = ScheduledStep.objects.filter(modality__in=study.modalities, starts_at__range=(moment - AROUND, moment + AROUND))
    nearest = sorted(rows.order_by("starts_at")[: WEIGHED * 4], key=lambda step: abs(step.starts_at - moment))
    found: dict[int, ScheduledStep] = {}
    for step in nearest[:WEIGHED]:
        found.setdefault(step.exam_id, step)
    return found


def _pool(user: Person, study: Study, steps: dict[int, ScheduledStep]) -> QuerySet[Exam]:
    """The exams worth weighing: named by the images, of the patient they name, or booked around that time."""
    named = Q(pk__in=list(steps))
    if study.accession_number:
        named |= Q(accession_number=study.accession_number)
    if study.patient_id:
        patients = PatientIdentifier.objects.filter(value=study.patient_id).values("patient")
        named |= Q(patient__in=patients, state__in=TAKES_IMAGES)
    named |= Q(study_instance_uid=study.study_instance_uid)
    rows = exams_visible_to(user).filter(named).exclude(state=ExamState.CANCELLED)
    return rows.select_related("patient", "procedure").order_by("-ordered_at")[:WEIGHED]


def taken_at(study: Study) -> dt.datetime:
    """When the images were taken, as they say; else when they came."""
    if study.study_date is None:
        return study.first_received_at
    return timezone.make_aware(dt.datetime.combine(study.study_date, study.study_time or dt.time(12)))


def _weighed(eyes: Eyes, study: Study, exam: Exam, source: str, step: ScheduledStep | None, is_masked: bool) -> Proposal:
    seen = eyes.see(exam.patient, exam)
    reasons = [*_of_the_order(study, exam), *_of_the_place(study, exam, source, step)]
    if not seen.hidden and not is_masked:
        reasons += _of_the_person(study, exam.patient)
    score = max(0, min(FULL, sum(weight for weight, _word in reasons)))
    pros = [word for weight, word in reasons if weight > 0]
    return Proposal(exam, seen, score, pros, [word for weight, word in reasons if weight < 0])


def _of_the_order(study: Study, exam: Exam) -> Iterator[Reason]:
    if study.study_instance_uid == exam.study_instance_uid:
        yield 40, _("same study UID")
    if study.accession_number and study.accession_number == exam.accession_number:
        yield 40, _("same accession number")
    elif study.accession_number:
        yield -5, _("another accession number")
    if exam.modality in study.modalities:
        yield 10, _("same modality")
    elif study.modalities:
        yield -20, _("another modality")
    bodies = {part.upper() for part in study.series.values_list("body_part_examined", flat=True) if part}
    if exam.procedure.body_part and bodies:
        agrees = exam.procedure.body_part.upper() in bodies
        yield (8, _("same body part")) if agrees else (-5, _("another body part"))


def _of_the_place(study: Study, exam: Exam, source: str, step: ScheduledStep | None) -> Iterator[Reason]:
    times = [moment for moment in (step.starts_at if step else None, exam.started_at, exam.arrived_at, exam.scheduled_at) if moment]
    away = min((abs(moment - taken_at(study)) for moment in times), default=None)
    if away is not None and away <= NEAR:
        yield 12, _("same time")
    elif away is not None and away <= SAME_DAY:
        yield 5, _("same day")
    if step is not None and source and step.station_ae_title == source:
        yield 8, _("same device")


def _of_the_person(study: Study, patient: Patient) -> Iterator[Reason]:
    if study.patient_id:
        known = PatientIdentifier.objects.filter(patient=patient, value=study.patient_id).exists() or study.patient_id == patient.number
        yield (25, _("same patient number")) if known else (-15, _("another patient number"))
    yield from _of_the_name(study, patient)
    if study.patient_birth_date and patient.birth_date:
        agrees = study.patient_birth_date == patient.birth_date
        yield (15, _("same birth date")) if agrees else (-15, _("another birth date"))
    if {study.patient_sex, patient.sex} == TELLING_SEXES:
        yield -10, _("another sex")


def _of_the_name(study: Study, patient: Patient) -> Iterator[Reason]:
    if not study.patient_name or not patient.name or patient.is_unidentified:
        return
    if names_agree(study.patient_name, patient):
        yield 20, _("same name")
    elif _likeness(study.patient_name, patient) >= ALIKE:
        yield 12, _("similar name")
    else:
        yield -15, _("another name")


def _likeness(sent: str, patient: Patient) -> float:
    """How alike the names are, from 0 to 1, in whichever script they are more alike."""
    name = name_parse(sent)
    pairs = ((name.alphabetic, patient.name), (name.ideographic, patient.name_ideographic), (name.alphabetic, patient.name_ideographic))
    return max((_ratio(ours, theirs) for ours, theirs in pairs if ours and theirs), default=0.0)


def _ratio(first: str, second: str) -> float:
    return SequenceMatcher(None, _plain(first), _plain(second)).ratio()


def _plain(text: str) -> str:
    return " ".join(sorted(text.casefold().replace("^", " ").replace("-", " ").split()))
