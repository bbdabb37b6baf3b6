"""What devices say that they do: Modality Performed Procedure Step (PS3.4 Annex F), as plain calls.

The DIMSE door maps each error to its status (`dimse_status`); whatever else goes wrong there is 0110.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.common.errors import Duplicate, InvalidInput, NotFound, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add, exam_lock, exam_state_set
from imaging.orders.states import BEFORE_START, ExamState
from imaging.scheduling.announced import series_announced, series_merged
from imaging.scheduling.events import performed_step_changed
from imaging.scheduling.models import PerformedStatus, PerformedStep, ScheduledStep, StepStatus


class PerformedStepInvalid(InvalidInput):
    """Invalid attribute value: a step begins IN PROGRESS and ends COMPLETED or DISCONTINUED (PS3.4 F.7.2.1.2)."""

    code = "mpps-invalid"
    dimse_status: ClassVar[int] = 0x0106


class PerformedStepFinal(WrongState):
    """Processing failure: a step that has ended may no longer be changed (PS3.4 F.7.2.2.2)."""

    code = "mpps-final"
    dimse_status: ClassVar[int] = 0x0110


class PerformedStepDuplicate(Duplicate):
    """Duplicate SOP instance."""

    code = "mpps-duplicate"
    dimse_status: ClassVar[int] = 0x0111


class PerformedStepUnknown(NotFound):
    """No such SOP instance."""

    code = "mpps-unknown"
    dimse_status: ClassVar[int] = 0x0112


@dataclass(frozen=True)
class ScheduledReference:
    """An item of Scheduled Step Attributes Sequence (0040,0270)."""

    study_instance_uid: str = ""
    accession_number: str = ""
    scheduled_procedure_step_id: str = ""
    requested_procedure_id: str = ""


# Said when the step begins, and not to be changed afterwards (PS3.4 table F.7.2-1): the patient, what was scheduled, where and when.
FIXED_AT_START = frozenset({
    "00080060", "00100010", "00100020", "00100021", "00100030", "00100040", "00200010", "00400241", "00400242", "00400243", "00400244",
    "00400245", "00400253", "00400270",
})  # fmt: skip
FINAL = frozenset({PerformedStatus.COMPLETED, PerformedStatus.DISCONTINUED})
OPEN_STEP = frozenset({StepStatus.SCHEDULED, StepStatus.ARRIVED, StepStatus.STARTED})


@transaction.atomic
def mpps_create(
    *, sop_instance_uid: str, status: str, references: Sequence[ScheduledReference] = (), station_ae_title: str = "", modality: str = "",
    study_instance_uid: str = "", started_at: dt.datetime | None = None, dataset: dict[str, Any] | None = None, actor: str = "",
) -> PerformedStep:  # fmt: skip
    """N-CREATE: the device begins. Every step that it refers to is started, and its exam is in progress, also one broken off before.

    Unscheduled work (no step found) is kept with no step. `dataset` is the DICOM JSON model, `actor` the device as the time-line names it.
    Raises PerformedStepInvalid (0106), PerformedStepDuplicate (0111).
    """
    if status != PerformedStatus.IN_PROGRESS:
        raise PerformedStepInvalid(_("A performed step begins IN PROGRESS, not %(status)s.") % {"status": status}, field="status")
    duplicate = PerformedStepDuplicate(_("Performed step %(uid)s is already here.") % {"uid": sop_instance_uid})
    if PerformedStep.objects.filter(sop_instance_uid=sop_instance_uid).exists():
        raise duplicate
    steps = steps_referred(references)
    uid = study_instance_uid or next((reference.study_instance_uid for reference in references if reference.study_instance_uid), "")
    try:
        with transaction.atomic():
            performed = PerformedStep.objects.create(
                sop_instance_uid=sop_instance_uid, status=status, station_ae_title=station_ae_title[:16], modality=modality[:16],
                study_instance_uid=uid, started_at=started_at or timezone.now(), dataset=dataset or {},
            )  # fmt: skip
    except IntegrityError as error:
        raise duplicate from error
    performed.scheduled_steps.set(steps)
    exams = _exams(steps)
    for exam in exams:
        _begin(exam, performed, actor)
    startable = ScheduledStep.objects.filter(pk__in=[step.pk for step in steps], status__in=OPEN_STEP | {StepStatus.DISCONTINUED})
    startable.update(status=StepStatus.STARTED)
    performed_step_changed.send(sender=PerformedStep, performed=performed, exams=exams)
    announce("worklist")
    announce("reading")
    return performed


@transaction.atomic
def mpps_set(
    *, sop_instance_uid: str, status: str = "", ended_at: dt.datetime | None = None, image_uids: Iterable[str] = (),
    discontinuation_reason: str = "", dataset: dict[str, Any] | None = None, actor: str = "",
) -> PerformedStep:  # fmt: skip
    """N-SET: more facts, or the end. COMPLETED ends an exam once none of its steps is open; DISCONTINUED breaks it off unless another
    performed step of it has images.

    `dataset` is laid over what was set before, but for what is `FIXED_AT_START`; `image_uids` are added. Raises PerformedStepUnknown
    (0112), PerformedStepFinal (0110), PerformedStepInvalid (0106).
    """
    performed = PerformedStep.objects.select_for_update().filter(sop_instance_uid=sop_instance_uid).first()
    if performed is None:
        raise PerformedStepUnknown(_("There is no performed step %(uid)s.") % {"uid": sop_instance_uid})
    if performed.status in FINAL:
        raise PerformedStepFinal(_("Performed step %(uid)s has ended; it may no longer be updated.") % {"uid": sop_instance_uid})
    status = status or performed.status
    if status not in PerformedStatus.values:
        raise PerformedStepInvalid(_("%(status)s is not a status of a performed step.") % {"status": status}, field="status")
    performed.status = status
    performed.image_uids = list(dict.fromkeys([*performed.image_uids, *image_uids]))
    performed.dataset = {**performed.dataset, **(dataset or {}), **_fixed(performed)}
    performed.announced_series = series_merged(performed.announced_series or [], series_announced(dataset or {})) or None
    performed.discontinuation_reason = discontinuation_reason[:200] or performed.discontinuation_reason
    performed.ended_at = (ended_at or timezone.now()) if status in FINAL else ended_at
    performed.save()
    steps = list(performed.scheduled_steps.select_related("exam"))
    exams = _exams(steps)
    if status in FINAL:
        _end_steps(performed, steps)
        for exam in exams:
            _end(exam, performed, actor)
    performed_step_changed.send(sender=PerformedStep, performed=performed, exams=exams)
    announce("worklist")
    announce("reading")
    return performed


def _fixed(performed: PerformedStep) -> dict[str, Any]:
    """What was said at the start and stays; what was left empty then may still be told."""
    return {tag: element for tag, element in performed.dataset.items() if tag in FIXED_AT_START and element.get("Value")}


def steps_referred(references: Iterable[ScheduledReference]) -> list[ScheduledStep]:
    """The booked steps that a device means: by step id, unless its accession number contradicts (scanners invent ids); else all live
    steps of the exam by accession number, else by Study Instance UID."""
    found: dict[int, ScheduledStep] = {}
    for reference in references:
        for step in _steps_of(reference):
            found.setdefault(step.pk, step)
    return list(found.values())


def _steps_of(reference: ScheduledReference) -> list[ScheduledStep]:
    rows = ScheduledStep.objects.select_related("exam")
    accession, uid, step_id = reference.accession_number, reference.study_instance_uid, reference.scheduled_procedure_step_id
    if step_id:
        by_id = rows.filter(scheduled_procedure_step_id=step_id).first()
        if by_id and accession in ("", by_id.exam.accession_number) and (accession or uid in ("", by_id.exam.study_instance_uid)):
            return [by_id]
    live = rows.exclude(status=StepStatus.CANCELLED)
    if accession and (by_accession := list(live.filter(exam__accession_number=accession))):
        return by_accession
    return list(live.filter(exam__study_instance_uid=uid)) if uid else []


def _exams(steps: Iterable[ScheduledStep]) -> list[Exam]:
    return list({step.exam_id: step.exam for step in steps}.values())


def _begin(exam: Exam, performed: PerformedStep, actor: str) -> None:
    locked = exam_lock(exam_id=exam.pk)
    device = actor or performed.station_ae_title
    if number := _other_patient(locked, performed):
        what = _("The scanner names another patient for this exam: %(number)s") % {"number": number}
        exam_event_add(exam=locked, kind="problem", actor=device, what=what)
    if locked.state in BEFORE_START | {ExamState.DISCONTINUED}:
        exam_state_set(exam=exam, state=ExamState.IN_PROGRESS, actor=device)
    elif locked.state == ExamState.CANCELLED:
        what = _("The scanner began this exam although it was cancelled")
        exam_event_add(exam=locked, kind="problem", actor=device, what=what)
    exam_event_add(exam=locked, kind="mpps_started", actor=device, station=performed.station_ae_title or device)


def _other_patient(exam: Exam, performed: PerformedStep) -> str:
    """The patient number that the scanner names, when it is none of the exam's patient."""
    number = str((performed.dataset.get("00100020", {}).get("Value") or [""])[0])[:64]
    known = number in {"", exam.patient.number} or exam.patient.identifiers.filter(value=number).exists()
    return "" if known else number


