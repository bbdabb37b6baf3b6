"""Subspecialties: kept by page and by REST, undone, recorded, and what they make of a reading list.

Not covered: the menu of the list that offers them (tests/e2e/test_reading_list.py).
"""

from typing import Any

import pytest
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.common.errors import Forbidden, InvalidInput
from imaging.orders.models import Exam
from reporting.reading.filters import ListFilter
from reporting.reading.rows import open_rows
from reporting.subspecialties.models import Subspecialty
from reporting.subspecialties.services import subspecialty_delete, subspecialty_restore, subspecialty_save
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _begun() -> None:
    stories.subspecialties()


def client(user: User) -> Client:
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


def made(**fields: Any) -> Subspecialty:
    readers = fields.pop("readers", None)
    return subspecialty_save(user=people.manager(), subspecialty=Subspecialty(**{"name": "Trauma", **fields}), readers=readers)


def shown(user: User, address: str) -> list[Exam]:
    return sorted((row.exam for row in open_rows(user, ListFilter.read(address))), key=lambda exam: exam.pk)


def test_an_exam_belongs_by_procedure_body_part_or_modality() -> None:
    head, chest = stories.finished_exam(), stories.finished_exam(procedure=people.ct_chest())
    Exam.objects.filter(pk=chest.pk).update(modality="PT")
    user = people.radiologist()
    assert shown(user, f"sub={made(procedures=head.procedure.code).code}") == [head]
    assert shown(user, f"sub={made(name='Chests', body_parts='chest').code}") == [chest]
    assert shown(user, f"sub={made(name='Tracers', modalities='nm, pt').code}") == [chest]
    assert shown(user, "sub=neuro&sub=chest") == [head, chest]


def test_mine_are_those_that_one_reads_and_all_for_who_reads_none() -> None:
    head, chest = stories.finished_exam(), stories.finished_exam(procedure=people.ct_chest())
    reader = people.radiologist()
    assert shown(reader, "sub=mine") == [head, chest]
    made(body_parts="CHEST", readers=[reader])
    assert shown(reader, "sub=mine") == [chest]
    assert shown(people.resident(), "sub=mine") == [head, chest]
    assert shown(reader, "sub=mine&sub=neuro") == [head, chest]


def test_what_is_kept_is_recorded_with_what_changed() -> None:
    one = made(body_parts="Hand; foot\nHand", modalities="dx")
    assert (one.body_parts, one.modalities) == ("HAND, FOOT", "DX")
    subspecialty_save(user=people.manager(), subspecialty=one, readers=[people.resident()])
    last = AuditEvent.objects.filter(act="reading.subspecialty").latest("pk")
    assert last.detail["changed"] == {"readers": people.resident().username}
    assert last.detail["was"] == {"readers": ""}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "", "modalities": "CT"}, "name"),
        ({"name": "Neuro", "modalities": "CT"}, "name"),
        ({"body_parts": "<b>"}, "body_parts"),
        ({"modalities": "C;T"}, "modalities"),
        ({"procedures": "NO-SUCH-CODE"}, "procedures"),
        ({}, "body_parts"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(**fields)
    assert refused.value.field == field


def test_only_who_reads_can_be_its_reader() -> None:
    with pytest.raises(InvalidInput) as refused:
        made(modalities="CT", readers=[people.front_desk()])
    assert refused.value.field == "readers"
    assert not Subspecialty.objects.filter(name="Trauma").exists()


def test_a_deleted_one_shows_nothing_and_comes_back_with_its_readers() -> None:
    head, admin = stories.finished_exam(), people.pacs_admin()
    one = made(body_parts="HEAD", readers=[people.resident()])
    subspecialty_delete(user=admin, subspecialty=one)
    assert shown(people.resident(), f"sub={one.code}") == []
    other = made(body_parts="HEAD")
    with pytest.raises(InvalidInput, match="already"):
        subspecialty_restore(user=admin, subspecialty=one)
    subspecialty_delete(user=admin, subspecialty=other)
    subspecialty_restore(user=admin, subspecialty=one)
    assert shown(people.resident(), "sub=mine") == [head]


@pytest.mark.parametrize("who", [people.resident, people.radiologist, people.technologist, people.auditor])
def test_who_reads_does_not_set_them_up(who: Any) -> None:
    with pytest.raises(Forbidden):
        subspecialty_save(user=who(), subspecialty=Subspecialty(name="Trauma", modalities="CT"))
    for address in ("/subspecialties/", "/subspecialties/rows/", "/api/subspecialties/", "/api/subspecialties/deleted/"):
        assert client(who()).get(address).status_code == 403, address


def test_the_page_keeps_changes_deletes_and_restores() -> None:
    admin = client(people.manager())
    assert "Sections of the reading room" in admin.get("/subspecialties/").content.decode()
    reader = people.radiologist()
    answer = admin.post("/subspecialties/", {"name": "Trauma", "name_zh": "创伤", "body_parts": "hand, foot", "readers": [reader.pk]})
    one = Subspecialty.objects.get(name="Trauma")
    assert answer.url == f"/subspecialties/?kept={one.pk}"
    assert list(one.readers.all()) == [reader]
    assert reader.label in admin.get("/subspecialties/rows/").content.decode()
    admin.post(f"/subspecialties/{one.pk}/", {"name": "Trauma", "modalities": "CT"})
    one.refresh_from_db()
    assert (one.body_parts, one.modalities, list(one.readers.all())) == ("", "CT", [])
    gone = admin.get(admin.post(f"/subspecialties/{one.pk}/delete/").url).content.decode()
    assert f"/subspecialties/{one.pk}/restore/" in gone
    assert admin.get(f"/subspecialties/{one.pk}/").status_code == 404
    admin.post(f"/subspecialties/{one.pk}/restore/")
    assert admin.get(f"/subspecialties/{one.pk}/").status_code == 200
    refused = admin.post("/subspecialties/", {"name": "Trauma", "modalities": "CT"})
    assert refused.status_code == 422
    assert "change that one" in refused.content.decode()


def test_the_same_by_rest() -> None:
    admin = client(people.pacs_admin())
    body = {"name": "Trauma", "modalities": "CT", "readers": [people.resident().username]}
    answer = admin.post("/api/subspecialties/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    address = f"/api/subspecialties/{answer.json()['id']}/"
    changed = admin.patch(address, {"name_zh": "创伤"}, content_type="application/json").json()
    assert (changed["name_zh"], changed["readers"]) == ("创伤", [people.resident().username])
    assert admin.delete(address).status_code == 204
    assert admin.get(address).status_code == 404
    assert [one["name"] for one in admin.get("/api/subspecialties/deleted/").json()["results"]] == ["Trauma"]
    assert admin.post(f"{address}restore/").json()["name"] == "Trauma"
    assert len(admin.get("/api/subspecialties/").json()["results"]) == 9
    wrong = admin.post("/api/subspecialties/", {"name": "X", "modalities": "CT", "readers": ["nobody"]}, content_type="application/json")
    assert wrong.status_code == 400
