"""Keys and tools of the viewer: kept for a person and for everybody, never one key for two things.

Not covered here: pressing them (tests/e2e/test_hanging.py).
"""

import html
import json
import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from imaging.access.models import User
from imaging.viewer.keys.acts import is_choosable, key_acts, keys_merged, tools_merged
from imaging.viewer.keys.services import problems_of
from tests import people
from tests.imaging import pictures
from tests.rest import call, fault

pytestmark = pytest.mark.django_db
ADDRESS = "/api/viewer-keys/"


def viewer(user: User) -> str:
    study = pictures.stack(1)
    client = Client()
    client.force_login(user)
    return client.get(f"/viewer/{study.study_instance_uid}/").content.decode()


def boot(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="viewer-boot" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def keys_of(page: str) -> dict[str, str]:
    """By act the key of its button."""
    return {
        act: html.unescape(key) for act, key in re.findall(r'data-act="([^"]+)"[^>]*? data-key="([^"]+)"', page)
    }  # fmt: skip


def form(page: str) -> dict[str, str]:
    fields = dict(re.findall(r'<input [^>]*name="(key-[^"]+)" value="([^"]*)"', page))
    tools = re.findall(r'<select [^>]*name="(tool-[^"]+)">.*?value="([^"]*)" selected', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in [*fields.items(), *tools]}


def test_the_usual_keys_can_all_be_chosen_and_none_does_two_things() -> None:
    assert all(is_choosable(one.usual) for one in key_acts().values())
    keys = [key for key in keys_merged().values() if key]
    assert len(keys) == len(set(keys)) > 50
    assert problems_of(keys_merged()) == []


@pytest.mark.parametrize(
    "key", ["g", "?", "n", "1", "/", "escape", "arrowdown", "delete", "ctrl+w", "alt+1", "ll", "<b>", "é", "f5", "tab"]
)
def test_keys_that_the_page_needs_cannot_be_chosen(key: str) -> None:
    assert not is_choosable(key)


def test_a_changed_key_is_on_the_button_in_the_help_and_everywhere() -> None:
    reader = people.radiologist()
    assert (
        call(reader)
        .patch(ADDRESS, {"keys": {"length": "shift+q", "prior-next": "l"}, "tools": {"left": "scroll", "middle": "zoom"}})
        .status_code
        == 200
    )
    page = viewer(reader)
    assert keys_of(page)["length"] == "shift+q"
    assert 'title="Measure a length · Shift+Q"' in page
    assert '<span data-key="l" data-key-label="Next prior">' in page
    assert "Zoom (also middle button, right button)" in page and "Move the picture (also" not in page
    found = boot(page)
    assert (found["keys"]["l"], found["tools"]["left"]) == ("prior-next", "scroll")
    said = [html.unescape(key) for key in re.findall(r'data-key="([^"]+)"', page) for key in key.split() if key != "…"]
    assert [key for key, count in Counter(said).items() if count > 1] == []
    assert keys_of(viewer(people.resident()))["length"] == "l"


def test_a_key_that_another_act_has_is_refused_by_name() -> None:
    answer = call(people.radiologist()).patch(ADDRESS, {"keys": {"length": "a"}})
    assert fault(answer) == (400, "invalid-input")
    assert "Measure a length" in answer.json()["detail"] and "Measure an angle" in answer.json()["detail"]
    assert fault(call(people.radiologist()).patch(ADDRESS, {"keys": {"nothing": "a"}})) == (400, "invalid-input")
    assert fault(call(people.radiologist()).patch(ADDRESS, {"tools": {"wheel": "length"}})) == (400, "invalid-input")
    assert call(people.radiologist()).patch(ADDRESS, {"keys": {"length": "a", "angle": "l"}}).status_code == 200


def test_the_department_begins_with_its_own_and_who_changed_something_keeps_it() -> None:
    reader, admin = call(people.radiologist()), call(people.pacs_admin())
    reader.patch(ADDRESS, {"keys": {"length": "shift+q"}})
    assert (
        admin.patch(f"{ADDRESS}?for=department", {"keys": {"angle": "shift+q", "key": "shift+w"}, "tools": {"left": "pan"}}).status_code
        == 200
    )
    mine, theirs = reader.get(ADDRESS).json(), call(people.resident()).get(ADDRESS).json()
    assert (mine["keys"]["length"], mine["keys"]["angle"], mine["keys"]["key"], mine["tools"]["left"]) == ("shift+q", "", "shift+w", "pan")
    assert (theirs["keys"]["length"], theirs["keys"]["angle"], theirs["is_changed"]) == ("l", "shift+q", False)
    assert reader.delete(ADDRESS).status_code == 204
    assert reader.get(ADDRESS).json()["keys"] == theirs["keys"]
    assert admin.delete(f"{ADDRESS}?for=department").status_code == 204
    assert reader.get(ADDRESS).json()["keys"] == keys_merged()


@pytest.mark.parametrize(
    ("who", "status"), [(people.radiologist, 403), (people.resident, 403), (people.technologist, 403), (people.clinician, 403)]
)
def test_only_who_may_sets_up_the_departments(who: Any, status: int) -> None:
    for answer in (
        call(who()).get(f"{ADDRESS}?for=department"),
        call(who()).patch(f"{ADDRESS}?for=department", {}),
        call(who()).delete(f"{ADDRESS}?for=department"),
    ):
        assert answer.status_code == status


def test_the_page_says_a_conflict_at_once_and_keeps_nothing_of_it() -> None:
    client = Client()
    client.force_login(people.radiologist())
    fields = form(client.get("/viewer-keys/").content.decode())
    assert (fields["key-length"], fields["tool-left"]) == ("l", "window")
    said = client.post("/viewer-keys/check/", fields | {"key-length": "a"}).content.decode()
    assert "would do two things" in said and 'href="#key-' in said
    assert client.post("/viewer-keys/check/", fields).content.strip() == b""
    answer = client.post("/viewer-keys/", fields | {"key-length": "a"})
    assert answer.status_code == 422 and 'value="a"' in answer.content.decode()
    assert client.post("/viewer-keys/", fields | {"key-length": "", "key-probe": "l", "tool-right": "window"}).status_code == 302
    now = form(client.get("/viewer-keys/").content.decode())
    assert (now["key-length"], now["key-probe"], now["tool-right"]) == ("", "l", "window")
    assert client.post("/viewer-keys/reset/").status_code == 302
    assert form(client.get("/viewer-keys/").content.decode()) == fields


def test_the_departments_page_is_for_who_sets_it_up() -> None:
    client = Client()
    client.force_login(people.pacs_admin())
    fields = form(client.get("/viewer-keys/?for=department").content.decode())
    assert client.post("/viewer-keys/", fields | {"for": "department", "tool-left": "scroll"}).status_code == 302
    assert call(people.resident()).get(ADDRESS).json()["tools"]["left"] == "scroll"
    client.force_login(people.radiologist())
    assert client.get("/viewer-keys/?for=department").status_code == 403
    assert client.post("/viewer-keys/", fields | {"for": "department"}).status_code == 403


def test_of_what_is_kept_only_what_is_still_known_counts() -> None:
    assert keys_merged({"gone": "l", "length": "ctrl+w"}) == keys_merged()
    assert tools_merged({"left": "gone", "other": "zoom"}) == tools_merged()
