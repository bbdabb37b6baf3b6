"""Narrowing the reading list, and keeping what was narrowed: by address, by name, shared, first, deleted and restored.

Not covered: the menus and dialogs that lead here (tests/e2e/test_reading_list.py).
"""

from typing import Any

import pytest
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.common.errors import InvalidInput, NotFound
from imaging.orders.models import Exam, Priority
from imaging.patients.models import PatientClass
from imaging.scheduling.models import Room, ScheduledStep
from reporting.reading.filters import ListFilter
from reporting.reading.models import ReadingFilter
from reporting.reading.rows import open_rows
from reporting.reading.selectors import filters_of
from reporting.reading.services import filter_delete, filter_restore, filter_save
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def client(user: User) -> Client:
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


def shown(user: User, address: str) -> list[Exam]:
    return [row.exam for row in open_rows(user, ListFilter.read(address))]


def booked(exam: Exam, place: str) -> None:
    station = people.ct1()
    Room.objects.filter(pk=station.room_id).update(place=place)
    ScheduledStep.objects.create(
        exam=exam, scheduled_procedure_step_id=exam.accession_number, room=station.room, modality="CT",
        starts_at=exam.completed_at, ends_at=exam.completed_at,
    )  # fmt: skip


def test_each_way_to_narrow() -> None:
    user = people.radiologist()
    head = stories.finished_exam(patient_class=PatientClass.EMERGENCY, priority=Priority.STAT)
    chest = stories.finished_exam(procedure=people.ct_chest())
    Exam.objects.filter(pk=chest.pk).update(modality="MR")
    booked(chest, "South")
    for address, wanted in {
        "modality=MR": [chest], "modality=CT&modality=MR": [head, chest], "sub=neuro": [head], "sub=chest&sub=neuro": [head, chest],
        "sub=neuro&modality=MR": [], "priority=stat": [head], "class=E": [head], "section=RAD": [head, chest], "section=X": [],
        "site=South": [chest], "images=none": [head, chest], "images=complete": [], "due=over": [], "due=1": [head], "q=gcs+head": [head],
        "sub=nonsense": [], "unknown=1": [head, chest],
    }.items():  # fmt: skip
        assert shown(user, address) == wanted, address


def test_an_address_is_written_in_one_way_and_bounded() -> None:
    asked = ListFilter.read("q=+a++b&modality=MR&view=mine&images=none&modality=MR&modality=CT&x=1")
    assert asked.address == "view=mine&modality=MR&modality=CT&images=none&q=a+b"
    assert ListFilter.read(asked.address) == asked
    many = ListFilter.read("&".join(f"modality={number}" for number in range(90)) + "&q=" + "a" * 9999 + f"&site={'x' * 999}")
    assert (len(many.chosen["modality"]), len(many.text), "site" in many.chosen) == (12, 80, False)
    assert ListFilter.read("modality=%00&q=a%00b").address == "view=open&q=ab"
    with pytest.raises(InvalidInput, match="too much"):
        wide = "&".join(f"{kind}={number}{'x' * 60}" for kind in ("modality", "site", "section") for number in range(10))
        filter_save(user=people.radiologist(), name="Wide", address=wide)


def test_the_address_alone_is_the_list() -> None:
    stories.finished_exam()
    assert client(people.resident()).get("/reading/?modality=MR").content.decode().count('<tr id="exam-') == 0
    text = client(people.radiologist()).get("/reading/?modality=CT&sub=neuro").content.decode()
    assert text.count('<tr id="exam-') == 1
    assert "Subspecialty is Neuro" in text


def test_a_hidden_patient_is_not_told_by_what_a_filter_finds() -> None:
    exam = stories.finished_exam(people.the_mayor(), reason="Secret")
    stories.with_images(exam)
    assert shown(people.radiologist(), "images=untold") == []
    assert shown(people.radiologist(), "q=secret") == []
    assert shown(people.resident(), "") == []


