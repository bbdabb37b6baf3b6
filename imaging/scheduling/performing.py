"""What people do with an exam from the door to the end: check in, call, take, start, end, break off; and what was used."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.common.errors import Conflict, InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam, Priority
from imaging.orders.services import exam_event_add, exam_lock, exam_state_set
from imaging.orders.states import BEFORE_START, PERFORMED, ExamState
from imaging.patients.cleaning import text_clean
from imaging.patients.models import PatientClass
from imaging.patients.numbering import number_next
from imaging.scheduling.events import used_item_recorded, used_item_removed
from imaging.scheduling.free import day_bounds
from imaging.scheduling.models import StepStatus, UsedItem, UsedItemKind
from imaging.scheduling.selectors import step_current
from imaging.scheduling.services import step_book_first_fit, step_bring_back, step_bring_to_today

# The letter on the slip and on the hall board; a modality that is not named here uses its own code.
QUEUE_LETTERS = {"CT": "C", "MR": "M", "DX": "D", "CR": "D", "US": "U", "MG": "G", "XA": "X", "ES": "S", "PT": "P", "NM": "N"}
EMERGENCY_LETTER = "E"


@transaction.atomic
def exam_check_in(*, exam: Exam, user: User | None = None, actor: str = "", door: str = "page") -> Exam:
    """The patient is here: the exam becomes arrived and gets its queue number of the day. An exam without a booking is booked first,
    one booked for another day is brought to today.

    Arrived already: nothing changes. Raises WrongState when it has begun or ended, Conflict when no room is free.
    """
    locked = exam_lock(exam_id=exam.pk)
    if locked.state == ExamState.ARRIVED:
        return locked
    _require(locked, BEFORE_START, _("check in"))
    step = step_current(locked)
    if step is None:
        step_book_first_fit(exam=locked, user=user, actor=actor, door=door)
    else:
        step_bring_to_today(step=step, user=user, actor=actor, door=door)
    locked = exam_lock(exam_id=exam.pk)
    locked.queue_number = _queue_number_today(locked)
    locked.save(update_fields=["queue_number", "changed_at"])
    locked.steps.filter(status=StepStatus.SCHEDULED).update(status=StepStatus.ARRIVED)
    exam_event_add(exam=locked, kind="arrived", user=user, actor=actor, queue=locked.queue_number)
    changed = exam_state_set(exam=exam, state=ExamState.ARRIVED, user=user, actor=actor)
    _audit("exam.check-in", changed, user, actor, door)
    return changed


@transaction.atomic
def exam_check_in_undo(*, exam: Exam, user: User | None = None, actor: str = "", door: str = "page") -> Exam:
    """Take an arrival back. The queue number stays the patient's for the day, should they come again; a booking that was brought to
    today goes back to its own day. Raises WrongState once it has begun."""
    locked = exam_lock(exam_id=exam.pk)
    _require(locked, {ExamState.ARRIVED}, _("take the arrival back"))
    locked.steps.filter(status=StepStatus.ARRIVED).update(status=StepStatus.SCHEDULED)
    step = step_current(locked)
    if step is not None:
        step_bring_back(step=step, user=user, actor=actor, door=door)
    changed = exam_state_set(exam=exam, state=ExamState.SCHEDULED, user=user, actor=actor)
    Exam.objects.filter(pk=changed.pk).update(arrived_at=None, scheduled_at=locked.scheduled_at)
    exam.refresh_from_db()
    exam_event_add(exam=changed, kind="arrival_undone", user=user, actor=actor)
    _audit("exam.check-in-undo", changed, user, actor, door)
    return exam


@transaction.atomic
def exam_call(*, exam: Exam, user: User, door: str = "page") -> Exam:
    """Call the patient into the room (time-line and hall board). Raises WrongState when they have not arrived."""
    locked = exam_lock(exam_id=exam.pk)
    _require(locked, {ExamState.ARRIVED}, _("call"))
    step = step_current(locked)
    room = step.room if step else None
    exam_event_add(
        exam=locked, kind="called", user=user, room=room.name if room else "–", room_zh=(room.name_zh or room.name) if room else "–"
    )
    _audit("exam.call", locked, user, "", door)
    announce("worklist")
    return locked


@transaction.atomic
def exam_take(*, exam: Exam, user: User, door: str = "page") -> Exam:
    """`user` performs this exam from now on; a protected patient is opened to them by it.

    Taken by them already: nothing changes. Raises Conflict naming who has it, WrongState when it is past performing.
    """
    locked = exam_lock(exam_id=exam.pk)
    if locked.performer_id == user.pk:
        return locked
    if locked.performer is not None:
        raise Conflict(_("%(name)s has taken this exam.") % {"name": locked.performer.label}, code="taken")
    _require(locked, BEFORE_START | {ExamState.IN_PROGRESS}, _("take"))
    locked.performer = user
    locked.save(update_fields=["performer", "changed_at"])
    exam.performer = user
    exam_event_add(exam=locked, kind="taken", user=user, name=user.label)
    _audit("exam.take", locked, user, "", door)
    announce("worklist")
    return locked


@transaction.atomic
def exam_release(*, exam: Exam, user: User, door: str = "page") -> Exam:
    """Give a taken exam back before it begins; one's own only. Raises Conflict or WrongState."""
    locked = exam_lock(exam_id=exam.pk)
    if locked.performer_id != user.pk:
        raise Conflict(_("You have not taken this exam."), code="taken")
    _require(locked, BEFORE_START, _("give back"))
    locked.performer = None
    locked.save(update_fields=["performer", "changed_at"])
    exam.performer = None
    exam_event_add(exam=locked, kind="released", user=user, name=user.label)
    _audit("exam.release", locked, user, "", door)
    announce("worklist")
    return locked


