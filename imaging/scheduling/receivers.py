"""What the rooms' plan does on news from below: a cancelled exam frees its time, a changed order moves its bookings."""

from django.dispatch import receiver

from imaging.access.models import User
from imaging.orders.events import exam_state_changed, order_changed
from imaging.orders.models import Exam, Order
from imaging.orders.states import ExamState
from imaging.scheduling.following import steps_follow
from imaging.scheduling.models import ON_WORKLIST, StepStatus


@receiver(exam_state_changed)
def cancelled_exam_leaves_its_room(sender: object, *, exam: Exam, **_kwargs: object) -> None:
    if exam.state == ExamState.CANCELLED:
        exam.steps.filter(status__in=ON_WORKLIST).update(status=StepStatus.CANCELLED)


@receiver(order_changed)
def bookings_follow_their_order(
    sender: object, *, order: Order, fields: frozenset[str], exam: Exam | None = None, user: User | None = None, actor: str = "",
    door: str = "page", **_kwargs: object,
) -> None:  # fmt: skip
    if fields & {"procedure", "requested_at"}:
        steps_follow(order=order, fields=fields, only=exam, user=user, actor=actor, door=door)
