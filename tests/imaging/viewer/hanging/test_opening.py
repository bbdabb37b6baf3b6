"""A study opens by the hanging protocol that fits; what is known of its series; and a rule tried on the studies that came last.

Not covered here: choosing among series (test_choosing.py), the page and REST (test_doors.py), and the drawing (tests/e2e/test_hanging.py).
"""

import datetime as dt
import json
import re
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent, User
from imaging.archive.models import Study
from imaging.common.errors import InvalidInput
from imaging.viewer.display_sets import display_sets
from imaging.viewer.hanging import traits
from imaging.viewer.hanging.opening import demonstrated, first_hung
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.services import hanging_add, hanging_share, hanging_switch
from imaging.viewer.hanging.traits import candidates_of
from imaging.viewer.hanging.trial import rule_try
from tests import people
from tests.imaging import pictures
from tests.imaging.phantoms import Phantom
from tests.imaging.viewer.hanging.scans import chest_of, rule_for_chest

pytestmark = pytest.mark.django_db


def boot(user: User, study: Study) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    page = client.get(f"/viewer/{study.study_instance_uid}/").content.decode()
    found = re.search(r'<script id="viewer-boot" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def kept(user: User, name: str, **studies: Any) -> Any:
    return hanging_add(user=user, name=name, rule=rule_read(rule_for_chest(**studies)))


def named(data: dict[str, Any]) -> list[str]:
    sets = {one["key"]: one["description"] for study in data["studies"] for one in study["sets"]}
    return [sets.get(pane["set"], pane["missing"]) for pane in data["hangings"][0]["panes"]]


def test_a_study_that_fits_opens_so_and_another_as_ever() -> None:
    kept(people.radiologist(), "Chest")
    found = boot(people.radiologist(), chest_of("CT1"))
    assert named(found) == ["Lung 1.0 B70", "Mediastinum 5.0 B31"]
    assert found["hangings"][0]["layout"]["across"] is True
    assert boot(people.radiologist(), pictures.stack(1))["hangings"] == []
    assert boot(people.resident(), chest_of("CT2", people.lin_mei_hua()))["hangings"] == []


def test_a_series_that_is_missing_leaves_its_place_empty_with_the_reason() -> None:
    kept(people.radiologist(), "Chest")
    assert named(boot(people.radiologist(), chest_of("CT1", soft=False))) == [
        "Lung 1.0 B70", "No series fits: CT, axial, “mediastinum”",
    ]  # fmt: skip


def test_ones_own_goes_before_a_shared_one_and_the_particular_before_the_general() -> None:
    admin, reader = people.pacs_admin(), people.radiologist()
    shared = hanging_share(user=admin, protocol=kept(admin, "Department", words=["plain"], least_series=2), shared=True)
    kept(reader, "General")
    kept(reader, "Particular", words=["plain"])
    off = kept(reader, "Off", words=["plain"], least_series=1)
    hanging_switch(user=reader, protocol=off, off=True)
    names = [one["name"] for one in boot(reader, chest_of("CT1"))["hangings"]]
    assert names == ["Particular", "General", "Department"]
    assert [one["id"] for one in boot(people.resident(), chest_of("CT2", people.lin_mei_hua()))["hangings"]] == [shared.pk]


def test_it_costs_the_page_few_questions() -> None:
    study = chest_of("CT1")
    boot(people.radiologist(), study)
    with CaptureQueriesContext(connection) as before:
        boot(people.radiologist(), study)
    for number in range(5):
        kept(people.radiologist(), f"Chest {number}")
    with CaptureQueriesContext(connection) as after:
        boot(people.radiologist(), study)
    assert len(after) - len(before) <= 5


def test_what_its_objects_tell_of_a_series() -> None:
    lung, soft, coronal = candidates_of([display_sets(chest_of("CT1"), root="")])[0]
    assert (lung.plane, lung.thickness, lung.images, lung.modality) == ("axial", 1.0, 3, "CT")
    assert (soft.thickness, coronal.plane, coronal.is_scout) == (5.0, "coronal", False)


def test_a_series_whose_metadata_unpack_beyond_measure_is_known_by_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.viewer.hanging.traits.LARGEST_UNPACKED", 100)
    lung, *_others = candidates_of([display_sets(chest_of("CT1"), root="")])[0]
    assert (lung.images, lung.modality, lung.plane, lung.thickness) == (3, "CT", "", None)


def test_all_series_together_unpack_no_more_than_a_page_can_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.viewer.hanging.traits.LARGEST_TOGETHER", 2000)
    planes = [one.plane for one in candidates_of([display_sets(chest_of("CT1"), root="")])[0]]
    assert planes.count("") == 2


def test_of_an_object_of_many_frames_the_first_tells_and_the_others_are_not_kept() -> None:
    ds = Phantom((), columns=8, rows=8, slices=300).in_one_object(StudyInstanceUID=generate_uid(), SeriesInstanceUID=generate_uid())
    result = pictures.send(ds)
    assert result.study is not None
    assert result.instance is not None
    [found] = candidates_of([display_sets(result.study, root="")])[0]
    assert (found.plane, found.thickness) == ("axial", 2.0)
    tracemalloc.start()
    kept = traits._metadata_of([result.instance.pk])
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100_000
    assert kept


def test_the_views_of_one_series_are_hung_one_by_one() -> None:
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid(), "Modality": "MG"}
    for number, (side, view) in enumerate([("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")], start=1):
        last = pictures.slice_of(number, **uids, ImageLaterality=side, ViewPosition=view, SliceThickness=None, ImageOrientationPatient=None)
        study = pictures.send(last).study
    assert study is not None
    found = candidates_of([display_sets(study, root="")])[0]
    assert [(one.laterality, one.view) for one in found] == [("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")]
    assert len({one.key for one in found}) == 1
    assert found[3].start == last.SOPInstanceUID


