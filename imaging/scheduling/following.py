"""Bookings follow their order: another time or procedure (ORC-1 XO) moves what has not begun; a cancelled exam frees its room."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.orders.models import Exam, Order, Priority
from imaging.orders.services import exam_event_add, exam_state_set
from imaging.orders.states import BEFORE_START, ExamState
from imaging.scheduling.free import raster
from imaging.scheduling.models import ScheduledStep, StepStatus
from imaging.scheduling.selectors import rooms_fitting, slot_first, step_current
from imaging.scheduling.services import step_book_first_fit, step_move


@transaction.atomic
def steps_follow(
    *, order: Order, fields: frozenset[str], only: Exam | None = None, user: User | None = None, actor: str = "", door: str = "page"
) -> None:
    """Bring the bookings of `order`, or of one exam of it, in line with what changed. Nobody who has arrived is moved to another time."""
    exams = order.exams.filter(state__in=BEFORE_START, **({"pk": only.pk} if only else {}))
    for exam in exams.select_related("procedure__department", "order", "patient"):
        step = step_current(exam)
        if step is None or step.status not in {StepStatus.SCHEDULED, StepStatus.ARRIVED}:
            continue
        if "procedure" in fields:
            step = _follow_procedure(exam, step, user, actor, door)
        if "requested_at" in fields and step is not None and step.status == StepStatus.SCHEDULED:
            _follow_time(exam, step, user, actor, door)


def _follow_procedure(exam: Exam, step: ScheduledStep, user: User | None, actor: str, door: str) -> ScheduledStep | None:
    """The worklist says what is to be done now; another modality needs another room."""
    if step.modality == exam.modality:
        ScheduledStep.objects.filter(pk=step.pk).update(protocol_code=exam.procedure.code[:32], description=exam.procedure.name[:64])
        return step
    ScheduledStep.objects.filter(pk=step.pk).update(status=StepStatus.CANCELLED)
    if not rooms_fitting(exam.procedure):
        exam_state_set(exam=exam, state=ExamState.SCHEDULED, user=user, actor=actor)
        exam_state_set(exam=exam, state=ExamState.ORDERED, user=user, actor=actor)
        exam_event_add(exam=exam, kind="problem", what=_("No room does %(modality)s: book it by hand.") % {"modality": exam.modality})
        return None
    return step_book_first_fit(exam=exam, earliest=step.starts_at, must_book=True, user=user, actor=actor, door=door)


def _follow_time(exam: Exam, step: ScheduledStep, user: User | None, actor: str, door: str) -> None:
    wanted = exam.requested_at
    if wanted is None or raster(wanted) == step.starts_at:
        return
    reason = _("The order asks for another time.")
    earliest = raster(max(wanted, timezone.now()))
    slot = slot_first(procedure=exam.procedure, earliest=earliest, rooms=[step.room], user=user)
    slot = slot or slot_first(procedure=exam.procedure, earliest=earliest, user=user)
    if slot is None or (exam.priority == Priority.STAT and slot.starts_at > earliest):
        step_move(step=step, starts_at=earliest, reason=reason, overbook=True, user=user, actor=actor, door=door)
    else:
        step_move(step=step, room=slot.room, starts_at=slot.starts_at, reason=reason, user=user, actor=actor, door=door)
