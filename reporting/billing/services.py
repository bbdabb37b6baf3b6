"""Charging exams, taking payments and giving money back.

Locks are always taken in one order (exams, bill, receipt numbers, audit), so that a cashier and a finishing exam cannot block each other.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import Conflict, InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.models import Exam, Order
from imaging.orders.services import exam_event_add, exam_lock
from imaging.patients.numbering import number_next
from reporting.billing.charging import Line, lines_of, room_of
from reporting.billing.events import charge_credited, charge_posted, payment_taken, refund_given
from reporting.billing.models import Bill, Charge, ChargeKind, PayerRule, Payment, PaymentLine, PaymentMethod, Refund
from reporting.billing.money import ZERO, cents, cover, money_text, share, total

REASON_LENGTH = 200


def document_number(*, letter: str) -> str:
    """The next number of a kind of paper (B bill, R receipt, G money given back), counted from 1 each day of the hospital."""
    day = timezone.localdate()
    return f"{letter}-{day:%y%m%d}-{number_next(series=f'{letter}-{day:%y%m%d}'):04d}"


def _live(bill: Bill) -> list[Charge]:
    return list(bill.charges.filter(credited_by=None).exclude(kind=ChargeKind.CREDIT).order_by("pk"))


def _paid(bill: Bill) -> Decimal:
    return total(amount - back for amount, back in bill.payments.values_list("amount", "refunded_amount"))


def _bill_count(bill: Bill) -> Bill:
    """Write what is due anew from the bill's rows; the bill must be locked."""
    bill.due_amount = total(charge.patient_amount for charge in _live(bill)) - _paid(bill)
    bill.save(update_fields=["due_amount"])
    announce("billing")
    announce("dashboard")
    return bill


def _bill_for(order: Order) -> Bill:
    """The order's bill, opened when it has none yet, locked."""
    payer = order.visit.payer if order.visit else ""
    if not Bill.objects.filter(order=order).exists():
        rule = PayerRule.objects.filter(payer=payer, is_active=True).first()
        opening: dict[str, Any] = {
            "number": lambda: document_number(letter="B"),  # taken in the creating savepoint: who loses the race leaves no gap
            "payer": payer,
            "payer_zh": rule.name_zh if rule else "",
            "payer_percent": rule.percent if rule else ZERO,
            "opened_at": timezone.now(),
        }
        Bill.objects.get_or_create(order=order, defaults=opening)
    return Bill.objects.select_for_update().get(order=order)


def _charge_create(bill: Bill, exam: Exam, line: Line) -> Charge:
    amount = cents(line.quantity * line.unit_price)
    covered = share(amount, bill.payer_percent)
    charge = Charge.objects.create(
        bill=bill, exam=exam, kind=line.kind, source=line.source, procedure_code=line.code, description=line.description,
        description_zh=line.description_zh, quantity=line.quantity, unit_price=line.unit_price, amount=amount, insurance_amount=covered,
        patient_amount=amount - covered, posted_at=timezone.now(), department=exam.department, room=room_of(exam), modality=exam.modality,
        performer=line.person,
    )  # fmt: skip
    charge_posted.send(sender=Charge, charge=charge)
    return charge


@transaction.atomic
def charges_post(*, exam: Exam, user: User | None = None, actor: str = "") -> list[Charge]:
    """Charge whatever of the exam is payable now and not charged yet; asked again, it posts nothing twice.

    Returns the new charges. An exam that has not been performed has none.
    """
    exam = exam_lock(exam_id=exam.pk)
    lines = list(lines_of(exam))
    if not lines:
        return []
    bill = _bill_for(exam.order)
    known = {charge.source for charge in _live(bill) if charge.exam_id == exam.pk}
    posted = [_charge_create(bill, exam, line) for line in lines if line.source not in known]
    if posted:
        exam_event_add(exam=exam, kind="charge_posted", user=user, actor=actor, amount=money_text(total(c.amount for c in posted)))
        _bill_count(bill)
    return posted


