"""What the rooms' plan does on news from below: a cancelled exam frees its time."""

from django.dispatch import receiver

from imaging.orders.events import exam_state_changed
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.scheduling.models import ON_WORKLIST, StepStatus


@receiver(exam_state_changed)
def cancelled_exam_leaves_its_room(sender: object, *, exam: Exam, **_kwargs: object) -> None:
    if exam.state == ExamState.CANCELLED:
        exam.steps.filter(status__in=ON_WORKLIST).update(status=StepStatus.CANCELLED)
