"""An exam or what was used in it changed: charge what was done, take back what was not, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from imaging.access.models import User
from imaging.access.navigation import badge_register
from imaging.orders.events import exam_state_changed
from imaging.orders.models import Exam
from imaging.orders.states import PERFORMED
from imaging.scheduling.events import used_item_recorded, used_item_removed
from imaging.scheduling.models import UsedItem
from reporting.billing.charging import item_source
from reporting.billing.selectors import waiting_count
from reporting.billing.services import charges_credit, charges_post

badge_register("billing", waiting_count)


@receiver(exam_state_changed, dispatch_uid="billing.exam_state")
def exam_charge(*, exam: Exam, before: str, user: User | None = None, actor: str = "", **_: Any) -> None:
    """Completed and signed exams are charged; one that is open again or was stopped is credited."""
    if exam.state in PERFORMED:
        charges_post(exam=exam, user=user, actor=actor)
    elif before in PERFORMED:
        charges_credit(exam=exam, user=user, actor=actor)


@receiver(used_item_recorded, dispatch_uid="billing.used_item")
def item_charge(*, exam: Exam, item: UsedItem, **_: Any) -> None:
    """Written down after the exam was completed: charged at once; before, the completion charges it."""
    charges_post(exam=exam, user=item.recorded_by)


@receiver(used_item_removed, dispatch_uid="billing.used_item_removed")
def item_credit(*, exam: Exam, item: UsedItem, **_: Any) -> None:
    charges_credit(exam=exam, source=item_source(item.pk))
