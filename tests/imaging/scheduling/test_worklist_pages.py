"""The technologist's list. Not covered: live rows in a browser (tests/e2e)."""

import datetime as dt
import json
import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.scheduling.models import RoomAssignment
from imaging.scheduling.performing import exam_check_in
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db
HERE = dt.timezone(dt.timedelta(hours=8))


def signed_in(user: people.User | None = None) -> Client:
    client = Client()
    client.force_login(user or people.technologist())
    return client


def arrived(patient: people.Patient | None = None, **fields: object) -> Exam:
    people.ct1()
    exam = order_place(patient=patient or people.Patient.objects.first() or people.lin_mei_hua(), items=[head()], **fields).exams.get()
    return exam_check_in(exam=exam)


def do(exam: Exam, deed: str, client: Client | None = None, **data: object) -> object:
    return (client or signed_in()).post(f"/worklist/{exam.accession_number}/do/{deed}/", data)


def test_the_list_shows_who_waits_stat_first() -> None:
    arrived()
    stat = arrived(people.john_smith(), priority="stat")
    page = signed_in().get("/worklist/").content.decode()
    assert page.index("SMITH") < page.index("LIN, Mei-Hua")
    assert f'id="exam-{stat.pk}"' in signed_in().get("/worklist/rows/?tab=now").content.decode()
    assert "SMITH" not in signed_in().get("/worklist/?tab=done").content.decode()
    assert "SMITH" not in signed_in().get("/worklist/?q=lin").content.decode()


def test_a_technologist_sees_the_assigned_rooms_first() -> None:
    arrived()
    department = people.ct_head().department
    other = people.Room.objects.create(code="US1", name="US", department=department)
    RoomAssignment.objects.create(user=people.technologist(), room=other)
    assert "LIN" not in signed_in().get("/worklist/").content.decode()
    assert "LIN" in signed_in().get("/worklist/?room=all").content.decode()
    assert "LIN" in signed_in().get("/worklist/?room=CT1").content.decode()


def test_rooms_are_put_on_the_list_and_taken_off() -> None:
    arrived()
    department = people.ct_head().department
    for code in ("CT2", "US1"):
        RoomAssignment.objects.create(
            user=people.technologist(), room=people.Room.objects.create(code=code, name=code, department=department)
        )

    def chips(address: str) -> list[str]:
        return re.findall(r'class="chip[^"]*" href="([^"]*)"', signed_in().get(address).content.decode())

    assert chips("/worklist/?q=lin") == [
        "?q=lin&amp;room=CT2&amp;room=US1&amp;room=CT1", "?q=lin&amp;room=US1", "?q=lin&amp;room=CT2", "?q=lin&amp;room=all",
    ]  # fmt: skip
    assert chips("/worklist/?room=all")[0] == "?room=CT1"
    assert chips("/worklist/?room=CT1")[0] == "?room=CT1"
    assert "My rooms" in signed_in().get("/worklist/?room=CT1").content.decode()
    assert "My rooms" not in signed_in().get("/worklist/").content.decode()


def test_the_panel_of_an_exam_that_has_begun_leads_to_its_images() -> None:
    exam = arrived()
    images = f"/exams/{exam.accession_number}/images/"
    assert images not in signed_in().get(f"/worklist/{exam.accession_number}/panel/").content.decode()
    assert images in do(exam, "start").content.decode()


def test_the_way_of_an_exam_by_buttons_with_undo() -> None:
    exam = arrived()
    assert "Before you start" in signed_in().get(f"/worklist/{exam.accession_number}/panel/").content.decode()
    for deed in ("call", "take", "release", "take", "not-here", "check-in"):
        assert do(exam, deed).status_code == 200, deed
    started = do(exam, "start", check=["identity", "invented"])
    toast = json.loads(started.headers["HX-Trigger"])["toast"]
    assert toast["undoUrl"] == f"/worklist/{exam.accession_number}/do/unstart/"
    assert exam.events.get(kind="checked").params == {"what": "Name and date of birth asked"}
    assert do(exam, "unstart").status_code == 200
    do(exam, "start")
    assert do(exam, "finish").status_code == 200
    exam.refresh_from_db()
    assert exam.state == ExamState.COMPLETED


def test_refusals_stand_in_the_panel() -> None:
    exam = arrived()
    refused = do(exam, "finish")
    assert (refused.status_code, refused.headers["X-Partial"]) == (409, "1")
    assert "not possible" in refused.content.decode()
    assert do(exam, "nonsense").status_code == 404
    do(exam, "take")
    other = signed_in(people.staff("technologist", "zhang"))
    assert "has taken this exam" in do(exam, "take", other).content.decode()


def test_discontinue_move_and_used_items() -> None:
    exam = arrived()
    address = f"/worklist/{exam.accession_number}"
    client = signed_in()
    assert client.post(f"{address}/move/", {"room": "CT1", "starts_at": "2099-01-01T10:00", "reason": "late"}).status_code == 200
    assert client.post(f"{address}/move/", {"room": "CT1", "starts_at": "soon", "reason": "late"}).status_code == 400
    used = {"kind": "contrast", "name": "Iohexol", "quantity": "80", "unit": "ml", "unit_price": ""}
    assert client.post(f"{address}/used/", used).status_code == 200
    assert client.post(f"{address}/used/", used | {"quantity": "much"}).status_code == 400
    item = exam.used_items.get()
    assert client.post(f"{address}/used/{item.pk}/remove/").status_code == 200
    assert client.post(f"{address}/discontinue/", {"reason": ""}).status_code == 400
    assert client.post(f"{address}/discontinue/", {"reason": "vomiting"}).status_code == 200
    assert not exam.used_items.exists()


def test_a_protected_patient_is_masked_until_taken() -> None:
    exam = arrived(people.the_mayor())
    client = signed_in()
    panel = f"/worklist/{exam.accession_number}/panel/"
    for address in ("/worklist/", "/worklist/?q=qian", panel, f"/exams/{exam.accession_number}/"):
        assert "QIAN" not in client.get(address).content.decode(), address
        assert "00900001" not in client.get(address).content.decode(), address
    assert "QIAN" in do(exam, "take", client).content.decode()
    assert "QIAN" in client.get("/worklist/").content.decode()
    assert "QIAN" not in signed_in(people.staff("technologist", "zhang")).get(panel).content.decode()


def test_strangers_sign_in_and_other_roles_stay_out() -> None:
    exam = arrived()
    assert Client().get("/worklist/").status_code == 302
    assert signed_in(people.front_desk()).get("/worklist/").status_code == 403
    assert do(exam, "start", signed_in(people.radiologist())).status_code == 403
    assert signed_in().get("/worklist/NOPE/panel/").status_code == 404


def test_the_list_costs_the_same_however_long(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(6):
        arrived()
    client = signed_in()
    client.get("/worklist/rows/")
    with django_assert_max_num_queries(16):
        client.get("/worklist/rows/")


@pytest.mark.parametrize("minute", [50, 58])
def test_before_midnight_who_has_come_is_on_the_list_as_at_noon(minute: int) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 23, minute, tzinfo=HERE), tick=False):
        exam = arrived()
        assert "LIN" in signed_in().get("/worklist/?room=all").content.decode()
        assert [event.kind for event in exam.events.order_by("pk")] == ["ordered", "scheduled", "arrived"]