def _end_steps(performed: PerformedStep, steps: list[ScheduledStep]) -> None:
    """A step is over when no performed step that refers to it runs any more; one with images, or that a person ended, stays completed."""
    for step in steps:
        siblings = set(step.performed_steps.exclude(pk=performed.pk).values_list("status", flat=True))
        if PerformedStatus.IN_PROGRESS in siblings or step.status == StepStatus.CANCELLED:
            continue
        done = performed.status == PerformedStatus.COMPLETED or PerformedStatus.COMPLETED in siblings
        if done or step.status in OPEN_STEP:
            step.status = StepStatus.COMPLETED if done else StepStatus.DISCONTINUED
            step.save(update_fields=["status"])


def _end(exam: Exam, performed: PerformedStep, actor: str) -> None:
    locked = exam_lock(exam_id=exam.pk)
    device = actor or performed.station_ae_title
    if performed.status == PerformedStatus.COMPLETED:
        exam_event_add(exam=locked, kind="mpps_completed", actor=device, images=len(performed.image_uids))
    else:
        exam_event_add(exam=locked, kind="mpps_discontinued", actor=device, reason=performed.discontinuation_reason or "–")
    left = set(locked.steps.exclude(status=StepStatus.CANCELLED).values_list("status", flat=True))
    if locked.state not in BEFORE_START | {ExamState.IN_PROGRESS} or left & OPEN_STEP:
        return
    if StepStatus.COMPLETED in left:
        exam_state_set(exam=exam, state=ExamState.COMPLETED, actor=device)
        return
    locked.reason_ended = performed.discontinuation_reason
    locked.save(update_fields=["reason_ended", "changed_at"])
    exam_state_set(exam=exam, state=ExamState.DISCONTINUED, actor=device)
