"""Writing orders and exams: entering, changing, cancelling, the exam's state in the order of `states.TRANSITIONS`, its time-line.

Booking is one slice up: `imaging.scheduling.services.order_place` enters and books at once, `order_schedule` books what is entered.
Who did it: `user`, or `actor` for a system; `door` is page, api, hl7 or dicom.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack, cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.common.dicom import is_uid, uid_new
from imaging.common.errors import Duplicate, InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.events import exam_state_changed, order_changed, order_entered
from imaging.orders.models import Exam, ExamEvent, Order, OrderSource, Priority, Procedure
from imaging.orders.numbers import SHORT_STRING, accession_new, filler_number_new
from imaging.orders.states import BEFORE_START, ENDED, MOMENTS, TRANSITIONS, ExamState
from imaging.orders.timeline import KINDS
from imaging.patients.cleaning import text_clean
from imaging.patients.models import Patient, PatientClass, Visit
from imaging.patients.services import patient_lock

MOST_EXAMS = 50


@dataclass(frozen=True)
class OrderItem:
    """One exam asked for. Numbers that came with the order are kept; "" has them made here."""

    procedure: Procedure
    accession_number: str = ""
    study_instance_uid: str = ""
    requested_procedure_id: str = ""
    placer_number: str = ""
    priority: str = ""
    requested_at: dt.datetime | None = None


class OrderFields(TypedDict, total=False):
    """What may be said of an order. On a change an absent key keeps the value; None or "" deletes it."""

    patient_class: str | None
    priority: str | None
    referrer_name: str | None
    referrer_code: str | None
    referring_department: str | None
    reason: str | None
    safety: dict[str, Any] | None
    requested_at: dt.datetime | None
    visit: Visit | None


DEFAULTS: dict[str, Any] = {
    "patient_class": PatientClass.OUTPATIENT,
    "priority": Priority.ROUTINE,
    "safety": {},
    "requested_at": None,
    "visit": None,
}
# What each exam of an order has of its own.
OF_EXAMS = ("priority", "requested_at")


@transaction.atomic
def order_enter(
    *, patient: Patient, items: Sequence[OrderItem], placer_number: str = "", placer_issuer: str = "",
    source: str = OrderSource.DESK, ordered_at: dt.datetime | None = None, message: str = "",
    user: User | None = None, actor: str = "", door: str = "page", **fields: Unpack[OrderFields],
) -> Order:  # fmt: skip
    """A new order with one exam for each item, in their order; `message` is the HL7 message's type, where one brought it.

    The referrer's account is found by `referrer_code` (staff number). Raises InvalidInput, Duplicate when the placer number,
    an accession number or a study UID is already here, Conflict when the patient was merged.
    """
    patient = patient_lock(patient=patient)
    values = {**DEFAULTS, **_cleaned(fields)}
    order = Order(
        patient=patient, placer_number=text_clean(placer_number), placer_issuer=text_clean(placer_issuer), source=source,
        entered_by=user, ordered_at=ordered_at or timezone.now(), filler_number=filler_number_new(), **values,
    )  # fmt: skip
    _link_referrer(order)
    _save_new(order)
    _exams_enter(order, items, message, user, actor, door)
    return order


@transaction.atomic
def order_extend(
    *, order: Order, items: Sequence[OrderItem], message: str = "", user: User | None = None, actor: str = "", door: str = "page"
) -> list[Exam]:
    """Further exams of an order that is here. Returns them. Raises InvalidInput, Duplicate and Conflict as `order_enter`."""
    patient_lock(patient=order.patient)
    return _exams_enter(Order.objects.select_for_update().get(pk=order.pk), items, message, user, actor, door)


def _exams_enter(order: Order, items: Sequence[OrderItem], message: str, user: User | None, actor: str, door: str) -> list[Exam]:
    if not 0 < len(items) <= MOST_EXAMS - order.exams.count():
        raise InvalidInput(_("An order names between one and fifty exams."), field="items")
    exams = [_exam_enter(order, item) for item in items]
    for exam in exams:
        kind = "ordered_hl7" if message else "ordered"
        exam_event_add(exam=exam, kind=kind, user=user, actor=actor, message=message, **procedure_params(exam.procedure))
        _audit("order.enter", exam, user, actor, door)
    order_entered.send(sender=Order, order=order)
    _announce()
    return exams


def procedure_params(procedure: Procedure) -> dict[str, str]:
    """What a time-line sentence says of a procedure, in both languages."""
    return {"procedure": procedure.name, "procedure_zh": procedure.name_zh or procedure.name}


@transaction.atomic
def order_change(
    *, order: Order, exam: Exam | None = None, user: User | None = None, actor: str = "", door: str = "page", **fields: Unpack[OrderFields]
) -> Order:
    """Change what the order says (ORC-1 XO). `exam` alone is given a priority or wanted time when it is named; else every exam is.

    Returns the changed row. Raises InvalidInput, WrongState when every exam was cancelled.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    exams = list(locked.exams.all())
    if all(one.state == ExamState.CANCELLED for one in exams):
        raise WrongState(_("This order was cancelled; enter a new one."))
    values = _cleaned(fields)
    named = [one for one in exams if exam is None or one.pk == exam.pk]
    own = {one.pk: _exam_says(one, values) for one in named}
    changed = _order_says(locked, values, is_whole=len(named) == len(exams))
    news = changed.union(*own.values())
    if not news:
        return locked
    for one in exams:
        if told := sorted(changed | own.get(one.pk, set())):
            exam_event_add(exam=one, kind="order_changed", user=user, actor=actor, what=", ".join(told))
            _audit("order.change", one, user, actor, door, fields=told)
    order_changed.send(sender=Order, order=locked, fields=frozenset(news), exam=exam, user=user, actor=actor, door=door)
    _announce()
    return locked


