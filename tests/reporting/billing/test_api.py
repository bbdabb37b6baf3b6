"""REST for bills, payments and refunds. Not covered: paging far down, which is DRF's."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from imaging.access.roles import Role
from reporting.billing.models import Payment
from tests import people
from tests.reporting.billing import bills

pytestmark = pytest.mark.django_db


def client(role: str = Role.CASHIER) -> APIClient:
    made = APIClient()
    made.force_authenticate(people.staff(role))
    return made


def payment(bill: str, **changes: Any) -> dict[str, Any]:
    return {"bill": bill, "amount": "240.00", "method": "wechat", "idempotency_key": "api-00001", **changes}


def test_open_bills_and_one_bill_are_read() -> None:
    exam = bills.done()
    number = bills.bill_of(exam).number
    listed = client().get("/api/bills/", {"open": "1"}).json()["results"]
    assert [(row["number"], row["due_amount"], row["patient"]["number"]) for row in listed] == [(number, "240.00", "00482913")]
    charges = client().get(f"/api/bills/{number}/").json()["charges"]
    assert [(row["accession_number"], row["amount"]) for row in charges] == [(exam.accession_number, "240.00")]


def test_a_payment_is_taken_once_and_given_back() -> None:
    number = bills.bill_of(bills.done()).number
    first, again = (client().post("/api/payments/", payment(number), format="json") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    receipt = first.json()["receipt_number"]
    refund = {"payment": receipt, "amount": "40.00", "reason": "Too much", "idempotency_key": "api-00002"}
    assert client().post("/api/refunds/", refund, format="json").status_code == 201
    assert Payment.objects.get().refunded_amount == Decimal("40.00")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": "240.01"}, 409),
        ({"amount": "0"}, 400),
        ({"method": "barter"}, 400),
        ({"bill": "B-0"}, 404),
        ({"idempotency_key": "x"}, 400),
    ],
)
def test_bad_input_is_a_problem_answer(changes: dict[str, str], status: int) -> None:
    body = payment(bills.bill_of(bills.done()).number) | changes
    answer = client().post("/api/payments/", body, format="json")
    assert answer.status_code == status
    assert not Payment.objects.exists()


def test_what_is_not_there_is_said_in_the_same_form() -> None:
    refund = {"payment": "R-0", "amount": "40.00", "reason": "Too much", "idempotency_key": "api-00002"}
    for answer in (
        client().get("/api/bills/B-0/"),
        client().post("/api/payments/", payment("B-0"), format="json"),
        client().post("/api/refunds/", refund, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("address", ["/api/bills/", "/api/payments/", "/api/refunds/", "/api/bills/B-1/"])
def test_only_a_cashier_gets_in(address: str) -> None:
    assert APIClient().get(address).status_code == 401
    for role in set(Role) - {Role.CASHIER}:
        assert client(role).get(address).status_code == 403


def test_a_protected_patient_is_not_named() -> None:
    bills.done(bills.exam(bills.order(people.the_mayor())))
    assert client().get("/api/bills/").json()["results"][0]["patient"] is None
