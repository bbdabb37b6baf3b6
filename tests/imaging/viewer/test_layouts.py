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
    }  # fmt: skip
    cine = {"rate": 29.97002997002997, "order": "bounce", "from": 1000, "to": 99999, "step": -1}
    pane = {"set": f"prior:{uid}", "instance": uid, "frame": 99999, "look": look, "cine": cine}
    tree = {
        "across": False,
        "parts": [{"across": True, "parts": [{"pane": "15"}] * 4, "sizes": [0.24999999999999997] * 4}] * 4,
        "sizes": [0.25] * 4,
    }
    room = {"kind": "fusion", "pane": 15, "slab": "minip", "thickness": 100, "place": [-123.45678901234567] * 3}
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
