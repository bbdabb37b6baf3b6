"""Orders: ORM^O01 (2.3.1), OMG^O19 and OMI^O23 (2.5.1) with ORC-1 NW, XO, CA or DC. Several order groups are several exams."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from his_integration.inbound.adt import patient_of, pid_of, visit_of
from his_integration.inbound.result import Applied, Arrival
from his_integration.inbound.rules import check
from his_integration.inbound.values import Person, patient_class, person
from his_integration.messages.problems import Place, Refused
from his_integration.messages.text import Segment, Text, timestamp_parse
from imaging.orders.models import Exam, Order, OrderSource, Priority, Procedure
from imaging.orders.services import OrderFields, OrderItem, exam_cancel, exam_procedure_set, order_change
from imaging.patients.cleaning import text_clean
from imaging.patients.models import Patient
from imaging.patients.services import patient_lock
from imaging.scheduling.services import StepWish, exams_place, order_place

# Table 0485 and the older component 6 of TQ; what is not named is routine.
PRIORITIES = {
    "S": Priority.STAT,
    "STAT": Priority.STAT,
    "A": Priority.URGENT,
    "ASAP": Priority.URGENT,
    "T": Priority.URGENT,
    "P": Priority.URGENT,
    "U": Priority.URGENT,
    "R": Priority.ROUTINE,
}
NEW, CHANGE, CANCEL, DISCONTINUE = "NW", "XO", "CA", "DC"
DELETED = '""'


Triggers = dict[str, Callable[[Arrival], Applied]]


@dataclass
class Group:
    """One ORC with one of its OBR, and what belongs to them. An ORC alone, as a cancellation may be, has an OBR without fields."""

    orc: Segment
    obr: Segment
    others: list[Segment] = field(default_factory=list)
    is_alone: bool = True

    def first(self, name: str) -> Segment | None:
        return next((segment for segment in self.others if segment.name == name), None)

    @property
    def control(self) -> str:
        return self.orc.get(1)

    @property
    def placer_number(self) -> str:
        """The exam's number. Where one ORC leads several OBR, OBR-2 tells them apart."""
        numbers = [self.orc.get(2), self.obr.get(2)]
        return text_clean(next(filter(None, numbers if self.is_alone else reversed(numbers)), ""))

    @property
    def order_number(self) -> str:
        """What holds the exams of an order together: the group number, else ORC-2."""
        return text_clean(self.orc.get(4) or self.orc.get(2)) or self.placer_number

    @property
    def has_obr(self) -> bool:
        return len(self.obr.fields) > 1

    @property
    def codes(self) -> list[str]:
        """OBR-4, its code and its alternate code."""
        return [code for code in (self.obr.get(4), self.obr.get(4, 4)) if code]

    @property
    def procedure_place(self) -> Place:
        return Place("OBR", self.obr.number, 4, 1)


def groups_of(text: Text) -> Iterator[Group]:
    """The order groups. An OBR without an ORC of its own belongs to the ORC before it. Raises Refused for an OBR before any ORC."""
    for orc, *rest in _by_orc(text):
        starts = [at for at, segment in enumerate(rest) if segment.name == "OBR"]
        common = rest[: starts[0]] if starts else rest
        if not starts:
            yield Group(orc, Segment("OBR", text.delimiters, text.codec, orc.number), common)
        for start, end in zip(starts, [*starts, len(rest)][1:], strict=True):
            yield Group(orc, rest[start], [*common, *rest[start + 1 : end]], is_alone=len(starts) == 1)


def _by_orc(text: Text) -> list[list[Segment]]:
    """Each ORC with what follows it."""
    first = text.segments.index(text.all("ORC")[0])
    early = next((segment for segment in text.segments[:first] if segment.name == "OBR"), None)
    if early is not None:
        raise Refused("100", Place("OBR", early.number), "OBR comes before ORC.")
    return text.groups("ORC")


def receive_order(arrival: Arrival) -> Applied:
    """Enter, change or cancel what the message names; all of it, or nothing."""
    check(arrival.text, "order")
    groups = list(groups_of(arrival.text))
    for group in groups:
        _check_group(group)
    new = [group for group in groups if group.control == NEW]
    applied = Applied()
    if new:
        applied = _enter(arrival, new)
    for group in groups:
        if group.control != NEW:
            applied.exams += APPLY[group.control](arrival, group)
            applied.patient = applied.exams[-1].patient
    return applied


def _check_group(group: Group) -> None:
    number = group.orc.number
    if group.control not in {NEW, *APPLY}:
        raise Refused("103", Place("ORC", number, 1, 1), f"ORC-1 {group.control} is not acted on here; NW, XO, CA and DC are.")
    if not group.placer_number:
        raise Refused("101", Place("ORC", number, 2, 1), "ORC-2.1 placer order number is missing.")
    if group.control in {NEW, CHANGE} and not group.has_obr:
        raise Refused("100", Place("OBR", number), "The OBR segment is missing.")
    if group.control == NEW and not group.obr.get(4):
        raise Refused("101", group.procedure_place, "OBR-4.1 procedure code is missing.")


