"""Legal hold: on a patient, a study or an exam. It beats every deleter."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.corrections.models import Correction
from imaging.archive.life.models import LegalHold
from imaging.archive.models import Study
from imaging.common.errors import InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add
from imaging.patients.models import Patient


def holds_in_force() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(released_at=None).select_related("patient", "study__matched_patient", "exam__patient", "placed_by")


def holds_on(study: Study) -> QuerySet[LegalHold]:
    """What holds the images of `study`: a hold on it, on its exam, or on its patient by match or by any exam.

    A hold goes with the images: one on a study that a correction took them from counts too.
    """
    by = Q()
    for one in _came_from(study):
        by |= _held_by(one)
    return holds_in_force().filter(by).distinct()


def _came_from(study: Study) -> list[Study]:
    """`study`, and every study that images of it were in before they were corrected."""
    found, newest = {study.pk}, {study.pk}
    while newest:
        before = Correction.objects.filter(target__in=newest, undone_at=None).values_list("source", flat=True)
        newest = set(before) - found
        found |= newest
    return [study, *Study.objects.filter(pk__in=found - {study.pk})]


def _held_by(study: Study) -> Q:
    by = Q(study=study.pk)
    if study.exam_id:
        by |= Q(exam=study.exam_id)
    if study.matched_patient_id:
        by |= Q(patient=study.matched_patient_id)
    if study.patient_id:  # not matched to anybody yet: by the number that the images carry
        by |= Q(patient__identifiers__value=study.patient_id)
    return by


def studies_held(studies: Iterable[Study]) -> set[int]:
    """The keys of those of `studies` that are on hold."""
    return {study.pk for study in studies if holds_on(study).exists()}


@transaction.atomic
def hold_place(
    *, user: User, reason: str, patient: Patient | None = None, study: Study | None = None, exam: Exam | None = None, door: str = "page"
) -> LegalHold:
    """Keep the images whatever happens. Name one of `patient`, `study`, `exam`. Raises Forbidden, InvalidInput."""
    require(user, Act.STORAGE_MANAGE)
    if not reason.strip():
        raise InvalidInput(_("Say why the images must be kept."), field="reason")
    if sum(one is not None for one in (patient, study, exam)) != 1:
        raise InvalidInput(_("A hold is on a patient, on a study or on an exam."))
    hold = LegalHold.objects.create(patient=patient, study=study, exam=exam, reason=reason.strip()[:200], placed_by=user)
    _told("storage.hold", hold, user, door, reason)
    return hold


@transaction.atomic
def hold_release(*, user: User, hold: LegalHold, reason: str, door: str = "page") -> LegalHold:
    """Let go. What it kept is deleted again only by a new proposal. Raises Forbidden, InvalidInput, WrongState."""
    require(user, Act.STORAGE_MANAGE)
    if not reason.strip():
        raise InvalidInput(_("Say why the hold ends."), field="reason")
    locked = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if locked.released_at is not None:
        raise WrongState(_("This hold was released already."))
    locked.released_at, locked.released_by, locked.release_reason = timezone.now(), user, reason.strip()[:200]
    locked.save()
    _told("storage.release", locked, user, door, reason)
    return locked


def _told(act: str, hold: LegalHold, user: User, door: str, reason: str) -> None:
    study, exam = hold.study, hold.exam or (hold.study.exam if hold.study else None)
    patient = hold.patient or (exam.patient if exam else study.matched_patient if study else None)
    audit_record(
        act=act, door=door, user=user, patient_number=patient.number if patient else study.patient_id if study else "",
        accession_number=exam.accession_number if exam else "", study_instance_uid=study.study_instance_uid if study else "",
        hold=hold.pk, reason=reason,
    )  # fmt: skip
    if exam is not None:
        exam_event_add(exam=exam, kind="hold_placed" if act == "storage.hold" else "hold_released", user=user, reason=reason)
    announce("storage")
