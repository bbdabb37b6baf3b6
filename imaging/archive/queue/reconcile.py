"""Which exam do these images belong to? By Study UID, then accession number, then the one open exam that fits (IHE SWF).

Nothing that a sender wrote is changed. Doubt never links by itself: it opens a case for a person (promise 4).
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from imaging.access.models import User
from imaging.archive.corrections.models import ReceivedSeries
from imaging.archive.events import study_matched
from imaging.archive.intake.headers import Header
from imaging.archive.models import CaseKind, Decision, IntegrityCase, MatchState, Study
from imaging.common.dicom import name_parse
from imaging.common.live import announce
from imaging.common.pinyin import has_han, search_words
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add
from imaging.orders.states import BEFORE_START, ExamState
from imaging.patients.models import Patient, PatientIdentifier

TELLING_SEXES = frozenset({"F", "M"})
CANDIDATES = 10
TAKES_IMAGES = [*BEFORE_START, ExamState.IN_PROGRESS, ExamState.COMPLETED]
MATCH_KINDS = (CaseKind.UNMATCHED_STUDY, CaseKind.AMBIGUOUS, CaseKind.PATIENT_DIFFERS)


class How(Enum):
    STUDY_UID = "study"
    ACCESSION = "accession"
    PATIENT = "patient"


@dataclass
class Match:
    """What was found for a study: exams that fit, by which key, and in what the patient differs from the only one."""

    how: How | None = None
    exams: list[Exam] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    patient: Patient | None = None

    @property
    def exam(self) -> Exam | None:
        return self.exams[0] if len(self.exams) == 1 else None

    @property
    def is_certain(self) -> bool:
        """One exam, and the same person; a worklist's own Study UID outweighs a name typed otherwise, never another number."""
        if self.exam is None or self.exam.state == ExamState.CANCELLED:
            return False
        return not self.differs or (self.how is How.STUDY_UID and "patient_id" not in self.differs)


def match_find(study: Study) -> Match:
    """The exams that `study` may belong to; reads only."""
    for how, exams in _by_keys(study):
        found = list(exams.select_related("patient")[:CANDIDATES])
        if found:
            chosen = _narrowed(study, found)
            differs = patient_differences(study, chosen[0].patient) if len(chosen) == 1 else []
            return Match(how, chosen, differs, chosen[0].patient)
    return Match(patient=patient_of(study))


def _by_keys(study: Study) -> list[tuple[How, QuerySet[Exam]]]:
    ways = [(How.STUDY_UID, Exam.objects.filter(study_instance_uid=study.study_instance_uid))]
    if study.accession_number:
        ways.append((How.ACCESSION, Exam.objects.filter(accession_number=study.accession_number)))
    if study.patient_id:
        ways.append((How.PATIENT, _open_exams_of_the_day(study)))
    return ways


def _narrowed(study: Study, exams: list[Exam]) -> list[Exam]:
    """Several exams of one Study UID: the accession number tells them apart."""
    named = [exam for exam in exams if exam.accession_number == study.accession_number]
    return named if len(exams) > 1 and len(named) == 1 else exams


def _open_exams_of_the_day(study: Study) -> QuerySet[Exam]:
    day = study.study_date or timezone.localdate(study.first_received_at)
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    that_day = (start, start + dt.timedelta(days=1))
    when = Q(scheduled_at__range=that_day) | Q(scheduled_at=None, ordered_at__range=that_day) | Q(started_at__range=that_day)
    patients = _identified(study).values("patient")
    return Exam.objects.filter(when, patient__in=patients, modality__in=study.modalities, state__in=TAKES_IMAGES, studies=None).distinct()


def _identified(study: Study) -> QuerySet[PatientIdentifier]:
    rows = PatientIdentifier.objects.filter(value=study.patient_id)
    issuer = study.issuer_of_patient_id
    return rows.filter(issuer=issuer) if issuer and rows.filter(issuer=issuer).exists() else rows


def patient_of(study: Study) -> Patient | None:
    """The one patient with this number who also agrees in name, birth date and sex; None in any doubt."""
    patients = list(Patient.objects.filter(pk__in=_identified(study).values("patient"))[:2]) if study.patient_id else []
    if len(patients) != 1 or patient_differences(study, patients[0]):
        return None
    return patients[0]


def patient_differences(study: Study, patient: Patient) -> list[str]:
    """Names of the attributes in which the images contradict `patient`; what either side lacks contradicts nothing."""
    differs = [] if not study.patient_id or _identified(study).filter(patient=patient).exists() else ["patient_id"]
    if patient.is_unidentified:
        return differs
    if not names_agree(study.patient_name, patient):
        differs.append("patient_name")
    if study.patient_birth_date and patient.birth_date and study.patient_birth_date != patient.birth_date:
        differs.append("patient_birth_date")
    if {study.patient_sex, patient.sex} == TELLING_SEXES:
        differs.append("patient_sex")
    return differs


def names_agree(sent: str, patient: Patient) -> bool:
    """Whether any group of the sent name is one that we know, whatever its order, case, script or punctuation."""
    theirs = [group for group in (name_parse(sent).alphabetic, name_parse(sent).ideographic) if group]
    ours = [group for group in (patient.name, patient.name_ideographic) if group]
    if not theirs or not ours:
        return True
    return bool(_forms(theirs) & _forms(ours))


