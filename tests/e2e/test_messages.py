"""The PACS administrator's way with HL7 messages in a real browser. Not covered: the sockets (tests/interop)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from his_integration.inbound.receive import receive
from his_integration.messages.models import Message, MessageState
from imaging.access.models import User
from imaging.orders.models import Procedure
from tests import people
from tests.his_integration.texts import adt, orm, pid, pv1

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_refused_order_is_found_understood_and_applied_again(site: str, sign_in: Callable[[User], Page]) -> None:
    people.ct1()
    receive(adt(control="GOOD"))
    receive(orm(code="CT-NONE", control="BAD"))
    page = sign_in(people.pacs_admin())
    page.goto(f"{site}/messages/")
    page.select_option("[name=state]", "rejected")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").first.click()
    expect(page.locator("td.is-danger")).to_contain_text("CT-NONE^CT head")
    expect(page.locator(".notice.danger")).to_contain_text("103 OBR^1^4^1")
    Procedure.objects.filter(code="CT-HEAD").update(code="CT-NONE")
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("Applied again")
    assert Message.objects.get(control_id="BAD").state == MessageState.APPLIED


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(
    site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None], theme: str
) -> None:
    admin = people.pacs_admin()
    admin.theme = theme
    admin.save()
    receive(adt("A01", pid(), pv1(vip="VIP"), control="VIP1"))
    receive(orm(code="CT-NONE", control="BAD", patient=pid("P2", name="SMITH^John")))
    page = sign_in(admin)
    for address in ("/messages/", *(f"/messages/{row.pk}/" for row in Message.objects.all())):
        page.goto(f"{site}{address}")
        no_serious_fault(page)
