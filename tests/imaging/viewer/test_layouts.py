"""How somebody left the images: kept for them alone, for a while, until the report is signed.

Not covered: what the viewer makes of it (tests/e2e/test_nothing_lost.py), and who may call it (tests/architecture).
"""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from imaging.archive.models import Study
from imaging.orders.services import exam_state_set
from imaging.orders.states import ExamState
from imaging.viewer.models import ReadingLayout
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.test_views import boot
from tests.rest import call, fault

pytestmark = pytest.mark.django_db
LEFT = {"layout": "1x1", "panes": [{"set": "a"}]}


def study() -> Study:
    return pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 1)


def at(parent: Study, screen: int = 1) -> str:
    return f"/api/studies/{parent.study_instance_uid}/layouts/{screen}/"


def put(parent: Study, arrangement: Any = LEFT, screen: int = 1) -> Any:
    return call(people.radiologist()).put(at(parent, screen), {"arrangement": arrangement})


def test_it_is_there_again_for_who_left_it_and_for_nobody_else() -> None:
    parent = study()
    assert put(parent, {"layout": "2x2"}).status_code == 204
    assert put(parent).status_code == 204
    assert boot(people.radiologist(), parent)["layout"] == LEFT
    assert boot(people.resident(), parent)["layout"] is None
    assert ReadingLayout.objects.count() == 1


def test_each_screen_has_its_own() -> None:
    parent = study()
    put(parent, {"layout": "2x2"}, screen=2)
    assert boot(people.radiologist(), parent)["layout"] is None
    assert boot(people.radiologist(), parent, "?screen=2")["layout"] == {"layout": "2x2"}
    assert fault(put(parent, screen=5)) == (404, "not-found")


def test_afresh_takes_it_away_and_again_changes_nothing() -> None:
    parent = study()
    put(parent)
    for _ in range(2):
        assert call(people.radiologist()).delete(at(parent)).status_code == 204
    assert not ReadingLayout.objects.exists()


def test_the_fullest_that_a_viewer_makes_is_kept_whole() -> None:
    uid = "1.2.840.113619.2.416." + "9" * 43
    look = {
        "window": "own", "centre": -1234.5678901234567, "width": 12345.678901234567, "rotation": 270, "flip": False, "flip_vertical": False,
        "invert": False, "zoom": 12.345678901234567, "pan": [-123.45678901234567, 123.45678901234567], "colours": "hot-iron", "cine": False,
        "smooth": False,
    }  # fmt: skip
    cine = {"rate": 29.97002997002997, "order": "bounce", "from": 1000, "to": 99999, "step": -1}
    pane = {"set": f"prior:{uid}", "instance": uid, "frame": 99999, "look": look, "cine": cine}
    tree = {
        "across": False,
        "parts": [{"across": True, "parts": [{"pane": "15"}] * 4, "sizes": [0.24999999999999997] * 4}] * 4,
        "sizes": [0.25] * 4,
    }
    room = {
        "kind": "fusion", "pane": 15, "slab": "minip", "thickness": 100, "place": [-123.45678901234567] * 3,
        "directions": [[0.6000000000000001, -0.8000000000000002, 0, 0, 0, -1]] * 4, "centre": 1234.5678901234567,
        "width": 12345.678901234567, "invert": False, "framed": [[-123.45678901234567] * 4] * 4, "fusion": "rainbow",
        "blend": 100, "suv": "bsa", "most": 123.45678901234567,
    }  # fmt: skip
    parent = study()
    full = {
        "layout": "free",
        "tree": tree,
        "panes": [pane] * 16,
        "active": 15,
        "tool": "cardiothoracic",
        "linked": True,
        "lines": True,
        "room": room,
    }
    assert put(parent, full).status_code == 204
    assert boot(people.radiologist(), parent)["layout"] == full


@pytest.mark.parametrize("bad", ["text", [1], None, {"tool": "x" * 20_000}])
def test_only_an_object_of_a_bounded_size_is_kept(bad: Any) -> None:
    assert fault(put(study(), bad)) == (400, "invalid-input")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("more", 1), ("layout", 1), ("active", 1.0), ("active", True), ("tool", "\x00"), ("linked", 1), ("panes", {}),
        ("panes", [None] * 17),
        ("panes.0", []), ("panes.0.set", 1), ("panes.0.more", 1), ("panes.0.frame", 1.0), ("panes.0.look", None),
        ("panes.0.look.zoom", 10**400), ("panes.0.look.rotation", 90.0), ("panes.0.look.smooth", 0), ("panes.0.look.pan", [1]),
        ("panes.0.cine.order", ["loop"]), ("panes.0.cine.from", 0.0), ("tree", {"across": True, "parts": [{"pane": "0"}], "sizes": [1]}),
        ("tree", {"pane": 0}), ("tree", {"pane": "0", "more": 1}), ("room.kind", "cellar"), ("room.thickness", 10.0),
        ("room.place", [0, 0]), ("room.place", [0, 0, "0"]), ("room.directions", [[0, 0, 1, 0, 0, 1]]), ("room.crop", [1.0] * 6),
        ("room.suv", {}), ("room.framed", [[1, 2, 3]]), ("room.url", "//elsewhere"),
    ],
)  # fmt: skip
def test_nothing_is_kept_that_no_viewer_arranges(place: str, value: Any) -> None:
    left: dict[str, Any] = {
        "layout": "1x1", "tree": {"pane": "0"}, "panes": [{"set": "a", "look": {}, "cine": {}}], "active": 0, "room": {"kind": "mpr"},
    }  # fmt: skip
    parent = study()
    assert put(parent, left).status_code == 204
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    inside: Any = left
    for part in way:
        inside = inside[part]
    inside[last] = value
    assert fault(put(parent, left)) == (400, "invalid-input")


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity"])
def test_numbers_that_are_none_are_refused_as_they_are_sent(number: str) -> None:
    said = '{"arrangement": {"room": {"kind": "mpr", "centre": NUMBER}}}'.replace("NUMBER", number)
    answer = call(people.radiologist()).put(at(study()), data=said, content_type="application/json")
    assert answer.status_code == 400


def test_a_tree_without_end_is_refused() -> None:
    tree: dict[str, Any] = {"pane": "0"}
    for _level in range(50):
        tree = {"across": True, "parts": [tree, {"pane": "1"}], "sizes": [0.5, 0.5]}
    assert fault(put(study(), {"tree": tree})) == (400, "invalid-input")


def test_signing_forgets_it() -> None:
    parent = study()
    put(parent)
    assert parent.exam is not None
    exam_state_set(exam=parent.exam, state=ExamState.FINAL)
    assert not ReadingLayout.objects.exists()


def test_what_was_left_too_long_ago_goes_with_the_next_one(settings: Any) -> None:
    old = study()
    put(old)
    before = timezone.now() - dt.timedelta(days=settings.VIEWER_LAYOUT_DAYS + 1)
    ReadingLayout.objects.update(changed_at=before)
    put(pictures.stack_for(pictures.exam_of(people.john_smith(), "CT26112200002"), 1))
    assert not ReadingLayout.objects.filter(study=old).exists()
    assert ReadingLayout.objects.count() == 1