def test_a_list_is_kept_shared_changed_deleted_and_had_back() -> None:
    owner, other = people.radiologist(), people.resident()
    kept = filter_save(user=owner, name="  Neuro   tonight ", address="sub=neuro&x=1", audience="")
    assert (kept.name, kept.address) == ("Neuro tonight", "view=open&sub=neuro")
    assert list(filters_of(other)) == []
    filter_save(user=owner, kept=kept, name=kept.name, address=kept.address, audience="resident")
    assert list(filters_of(other)) == [kept]
    assert list(filters_of(people.staff("radiologist", "second"))) == []
    filter_delete(user=owner, kept=kept)
    assert list(filters_of(other)) == list(filters_of(owner)) == []
    filter_restore(user=owner, kept=kept)
    assert list(filters_of(other)) == [kept]
    acts = AuditEvent.objects.filter(act__startswith="reading.filter").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["reading.filter", "reading.filter", "reading.filter_delete", "reading.filter_restore"]


def test_only_the_owner_changes_a_list() -> None:
    kept = filter_save(user=people.radiologist(), name="All", address="", audience="everybody")
    for act in (filter_delete, filter_restore):
        with pytest.raises(NotFound):
            act(user=people.resident(), kept=kept)
    with pytest.raises(NotFound):
        filter_save(user=people.resident(), kept=kept, name="Mine", address="")
    assert client(people.resident()).post(f"/reading/lists/{kept.pk}/delete/").status_code == 404
    assert client(people.front_desk()).post("/reading/lists/", {"name": "x"}).status_code == 403


@pytest.mark.parametrize(("name", "audience"), [("", ""), ("x" * 41, ""), ("Taken", ""), ("x", "manager"), ("x", "nobody")])
def test_what_makes_no_sense_is_refused(name: str, audience: str) -> None:
    filter_save(user=people.radiologist(), name="Taken", address="")
    with pytest.raises(InvalidInput):
        filter_save(user=people.radiologist(), name=name, address="", audience=audience)


def test_the_page_opens_with_the_list_of_ones_choice() -> None:
    owner, other = client(people.radiologist()), client(people.resident())
    form = {"name": "CT", "address": "view=open&modality=CT", "audience": "everybody", "with_first": "1", "is_first": "1"}
    owner.post("/reading/lists/", form)
    kept = ReadingFilter.objects.get()
    assert owner.get("/reading/").url == f"/reading/?view=open&modality=CT&list={kept.pk}"
    assert other.get("/reading/").status_code == 200
    other.post("/reading/lists/first/", {"list": kept.pk})
    assert other.get("/reading/").status_code == 302
    filter_save(user=people.radiologist(), kept=kept, name="CT", address=kept.address, audience="")
    assert other.get("/reading/").status_code == 200  # shared no more
    owner.post("/reading/lists/first/", {"list": ""})
    assert owner.get("/reading/").status_code == 200


def test_the_same_by_rest() -> None:
    owner = client(people.radiologist())
    json: dict[str, Any] = {"content_type": "application/json"}
    made = owner.post("/api/reading/lists/", {"name": "CT", "address": "modality=CT", "audience": "everybody"}, **json)
    assert made.status_code == 201, made.content
    address = f"/api/reading/lists/{made.json()['id']}/"
    assert owner.patch(address, {"name": "CT now"}, **json).json()["address"] == "view=open&modality=CT"
    assert [one["name"] for one in client(people.resident()).get("/api/reading/lists/").json()["results"]] == ["CT now"]
    assert owner.put("/api/reading/lists/first/", {"list": made.json()["id"]}, **json).status_code == 204
    assert owner.delete(address).status_code == 204
    assert owner.post(f"{address}restore/").status_code == 200
    stories.finished_exam()
    assert [len(owner.get(f"/api/reading/?{asked}").json()["results"]) for asked in ("", "modality=MR", "modality=CT")] == [1, 0, 1]
