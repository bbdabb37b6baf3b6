"""What is prepared on news from below: priors when a patient arrives, small pictures when a study has settled."""

from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils.translation import gettext as _

from imaging.access import navigation
from imaging.archive.events import images_deleting, series_moved, study_settled
from imaging.archive.models import Instance, Series, Study
from imaging.common.errors import Conflict
from imaging.dimse.events import commitment_reported
from imaging.orders.events import exam_state_changed, order_entered
from imaging.orders.models import Exam, Order
from imaging.orders.states import ExamState
from imaging.patients.events import patient_merged, patient_unmerged
from imaging.patients.models import Patient
from imaging.routing.commitments import commitment_settle
from imaging.routing.models import ACTIVE, RuleMoment, TransferItem, TransferJob
from imaging.routing.notices import notices_send
from imaging.routing.rules import rules_apply, rules_follow
from imaging.routing.selectors import transfers_in_trouble
from imaging.routing.services import transfer_prefetch, transfer_thumbnails


@receiver(order_entered)
def priors_ask_on_order(sender: object, *, order: Order, **_kwargs: object) -> None:
    for exam in order.exams.all():
        transfer_prefetch(exam=exam)


@receiver(exam_state_changed)
def priors_ask_on_arrival(sender: object, *, exam: Exam, **_kwargs: object) -> None:
    if exam.state == ExamState.ARRIVED:
        transfer_prefetch(exam=exam)


@receiver(exam_state_changed)
def rules_act_on_signing(sender: object, *, exam: Exam, **_kwargs: object) -> None:
    if exam.state == ExamState.FINAL:
        for study in Study.objects.filter(exam=exam, instance_count__gt=0).order_by("pk"):
            rules_apply(study=study, moment=RuleMoment.SIGNED)


@receiver(series_moved)
def rules_act_on_correction(sender: object, *, series: list[Series], study: Study, **_kwargs: object) -> None:
    rules_follow(study=study, series=series)


@receiver(study_settled)
def rules_act_on_images(sender: object, *, study: Study, **_kwargs: object) -> None:
    rules_apply(study=study, moment=RuleMoment.SETTLED)


@receiver(study_settled)
def thumbnails_prepare(sender: object, *, study: Study, **_kwargs: object) -> None:
    transfer_thumbnails(study=study)


@receiver(images_deleting)
def transfers_forget(sender: object, *, study: Study, instances: QuerySet[Instance], **_kwargs: Any) -> None:
    """A transfer that is settled keeps its counts, not its objects; one that is under way goes first."""
    if TransferJob.objects.filter(study=study, state__in=ACTIVE).exists():
        raise Conflict(_("A transfer of this study is under way."))
    TransferItem.objects.filter(instance__in=instances).delete()


@receiver(patient_merged)
def transfers_move(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    rows = TransferJob.objects.filter(patient=retired)
    moved["transfers"] = list(rows.values_list("pk", flat=True))
    rows.update(patient=survivor)


@receiver(patient_unmerged)
def transfers_give_back(sender: object, *, survivor: Patient, retired: Patient, moved: dict[str, Any], **_kwargs: object) -> None:
    TransferJob.objects.filter(pk__in=moved.get("transfers", []), patient=survivor).update(patient=retired)


@receiver(study_settled)
def systems_tell(sender: object, *, study: Study, **_kwargs: object) -> None:
    notices_send(study=study)


@receiver(commitment_reported)
def commitment_note(
    sender: object, *, ae_title: str, transaction_uid: str, safe: set[str], failures: dict[str, int], **_kwargs: object
) -> bool:
    return commitment_settle(ae_title=ae_title, transaction_uid=transaction_uid, safe=safe, failures=failures)


navigation.badge_register("transfers", transfers_in_trouble)
