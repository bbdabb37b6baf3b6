"""What the archive does on news from below: images follow a merged patient, and waiting images find a new order."""

from typing import Any

from django.dispatch import receiver

from imaging.access import navigation
from imaging.archive.corrections.follow import stragglers_follow
from imaging.archive.events import study_settled
from imaging.archive.life.models import LegalHold
from imaging.archive.life.recall import patient_recall
from imaging.archive.life.selectors import proposals_waiting, trouble
from imaging.archive.models import Study
from imaging.archive.queue.reconcile import rematch
from imaging.archive.queue.selectors import cases_waiting
from imaging.orders.events import order_entered
from imaging.orders.models import Exam, Order
from imaging.patients.events import patient_merged, patient_unmerged
from imaging.patients.models import Patient
from imaging.scheduling.events import performed_step_changed, step_booked
from imaging.scheduling.models import PerformedStatus, PerformedStep, ScheduledStep


@receiver(patient_merged)
def studies_move(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    rows = Study.objects.filter(matched_patient=retired)
    moved["studies"] = list(rows.values_list("pk", flat=True))
    rows.update(matched_patient=survivor)
    holds = LegalHold.objects.filter(patient=retired)
    moved["legal_holds"] = list(holds.values_list("pk", flat=True))
    holds.update(patient=survivor)


@receiver(patient_unmerged)
def studies_give_back(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    Study.objects.filter(pk__in=moved.get("studies", []), matched_patient=survivor).update(matched_patient=retired)
    LegalHold.objects.filter(pk__in=moved.get("legal_holds", []), patient=survivor).update(patient=retired)


@receiver(order_entered)
def waiting_studies_rematch(sender: object, *, order: Order, **_kwargs: object) -> None:
    for exam in order.exams.select_related("patient"):
        rematch(exam=exam)


@receiver(performed_step_changed)
def announced_images_compare(sender: object, *, performed: PerformedStep, exams: list[Exam], **_kwargs: object) -> None:
    """The device says that it is done: what it lists and what we hold are compared once its images have settled."""
    if performed.status == PerformedStatus.COMPLETED:
        Study.objects.filter(exam__in=exams).update(has_news=True)


@receiver(study_settled)
def stragglers_look(sender: object, *, study: Study, **_kwargs: object) -> None:
    stragglers_follow(study)


@receiver(step_booked)
def earlier_images_come_back(sender: object, *, step: ScheduledStep, **_kwargs: object) -> None:
    """Whoever is booked is read with their earlier images beside: out of the slow tiers in time."""
    patient_recall(patient=step.exam.patient)


navigation.badge_register("unmatched", cases_waiting)
navigation.badge_register("storage", trouble)
navigation.badge_register("deletions", proposals_waiting)