@transaction.atomic
def exam_start(*, exam: Exam, user: User, door: str = "page") -> Exam:
    """The exam begins; who starts it performs it. Raises WrongState, Conflict when somebody else has taken it or no room is free."""
    locked = exam_take(exam=exam, user=user, door=door)
    if locked.state == ExamState.IN_PROGRESS:
        return locked
    _require(locked, BEFORE_START, _("start"))
    step = step_current(locked) or step_book_first_fit(exam=locked, user=user, door=door)
    locked.steps.filter(status__in=[StepStatus.SCHEDULED, StepStatus.ARRIVED]).update(status=StepStatus.STARTED)
    room_zh = step.room.name_zh or step.room.name
    exam_event_add(exam=locked, kind="started", user=user, room=step.room.name, room_zh=room_zh)
    changed = exam_state_set(exam=exam, state=ExamState.IN_PROGRESS, user=user)
    _audit("exam.start", changed, user, "", door)
    return changed


@transaction.atomic
def exam_start_undo(*, exam: Exam, user: User, door: str = "page") -> Exam:
    """Started by mistake: back among the waiting. Raises WrongState when a device has begun as well."""
    locked = exam_lock(exam_id=exam.pk)
    _require(locked, {ExamState.IN_PROGRESS}, _("take the start back"))
    if locked.steps.filter(performed_steps__isnull=False).exists():
        raise WrongState(_("The device has begun this exam; end or discontinue it."))
    locked.steps.filter(status=StepStatus.STARTED).update(status=StepStatus.ARRIVED)
    changed = exam_state_set(exam=exam, state=ExamState.ARRIVED, user=user)
    Exam.objects.filter(pk=changed.pk).update(started_at=None, arrived_at=locked.arrived_at or changed.arrived_at)
    exam.refresh_from_db()
    exam_event_add(exam=exam, kind="start_undone", user=user)
    _audit("exam.start-undo", exam, user, "", door)
    return exam


@transaction.atomic
def exam_finish(*, exam: Exam, user: User, door: str = "page") -> Exam:
    """The exam has ended and waits for its reader. Ended already (by MPPS, say): nothing changes. Raises WrongState."""
    locked = exam_lock(exam_id=exam.pk)
    if locked.state in PERFORMED:
        return locked
    _require(locked, {ExamState.IN_PROGRESS}, _("end"))
    locked.steps.filter(status__in=[StepStatus.SCHEDULED, StepStatus.ARRIVED, StepStatus.STARTED]).update(status=StepStatus.COMPLETED)
    exam_event_add(exam=locked, kind="completed", user=user)
    changed = exam_state_set(exam=exam, state=ExamState.COMPLETED, user=user)
    _audit("exam.finish", changed, user, "", door)
    return changed


