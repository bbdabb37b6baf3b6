"""What is prepared on news from below: priors when a patient arrives, small pictures when a study has settled."""

from django.dispatch import receiver

from imaging.access import navigation
from imaging.archive.events import study_settled
from imaging.archive.models import Study
from imaging.orders.events import exam_state_changed, order_entered
from imaging.orders.models import Exam, Order
from imaging.orders.states import ExamState
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


@receiver(study_settled)
def thumbnails_prepare(sender: object, *, study: Study, **_kwargs: object) -> None:
    transfer_thumbnails(study=study)


navigation.badge_register("transfers", transfers_in_trouble)