def _credit_create(charge: Charge) -> Charge:
    credit = Charge.objects.create(
        bill=charge.bill, exam=charge.exam, kind=ChargeKind.CREDIT, source=f"credit:{charge.pk}", procedure_code=charge.procedure_code,
        description=charge.description, description_zh=charge.description_zh, quantity=-charge.quantity, unit_price=charge.unit_price,
        amount=-charge.amount, insurance_amount=-charge.insurance_amount, patient_amount=-charge.patient_amount,
        posted_at=timezone.now(), department=charge.department, room=charge.room, modality=charge.modality, performer=charge.performer,
    )  # fmt: skip
    charge.credited_by = credit
    charge.save(update_fields=["credited_by"])
    charge_credited.send(sender=Charge, charge=credit)
    return credit


@transaction.atomic
def charges_credit(*, exam: Exam, source: str = "", user: User | None = None, actor: str = "") -> list[Charge]:
    """Take back every live charge of an exam that is open again or was stopped, or only the one of `source`. Returns the credit rows.

    What had been paid stays paid: the bill then shows money to give back, or covers the exam when it is charged again.
    """
    exam = exam_lock(exam_id=exam.pk)
    bill = Bill.objects.select_for_update().filter(order_id=exam.order_id).first()
    if bill is None:
        return []
    live = [charge for charge in _live(bill) if charge.exam_id == exam.pk and source in {"", charge.source}]
    credits = [_credit_create(charge) for charge in live]
    if credits:
        exam_event_add(exam=exam, kind="charge_credited", user=user, actor=actor, amount=money_text(total(c.amount for c in credits)))
        _bill_count(bill)
    return credits


def _bill_lock(bill_id: int) -> tuple[Bill, list[Exam]]:
    """The bill and the exams charged on it, all locked, exams first."""
    exams = list(Exam.objects.select_for_update().filter(order__bill=bill_id).select_related("patient").order_by("pk"))
    return Bill.objects.select_for_update().get(pk=bill_id), exams


def _amount_check(amount: Decimal) -> None:
    if amount <= 0 or amount != cents(amount):
        raise InvalidInput(_("An amount is above zero and has at most two decimals."), field="amount")


def _key_check(key: str) -> None:
    if not 8 <= len(key) <= 64:
        raise InvalidInput(_("An idempotency key has 8 to 64 characters."), field="idempotency_key")


def _same_payment(key: str, bill: Bill, amount: Decimal, method: str) -> Payment | None:
    """The payment that `key` stands for already. Raises Conflict when it stands for another one."""
    payment = Payment.objects.filter(idempotency_key=key).first()
    if payment and (payment.bill_id, payment.amount, payment.method) != (bill.pk, amount, method):
        raise Conflict(_("This form has been used for another payment (receipt %(receipt)s).") % {"receipt": payment.receipt_number})
    return payment


def _due_check(bill: Bill, amount: Decimal) -> None:
    if bill.due_amount <= 0:
        raise WrongState(_("Bill %(bill)s has nothing to pay any more; somebody may have taken it just now.") % {"bill": bill.number})
    if amount > bill.due_amount:
        due = {"bill": bill.number, "due": money_text(bill.due_amount)}
        raise Conflict(_("Only %(due)s are to pay on bill %(bill)s.") % due, field="amount")


def _tendered_check(method: str, amount: Decimal, tendered: Decimal | None) -> None:
    if method == PaymentMethod.CASH and tendered is not None and tendered < amount:
        raise InvalidInput(_("The cash given is less than the amount."), field="tendered_amount")


def _payment_create(bill: Bill, amount: Decimal, **fields: object) -> Payment:
    before = _paid(bill)
    payment = Payment.objects.create(
        bill=bill, amount=amount, receipt_number=document_number(letter="R"), received_at=timezone.now(), **fields
    )
    costs = [(charge, charge.patient_amount) for charge in _live(bill)]
    PaymentLine.objects.bulk_create(
        PaymentLine(payment=payment, charge=charge, amount=part) for charge, part in cover(costs, before, amount)
    )
    return payment


