"""What a hanging protocol may say: read strictly from wherever it comes, and written so that it reads the same.

Not covered here: what it chooses (test_choosing.py).
"""

import copy
import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from imaging.common.errors import InvalidInput
from imaging.viewer.hanging.forms import editor_context, rule_of
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.words import pane_said, series_said, studies_said

TURNED = [[0, 0, -1, 0, -1, 0], [0.6, -0.8, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1], [0, -1, 0, 0, 0, 1]]
SOLID = {"kind": "solid", "pane": 0, "directions": TURNED[1:2], "preset": "vessels", "crop": [0, 10, 95, 0, 0, 1]}
WHOLE: dict[str, Any] = {
    "studies": {"modalities": ["CT"], "regions": ["chest"], "words": ["Plain"], "laterality": "L", "least_series": 2, "prior": "with"},
    "layout": {"across": True, "parts": [{"pane": 0}, {"across": False, "parts": [{"pane": 1}, {"pane": 2}], "sizes": [0.5, 0.5]}],
               "sizes": [0.6, 0.4]},
    "panes": [
        {"prior": 0, "series": [{"modality": "CT", "words": ["lung"], "without": ["cor"], "plane": "axial", "thickest": 1.5,
                                 "least_images": 100, "contrast": "without"}, {"modality": "CT", "nth": -1}],
         "look": {"window": "lung", "cine": True, "start": "middle"}},
        {"prior": 1, "series": [{"modality": "CT"}], "look": {"window": "own", "centre": 40, "width": 80, "rotation": 90, "flip": True}},
        {"prior": 0, "series": [{"scout": True, "laterality": "R", "view": "MLO", "nth": 2}],
         "look": {"zoom": 2.5, "colours": "pet", "smooth": False}},
    ],
    "room": {"kind": "fusion", "pane": 1, "slab": "mip", "thickness": 20, "share": [0.5, 0.25, 1.0], "directions": TURNED, "centre": 40,
             "width": 400, "invert": True, "fusion": "rainbow", "blend": 0, "suv": "lbm", "most": 6.5},
    "sync": True,
    "lines": True,
}  # fmt: skip


def changed(place: str, value: object) -> dict[str, Any]:
    """WHOLE with another value at a place as `panes.0.look.zoom`."""
    document = copy.deepcopy(WHOLE)
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    inside: Any = document
    for part in way:
        inside = inside[part]
    inside[last] = value
    return document


def test_it_reads_what_it_writes() -> None:
    rule = rule_read(WHOLE)
    assert rule_read(json.loads(json.dumps(rule.document))) == rule
    assert rule.studies.words == ("plain",)
    assert (rule.furthest_prior, rule.specificity) == (1, 6)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("studies.modalities", "CT"), ("studies.modalities", ["ct"]), ("studies.modalities", [["CT"]]), ("studies.regions", ["nowhere"]),
        ("studies.words", ["x" * 41]), ("studies.words", [""]), ("studies.least_series", -1), ("studies.least_series", 1.5),
        ("studies.least_series", True), ("studies.prior", "maybe"), ("studies.more", 1), ("studies.most_series", 1),
        ("layout", {"pane": 0}), ("layout", None), ("layout.sizes", [0.6]), ("layout.sizes", [0.9, 0.4]), ("layout.sizes", [1.0, 0.0]),
        ("layout.parts.0", {"pane": 1}), ("layout.parts.0", {"pane": 0, "more": 1}), ("layout.across", "yes"),
        ("panes", []), ("panes", {}), ("panes.0", None), ("panes.0.prior", 9), ("panes.0.prior", "1"), ("panes.0.series", []),
        ("panes.0.series", [{}] * 5), ("panes.0.series.0.plane", "up"), ("panes.0.series.0.thickest", "1"),
        ("panes.0.series.0.thickest", float("nan")), ("panes.0.series.0.thickest", 10**400), ("panes.0.series.0.nth", 0),
        ("panes.0.series.0.nth", True), ("panes.0.series.0.nth", 1.0),
        ("panes.0.series.0.most_images", 1), ("panes.0.series.0.view", "<b>"),
        ("panes.0.series.0.sql", "x"),
        ("panes.0.look.window", "night"), ("panes.0.look.zoom", 0), ("panes.0.look.rotation", 45), ("panes.0.look.flip", 1),
        ("panes.1.look.width", 0), ("room.kind", "cellar"), ("room.pane", 3), ("sync", "yes"),
        ("panes.0.look.smooth", 1), ("room.share", [0.5]), ("room.share", [0.5, float("nan"), 0.5]), ("room.share", [11, 0, 0]),
        ("room.share", {"0": 1}), ("room.directions", TURNED * 2), ("room.directions", [[0, 0, 1, 0, 0, 1]]),
        ("room.directions", [[0, 0, 0.5, 1, 0, 0]]), ("room.directions", [[float("inf"), 0, 0, 0, 0, 1]]), ("room.directions", [1]),
        ("room.directions", [[True, 0, 0, 0, 0, 1]]), ("room.fusion", "pet"), ("room.blend", 50.0), ("room.blend", 101),
        ("room.suv", "ibw"), ("room.most", float("inf")), ("room.most", "6"), ("room.preset", "CT-Lung"), ("room.crop", [0] * 5),
        ("room.crop", [96, 0, 0, 0, 0, 0]), ("room.crop", [1.0, 0, 0, 0, 0, 0]), ("room.place", [0, 0, 0]),
        ("room.alone", 5), ("room.alone", -1),
        ("room.invert", None), ("more", 1),
    ],
)  # fmt: skip
def test_nothing_else_is_read(place: str, value: object) -> None:
    with pytest.raises(InvalidInput):
        rule_read(changed(place, value))