def _forms(groups: list[str]) -> set[str]:
    """Each group as its letters in sorted words, and as pinyin where it is in characters."""
    found = set()
    for group in groups:
        words = re.findall(r"\w+", group.casefold().replace("_", " "))
        found |= {"".join(sorted(words)), "".join(words)}
        if has_han(group):
            found |= {word for word in search_words("".join(words)).split() if len(word) > len(group)}
    return found - {""}


def patient_clash(study: Study | ReceivedSeries, header: Header) -> list[str]:
    """In what an object for a known study names another person than the first one did; for a moved series, as it was sent."""
    number, name = header.text("00100020", 64), header.text("00100010", 194)
    if number and study.patient_id:
        return ["PatientID"] if number != study.patient_id else []
    theirs, ours = (_forms(sent.split("=")) for sent in (name, study.patient_name))
    return ["PatientName"] if theirs and ours and not theirs & ours else []


def was_accepted(study: Study, header: Header) -> bool:
    """Whether a person has taken an object of this very patient into `study` before."""
    named = {"details__patient_id": header.text("00100020", 64), "details__patient_name": header.text("00100010", 194)}
    return IntegrityCase.objects.filter(study=study, kind=CaseKind.OTHER_PATIENT, decision=Decision.ADD_SECOND, **named).exists()


def study_match(*, study: Study, source_ae_title: str = "") -> bool:
    """Link `study` to its exam when there is no doubt, else open or keep a case. Returns whether it is linked now.

    Runs in the caller's transaction, when a study's first object comes in and again when an order comes later.
    """
    found = match_find(study)
    if found.is_certain and found.exam is not None:
        study_link(study=study, exam=found.exam, source_ae_title=source_ae_title)
        if found.differs:
            case_open(study=study, kind=CaseKind.PATIENT_DIFFERS, found=found, source_ae_title=source_ae_title)
        return True
    if found.patient is not None and not found.exams and _is_prior(study):
        Study.objects.filter(pk=study.pk).update(matched_patient=found.patient, match_state=MatchState.PATIENT)
        return False
    case_open(study=study, kind=_kind(found), found=found, source_ae_title=source_ae_title)
    return False


def _is_prior(study: Study) -> bool:
    """Old images of a known patient need no order: they were fetched or brought for comparison."""
    received = timezone.localdate(study.first_received_at)
    return study.study_date is not None and (received - study.study_date).days > settings.STUDY_PRIOR_DAYS


def _kind(found: Match) -> CaseKind:
    if len(found.exams) > 1:
        return CaseKind.AMBIGUOUS
    return CaseKind.PATIENT_DIFFERS if found.differs else CaseKind.UNMATCHED_STUDY


def study_link(*, study: Study, exam: Exam, user: User | None = None, source_ae_title: str = "") -> None:
    """`study` belongs to `exam` from now on; told on the time-line and to the receivers of `study_matched`."""
    study.exam, study.matched_patient, study.match_state = exam, exam.patient, MatchState.MATCHED
    study.save(update_fields=["exam", "matched_patient", "match_state"])
    if source_ae_title:
        exam_event_add(exam=exam, kind="images_first", actor=source_ae_title, ae_title=source_ae_title)
    else:
        exam_event_add(exam=exam, kind="images_matched", user=user)
    study_matched.send(sender=Study, study=study, exam=exam, user=user)
    for topic in ("worklist", "reading", "exams", "unmatched"):
        announce(topic)


def case_open(*, study: Study, kind: CaseKind, found: Match, source_ae_title: str) -> IntegrityCase:
    """The study's one open question of matching, new or brought up to date."""
    details: dict[str, Any] = {
        "candidates": [exam.pk for exam in found.exams],
        "differs": found.differs,
        "how": found.how.value if found.how else "",
    }
    case = IntegrityCase.objects.filter(study=study, kind__in=MATCH_KINDS, resolved_at=None).first()
    if case is None:
        case = IntegrityCase(study=study, source_ae_title=source_ae_title)
    case.kind, case.details = kind, details
    case.save()
    announce("unmatched")
    return case


def rematch(*, exam: Exam) -> int:
    """A new or changed order: try the studies that wait and may be its own. Returns how many were linked."""
    numbers = PatientIdentifier.objects.filter(patient=exam.patient_id).values("value")
    waiting = Study.objects.filter(match_state=MatchState.UNMATCHED, instance_count__gt=0).filter(
        Q(study_instance_uid=exam.study_instance_uid) | Q(accession_number=exam.accession_number) | Q(patient_id__in=numbers)
    )
    linked = [study for study in waiting.select_for_update() if study_match(study=study)]
    for study in linked:
        _settled_by_itself(study)
    return len(linked)


def _settled_by_itself(study: Study) -> None:
    cases = IntegrityCase.objects.filter(study=study, kind__in=(CaseKind.UNMATCHED_STUDY, CaseKind.AMBIGUOUS), resolved_at=None)
    cases.update(resolved_at=timezone.now(), decision=Decision.BY_ITSELF)
