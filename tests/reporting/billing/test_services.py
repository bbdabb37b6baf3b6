"""Charging, paying and giving back. Not covered: a database that loses a commit it has acknowledged."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from imaging.access.models import AuditEvent
from imaging.common.errors import Conflict, Forbidden, InvalidInput, LightboxError, WrongState
from imaging.orders.models import Exam, ExamEvent
from imaging.orders.services import exam_state_set
from imaging.orders.states import ExamState
from imaging.scheduling.performing import used_item_record, used_item_remove
from reporting.billing.events import charge_credited, charge_posted
from reporting.billing.models import Charge, ChargeKind, Payment, Refund
from reporting.billing.services import charges_post, payment_take, refund_give
from tests import people
from tests.races import race
from tests.reporting.billing import bills

pytestmark = pytest.mark.django_db
KEY = "form-0001"


def take(exam: Exam, amount: str = "240.00", key: str = KEY, **changes: Any) -> Payment:
    return payment_take(
        **{
            "bill": bills.bill_of(exam), "user": people.cashier(), "amount": Decimal(amount), "method": "cash", "idempotency_key": key,
            **changes,
        }
    )  # fmt: skip


def back(payment: Payment, amount: str, key: str = "back-0001", **changes: Any) -> Refund:
    return refund_give(
        **{
            "payment": payment, "user": people.cashier(), "amount": Decimal(amount), "reason": "Exam not done", "idempotency_key": key,
            **changes,
        }
    )  # fmt: skip


def test_a_completed_exam_is_charged_with_what_was_used() -> None:
    exam = bills.exam()
    bills.use(exam)
    bills.done(exam)
    rows = Charge.objects.order_by("pk").values_list("kind", "amount", "department__code", "modality")
    assert list(rows) == [("technical", Decimal("240.00"), "RAD", "CT"), ("item", Decimal("172.00"), "RAD", "CT")]
    assert bills.bill_of(exam).due_amount == Decimal("412.00")
    assert ExamEvent.objects.get(kind="charge_posted").params == {"amount": "¥ 412.00"}


def test_nothing_is_charged_before_the_exam_is_done() -> None:
    assert charges_post(exam=bills.exam()) == []
    assert not Charge.objects.exists()


def test_charging_again_posts_nothing_twice() -> None:
    exam = bills.done()
    assert charges_post(exam=exam) == []
    assert Charge.objects.count() == 1


def test_the_database_refuses_a_second_live_charge() -> None:
    charge = Charge.objects.get(exam=bills.done())
    charge.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        charge.save(force_insert=True)


def test_the_reading_is_charged_at_signing_when_the_hospital_says_so(settings: Settings) -> None:
    settings.READING_PERCENT = 30
    exam = bills.done()
    assert bills.bill_of(exam).due_amount == Decimal("168.00")
    exam.reader = people.radiologist()
    exam.save()
    exam_state_set(exam=exam, state=ExamState.FINAL, user=exam.reader)
    reading = Charge.objects.get(kind=ChargeKind.PROFESSIONAL)
    assert (reading.amount, reading.performer) == (Decimal("72.00"), exam.reader)
    assert bills.bill_of(exam).due_amount == Decimal("240.00")


def test_an_exam_that_is_open_again_is_credited_and_charged_anew() -> None:
    exam = bills.done()
    exam_state_set(exam=exam, state=ExamState.IN_PROGRESS)
    assert bills.bill_of(exam).due_amount == 0
    assert list(Charge.objects.order_by("pk").values_list("kind", "amount")) == [
        ("technical", Decimal("240.00")),
        ("credit", Decimal("-240.00")),
    ]
    exam_state_set(exam=exam, state=ExamState.COMPLETED)
    assert bills.bill_of(exam).due_amount == Decimal("240.00")
    assert Charge.objects.filter(credited_by=None).exclude(kind="credit").count() == 1


def test_what_was_paid_covers_the_exam_when_it_is_charged_anew() -> None:
    exam = bills.done()
    take(exam)
    exam_state_set(exam=exam, state=ExamState.IN_PROGRESS)
    assert bills.bill_of(exam).due_amount == Decimal("-240.00")
    exam_state_set(exam=exam, state=ExamState.COMPLETED)
    assert bills.bill_of(exam).due_amount == 0


def test_what_is_written_down_after_the_exam_is_charged_and_taken_off_again() -> None:
    exam = bills.done()
    item = used_item_record(exam=exam, kind="contrast", name="Iohexol", quantity=Decimal("10"), unit="ml", unit_price=Decimal("2.15"))
    assert bills.bill_of(exam).due_amount == Decimal("261.50")
    used_item_remove(item=item)
    assert bills.bill_of(exam).due_amount == Decimal("240.00")


def test_news_of_charges_is_sent_in_the_same_transaction() -> None:
    heard: list[tuple[str, Decimal, bool]] = []

    def hear(name: str) -> Callable[..., None]:
        return lambda charge, **_: heard.append((name, charge.amount, connection.in_atomic_block))

    listeners = [(charge_posted, hear("posted")), (charge_credited, hear("credited"))]
    for signal, listener in listeners:
        signal.connect(listener, weak=False)
    try:
        exam = bills.done()
        exam_state_set(exam=exam, state=ExamState.IN_PROGRESS)
    finally:
        for signal, listener in listeners:
            signal.disconnect(listener)
    assert heard == [("posted", Decimal("240.00"), True), ("credited", Decimal("-240.00"), True)]


def test_the_payer_takes_its_share_of_each_charge_to_the_cent() -> None:
    bills.insured("33.33")
    exam = bills.done(bills.exam(bills.order(payer=bills.INSURER)))
    charge = Charge.objects.get(exam=exam)
    assert (charge.insurance_amount, charge.patient_amount) == (Decimal("79.99"), Decimal("160.01"))
    assert bills.bill_of(exam).due_amount == Decimal("160.01")


def test_two_exams_of_one_order_stand_on_one_bill_and_are_paid_in_order() -> None:
    order = bills.order()
    first, second = bills.done(bills.exam(order)), bills.done(bills.exam(order))
    payment = take(first, "300.00")
    assert list(payment.lines.order_by("pk").values_list("charge__exam", "amount")) == [
        (first.pk, Decimal("240.00")),
        (second.pk, Decimal("60.00")),
    ]
    rest = take(first, "180.00", key="form-0002")
    assert [(line.charge.exam_id, line.amount) for line in rest.lines.all()] == [(second.pk, Decimal("180.00"))]
    assert bills.bill_of(first).due_amount == 0


def test_a_payment_is_numbered_told_and_audited() -> None:
    exam = bills.done()
    payment = take(exam, method="wechat")
    assert payment.receipt_number.endswith("-0001")
    assert ExamEvent.objects.get(kind="paid").params == {"amount": "¥ 240.00", "receipt": payment.receipt_number}
    row = AuditEvent.objects.get(act="payment.take")
    assert (row.accession_number, row.detail["amount"]) == (exam.accession_number, "240.00")


def test_the_same_form_sent_twice_takes_money_once() -> None:
    exam = bills.done()
    assert take(exam) == take(exam)
    assert Payment.objects.count() == 1


def test_a_used_form_is_refused_for_another_amount() -> None:
    exam = bills.done()
    take(exam, "100.00")
    with pytest.raises(Conflict, match="another payment"):
        take(exam, "140.00")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount": Decimal("240.01")}, Conflict),
        ({"amount": Decimal("0.00")}, InvalidInput),
        ({"amount": Decimal("-5.00")}, InvalidInput),
        ({"amount": Decimal("1.005")}, InvalidInput),
        ({"method": "barter"}, InvalidInput),
        ({"tendered_amount": Decimal("200.00")}, InvalidInput),
        ({"idempotency_key": ""}, InvalidInput),
    ],
)
def test_what_cannot_be_paid_is_refused(changes: dict[str, Any], error: type[LightboxError]) -> None:
    exam = bills.done()
    with pytest.raises(error):
        take(exam, **changes)
    assert not Payment.objects.exists()


def test_who_is_not_a_cashier_takes_nothing_and_gives_nothing_back() -> None:
    exam = bills.done()
    with pytest.raises(Forbidden):
        take(exam, user=people.front_desk())
    payment = take(exam)
    with pytest.raises(Forbidden):
        back(payment, "1.00", user=people.manager())


def test_a_refund_makes_it_due_again() -> None:
    exam = bills.done()
    payment = take(exam)
    refund = back(payment, "240.00")
    assert bills.bill_of(exam).due_amount == Decimal("240.00")
    assert payment.refunded_amount == Decimal("240.00")
    assert ExamEvent.objects.get(kind="refunded").params == {"amount": "¥ 240.00", "reason": "Exam not done"}
    assert AuditEvent.objects.filter(act="refund.give", detail__receipt=refund.receipt_number).count() == 1


def test_never_more_is_given_back_than_was_paid() -> None:
    payment = take(bills.done())
    back(payment, "200.00")
    with pytest.raises(Conflict, match=r"40\.00"):
        back(payment, "40.01", key="back-0002")
    back(payment, "40.00", key="back-0003")
    assert sum(refund.amount for refund in Refund.objects.all()) == payment.amount


def test_the_same_refund_sent_twice_gives_once_and_wants_a_reason() -> None:
    payment = take(bills.done())
    with pytest.raises(InvalidInput):
        back(payment, "10.00", reason="  ")
    assert back(payment, "10.00") == back(payment, "10.00")
    assert Refund.objects.count() == 1


def test_a_paid_bill_takes_nothing_more() -> None:
    exam = bills.done()
    take(exam)
    with pytest.raises(WrongState, match="nothing to pay"):
        take(exam, "1.00", key="form-0002")


@pytest.mark.django_db(transaction=True)
def test_of_two_cashiers_at_one_bill_one_wins() -> None:
    exam, cashiers = bills.done(), [people.cashier(), people.staff("cashier", "cashier-2")]
    bill = bills.bill_of(exam)
    results = race(
        *(
            lambda user=user: payment_take(
                bill=bill, user=user, amount=Decimal("240.00"), method="card", idempotency_key=f"till-{user.username}"
            )
            for user in cashiers
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["Payment", "WrongState"]
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_payment() -> None:
    exam, user = bills.done(), people.cashier()
    bill = bills.bill_of(exam)
    pay = lambda: payment_take(bill=bill, user=user, amount=Decimal("240.00"), method="card", idempotency_key=KEY)  # noqa: E731
    first, second = race(pay, pay)
    assert isinstance(first, Payment)
    assert first == second


@pytest.mark.django_db(transaction=True)
def test_receipts_are_numbered_without_gaps_by_many_tills() -> None:
    user = people.cashier()
    patient = people.lin_mei_hua()
    ready = [bills.bill_of(bills.done(bills.exam(bills.order(patient)))) for _ in range(4)]
    race(
        *(
            lambda bill=bill: payment_take(bill=bill, user=user, amount=Decimal("1.00"), method="cash", idempotency_key=f"bill-{bill.pk}-1")
            for bill in ready
        )
    )
    assert sorted(Payment.objects.values_list("receipt_number", flat=True)) == sorted(
        f"{Payment.objects.first().receipt_number[:-4]}{number:04d}" for number in range(1, 5)
    )