@transaction.atomic
def exam_discontinue(*, exam: Exam, reason: str, user: User, door: str = "page") -> Exam:
    """Break the exam off. Raises InvalidInput without a reason, WrongState when it is not here or not running."""
    reason = text_clean(reason)[:200]
    if not reason:
        raise InvalidInput(_("Say why it is discontinued."), field="reason")
    locked = exam_lock(exam_id=exam.pk)
    if locked.state == ExamState.DISCONTINUED:
        return locked
    _require(locked, {ExamState.ARRIVED, ExamState.IN_PROGRESS}, _("discontinue"))
    locked.reason_ended = reason
    locked.save(update_fields=["reason_ended", "changed_at"])
    locked.steps.exclude(status__in=[StepStatus.COMPLETED, StepStatus.CANCELLED]).update(status=StepStatus.DISCONTINUED)
    exam_event_add(exam=locked, kind="discontinued", user=user, reason=reason)
    changed = exam_state_set(exam=exam, state=ExamState.DISCONTINUED, user=user)
    _audit("exam.discontinue", changed, user, "", door, reason=reason)
    return changed


@transaction.atomic
def used_item_record(
    *, exam: Exam, kind: str, name: str, quantity: Decimal, unit: str, unit_price: Decimal = Decimal(0), lot: str = "",
    user: User | None = None, door: str = "page",
) -> UsedItem:  # fmt: skip
    """Write down contrast, material or medication used in `exam`; it is charged with it. Raises InvalidInput, WrongState."""
    locked = exam_lock(exam_id=exam.pk)
    _require(locked, PERFORMED | {ExamState.ARRIVED, ExamState.IN_PROGRESS, ExamState.DISCONTINUED}, _("write down what was used"))
    name, unit, lot = text_clean(name), text_clean(unit), text_clean(lot)
    _check_item(kind, name, quantity, unit, unit_price)
    item = UsedItem.objects.create(
        exam=locked, kind=kind, name=name[:64], quantity=quantity, unit=unit[:16], unit_price=unit_price, lot=lot[:32], recorded_by=user
    )
    exam_event_add(exam=locked, kind="used_item", user=user, name=item.name, quantity=f"{quantity:g}", unit=item.unit)
    _audit("exam.used-item", locked, user, "", door, item=item.name)
    used_item_recorded.send(sender=UsedItem, item=item, exam=locked)
    announce("worklist")
    return item


@transaction.atomic
def used_item_remove(*, item: UsedItem, user: User | None = None, door: str = "page") -> None:
    """Take a line off again; the time-line keeps that it was there."""
    locked = exam_lock(exam_id=item.exam_id)
    used_item_removed.send(sender=UsedItem, item=item, exam=locked)
    exam_event_add(exam=locked, kind="used_item_removed", user=user, name=item.name, quantity=f"{item.quantity:g}", unit=item.unit)
    _audit("exam.used-item-remove", locked, user, "", door, item=item.name)
    item.delete()
    announce("worklist")


def _check_item(kind: str, name: str, quantity: Decimal, unit: str, unit_price: Decimal) -> None:
    if kind not in UsedItemKind.values:
        raise InvalidInput(_("The kind is contrast, material or medication."), field="kind")
    if not name or not unit:
        raise InvalidInput(_("Say what was used and in which unit."), field="name" if not name else "unit")
    if not 0 < quantity < 100_000:
        raise InvalidInput(_("The quantity is more than 0 and less than 100,000."), field="quantity")
    if not 0 <= unit_price < 10_000_000:
        raise InvalidInput(_("The price is not below 0."), field="unit_price")


def _require(exam: Exam, states: frozenset[ExamState] | set[ExamState], act: str) -> None:
    if exam.state not in states:
        raise WrongState(
            _("Exam %(accession)s is “%(now)s”: %(act)s is not possible.")
            % {"accession": exam.accession_number, "now": ExamState(exam.state).label, "act": act}
        )


def _queue_number_today(exam: Exam) -> str:
    """The number that this exam got today already, else the next one: yesterday's is somebody else's today."""
    begin, end = day_bounds(timezone.localdate())
    came_today = exam.events.filter(kind="arrived", at__gte=begin, at__lt=end).exists()
    return exam.queue_number if came_today else _queue_number(exam)


def _queue_number(exam: Exam) -> str:
    urgent = exam.priority == Priority.STAT or exam.order.patient_class == PatientClass.EMERGENCY
    letter = EMERGENCY_LETTER if urgent else QUEUE_LETTERS.get(exam.modality, exam.modality)
    return f"{letter}-{number_next(series=f'queue-{letter}-{timezone.localdate():%Y%m%d}'):03d}"


def _audit(act: str, exam: Exam, user: User | None, actor: str, door: str, **detail: str) -> None:
    audit_record(
        act=act, door=door, user=user, actor=actor, patient_number=exam.patient.number, accession_number=exam.accession_number, **detail
    )
