"""The cashier's pages. Not covered here: the script of the form and the printed page (tests/e2e/test_billing.py)."""

import re
import subprocess
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imaging.access.models import AuditEvent
from imaging.access.roles import Role
from imaging.access.search import search
from imaging.orders.models import Exam
from imaging.patients.models import SearchWord
from reporting.billing.models import Payment, Refund
from reporting.billing.services import payment_take
from tests import people
from tests.reporting.billing import bills

pytestmark = pytest.mark.django_db
LIST_QUERIES = 9


def signed_in(role: str = Role.CASHIER) -> Client:
    client = Client()
    client.force_login(people.staff(role))
    return client


def form(**changes: str) -> dict[str, str]:
    return {"amount": "240.00", "method": "card", "tendered_amount": "", "idempotency_key": "form-0001", **changes}


def paid(exam: Exam, amount: str = "240.00") -> Payment:
    return payment_take(
        bill=bills.bill_of(exam), user=people.cashier(), amount=Decimal(amount), method="cash", idempotency_key=f"paid-{exam.pk:08d}"
    )


def paper_text(pdf: bytes) -> str:
    """What stands on a paper, read back from it by poppler."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def test_the_list_shows_what_is_to_settle() -> None:
    exam = bills.done()
    page = signed_in().get("/billing/").content.decode()
    assert "LIN, Mei-Hua" in page
    assert "¥ 240.00" in page
    assert bills.bill_of(exam).number in page


@pytest.mark.parametrize("address", ["/billing/", "/billing/rows/", "/billing/close/", "/billing/close.csv", "/billing/prices/"])
def test_only_a_cashier_gets_in(address: str) -> None:
    assert Client().get(address).status_code == 302
    for role in set(Role) - {Role.CASHIER}:
        assert signed_in(role).get(address).status_code == 403
    assert signed_in().get(address).status_code == 200


def test_an_unknown_bill_or_receipt_is_not_found() -> None:
    client = signed_in()
    assert client.get("/billing/B-000000-0001/").status_code == 404
    assert client.get("/billing/receipts/R-000000-0001.pdf").status_code == 404
    assert client.post("/billing/receipts/R-000000-0001/refund/", {}).status_code == 404


def test_a_bill_shows_its_lines_and_no_clinical_fact_and_is_audited() -> None:
    order = bills.order(reason="Suspected bleeding", safety={"pregnant": "no"})
    exam = bills.exam(order)
    bills.use(exam)
    bills.done(exam)
    page = signed_in().get(f"/billing/{bills.bill_of(exam).number}/").content.decode()
    assert "CT head plain" in page
    assert "Iohexol 350" in page
    assert "¥ 412.00" in page
    for fact in ("Suspected bleeding", "hives", "Allergies", "/viewer/"):
        assert fact not in page
    assert AuditEvent.objects.filter(act="bill.view", patient_number="00482913").count() == 1


def test_taking_a_payment_leads_to_its_receipt() -> None:
    exam = bills.done()
    bill = bills.bill_of(exam)
    answer = signed_in().post(f"/billing/{bill.number}/", form(), follow=True)
    payment = Payment.objects.get()
    assert answer.redirect_chain == [(f"/billing/{bill.number}/?receipt={payment.receipt_number}", 302)]
    assert "贰佰肆拾元整" in answer.content.decode()


def test_the_same_form_sent_again_takes_nothing_more() -> None:
    bill = bills.bill_of(bills.done())
    client = signed_in()
    for _ in range(2):
        assert client.post(f"/billing/{bill.number}/", form()).status_code == 302
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"amount": "300"}, 409, "Only ¥ 240.00"),
        ({"amount": "abc"}, 400, "Enter a number"),
        ({"method": "barter"}, 400, "valid choice"),
        ({"method": "cash", "tendered_amount": "1"}, 400, "less than the amount"),
        ({"idempotency_key": "x"}, 400, "at least 8"),
    ],
)
def test_bad_input_is_said_beside_the_form_and_keeps_its_key(changes: dict[str, str], status: int, word: str) -> None:
    bill = bills.bill_of(bills.done())
    answer = signed_in().post(f"/billing/{bill.number}/", form(**changes))
    assert answer.status_code == status
    assert word in answer.content.decode()
    assert not Payment.objects.exists()


def test_money_is_given_back_with_a_reason() -> None:
    payment = paid(bills.done())
    client = signed_in()
    address = f"/billing/receipts/{payment.receipt_number}/refund/"
    refused = client.post(address, {"amount": "500", "reason": "x", "idempotency_key": "back-0001"}, follow=True).content.decode()
    assert "at most ¥ 240.00" in refused
    client.post(address, {"amount": "40", "reason": "Too much", "idempotency_key": "back-0001"})
    assert Refund.objects.get().amount == Decimal("40.00")


def test_nobody_else_takes_or_gives_money() -> None:
    payment = paid(bills.done(), "100.00")
    client = signed_in(Role.FRONT_DESK)
    assert client.post(f"/billing/{payment.bill.number}/", form()).status_code == 403
    assert client.post(f"/billing/receipts/{payment.receipt_number}/refund/", {}).status_code == 403


@pytest.mark.parametrize("find", ["number", "receipt", "accession", "patient", "name"])
def test_a_bill_is_found_by_whatever_is_scanned_or_typed(find: str) -> None:
    exam = bills.done()
    SearchWord.objects.create(patient=exam.patient, word="lin mei-hua")
    payment = paid(exam, "1.00")
    bills.done(bills.exam(bills.order(people.john_smith())))
    words = {
        "number": payment.bill.number.lower(),
        "receipt": payment.receipt_number,
        "accession": exam.accession_number,
        "patient": "00482913",
        "name": "Lin Mei",
    }
    answer = signed_in().get("/billing/", {"q": words[find]})
    assert answer.headers["Location"] == f"/billing/{payment.bill.number}/"


def test_a_protected_patient_is_billable_but_never_named_and_not_found_by_name() -> None:
    exam = bills.done(bills.exam(bills.order(people.the_mayor())))
    SearchWord.objects.create(patient=exam.patient, word="qian zhengming")
    bill, client = bills.bill_of(exam), signed_in()
    pages = [client.get(address).content.decode() for address in ("/billing/", f"/billing/{bill.number}/")]
    for page in pages:
        assert "Protected patient" in page
        assert "QIAN" not in page
        assert "00900001" not in page
    assert "No bill goes by this" in client.get("/billing/", {"q": "qian"}).content.decode()
    assert client.post(f"/billing/{bill.number}/", form()).status_code == 302


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_bill_and_receipt_are_paper(language: str) -> None:
    payment = paid(bills.done())
    client = signed_in()
    for address in (f"/billing/{payment.bill.number}.pdf", f"/billing/receipts/{payment.receipt_number}.pdf"):
        answer = client.get(address, {"lang": language})
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Type"] == "application/pdf"


def test_a_paper_is_wholly_in_its_language() -> None:
    number = bills.bill_of(bills.done()).number
    assert "患者" in paper_text(signed_in().get(f"/billing/{number}.pdf", {"lang": "zh-hans"}).content)
    assert "the patient" not in paper_text(signed_in().get(f"/billing/{number}.pdf", {"lang": "zh-hans"}).content)


def test_a_bill_paid_in_part_says_what_was_paid() -> None:
    exam = bills.done()
    paid(exam, "100.00")
    text = paper_text(signed_in().get(f"/billing/{bills.bill_of(exam).number}.pdf").content)
    assert re.search(r"Paid\s+¥ 100.00\s+Still to pay\s+¥ 140.00", text)


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_is_refused(day: str) -> None:
    assert signed_in().get("/billing/close/", {"day": day}).status_code == 400
    assert signed_in().get("/billing/close.csv", {"day": day}).status_code == 400


def test_the_close_of_the_day_sums_by_way_of_paying() -> None:
    payment = paid(bills.done())
    client = signed_in()
    client.post(f"/billing/receipts/{payment.receipt_number}/refund/", {"amount": "40", "reason": "=cmd()", "idempotency_key": "back-0001"})
    page = client.get("/billing/close/", {"who": "me"}).content.decode()
    assert "200.00" in page
    text = client.get("/billing/close.csv", {"day": timezone.localdate().isoformat()}).content.decode("utf-8-sig")
    assert f"{payment.receipt_number},{payment.bill.number}" in text
    assert "-40.00" in text
    assert "'=cmd()" in text


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in()
    patient = people.lin_mei_hua()
    for _ in range(6):
        bills.done(bills.exam(bills.order(patient)))
    client.get("/billing/")
    with django_assert_max_num_queries(LIST_QUERIES):
        client.get("/billing/")


def test_ctrl_k_opens_a_scanned_bill_for_a_cashier_only() -> None:
    exam = bills.done()
    number = bills.bill_of(exam).number
    scanned = search(people.cashier(), number)
    assert (scanned[0].code, scanned[0].exact) == (number, True)
    assert number not in [hit.code for hit in search(people.front_desk(), number)]
