"""Writing exams: their state, in the order that `states.TRANSITIONS` allows, and their time-line."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.common.errors import WrongState
from imaging.common.live import announce
from imaging.orders.events import exam_state_changed
from imaging.orders.models import Exam, ExamEvent
from imaging.orders.states import MOMENTS, TRANSITIONS, ExamState
from imaging.orders.timeline import KINDS


def exam_event_add(*, exam: Exam, kind: str, user: User | None = None, actor: str = "", **params: Any) -> ExamEvent:
    """Add a line to the exam's time-line. `actor` names the system where there is no `user`; `params` fill the sentence of `kind`."""
    label = actor or (user.label if user else "Lightbox")
    return ExamEvent.objects.create(
        exam=exam, at=timezone.now(), kind=kind, category=KINDS[kind].category, user=user, actor=label, params=params
    )


def exam_lock(*, exam_id: int) -> Exam:
    """The exam, locked until the transaction ends. Raises Exam.DoesNotExist."""
    return Exam.objects.select_for_update().get(pk=exam_id)


@transaction.atomic
def exam_state_set(*, exam: Exam, state: ExamState, user: User | None = None, actor: str = "") -> Exam:
    """Bring the exam to `state`, keep the moment, and tell the receivers of `exam_state_changed`.

    Returns the locked, changed row; the caller's `exam` object is refreshed too. The same state again changes nothing.
    Raises WrongState when the exam's present state does not lead there.
    """
    locked = exam_lock(exam_id=exam.pk)
    before = locked.state
    if before == state:
        return locked
    if state not in TRANSITIONS[before]:
        raise WrongState(
            _("Exam %(accession)s is “%(now)s”; it cannot become “%(wanted)s”.")
            % {"accession": locked.accession_number, "now": ExamState(before).label, "wanted": state.label}
        )
    locked.state = state
    if (moment := MOMENTS.get(state)) is not None:
        setattr(locked, moment, timezone.now())
    locked.save()
    exam.refresh_from_db()
    exam_state_changed.send(sender=Exam, exam=locked, before=before, user=user, actor=actor)
    for topic in ("worklist", "reading", "dashboard", "exams"):
        announce(topic)
    return locked