def _exam_says(exam: Exam, values: dict[str, Any]) -> set[str]:
    """Write what each exam has of its own, until it begins; the names of what changed."""
    if exam.state not in BEFORE_START:
        return set()
    changed = {name: values[name] for name in OF_EXAMS if name in values and getattr(exam, name) != values[name]}
    if changed:
        Exam.objects.filter(pk=exam.pk).update(**changed)
    return set(changed)


def _order_says(order: Order, values: dict[str, Any], *, is_whole: bool) -> set[str]:
    """Write what the order says; the names of what changed. Of some of its exams alone it keeps no priority and time."""
    changed = {name for name, value in values.items() if (is_whole or name not in OF_EXAMS) and getattr(order, name) != value}
    for name in changed:
        setattr(order, name, values[name])
    if "referrer_code" in changed:
        _link_referrer(order)
    if changed:
        order.save()
    return changed


@transaction.atomic
def exam_procedure_set(*, exam: Exam, procedure: Procedure, user: User | None = None, actor: str = "", door: str = "page") -> Exam:
    """Another procedure for an exam that has not begun. Raises WrongState once it has, InvalidInput for one no longer offered."""
    locked = exam_lock(exam_id=exam.pk)
    if locked.procedure_id == procedure.pk:
        return locked
    if locked.state not in BEFORE_START:
        raise WrongState(_("Exam %(accession)s has begun; its procedure stays.") % {"accession": locked.accession_number})
    _check_procedure(procedure)
    before, locked.procedure, locked.department, locked.modality = locked.procedure, procedure, procedure.department, procedure.modality
    locked.save()
    exam_event_add(exam=locked, kind="order_changed", user=user, actor=actor, what=f"{before.code} → {procedure.code}")
    _audit("order.change", locked, user, actor, door, procedure=procedure.code)
    order_changed.send(sender=Order, order=locked.order, fields=frozenset({"procedure"}), exam=locked, user=user, actor=actor, door=door)
    _announce()
    return locked


@transaction.atomic
def exam_cancel(*, exam: Exam, reason: str, user: User | None = None, actor: str = "", door: str = "page") -> Exam:
    """Cancel an exam that has not begun; its booked time is free again.

    Raises InvalidInput without a reason, WrongState once it has begun. Cancelled already: nothing changes.
    """
    reason = text_clean(reason)[:200]
    if not reason:
        raise InvalidInput(_("Say why it is cancelled."), field="reason")
    locked = exam_lock(exam_id=exam.pk)
    if locked.state == ExamState.CANCELLED:
        return locked
    if locked.state not in BEFORE_START:
        raise WrongState(
            _("Exam %(accession)s is “%(now)s”; only an exam that has not begun can be cancelled.")
            % {"accession": locked.accession_number, "now": ExamState(locked.state).label}
        )
    locked.reason_ended = reason
    locked.save(update_fields=["reason_ended", "changed_at"])
    exam_event_add(exam=locked, kind="cancelled", user=user, actor=actor, reason=reason)
    changed = exam_state_set(exam=exam, state=ExamState.CANCELLED, user=user, actor=actor)
    _audit("order.cancel", changed, user, actor, door, reason=reason)
    return changed


@transaction.atomic
def order_cancel(*, order: Order, reason: str, user: User | None = None, actor: str = "", door: str = "page") -> Order:
    """Cancel every exam of the order (ORC-1 CA), or none: raises WrongState naming the first that has begun."""
    for exam in order.exams.order_by("pk"):
        exam_cancel(exam=exam, reason=reason, user=user, actor=actor, door=door)
    return order