def test_a_demonstration_is_learnt_and_hangs_the_next_scan() -> None:
    reader, first = people.radiologist(), chest_of("CT1")
    sets = {one["description"]: one["key"] for one in display_sets(first, root="")}
    shown = {
        "layout": rule_for_chest()["layout"],
        "panes": [{"set": sets["Mediastinum 5.0 B31"], "look": {"window": "mediastinum"}}, {"set": sets["Lung cor"], "look": {}}],
    }
    rule = demonstrated(user=reader, study=first, shown=shown)
    hanging_add(user=reader, name="Learnt", rule=rule)
    assert named(boot(reader, chest_of("CT2", people.lin_mei_hua()))) == ["Mediastinum 5.0 B31", "Lung cor"]


def test_what_a_rule_cannot_say_is_left_out_of_it() -> None:
    study = pictures.send(pictures.slice_of(1, Modality="MG", ImageLaterality="U", ViewPosition="CC X", SeriesDescription="w" * 60)).study
    assert study is not None
    [shown] = display_sets(study, root="")
    rule = demonstrated(user=people.radiologist(), study=study, shown={"layout": {"pane": 0}, "panes": [{"set": shown["key"], "look": {}}]})
    [series] = rule.panes[0].series
    assert (series.modality, series.laterality, series.view, series.words) == ("MG", "", "", ())


def test_too_many_viewports_are_refused_before_anything_is_chosen() -> None:
    study = chest_of("CT1")
    with pytest.raises(InvalidInput, match="At most 16"):
        demonstrated(user=people.radiologist(), study=study, shown={"layout": {"pane": 0}, "panes": [{"set": "1.2.3"}] * 17})


def test_a_rule_is_tried_on_what_came_last() -> None:
    whole = chest_of("CT1", StudyDate="20261120")
    part = chest_of("CT2", people.lin_mei_hua(), StudyDate="20261121", soft=False)
    chest_of("CT3", people.the_mayor(), StudyDate="20261122")
    pictures.stack(1, StudyDescription="CT head")
    trial = rule_try(user=people.radiologist(), rule=rule_read(rule_for_chest()))
    assert [(row.study, row.outcome) for row in trial.rows] == [(part, "partly"), (whole, "full")]
    assert [pane.series for pane in trial.rows[1].panes] == ["2 Lung 1.0 B70", "3 Mediastinum 5.0 B31"]
    assert trial.rows[0].panes[1].missing == "No series fits: CT, axial, “mediastinum”"
    [row] = AuditEvent.objects.filter(detail__purpose="hanging trial")
    assert row.detail["studies"] == [part.study_instance_uid, whole.study_instance_uid]


def test_a_trial_with_priors_finds_them() -> None:
    document = rule_for_chest(prior="with")
    document["panes"][1]["prior"] = 1
    patient = people.john_smith()
    chest_of("CT1", patient, StudyDate="20250101")
    today = chest_of("CT2", patient, StudyDate="20261121")
    rows = rule_try(user=people.radiologist(), rule=rule_read(document)).rows
    assert {row.study: row.outcome for row in rows}[today] == "full"


def test_a_trial_asks_as_often_for_many_studies_as_for_few() -> None:
    rule, reader = rule_read(rule_for_chest()), people.radiologist()
    patient = people.john_smith()
    chest_of("CT1", patient, images=1)
    with CaptureQueriesContext(connection) as few:
        rule_try(user=reader, rule=rule)
    for number in range(2, 6):
        chest_of(f"CT{number}", patient, images=1, StudyDate=f"{dt.date(2026, 1, number):%Y%m%d}")
    with CaptureQueriesContext(connection) as many:
        assert len(rule_try(user=reader, rule=rule).rows) == 5
    assert len(many) <= len(few)


def test_one_that_is_not_understood_any_more_keeps_no_study_shut() -> None:
    reader, study = people.radiologist(), chest_of("CT1")
    kept(reader, "Good")
    kept(reader, "Of another time").versions.update(rule={"studies": {"regions": ["tail"]}})
    assert [one["name"] for one in boot(reader, study)["hangings"]] == ["Good"]
    client = Client()
    client.force_login(reader)
    assert "not understood" in client.get("/hangings/").content.decode()


def test_what_is_fetched_ahead_is_what_hangs_first() -> None:
    reader, study = people.radiologist(), chest_of("CT1")
    sets = display_sets(study, root="")
    assert first_hung(user=reader, study=study, sets=sets) == ""
    document = rule_for_chest()
    document["panes"].reverse()
    hanging_add(user=reader, name="Soft first", rule=rule_read(document))
    assert first_hung(user=reader, study=study, sets=sets) == sets[1]["key"]
    [first, _second] = boot(reader, study)["hangings"][0]["panes"]
    assert first["set"] == sets[1]["key"]
