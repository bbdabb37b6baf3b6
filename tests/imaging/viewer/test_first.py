"""Which series is fetched ahead: the one that the viewer will show first.

Not covered: the same order in the viewer (static/viewer/tests/opening.test.ts), and choosing by protocols (hanging/test_opening.py).
"""

from typing import Any

import pytest

from imaging.archive.models import Study
from imaging.viewer.display_sets import display_sets
from imaging.viewer.first import first_shown
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.services import hanging_add
from imaging.viewer.layouts.selectors import looked_at
from imaging.viewer.layouts.services import layout_keep
from tests import people
from tests.imaging.viewer.hanging.scans import chest_of, rule_for_chest

pytestmark = pytest.mark.django_db


def first_of(study: Study) -> str:
    return first_shown(user=people.radiologist(), study=study, sets=display_sets(study, root=""))


def left(study: Study, screen: int = 1, **arrangement: Any) -> None:
    layout_keep(user=people.radiologist(), study=study, screen=screen, arrangement=arrangement)


def test_as_it_was_left_goes_before_a_protocol_and_that_before_what_is_usual() -> None:
    study = chest_of("CT1")
    lung, soft, coronal = [one["key"] for one in display_sets(study, root="")]
    assert first_of(study) == ""
    hanging_add(user=people.radiologist(), name="Chest", rule=rule_read(rule_for_chest()))
    assert first_of(study) == lung
    left(study, screen=2, panes=[{"set": soft}], active=0)
    assert first_of(study) == lung
    left(study, panes=[{"set": soft}, {"set": coronal}], active=1)
    assert first_of(study) == coronal
    left(study, panes=[{"set": "gone"}], active=0)
    assert first_of(study) == lung


@pytest.mark.parametrize(
    "kept",
    [
        {}, {"panes": 3}, {"panes": []}, {"panes": [None, "b", {"set": ["b"]}], "active": 0}, {"panes": [{"set": {}}], "active": True},
        {"panes": [*[None] * 16, {"set": "b"}], "active": 16},
    ],
)  # fmt: skip
def test_what_is_no_arrangement_names_nothing(kept: dict[str, Any]) -> None:
    assert looked_at(kept, {"b"}) == ""


@pytest.mark.parametrize("active", [0, 2, -1, 9, True, 1.0, None, "1"])
def test_of_what_holds_in_part_the_rest_is_looked_at(active: Any) -> None:
    assert looked_at({"panes": [{"set": "gone"}, {"set": "b"}, None], "active": active}, {"a", "b"}) == "b"
