"""Which bills a person may see and find, and what was taken on a day. Sums are made of the rows of one bill or one day only."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.common.errors import NotFound
from imaging.patients.models import PatientIdentifier, SearchWord
from imaging.patients.protection import open_to, workable_by
from reporting.billing.models import Bill, Charge, ChargeKind, Payment, PaymentMethod, Refund
from reporting.billing.money import ZERO, cents

PATIENT = "order__patient__"
LIST_ROWS = 50
FIND_ROWS = 50
LIVE = Q(credited_by=None) & ~Q(kind=ChargeKind.CREDIT)


def bills_for(*, user: Person) -> QuerySet[Bill]:
    """Every bill that `user` may handle, newest first; `is_masked` tells whose patient stays unnamed ("Protected patient")."""
    masked = Case(When(open_to(user, PATIENT), then=Value(False)), default=Value(True), output_field=BooleanField())
    exams = Charge.objects.filter(LIVE, bill=OuterRef("pk")).order_by().values("bill")
    return (
        Bill.objects.filter(workable_by(user, PATIENT))
        .select_related("order__patient", "order__visit")
        .annotate(is_masked=masked, exam_count=Coalesce(Subquery(exams.annotate(n=Count("exam", distinct=True)).values("n")), 0))
        .order_by("-opened_at", "-id")
    )


def bill_by_number(*, user: Person, number: str) -> Bill:
    """The bill, when it is there for `user`. Raises NotFound."""
    bill = bills_for(user=user).filter(number=number).first()
    if bill is None:
        raise NotFound(_("There is no bill %(number)s.") % {"number": number})
    return bill


def payment_by_receipt(*, user: Person, receipt: str) -> Payment:
    """The payment with its bill, when that is there for `user`. Raises NotFound."""
    payment = Payment.objects.filter(receipt_number=receipt).select_related("received_by", "bill").first()
    bill = bills_for(user=user).filter(pk=payment.bill_id).first() if payment else None
    if payment is None or bill is None:
        raise NotFound(_("There is no receipt %(number)s.") % {"number": receipt})
    payment.bill = bill
    return payment


def bills_to_settle(*, user: Person) -> QuerySet[Bill]:
    """Bills on which money is to be taken or given back, newest first."""
    return bills_for(user=user).filter(~Q(due_amount=0))


def bills_settled(*, user: Person) -> QuerySet[Bill]:
    """Bills on which nothing is open, newest first."""
    return bills_for(user=user).filter(due_amount=0)


def bills_found(*, user: Person, text: str) -> QuerySet[Bill]:
    """Bills by bill, receipt, accession or patient number (whole, as scanned), or by the patient's name from its beginning.

    A protected patient is never found by name by somebody who may not know who it is.
    """
    word = " ".join(text.split())
    code = word.upper()
    numbers = (
        Q(number=code)
        | Q(pk__in=Payment.objects.filter(receipt_number=code).values("bill"))
        | Q(order__in=Charge.objects.filter(exam__accession_number=word).values("bill__order"))
        | Q(order__patient__in=PatientIdentifier.objects.filter(value=word).values("patient"))
    )
    named = Q(order__patient__in=SearchWord.objects.filter(word__startswith=word.lower()).values("patient")) & open_to(user, PATIENT)
    return bills_for(user=user).filter(numbers | named)


def waiting_count(user: Person) -> int:
    """How many bills wait, for the rail; counted up to 99."""
    return Bill.objects.filter(workable_by(user, PATIENT), ~Q(due_amount=0))[:99].count()


def day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of `day` in the hospital's zone, and of the day after."""
    zone = timezone.get_default_timezone()
    start = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    return start, dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)


def payments_of_day(*, day: dt.date, cashier: Person | None = None) -> QuerySet[Payment]:
    """What was taken on a day of the hospital, by everybody or by one cashier, oldest first."""
    start, end = day_bounds(day)
    rows = Payment.objects.filter(received_at__gte=start, received_at__lt=end, **({"received_by": cashier} if cashier else {}))
    return rows.select_related("bill", "received_by").order_by("received_at", "pk")


def refunds_of_day(*, day: dt.date, cashier: Person | None = None) -> QuerySet[Refund]:
    """What was given back on a day of the hospital, by everybody or by one cashier, oldest first."""
    start, end = day_bounds(day)
    rows = Refund.objects.filter(refunded_at__gte=start, refunded_at__lt=end, **({"refunded_by": cashier} if cashier else {}))
    return rows.select_related("payment__bill", "refunded_by").order_by("refunded_at", "pk")


@dataclass(frozen=True)
class MethodSum:
    """One way of paying on one day."""

    method: str
    label: str
    payments: int = 0
    taken: Decimal = ZERO
    refunds: int = 0
    given_back: Decimal = ZERO

    @property
    def kept(self) -> Decimal:
        return self.taken - self.given_back


def _sums(rows: QuerySet[Any], method: str) -> dict[str, tuple[int, Decimal]]:
    zero = Value(ZERO, output_field=DecimalField(max_digits=14, decimal_places=2))
    counted = rows.order_by().values(method).annotate(n=Count("pk"), total=Coalesce(Sum("amount"), zero))
    return {row[method]: (row["n"], cents(row["total"])) for row in counted}


def day_close(*, day: dt.date, cashier: Person | None = None) -> list[MethodSum]:
    """What was taken and given back on a day by each way of paying, every way listed."""
    taken = _sums(payments_of_day(day=day, cashier=cashier), "method")
    back = _sums(refunds_of_day(day=day, cashier=cashier), "payment__method")
    nothing = (0, ZERO)
    return [MethodSum(way.value, str(way.label), *taken.get(way.value, nothing), *back.get(way.value, nothing)) for way in PaymentMethod]


def day_total(sums: list[MethodSum], label: str) -> MethodSum:
    """The last line of a day's close."""
    return MethodSum(
        "", label, sum(s.payments for s in sums), sum((s.taken for s in sums), ZERO), sum(s.refunds for s in sums),
        sum((s.given_back for s in sums), ZERO),
    )  # fmt: skip
