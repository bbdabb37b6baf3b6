"""What scheduling brings to the exam's time-line."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.access.roles import Act
from imaging.common.formats import clinical_moment, local_text
from imaging.orders.awaited import Awaited, reason_register
from imaging.orders.models import Exam
from imaging.orders.panels import register_panel
from imaging.orders.states import ExamState
from imaging.scheduling.selectors import step_current


def booked_for(exam: Exam) -> Awaited | None:
    """Of a scheduled exam: when and where the patient is awaited."""
    step = step_current(exam) if exam.state == ExamState.SCHEDULED else None
    if step is None:
        return None
    title = _("The patient is awaited: %(when)s, %(room)s") % {"when": clinical_moment(step.starts_at), "room": local_text(step.room)}
    return Awaited(title, _("The front desk checks the patient in on arrival."))


def add() -> None:
    reason_register(booked_for)
    register_panel(gettext_lazy("Booking"), "exam-booking", Act.EXAM_LIST)
