"""Hanging protocols by page, file and REST: kept, changed, put back, shared, switched off, deleted and restored, by whom.

Not covered here: what a rule may say (test_rules.py) and what it hangs (test_opening.py).
"""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.viewer.display_sets import display_sets
from imaging.viewer.hanging.models import HangingProtocol
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.selectors import protocols_in_force
from imaging.viewer.hanging.services import hanging_add, hanging_share
from tests import people
from tests.imaging.viewer.hanging.scans import chest_of, rule_for_chest
from tests.imaging.viewer.hanging.test_rules import form_of
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def kept(user: User, name: str = "Chest", **studies: Any) -> HangingProtocol:
    return hanging_add(user=user, name=name, rule=rule_read(rule_for_chest(**studies)))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def do(user: User, protocol: HangingProtocol, deed: str, **fields: Any) -> Any:
    return browser(user).post(f"/hangings/{protocol.pk}/{deed}/", fields)


def the_form(**more: Any) -> dict[str, Any]:
    form = form_of(rule_read(rule_for_chest()))
    return {name: form.getlist(name) if name == "regions" else form[name] for name in form} | more


def test_it_is_proposed_tried_and_kept_from_the_screen() -> None:
    study = chest_of("CT1")
    client = browser(people.radiologist())
    keys = [one["key"] for one in display_sets(study, root="")][:2]
    shown = {"layout": rule_for_chest()["layout"], "panes": [{"set": key, "look": {}} for key in keys]}
    dialog = client.post(f"/viewer/{study.study_instance_uid}/hanging/", {"shown": json.dumps(shown)}).content.decode()
    for text in ("CT, Chest", "CT, axial, “lung”", "CT, axial, “mediastinum”", "Try it on the last 100 studies"):
        assert text in dialog
    tried = client.post("/hangings/trial/", the_form()).content.decode()
    assert "fully hung" in tried and study.study_instance_uid in tried
    answer = client.post("/hangings/add/", the_form(name="Chest of mine"))
    assert "hanging-kept" in answer["HX-Trigger"]
    assert [one.protocol.name for one in protocols_in_force(people.radiologist())] == ["Chest of mine"]


def test_another_demonstration_is_a_new_version_of_what_is_there() -> None:
    reader = people.radiologist()
    protocol, client = kept(reader), browser(reader)
    assert client.post("/hangings/add/", the_form(name="ignored", kept_as=str(protocol.pk), **{"p1-window": "bone"})).status_code == 200
    [now] = protocols_in_force(reader)
    assert (now.protocol.name, now.protocol.version, now.rule.panes[1].look.window) == ("Chest", 2, "bone")
    assert browser(people.resident()).post("/hangings/add/", the_form(name="x", kept_as=str(protocol.pk))).status_code == 404


@pytest.mark.parametrize("shown", ["", "{", "[]", json.dumps({"panes": [{"set": "1.2.3"}]})])
def test_a_screen_that_teaches_nothing_says_so(shown: str) -> None:
    study = chest_of("CT1")
    answer = browser(people.radiologist()).post(f"/viewer/{study.study_instance_uid}/hanging/", {"shown": shown})
    assert answer.status_code == 400


def test_what_is_wrong_with_the_form_stands_under_it() -> None:
    client = browser(people.radiologist())
    answer = client.post("/hangings/add/", the_form(name=""))
    assert (answer.status_code, answer["X-Partial"]) == (400, "1")
    assert "needs a name" in answer.content.decode()
    answer = client.post("/hangings/trial/", the_form(**{"p0-s0-thickest": "thin"}))
    assert "is no number" in answer.content.decode()


def test_each_change_is_a_version_and_an_old_one_can_be_put_back() -> None:
    reader = people.radiologist()
    protocol = kept(reader)
    client = browser(reader)
    changed = the_form(name="Chest", seen="1", **{"p0-window": "bone"})
    assert client.post(f"/hangings/{protocol.pk}/", changed)["HX-Redirect"].startswith("/hangings/")
    assert client.post(f"/hangings/{protocol.pk}/", changed).status_code == 409  # version 1 is not the newest any more
    [now] = protocols_in_force(reader)
    assert now.rule.panes[0].look.window == "bone"
    do(reader, protocol, "put-back", number=1)
    [now] = protocols_in_force(reader)
    assert (now.protocol.version, now.rule.panes[0].look.window) == (3, "lung")
    page = client.get(f"/hangings/{protocol.pk}/?version=2").content.decode()
    assert "This is version 2; version 3 applies." in page
    assert AuditEvent.objects.filter(act="hanging.put_back", detail__put_back=1).exists()


def test_a_copy_is_ones_own() -> None:
    admin = people.pacs_admin()
    shared = hanging_share(user=admin, protocol=kept(admin), shared=True)
    assert do(people.radiologist(), shared, "copy").status_code == 302
    [own, _shared] = protocols_in_force(people.radiologist())
    assert (own.protocol.owner.username, own.protocol.name, own.protocol.is_shared) == ("radiologist", "Chest", False)
    do(people.radiologist(), shared, "copy")
    assert HangingProtocol.objects.filter(name="Chest 2", owner=people.radiologist()).exists()


