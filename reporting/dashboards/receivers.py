"""An exam that is open again, or was stopped after it had ended, no more counts on the day on which it ended: that day is counted anew."""

from typing import Any

from django.dispatch import receiver

from imaging.orders.events import exam_state_changed
from imaging.orders.models import Exam
from imaging.orders.states import PERFORMED
from reporting.dashboards.services import day_forget


@receiver(exam_state_changed, dispatch_uid="dashboards.exam_state")
def kept_day_forget(*, exam: Exam, before: str, **_: Any) -> None:
    if before in PERFORMED and exam.state not in PERFORMED and exam.completed_at is not None:
        day_forget(moment=exam.completed_at)