def _enter(arrival: Arrival, groups: list[Group]) -> Applied:
    """NW: one order with an exam for each group, on the worklist at once. A group number that is here already gets further exams."""
    first = groups[0]
    issuer = _issuer(arrival, first.orc)
    for group in groups:
        if _find(group, issuer):
            raise Refused("205", Place("ORC", group.orc.number, 2, 1), f"Order {group.placer_number} of {issuer} is already here.")
    items = [_item(arrival.text, group) for group in groups]
    wishes = [_wish(arrival.text, group) for group in groups]
    patient = patient_of(arrival, is_order=True)
    visit = visit_of(arrival, patient)
    patient_lock(patient=patient)  # messages of one group may come on several connections at once
    told: dict[str, Any] = {"message": arrival.envelope.kind, "actor": arrival.actor, "door": arrival.door}
    order = Order.objects.filter(placer_number=first.order_number, placer_issuer=issuer).first()
    if order is not None:
        _check_patient(arrival, order.patient)
        return Applied(patient, exams_place(order=order, items=items, wishes=wishes, **told))
    fields = _order_fields(arrival.text, first)
    if visit is not None:
        fields["visit"] = visit
    fields["patient_class"] = patient_class(arrival.text) or (visit.patient_class if visit else None)
    order = order_place(
        patient=patient, items=items, wishes=wishes, placer_number=first.order_number, placer_issuer=issuer, source=OrderSource.HL7,
        ordered_at=timestamp_parse(first.orc.get(9)), **told, **fields,
    )  # fmt: skip
    return Applied(patient, list(order.exams.order_by("pk")))


def _change(arrival: Arrival, group: Group) -> list[Exam]:
    """XO: what the message says replaces what we have; another procedure only for one exam, and only while it has not begun."""
    exams = _exams(arrival, group)
    fields = _order_fields(arrival.text, group)
    told: dict[str, Any] = {"actor": arrival.actor, "door": arrival.door}
    if group.codes and all(exam.procedure.code not in group.codes for exam in exams):
        if len(exams) > 1:
            text = f"Order {group.placer_number} has several exams, and none is {group.codes[0][:64]}: name the one to change."
            raise Refused("204", group.procedure_place, text)
        exams = [exam_procedure_set(exam=exams[0], procedure=_procedure(group), **told)]
    for exam in exams:
        order_change(order=exam.order, exam=exam, **told, **fields)
        exam.refresh_from_db()
    return exams


def _cancel(arrival: Arrival, group: Group) -> list[Exam]:
    """CA, DC: every exam that the message names leaves the worklist; none does when one of them has begun."""
    reason = group.orc.get(16, 2) or group.orc.get(16) or _note(group) or f"ORC-1 {group.control}"
    exams = _exams(arrival, group)
    return [exam_cancel(exam=exam, reason=reason, actor=arrival.actor, door=arrival.door) for exam in exams]


APPLY: dict[str, Callable[[Arrival, Group], list[Exam]]] = {CHANGE: _change, CANCEL: _cancel, DISCONTINUE: _cancel}


def _issuer(arrival: Arrival, orc: Segment) -> str:
    return text_clean(orc.get(2, 2) or arrival.envelope.sending_application)[:64]


def _find(group: Group, issuer: str) -> list[Exam]:
    """The exams with this placer number, or all exams of the order that it names; those with the procedure of OBR-4, where some have it."""
    rows = Exam.objects.filter(order__placer_issuer=issuer).select_related("order", "patient", "procedure").order_by("pk")
    found = list(rows.filter(placer_number=group.placer_number)) or list(rows.filter(order__placer_number=group.placer_number))
    return [exam for exam in found if exam.procedure.code in group.codes] or found


def _exams(arrival: Arrival, group: Group) -> list[Exam]:
    """The exams that ORC-2 names, of the patient whom PID names. Raises Refused 204."""
    issuer = _issuer(arrival, group.orc)
    found = _find(group, issuer)
    if not found:
        raise Refused("204", Place("ORC", group.orc.number, 2, 1), f"Order {group.placer_number} of {issuer} is not known here.")
    _check_patient(arrival, found[0].patient)
    return found


def _check_patient(arrival: Arrival, patient: Patient) -> None:
    known = patient_of(arrival, is_order=True, may_register=False)
    if known.pk != patient.pk:
        raise Refused("204", Place("PID", pid_of(arrival.text).number, 3, 1), "The order belongs to another patient.")


