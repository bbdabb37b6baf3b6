"""A cashier's whole act in a real browser: find the bill, take cash by the keyboard, print the receipt, give some back.

Not covered: the printer itself.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from reporting.billing.models import Payment, Refund
from tests import people
from tests.reporting.billing import bills

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_cashier_takes_cash_and_prints_the_receipt(site: str, sign_in: Callable[[User], Page]) -> None:
    exam = bills.done()
    page = sign_in(people.cashier())
    page.goto(f"{site}/billing/")
    page.keyboard.type(exam.accession_number)
    page.keyboard.press("Enter")
    expect(page.locator(".patient-banner")).to_contain_text("LIN, Mei-Hua")
    page.locator("h1").click()
    page.keyboard.press("4")
    page.fill("[data-tendered]", "300")
    expect(page.locator("[data-change]")).to_have_value("60.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".paper")).to_contain_text("贰佰肆拾元整")
    payment = Payment.objects.get()
    assert (payment.method, str(payment.tendered_amount)) == ("cash", "300.00")
    paper = page.request.get(f"{site}{page.locator('[data-key=p]').get_attribute('href')}")
    assert paper.body().startswith(b"%PDF-")


def test_a_scanner_may_type_before_the_first_frame_is_drawn(site: str, sign_in: Callable[[User], Page]) -> None:
    page = sign_in(people.cashier())
    page.route("**/late.js", lambda route: None)  # never answered: nothing is drawn until then
    page.add_init_script("""
        new MutationObserver((_, observer) => {
          if (!document.head) return;
          observer.disconnect();
          document.head.append(Object.assign(document.createElement("script"), { src: "/late.js", async: true, blocking: "render" }));
        }).observe(document, { childList: true, subtree: true });
    """)
    page.goto(f"{site}/billing/", wait_until="domcontentloaded")
    assert page.evaluate("performance.getEntriesByType('paint').length") == 0
    assert page.evaluate("document.activeElement.name") == "q"


def test_sending_the_same_form_again_after_a_broken_line_takes_money_once(site: str, sign_in: Callable[[User], Page]) -> None:
    number = bills.bill_of(bills.done()).number
    page = sign_in(people.cashier())
    page.goto(f"{site}/billing/{number}/")
    sent = dict(page.evaluate("() => [...new FormData(document.querySelector('#take')).entries()]"))
    page.request.post(f"{site}/billing/{number}/", form=sent, headers={"Referer": site}, max_redirects=0)  # its answer is lost on the way
    page.keyboard.press("Control+Enter")
    expect(page.locator(".paper")).to_contain_text("贰佰肆拾元整")
    assert Payment.objects.count() == 1


def test_money_is_given_back_only_after_asking(site: str, sign_in: Callable[[User], Page]) -> None:
    number = bills.bill_of(bills.done()).number
    page = sign_in(people.cashier())
    page.goto(f"{site}/billing/{number}/")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Give back").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount").fill("40")
    dialog.get_by_label("Reason").fill("Second view not made")
    dialog.get_by_role("button", name="Give back").click()
    expect(page.locator(".messages")).to_contain_text("¥ 40.00 given back")
    assert Refund.objects.get().reason == "Second view not made"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(
    site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None], theme: str
) -> None:
    cashier = people.cashier()
    cashier.theme = theme
    cashier.save()
    exam = bills.done()
    page = sign_in(cashier)
    for address in ("/billing/", f"/billing/{bills.bill_of(exam).number}/", "/billing/close/", "/billing/prices/"):
        page.goto(f"{site}{address}")
        no_serious_fault(page)