@pytest.mark.parametrize("document", [None, [], "", 1, {}, {"panes": []}, {"studies": {}, "layout": {"pane": 0}}])
def test_what_is_no_rule_at_all(document: object) -> None:
    with pytest.raises(InvalidInput):
        rule_read(document)


def test_what_an_earlier_version_kept_of_a_room_is_shown_as_then() -> None:
    room = rule_read({**WHOLE, "room": {"kind": "fusion", "pane": 1, "slab": "mip", "thickness": 20}}).room
    assert (room.share, room.directions, room.width, room.fusion, room.blend, room.suv, room.most) == ((), (), 0, "hot", 50, "bw", 0)
    assert rule_read({**WHOLE, "panes": [{"series": [{}], "look": {"window": "lung"}}] * 3}).panes[0].look.smooth


def test_a_tree_without_end_is_refused() -> None:
    tree: dict[str, Any] = {"pane": 0}
    for _level in range(50):
        tree = {"across": True, "parts": [tree, {"pane": 1}], "sizes": [0.5, 0.5]}
    with pytest.raises(InvalidInput):
        rule_read(changed("layout", tree))


@pytest.mark.parametrize("room", [WHOLE["room"], SOLID, {}])
def test_the_form_says_what_the_rule_says(room: Any) -> None:
    rule = rule_read({**WHOLE, "room": room})
    assert rule_of(form_of(rule)) == rule


def form_of(rule: Any) -> QueryDict:
    """What a browser sends of the form with this rule in it."""
    page = render_to_string("imaging/viewer/hanging/_editor.html", editor_context(rule), request=RequestFactory().get("/"))
    form = QueryDict(mutable=True)
    for tag in re.findall(r"<input [^>]*>", page):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if named.get("type") != "checkbox" or " checked" in tag:
            form.appendlist(named["name"], named["value"].replace("&quot;", '"').replace("&#x27;", "'"))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        form[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return form


@pytest.mark.parametrize(
    ("field", "text"), [("least_series", "some"), ("p0-s0-thickest", "1,5"), ("p0-s0-nth", "1.5"), ("layout", "{"), ("layout", "[" * 9000)]
)
def test_what_the_form_cannot_mean_is_refused(field: str, text: str) -> None:
    form = form_of(rule_read(WHOLE))
    form[field] = text
    with pytest.raises(InvalidInput):
        rule_of(form)


def test_it_reads_as_plain_words() -> None:
    rule = rule_read(WHOLE)
    assert studies_said(rule.studies) == "CT, Chest, “plain”, left, from 2 series, with a prior"
    assert series_said(rule.panes[0].series[0]) == "CT, axial, “lung”, not “cor”, without contrast, up to 1.5 mm, from 100 images"
    assert pane_said(rule.panes[1]) == "the prior, CT, W 80 L 40, 90°, mirrored"
    assert series_said(rule.panes[2].series[0]) == "right, MLO, scout, number 2 of them"
    with override("en"):
        assert series_said(rule_read({**WHOLE, "panes": [{"series": [{}]}] * 3}).panes[0].series[0]) == "any series"
