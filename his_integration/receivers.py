"""News from below becomes messages to the HIS, in the same transaction; and merged patients take their messages along."""

from typing import Any

from django.dispatch import receiver

from his_integration.messages.models import Message
from his_integration.outbound.dft import charge_queue
from his_integration.outbound.order_status import is_news, order_status_queue
from his_integration.outbound.oru import report_queue
from imaging.access.models import User
from imaging.orders.events import exam_state_changed
from imaging.orders.models import Exam
from imaging.patients.events import patient_merged, patient_unmerged
from imaging.patients.models import Patient
from reporting.billing.events import charge_credited, charge_posted
from reporting.billing.models import Charge
from reporting.reports.events import report_addended, report_preliminary, report_signed
from reporting.reports.models import ReportVersion


@receiver(exam_state_changed, dispatch_uid="his_integration.exam_state")
def tell_order_status(sender: object, *, exam: Exam, before: str, user: User | None = None, **_kwargs: object) -> None:
    if is_news(before=before, now=exam.state):
        order_status_queue(exam=exam, user=user)


@receiver([report_preliminary, report_signed, report_addended], dispatch_uid="his_integration.report")
def send_report(sender: object, *, version: ReportVersion, **_kwargs: object) -> None:
    report_queue(version=version)


@receiver([charge_posted, charge_credited], dispatch_uid="his_integration.charge")
def post_charge(sender: object, *, charge: Charge, **_kwargs: object) -> None:
    charge_queue(charge=charge)


@receiver(patient_merged, dispatch_uid="his_integration.patient_merged")
def messages_move(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    """Messages about the closed record are the survivor's now, so that its protection holds for them too."""
    rows = Message.objects.filter(patient=retired)
    moved["hl7_messages"] = list(rows.values_list("pk", flat=True))
    rows.update(patient=survivor)


@receiver(patient_unmerged, dispatch_uid="his_integration.patient_unmerged")
def messages_give_back(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    Message.objects.filter(pk__in=moved.get("hl7_messages", []), patient=survivor).update(patient=retired)
