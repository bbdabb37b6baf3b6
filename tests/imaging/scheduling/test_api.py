"""The exam's way over REST, from order to end. Not covered: pages (their own tests)."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imaging.orders.models import Exam
from tests import people
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def tomorrow(hour: int = 10) -> str:
    day = timezone.localdate() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(hour), timezone.get_current_timezone()).isoformat()


def order(*items: dict[str, Any], patient: people.Patient | None = None, **more: Any) -> Any:
    people.ct1()
    patient = patient or people.Patient.objects.first() or people.lin_mei_hua()
    body = {"patient": patient.pk, "items": list(items) or [{"procedure": "CT-HEAD"}], **more}
    return call(people.front_desk()).post("/api/orders/", body)


def accession(answer: Any) -> str:
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["exams"][0]["accession_number"])


def test_the_whole_way_from_order_to_end() -> None:
    people.ct1()
    answer = order({"procedure": "CT-HEAD", "room": "CT1", "starts_at": tomorrow()}, {"procedure": "CT-HEAD"}, reason="Fall")
    address = f"/api/exams/{accession(answer)}"
    assert [exam["state"] for exam in answer.json()["exams"]] == ["scheduled", "scheduled"]
    assert call(people.front_desk()).post(f"{address}/check-in/").json()["queue_number"] == "C-001"
    tech = call(people.technologist())
    for act, state in [("call", "arrived"), ("take", "arrived"), ("start", "in_progress")]:
        assert tech.post(f"{address}/{act}/").json()["state"] == state
    item = tech.post(f"{address}/used-items/", {"kind": "contrast", "name": "Iohexol", "quantity": "80", "unit": "ml", "unit_price": "1.5"})
    assert item.status_code == 201, item.json()
    assert len(tech.get(f"{address}/used-items/").json()) == 1
    assert tech.delete(f"{address}/used-items/{item.json()['id']}/").status_code == 204
    assert tech.post(f"{address}/finish/").json()["state"] == "completed"
    sentences = [event["sentence"] for event in tech.get(f"{address}/timeline/").json()]
    assert sentences[0] == "Ordered: CT head plain"
    assert "Exam ended" in sentences


def test_a_taken_slot_is_a_conflict_and_nothing_is_kept() -> None:
    people.ct1()
    line = {"procedure": "CT-HEAD", "room": "CT1", "starts_at": tomorrow()}
    order(line)
    assert fault(order({"procedure": "CT-HEAD"}, line)) == (409, "double-booking")
    assert Exam.objects.count() == 1


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"procedure": "NOPE"}], (404, "not-found")),
        ([{"procedure": "CT-HEAD", "room": "NOPE"}], (404, "not-found")),
        ([{"procedure": "CT-HEAD", "accession_number": "x" * 20}], (400, "invalid-input")),
        ([{}], (400, "invalid-input")),
    ],
)
def test_bad_orders_are_answered_clearly(items: list[dict[str, str]], expected: tuple[int, str]) -> None:
    people.ct1()
    assert fault(order(*items)) == expected


def test_who_may_not_order_is_refused() -> None:
    people.ct1()
    body = {"patient": people.lin_mei_hua().pk, "items": [{"procedure": "CT-HEAD"}]}
    assert call(people.radiologist()).post("/api/orders/", body).status_code == 403
    assert call().post("/api/orders/", body).status_code == 401


def test_acts_out_of_order_and_by_others_are_refused() -> None:
    address = f"/api/exams/{accession(order())}"
    tech = call(people.technologist())
    assert fault(tech.post(f"{address}/finish/")) == (409, "wrong-state")
    assert call(people.front_desk()).post(f"{address}/start/").status_code == 403
    assert call(people.cashier()).get(f"{address}/").status_code == 403
    assert tech.post("/api/exams/NOPE/start/").status_code == 404
    assert fault(tech.post(f"{address}/discontinue/", {"reason": ""})) == (400, "invalid-input")


def test_cancel_frees_the_slot_and_moving_needs_a_reason() -> None:
    people.ct1()
    made = order({"procedure": "CT-HEAD", "room": "CT1", "starts_at": tomorrow()})
    desk = call(people.front_desk())
    [step] = desk.get("/api/steps/", {"accession_number": accession(made)}).json()
    assert fault(desk.post(f"/api/steps/{step['id']}/move/", {"starts_at": tomorrow(11)})) == (400, "invalid-input")
    moved = desk.post(f"/api/steps/{step['id']}/move/", {"starts_at": tomorrow(11), "reason": "late"})
    assert dt.datetime.fromisoformat(moved.json()["starts_at"]) == dt.datetime.fromisoformat(tomorrow(11))
    assert desk.post(f"/api/exams/{accession(made)}/cancel/", {"reason": "no longer needed"}).json()["state"] == "cancelled"
    again = desk.post(f"/api/exams/{accession(made)}/book/", {"room": "CT1", "starts_at": tomorrow(11)})
    assert fault(again) == (409, "wrong-state")


def test_slots_and_holds() -> None:
    people.ct1()
    desk, other = call(people.front_desk()), call(people.staff("frontdesk", "desk3"))
    day = tomorrow()[:10]
    slots = desk.get("/api/slots/", {"procedure": "CT-HEAD", "day": day}).json()
    hold = desk.post("/api/holds/", {"room": "CT1", "starts_at": slots[0]["starts_at"], "minutes": 10})
    assert hold.status_code == 201
    assert slots[0] not in other.get("/api/slots/", {"room": "CT1", "day": day, "minutes": 10}).json()
    assert fault(other.post("/api/holds/", {"room": "CT1", "starts_at": slots[0]["starts_at"], "minutes": 10}))[0] == 409
    assert other.delete(f"/api/holds/{hold.json()['id']}/").status_code == 404
    assert desk.delete(f"/api/holds/{hold.json()['id']}/").status_code == 204
    assert fault(desk.get("/api/slots/", {"procedure": "CT-HEAD", "day": "soon"})) == (400, "invalid-input")


def test_a_protected_patients_exam_is_masked_until_taken() -> None:
    address = f"/api/exams/{accession(order(patient=people.the_mayor()))}/"
    tech = call(people.technologist())
    assert b"QIAN" not in tech.get(address).content
    assert call(people.resident()).get(address).status_code == 404
    assert call(people.resident()).get("/api/exams/").json()["results"] == []
    assert b"QIAN" in tech.post(f"{address}take/").content
    assert b"QIAN" not in call(people.staff("technologist", "zhang")).get(address).content
    assert b"QIAN" not in tech.get("/api/exams/", {"q": "qian"}).content


def test_lists_cost_the_same_however_long_they_are(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    order(*[{"procedure": "CT-HEAD"}] * 8)
    client = call(people.radiologist())
    with django_assert_max_num_queries(14):
        assert len(client.get("/api/exams/", {"state": "scheduled", "modality": "CT", "date_from": "2020-01-01"}).json()["results"]) == 8
    assert client.get("/api/exams/", {"q": "lmh"}).json()["results"]
    assert not client.get("/api/exams/", {"q": "smith"}).json()["results"]
    assert client.get("/api/procedures/", {"q": "tlct"}).json()[0]["code"] == "CT-HEAD"
    assert client.get("/api/rooms/").json()[0]["code"] == "CT1"


def test_who_may_not_is_told_who_may_in_the_form_of_every_answer() -> None:
    address = f"/api/exams/{accession(order())}/start/"
    answer = call(people.front_desk()).post(address)
    assert fault(answer) == (403, "forbidden")
    assert "Take, start and end exams" in answer.json()["detail"]
    assert "Technologist" in answer.json()["detail"]
    assert fault(call().post(address)) == (401, "not-authenticated")
    assert fault(call(people.technologist()).put(address)) == (405, "method-not-allowed")
    assert fault(call(people.technologist()).post("/api/exams/NOPE/start/")) == (404, "not-found")