def _trace(act: str, door: str, user: User, exams: Iterable[Exam], **detail: str) -> None:
    """The audit row of money that moved, at every exam's accession number."""
    exams = list(exams)
    numbers = ",".join(exam.accession_number for exam in exams)
    audit_record(
        act=act, door=door, user=user, patient_number=exams[0].patient.number, accession_number=exams[0].accession_number,
        accession_numbers=numbers, **detail,
    )  # fmt: skip


def payment_take(
    *,
    bill: Bill,
    user: User,
    amount: Decimal,
    method: str,
    idempotency_key: str,
    tendered_amount: Decimal | None = None,
    door: str = "page",
) -> Payment:
    """Take `amount` for the bill and number its receipt.

    The same key, bill, amount and method again give the payment that was made the first time. Raises Forbidden; InvalidInput for an
    amount or method that cannot be; WrongState when nothing is due; Conflict when less is due, or the key stands for another payment.
    """
    require(user, Act.BILL_TAKE)
    _amount_check(amount)
    _key_check(idempotency_key)
    if method not in PaymentMethod.values:
        raise InvalidInput(_("Choose how it was paid."), field="method")
    _tendered_check(method, amount, tendered_amount)
    with transaction.atomic():
        locked, exams = _bill_lock(bill.pk)
        if (known := _same_payment(idempotency_key, locked, amount, method)) is not None:
            return known
        _due_check(locked, amount)
        given = tendered_amount if method == PaymentMethod.CASH else None
        payment = _payment_create(
            locked, amount, method=method, received_by=user, idempotency_key=idempotency_key, tendered_amount=given
        )  # fmt: skip
        for exam in exams:
            exam_event_add(exam=exam, kind="paid", user=user, amount=money_text(amount), receipt=payment.receipt_number)
        _bill_count(locked)
        payment_taken.send(sender=Payment, payment=payment)
        _trace("payment.take", door, user, exams, receipt=payment.receipt_number, amount=str(amount), method=method)
    bill.refresh_from_db()
    return payment


def _same_refund(key: str, payment: Payment, amount: Decimal) -> Refund | None:
    refund = Refund.objects.filter(idempotency_key=key).first()
    if refund and (refund.payment_id, refund.amount) != (payment.pk, amount):
        raise Conflict(_("This form has been used for other money given back (%(receipt)s).") % {"receipt": refund.receipt_number})
    return refund


def _left_check(payment: Payment, amount: Decimal) -> None:
    left = payment.amount - payment.refunded_amount
    if amount > left:
        about = {"left": money_text(left), "receipt": payment.receipt_number}
        raise Conflict(_("Of receipt %(receipt)s at most %(left)s can be given back.") % about, field="amount")


def _refund_create(payment: Payment, amount: Decimal, **fields: object) -> Refund:
    payment.refunded_amount += amount
    payment.save(update_fields=["refunded_amount"])
    return Refund.objects.create(
        payment=payment, amount=amount, receipt_number=document_number(letter="G"), refunded_at=timezone.now(), **fields
    )


def refund_give(*, payment: Payment, user: User, amount: Decimal, reason: str, idempotency_key: str, door: str = "page") -> Refund:
    """Give back `amount` of a payment, the way it came; what it paid for is due again unless it was credited.

    The same key, payment and amount again give the refund that was made the first time. Raises Forbidden; InvalidInput for an amount
    that cannot be or a missing reason; Conflict when more than is left would be given back, or the key stands for another one.
    """
    require(user, Act.BILL_REFUND)
    _amount_check(amount)
    _key_check(idempotency_key)
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise InvalidInput(_("Say why the money is given back."), field="reason")
    with transaction.atomic():
        bill, exams = _bill_lock(payment.bill_id)
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if (known := _same_refund(idempotency_key, locked, amount)) is not None:
            return known
        _left_check(locked, amount)
        refund = _refund_create(locked, amount, reason=reason, refunded_by=user, idempotency_key=idempotency_key)
        for exam in exams:
            exam_event_add(exam=exam, kind="refunded", user=user, amount=money_text(amount), reason=reason)
        _bill_count(bill)
        refund_given.send(sender=Refund, refund=refund)
        _trace("refund.give", door, user, exams, receipt=refund.receipt_number, amount=str(amount), reason=reason)
    payment.refresh_from_db()
    return refund
