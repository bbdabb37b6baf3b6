"""Accession numbers that came along, in addresses. Not covered: addresses of what is numbered here (bills, receipts)."""

import pytest
from django.test import Client
from django.urls import resolve, reverse

from imaging.orders.services import OrderItem
from imaging.scheduling.performing import exam_check_in
from imaging.scheduling.services import order_place
from tests import people
from tests.rest import call

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["2026/17", "a/../b", "a~1b", "~0/~1", "CT 7?x#y%"])
def test_any_accession_number_is_an_address_and_back(number: str) -> None:
    path = reverse("exam", args=[number])
    assert path.count("/") == 3
    assert Client().get(path).status_code == 302, "sign in first: the page exists"
    assert resolve(reverse("exam-slip", args=[number.replace("%", "").replace("?", "").replace("#", "")])).url_name == "exam-slip"


def test_an_exam_with_a_slash_in_its_number_is_worked_on_like_any_other() -> None:
    people.ct1()
    item = OrderItem(people.ct_head(), accession_number="2026/17")
    exam = exam_check_in(exam=order_place(patient=people.lin_mei_hua(), items=[item]).exams.get())
    for person, addresses in (
        (people.front_desk(), ["/exams/", "/arrivals/?tab=all", f"/patients/{exam.patient_id}/", "/exams/2026~117/", "/search/?q=2026/17"]),
        (people.technologist(), ["/worklist/", "/exams/2026~117/"]),
    ):
        client = Client()
        client.force_login(person)
        for address in addresses:
            answer = client.get(address, follow=True)
            assert answer.status_code == 200, address
            assert "2026/17" in answer.content.decode(), address
    assert call(people.technologist()).post("/api/exams/2026~117/start/").json()["state"] == "in_progress"