@pytest.mark.parametrize("deed", ["off", "on", "delete", "share", "unshare", "put-back"])
def test_nobody_changes_what_is_not_theirs(deed: str) -> None:
    mine, admin = kept(people.radiologist()), people.pacs_admin()
    shared = hanging_share(user=admin, protocol=kept(admin), shared=True)
    assert do(people.resident(), mine, deed, number=1).status_code == 404
    assert do(admin, mine, deed, number=1).status_code == 404
    assert do(people.radiologist(), shared, deed, number=1).status_code == 403
    assert do(people.clinician(), shared, deed, number=1).status_code == 403


def test_sharing_needs_the_right_to() -> None:
    assert do(people.radiologist(), kept(people.radiologist()), "share").status_code == 403
    assert browser(people.radiologist()).post("/hangings/add/", the_form(name="All", shared="1")).status_code == 403
    assert browser(people.pacs_admin()).post("/hangings/add/", the_form(name="All", shared="1")).status_code == 200
    assert HangingProtocol.objects.get(name="All").is_shared


def test_switched_off_it_hangs_nothing_and_deleted_it_can_be_restored() -> None:
    reader = people.radiologist()
    protocol = kept(reader)
    do(reader, protocol, "off")
    assert protocols_in_force(reader) == []
    do(reader, protocol, "on")
    answer = do(reader, protocol, "delete")
    assert protocols_in_force(reader) == []
    page = browser(reader).get(answer["Location"]).content.decode()
    assert "The hanging protocol is deleted." in page and "Deleted lately" in page
    do(reader, protocol, "restore")
    assert len(protocols_in_force(reader)) == 1
    do(reader, protocol, "delete")
    kept(reader)
    assert do(reader, protocol, "restore").status_code == 400  # its name is taken


def test_a_file_goes_to_another_person_and_nothing_else_is_taken() -> None:
    protocol = kept(people.radiologist())
    file = browser(people.radiologist()).get(f"/hangings/{protocol.pk}/file/")
    assert file["Content-Disposition"] == 'attachment; filename="chest.json"'
    client = browser(people.resident())
    assert client.post("/hangings/file/", {"file": SimpleUploadedFile("a.json", file.content)}).status_code == 302
    [taken] = protocols_in_force(people.resident())
    assert taken.rule == protocols_in_force(people.radiologist())[0].rule
    said = json.loads(file.content)
    for wrong in (b"", b"{", b"\xff\xfe", b"[]", b"[" * 3000, {**said, "format": "x"}, {**said, "format_version": 2}, {**said, "more": 1},
                  {**said, "rule": {}}, {**said, "name": 7}):  # fmt: skip
        sent = wrong if isinstance(wrong, bytes) else json.dumps(wrong).encode()
        assert client.post("/hangings/file/", {"file": SimpleUploadedFile("a.json", sent)}).status_code == 400, wrong
    assert client.post("/hangings/file/", {"file": SimpleUploadedFile("a.json", b" " * 70_000)}).status_code == 413
    assert client.post("/hangings/file/").status_code == 400


def test_by_rest_as_by_page() -> None:
    api = call(people.radiologist())
    made = api.post("/api/hangings/", {"name": "Chest", "rule": rule_for_chest()})
    assert made.status_code == 201
    address = f"/api/hangings/{made.json()['id']}/"
    assert [one["name"] for one in api.get("/api/hangings/").json()["results"]] == ["Chest"]
    changed = rule_for_chest(least_series=2)
    assert api.patch(address, {"rule": changed, "version": 1}).json()["rule"]["studies"]["least_series"] == 2
    assert fault(api.patch(address, {"rule": changed, "version": 1})) == (409, "conflict")
    assert fault(api.patch(address, {"rule": {"studies": {}}})) == (400, "invalid-input")
    assert fault(api.patch(address, {"is_shared": True})) == (403, "forbidden")
    assert api.post(f"{address}versions/", {"number": 1}).json()["version"] == 3
    assert [one["put_back"] for one in api.get(f"{address}versions/").json()["results"]] == [1, None, None]
    study = chest_of("CT1")
    tried = api.post("/api/hangings/trial/", {"rule": rule_for_chest()}).json()
    assert [(one["study"], one["outcome"]) for one in tried["results"]] == [(study.study_instance_uid, "full")]
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert api.post(f"{address}restore/").json()["name"] == "Chest"
    assert fault(call(people.resident()).get(address)) == (404, "not-found")


def test_more_than_a_person_needs_is_refused() -> None:
    reader = people.radiologist()
    HangingProtocol.objects.bulk_create(
        HangingProtocol(owner=reader, name=str(number), changed_at="2026-01-01T00:00:00Z") for number in range(60)
    )
    assert "are the most" in browser(reader).post("/hangings/add/", the_form(name="One more")).content.decode()
