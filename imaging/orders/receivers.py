"""What orders do when patients are merged or taken apart: their exams go along, and come back."""

from typing import Any

from django.dispatch import receiver

from imaging.orders.models import Exam, Order
from imaging.patients.events import patient_merged, patient_unmerged
from imaging.patients.models import Patient


@receiver(patient_merged)
def orders_move(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    for name, model in (("orders", Order), ("exams", Exam)):
        rows = model._default_manager.filter(patient=retired)
        moved[name] = list(rows.values_list("pk", flat=True))
        rows.update(patient=survivor)


@receiver(patient_unmerged)
def orders_give_back(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    for name, model in (("orders", Order), ("exams", Exam)):
        model._default_manager.filter(pk__in=moved.get(name, []), patient=survivor).update(patient=retired)
