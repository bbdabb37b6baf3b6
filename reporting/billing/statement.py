"""A bill or a receipt as a patient reads it: lines, sums, what was paid. Built from the rows of one bill."""

from dataclasses import dataclass
from decimal import Decimal

from reporting.billing.models import Bill, Charge, ChargeKind, Payment
from reporting.billing.money import ZERO, capitals, total


@dataclass(frozen=True)
class StatementLine:
    """One charge, or the part of it that a receipt stands for."""

    charge: Charge
    amount: Decimal
    insurance: Decimal
    patient: Decimal
    paid: Decimal

    @property
    def quantity(self) -> str:
        number = self.charge.quantity
        return f"{number.normalize():f}" if number != number.to_integral_value() else f"{number:.0f}"


@dataclass(frozen=True)
class Statement:
    """The lines with their sums. `payment` is the one that a receipt is for; a bill has none."""

    bill: Bill
    lines: list[StatementLine]
    credited: list[Charge]
    payments: list[Payment]
    payment: Payment | None = None

    @property
    def amount(self) -> Decimal:
        return total(line.amount for line in self.lines)

    @property
    def insurance(self) -> Decimal:
        return total(line.insurance for line in self.lines)

    @property
    def patient(self) -> Decimal:
        return total(line.patient for line in self.lines)

    @property
    def paid(self) -> Decimal:
        return total(payment.amount - payment.refunded_amount for payment in self.payments)

    @property
    def taken(self) -> Decimal:
        """What this paper is about: the payment, or what is still due."""
        return self.payment.amount if self.payment else max(self.bill.due_amount, ZERO)

    @property
    def taken_in_words(self) -> str:
        return capitals(self.taken)

    @property
    def change(self) -> Decimal | None:
        """Cash handed back, when cash was handed over."""
        if self.payment is None or self.payment.tendered_amount is None:
            return None
        return self.payment.tendered_amount - self.payment.amount

    @property
    def number(self) -> str:
        return self.payment.receipt_number if self.payment else self.bill.number

    @property
    def exam_count(self) -> int:
        return len({line.charge.exam_id for line in self.lines})


def bill_statement(bill: Bill) -> Statement:
    """The bill as it stands now: live charges, what was credited, and the payments made."""
    charges = list(bill.charges.select_related("exam").order_by("pk"))
    payments = list(bill.payments.select_related("received_by").prefetch_related("refunds").order_by("pk"))
    live = [charge for charge in charges if charge.credited_by_id is None and charge.kind != ChargeKind.CREDIT]
    lines = [StatementLine(c, c.amount, c.insurance_amount, c.patient_amount, ZERO) for c in live]
    return Statement(bill, lines, [charge for charge in charges if charge.credited_by_id], payments)


def receipt_statement(payment: Payment) -> Statement:
    """A payment as its receipt shows it, today as on the day it was made: a credit or refund later changes no line."""
    rows = payment.lines.select_related("charge__exam").order_by("pk")
    lines = [
        StatementLine(row.charge, row.charge.amount, row.charge.insurance_amount, row.charge.patient_amount, row.amount) for row in rows
    ]
    return Statement(payment.bill, lines, [], [payment], payment)
