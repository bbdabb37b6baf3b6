"""The desk's pages. Not covered: the keys and the board in a browser (tests/e2e/test_desk.py)."""

import datetime as dt
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from imaging.access.models import AuditEvent
from imaging.orders.models import Exam, Procedure
from imaging.orders.services import OrderItem
from imaging.orders.states import ExamState
from imaging.patients.models import Patient
from imaging.scheduling.models import ScheduledStep, SlotHold
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]
MONDAY = dt.datetime(2026, 11, 23, 9, 2, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def at_desk() -> Client:
    client = Client()
    client.force_login(people.front_desk())
    return client


def typed(**more: object) -> dict[str, object]:
    person = {"name": "LIN, Mei-Hua", "name_ideographic": "林美华", "birth_date": "1968-04-12", "sex": "F", "phone": "13800138000"}
    order = {"patient_class": "O", "priority": "routine", "reason": "Fall", "safety_pregnant": "no", "item": "CT-HEAD"}
    return {**person, **order, "room": "", "starts_at": "", "hold": "", **more}


def hidden(html: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', html)


def test_a_new_patient_is_registered_booked_and_checked_in_at_once() -> None:
    people.ct1()
    answer = at_desk().post("/register/", typed(check_in="1", visit_number="O-1", referrer="Dr CHEN Wei (D1)"))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    exam = Exam.objects.get()
    assert (exam.state, exam.queue_number, exam.patient.name) == (ExamState.ARRIVED, "C-001", "LIN^Mei-Hua")
    assert (exam.order.referrer_code, exam.order.visit.number, exam.order.safety) == ("D1", "O-1", {"pregnant": "no"})
    assert "Registered: LIN, Mei-Hua" in at_desk().get(answer.url).content.decode()


def test_two_exams_in_chosen_slots_are_one_order() -> None:
    people.ct1()
    people.ct_chest()
    slots = ["2026-11-24T10:00:00+08:00", "2026-11-24T11:00:00+08:00"]
    lines = {"item": ["CT-HEAD", "CT-CHEST"], "room": ["CT1", "CT1"], "starts_at": slots, "hold": ["", ""]}
    at_desk().post("/register/", typed(**lines))
    assert [step.starts_at.isoformat() for step in ScheduledStep.objects.order_by("starts_at")] == [
        "2026-11-24T02:00:00+00:00",
        "2026-11-24T03:00:00+00:00",
    ]
    assert Exam.objects.values("order").distinct().count() == 1


def test_what_is_wrong_is_said_and_nothing_typed_is_lost() -> None:
    people.ct1()
    answer = at_desk().post("/register/", typed(birth_date="never", reason="Fell from a ladder"))
    assert answer.status_code == 400
    assert "Fell from a ladder" in answer.content.decode()
    assert "CT head plain" in answer.content.decode()
    assert not Patient.objects.exists()
    assert at_desk().post("/register/", typed(item=[])).status_code == 400
    assert at_desk().post("/register/", typed(item="NOPE")).status_code == 400


def test_a_slot_taken_meanwhile_is_a_clear_refusal_and_keeps_no_patient() -> None:
    people.ct1()
    slot = {"room": "CT1", "starts_at": "2026-11-24T10:00:00+08:00"}
    at_desk().post("/register/", typed(**slot))
    answer = at_desk().post("/register/", typed(name="SMITH, John", name_ideographic="", birth_date="1959-09-03", **slot))
    assert (answer.status_code, Patient.objects.count()) == (400, 1)
    assert "taken at this time" in answer.content.decode()


def test_a_namesake_is_pointed_out_before_a_second_record_is_made() -> None:
    people.ct1()
    people.lin_mei_hua()
    assert "00482913" in at_desk().get("/register/namesakes/", typed()).content.decode()
    refused = at_desk().post("/register/", typed())
    assert (refused.status_code, Patient.objects.count()) == (400, 1)
    assert 'name="sure"' in refused.content.decode()
    assert at_desk().post("/register/", typed(sure="1")).status_code == 302


def test_known_patients_are_corrected_by_what_is_typed() -> None:
    people.ct1()
    lin = people.lin_mei_hua()
    assert "LIN, Mei-Hua" in at_desk().get(f"/register/?patient={lin.pk}").content.decode()
    at_desk().post("/register/", typed(patient=lin.pk, phone="139"))
    lin.refresh_from_db()
    assert (lin.phone, lin.name, Exam.objects.get().patient) == ("139", "LIN^Mei-Hua", lin)


def test_a_protected_patient_is_handled_without_being_shown_or_changed() -> None:
    people.ct1()
    mayor = people.the_mayor()
    page = at_desk().get(f"/register/?patient={mayor.pk}").content.decode()
    assert "Protected patient" in page
    assert "QIAN" not in page and "00900001" not in page
    answer = at_desk().post("/register/", {"patient": mayor.pk, **typed(name="", name_ideographic="", birth_date="", sex="")}, follow=True)
    assert "Registered: Protected patient" in answer.content.decode()
    mayor.refresh_from_db()
    assert mayor.name == "QIAN^Zhengming"


def test_adding_choosing_and_first_fit_answer_with_exams_and_board() -> None:
    people.ct1()
    desk = at_desk()
    added = desk.post("/register/items/", {"add": "CT-HEAD", "priority": "routine"}).content.decode()
    assert (hidden(added, "item"), 'id="desk-board"' in added, "¥ 240.00" in added) == (["CT-HEAD"], True, True)
    form = {"item": "CT-HEAD", "room": "", "starts_at": "", "hold": "", "active": "0"}
    held = desk.post("/register/items/", {**form, "hold_room": "CT1", "hold_at": "2026-11-23T10:00:00+08:00"}).content.decode()
    assert hidden(held, "room") == ["CT1"]
    assert SlotHold.objects.get().user == people.front_desk()
    fitted = desk.post("/register/items/", {**form, "fit": "1"}).content.decode()
    assert hidden(fitted, "starts_at") == ["2026-11-23T01:05:00+00:00"]
    removed = desk.post("/register/items/", {**form, "hold": SlotHold.objects.last().pk, "remove": "0"}).content.decode()
    assert hidden(removed, "item") == []
    assert SlotHold.objects.count() == 1
    assert "There is no room NOPE" in desk.post("/register/items/", {**form, "hold_room": "NOPE", "hold_at": "x"}).content.decode()


def test_the_board_shows_what_another_desk_holds_and_lets_stat_choose_booked_time() -> None:
    people.ct1()
    order_place(patient=people.lin_mei_hua(), items=[head()])
    other = Client()
    other.force_login(people.staff("frontdesk", "desk3"))
    form = {"item": "CT-HEAD", "room": "", "starts_at": "", "hold": "", "active": "0"}
    for minute in ("00", "10"):
        other.post("/register/items/", {**form, "hold_room": "CT1", "hold_at": f"2026-11-23T10:{minute}:00+08:00"})
    board = at_desk().post("/register/items/", form).content.decode()
    assert "slot-held" in board and "Desk3" in board
    stat = at_desk().post("/register/items/", {**form, "priority": "stat", "hold_room": "CT1", "hold_at": "2026-11-23T09:05:00+08:00"})
    assert hidden(stat.content.decode(), "room") == ["CT1"]


def test_a_draft_is_kept_and_can_be_taken_up_or_let_go() -> None:
    people.ct1()
    desk = at_desk()
    assert desk.post("/register/draft/", typed(reason="half typed")).json() == {}
    assert "draft=1" in desk.get("/register/").content.decode()
    assert "half typed" in desk.get("/register/?draft=1").content.decode()
    desk.post("/register/draft/?discard")
    assert "draft=1" not in desk.get("/register/").content.decode()


def test_an_emergency_without_a_name_is_one_press() -> None:
    answer = at_desk().post("/register/unidentified/")
    patient = Patient.objects.get()
    assert (answer.url, patient.is_unidentified) == (f"/register/?patient={patient.pk}&priority=stat", True)


def test_who_does_not_register_is_not_sent_to_the_desk_from_the_arrivals() -> None:
    assert 'class="btn" href="/register/"' in at_desk().get("/arrivals/").content.decode()
    technologist = Client()
    technologist.force_login(people.technologist())
    assert "/register/" not in technologist.get("/arrivals/").content.decode()


def test_scanning_an_accession_number_checks_in() -> None:
    people.ct1()
    exam = order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    desk = at_desk()
    assert exam.accession_number in desk.get("/arrivals/").content.decode()
    assert desk.post("/arrivals/", {"accession": f" {exam.accession_number} "}).status_code == 302
    exam.refresh_from_db()
    assert exam.state == ExamState.ARRIVED
    unknown = desk.post("/arrivals/", {"accession": "NOPE"})
    assert (unknown.status_code, "There is no exam NOPE" in unknown.content.decode()) == (404, True)
    assert desk.post(f"/arrivals/{exam.accession_number}/undo/").status_code == 204
    assert desk.post(f"/arrivals/{exam.accession_number}/check-in/").headers["HX-Trigger"]


@pytest.mark.parametrize("sheet", ["slip", "label"])
def test_paper_is_printed_and_recorded(sheet: str) -> None:
    people.ct1()
    exam = order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    answer = at_desk().get(f"/exams/{exam.accession_number}/{sheet}.pdf")
    assert answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(act=f"print.{sheet}", accession_number=exam.accession_number).exists()


def test_the_time_lines_panel_books_moves_and_refuses() -> None:
    people.ct1()
    exam = order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    desk, address = at_desk(), f"/exams/{exam.accession_number}"
    assert "CT room 1" in desk.get(f"{address}/booking/").content.decode()
    assert "Say why it is moved" in desk.post(f"{address}/move/", {"starts_at": "2026-11-24T10:00"}).content.decode()
    desk.post(f"{address}/move/", {"starts_at": "2026-11-24T10:00", "reason": "late"})
    assert exam.steps.get().starts_at.isoformat() == "2026-11-24T02:00:00+00:00"
    assert "booked already" in desk.post(f"{address}/book/").content.decode()


@pytest.mark.parametrize("address", ["/register/", "/arrivals/", "/register/procedures/?q=ct", "/register/patients/?q=li"])
def test_strangers_sign_in_first_and_other_roles_stay_out(address: str) -> None:
    assert Client().get(address).status_code == 302
    client = Client()
    client.force_login(people.manager())
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("sheet", ["slip", "label"])
@pytest.mark.parametrize("accession", ["CT26112800001", "2026/检/17", "WWWWWWWWWWWWWWWW"])
def test_long_names_and_foreign_numbers_stay_on_one_sheet(sheet: str, accession: str, tmp_path: Path) -> None:
    people.ct1()
    patient = people.lin_mei_hua()
    Patient.objects.update(name="VAN DER BERG-SCHMIDT^Anna Maria Elisabeth Wilhelmina", name_ideographic="阿卜杜热合曼·买买提依明")
    exam = order_place(patient=patient, items=[OrderItem(people.ct_head(), accession_number=accession)]).exams.get()
    Procedure.objects.update(name="CT of the head and neck with contrast medium, arterial and venous phase, thin slices")
    (tmp_path / "sheet.pdf").write_bytes(at_desk().get(reverse(f"exam-{sheet}", args=[accession])).content)
    told = subprocess.run(["pdfinfo", str(tmp_path / "sheet.pdf")], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Pages:\s+1\n", told)
    assert exam.accession_number == accession