def _procedure(group: Group) -> Procedure:
    """OBR-4 by its code, or by its alternate code. Raises Refused 103."""
    codes = group.codes
    rows = Procedure.objects.select_related("department").filter(code__in=codes, is_active=True)
    found = {procedure.code: procedure for procedure in rows}
    for code in codes:
        if code in found:
            return found[code]
    raise Refused("103", group.procedure_place, f"Procedure {codes[0][:64] if codes else ''} is not in the catalogue.")


def _item(text: Text, group: Group) -> OrderItem:
    ipc = group.first("IPC")
    numbers = _legacy_numbers(text, group)
    return OrderItem(
        procedure=_procedure(group),
        accession_number=_ours(ipc, 1) or numbers.get("accession_number", ""),
        requested_procedure_id=_ours(ipc, 2) or numbers.get("requested_procedure_id", ""),
        study_instance_uid=_ours(ipc, 3) or numbers.get("study_instance_uid", ""),
        placer_number=group.placer_number,
        priority=_priority(group) or "",
        requested_at=_requested_at(group),
    )


def _legacy_numbers(text: Text, group: Group) -> dict[str, str]:
    """Before OMI had IPC, IHE put the Study UID into ZDS-1 and the numbers into OBR-18 to 20 (RAD-4 with version 2.3.1)."""
    zds = group.first("ZDS") or text.first("ZDS")
    if zds is None:
        return {}
    return {
        "study_instance_uid": zds.get(1),
        "accession_number": group.obr.get(18),
        "requested_procedure_id": group.obr.get(19),
        "scheduled_procedure_step_id": group.obr.get(20),
    }


def _ours(ipc: Segment | None, number: int) -> str:
    return ipc.get(number) if ipc else ""


def _wish(text: Text, group: Group) -> StepWish:
    ipc = group.first("IPC")
    return StepWish(
        station_ae_title=_ours(ipc, 9),
        scheduled_procedure_step_id=_ours(ipc, 4) or _legacy_numbers(text, group).get("scheduled_procedure_step_id", ""),
        protocol_code=_ours(ipc, 6),
        description=ipc.get(6, 2) if ipc else "",
    )


def _order_fields(text: Text, group: Group) -> OrderFields:
    """What the message says of the order; what it does not mention is absent."""
    fields: OrderFields = {}
    if (priority := _priority(group)) is not None:
        fields["priority"] = priority
    if (requested_at := _requested_at(group)) is not None:
        fields["requested_at"] = requested_at
    if (reason := _reason(group)) is not None:
        fields["reason"] = reason
    referrer = _referrer(group)
    if referrer is not None:
        fields["referrer_code"], fields["referrer_name"] = referrer.code, referrer.name
    department = group.orc.get(17, 2) or group.orc.get(17) or text.get("PV1", 3)
    if department:
        fields["referring_department"] = department[:64]
    return fields


def _priority(group: Group) -> str | None:
    tq1 = group.first("TQ1")
    given = (tq1.get(9) if tq1 else "") or group.orc.get(7, 6) or group.obr.get(27, 6) or group.obr.get(5)
    return PRIORITIES.get(given.upper(), Priority.ROUTINE) if given else None


def _requested_at(group: Group) -> dt.datetime | None:
    tq1 = group.first("TQ1")
    given = [tq1.get(7) if tq1 else "", group.obr.get(36), group.orc.get(7, 4), group.obr.get(27, 4), group.obr.get(6)]
    return next((moment for value in given if (moment := timestamp_parse(value)) is not None), None)


def _reason(group: Group) -> str | None:
    """OBR-31, OBR-13, diagnoses and notes, each once; None when the message has none of them, empty when it deletes them."""
    obr = group.obr
    words = [obr.part(raw, 2) or obr.part(raw, 1) or "" for raw in obr.repetitions(31)]
    words += [obr.whole(13) if obr.raw(13) != DELETED else "", _note(group)]
    words += [dg1.get(4) or dg1.get(3, 2) or dg1.get(3) for dg1 in group.others if dg1.name == "DG1"]
    told = "\n".join(dict.fromkeys(word for word in words if word))
    if told:
        return told[:10_000]
    return "" if DELETED in (obr.raw(31), obr.raw(13)) else None


def _note(group: Group) -> str:
    return "\n".join(nte.whole(3) for nte in group.others if nte.name == "NTE" and nte.raw(3))


def _referrer(group: Group) -> Person | None:
    """ORC-12, else OBR-16; None when the message names nobody."""
    for segment, number in ((group.orc, 12), (group.obr, 16)):
        if segment.raw(number):
            return person(segment, number)
    return None


ORM_TRIGGERS: Triggers = {"O01": receive_order}
OMG_TRIGGERS: Triggers = {"O19": receive_order}
OMI_TRIGGERS: Triggers = {"O23": receive_order}