def _save_new(order: Order) -> None:
    taken = Duplicate(
        _("Order %(number)s of %(issuer)s is already here.") % {"number": order.placer_number, "issuer": order.placer_issuer or "?"},
        field="placer_number",
    )
    if order.placer_number and Order.objects.filter(placer_number=order.placer_number, placer_issuer=order.placer_issuer).exists():
        raise taken
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError as error:  # another writer came first and is not visible to us
        raise taken from error


def _exam_enter(order: Order, item: OrderItem) -> Exam:
    _check_item(item)
    accession = item.accession_number or accession_new(modality=item.procedure.modality)
    exam = Exam(
        order=order, patient=order.patient, procedure=item.procedure, department=item.procedure.department,
        modality=item.procedure.modality, accession_number=accession, study_instance_uid=item.study_instance_uid or uid_new(),
        requested_procedure_id=item.requested_procedure_id or accession, placer_number=text_clean(item.placer_number),
        priority=item.priority or order.priority, requested_at=item.requested_at or order.requested_at, ordered_at=order.ordered_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            exam.save()
    except IntegrityError as error:
        raise _accession_taken(accession) from error
    return exam


def _accession_taken(accession: str) -> Duplicate:
    return Duplicate(_("Accession number %(accession)s is already here.") % {"accession": accession}, field="accession_number")


def _check_item(item: OrderItem) -> None:
    _check_procedure(item.procedure)
    for name in ("accession_number", "requested_procedure_id"):
        value = getattr(item, name)
        if len(value) > SHORT_STRING or text_clean(value) != value:
            raise InvalidInput(_("At most 16 characters, and no backslash: %(value)s.") % {"value": value}, field=name)
    if item.study_instance_uid and not is_uid(item.study_instance_uid):
        raise InvalidInput(_("This is not a UID: %(value)s.") % {"value": item.study_instance_uid}, field="study_instance_uid")
    if item.priority and item.priority not in Priority.values:
        raise InvalidInput(_("The priority is stat, urgent or routine."), field="priority")
    if item.accession_number and Exam.objects.filter(accession_number=item.accession_number).exists():
        raise _accession_taken(item.accession_number)
    if item.study_instance_uid and Exam.objects.filter(study_instance_uid=item.study_instance_uid).exists():
        raise Duplicate(_("Study UID %(uid)s belongs to another exam.") % {"uid": item.study_instance_uid}, field="study_instance_uid")


def _check_procedure(procedure: Procedure) -> None:
    if not procedure.is_active:
        raise InvalidInput(_("Procedure %(code)s is no longer offered.") % {"code": procedure.code}, field="procedure")


def _cleaned(fields: OrderFields) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if value in (None, "", {}):
            values[name] = DEFAULTS.get(name, "")
        elif isinstance(value, str):
            values[name] = value.strip() if name == "reason" else text_clean(value)
        else:
            values[name] = value
    _check_choices(values)
    return values


def _check_choices(values: dict[str, Any]) -> None:
    if values.get("priority", Priority.ROUTINE) not in Priority.values:
        raise InvalidInput(_("The priority is stat, urgent or routine."), field="priority")
    if values.get("patient_class", PatientClass.OUTPATIENT) not in PatientClass.values:
        raise InvalidInput(_("The patient type is E, I, O or P."), field="patient_class")
    for name, longest in (("referrer_name", 128), ("referrer_code", 32), ("referring_department", 64), ("reason", 10_000)):
        if len(cast(str, values.get(name, ""))) > longest:
            raise InvalidInput(_("At most %(number)s characters.") % {"number": longest}, field=name)


def _link_referrer(order: Order) -> None:
    order.referrer = User.objects.filter(staff_code=order.referrer_code, is_active=True).first() if order.referrer_code else None


def _audit(act: str, exam: Exam, user: User | None, actor: str, door: str, **detail: Any) -> None:
    audit_record(
        act=act, door=door, user=user, actor=actor, patient_number=exam.patient.number, accession_number=exam.accession_number, **detail
    )


def _announce() -> None:
    for topic in ("worklist", "exams", "dashboard"):
        announce(topic)


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
    if before in ENDED:
        locked.reason_ended, locked.ended_at = "", None
    if (moment := MOMENTS.get(state)) is not None:
        setattr(locked, moment, timezone.now())
    locked.save()
    exam.refresh_from_db()
    exam_state_changed.send(sender=Exam, exam=locked, before=before, user=user, actor=actor)
    for topic in ("worklist", "reading", "dashboard", "exams"):
        announce(topic)
    return locked
