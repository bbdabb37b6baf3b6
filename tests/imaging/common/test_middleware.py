"""Errors as pages. Not covered here: what each page says of its own errors (the tests of the pages)."""

import pytest
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/billing/?q=%00", "/billing/%00/", "/billing/receipts/%00.pdf", "/api/bills/?q=a&q=%00", "/api/bills/%00/"]
)
def test_an_address_with_a_nul_is_refused_on_every_door(address: str) -> None:
    client = Client()
    client.force_login(people.cashier())
    answer = client.get(address)
    assert answer.status_code == 400
    assert "invalid-input" in answer.content.decode()
