"""What objects of our own and of others say to the viewer, and what bad ones say instead.

Not covered: how the browser draws it (tests/e2e/test_objects.py).
"""

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from imaging.access.models import AuditEvent
from imaging.archive.corrections.models import CorrectionKind
from imaging.archive.models import Study
from imaging.archive.own_objects import code, content_item, reference
from imaging.viewer.models import SavedObject
from imaging.viewer.objects.saving import objects_save
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.scans import exam_of, relink
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import ANGLE, ELLIPSE, LENGTH, key, mark, marked_study, slices
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def address(study: Study, series: str) -> str:
    return f"/api/studies/{study.study_instance_uid}/objects/{series}/"


def says(study: Study, sent: Dataset) -> dict[str, Any]:
    """What the viewer is told of an object that another system sends in."""
    assert pictures.send(sent).instance is not None
    answer = call(people.radiologist()).get(address(study, sent.SeriesInstanceUID))
    assert answer.status_code == 200
    return answer.json()["objects"][0]


def test_what_was_saved_is_read_back() -> None:
    study, reader = marked_study(), people.radiologist()
    first, second, _third = slices(study)
    key(reader, first, "Nodule", rotation=90, flipped=True, area=[10, 20, 40, 60])
    mark(reader, first, LENGTH)
    mark(reader, second, ELLIPSE)
    answer = call(reader).post(f"/api/studies/{study.study_instance_uid}/objects/", {})
    assert answer.status_code == 201
    shown = {one["kind"]: one for one in answer.json()["sets"]}
    assert reader.label in shown["keys"]["by"]
    keys = call(reader).get(address(study, shown["keys"]["series"])).json()
    [picture] = keys["objects"][0]["keys"]
    assert (picture["instance"], keys["objects"][0]["who"]) == (first.sop_instance_uid, reader.label)
    [state] = keys["states"]
    assert (state["uid"], state["rotation"], state["flipped"], state["inverse"]) == (picture["state"], 270, True, False)
    assert state["areas"][0]["topLeft"] == [50, 80]
    assert state["drawings"][0]["graphics"][0]["points"] == LENGTH["points"]
    assert state["drawings"][0]["texts"][0]["text"] == "60.0 mm"
    assert state["drawings"][0]["colour"].startswith("#e")
    groups = call(reader).get(address(study, shown["report"]["series"])).json()["objects"][0]["groups"]
    assert [group["values"][0]["number"] for group in groups] == [60.0, 471.2]
    assert groups[0]["shapes"][0]["instance"] == first.sop_instance_uid
    assert AuditEvent.objects.filter(act="images.view", door="api", study_instance_uid=study.study_instance_uid).exists()


def test_only_the_newest_version_is_in_the_rail() -> None:
    study, reader = marked_study(), people.radiologist()
    mark(reader, slices(study)[0], LENGTH)
    objects_save(user=reader, study=study)
    mark(reader, slices(study)[0], ANGLE)
    sets = call(reader).post(f"/api/studies/{study.study_instance_uid}/objects/", {}).json()["sets"]
    assert [one["kind"] for one in sets] == ["image", "presentation", "report"]


def test_objects_follow_a_correction_with_their_pictures() -> None:
    study, reader = marked_study(), people.radiologist()
    key(reader, slices(study)[0])
    objects_save(user=reader, study=study)
    right = exam_of(people.john_smith())
    relink(study, right, kind=CorrectionKind.RELINK)
    moved = Study.objects.get(exam=right)
    now = slices(moved)[0].sop_instance_uid
    [series] = moved.series.filter(modality="KO")
    keys = call(people.pacs_admin()).get(address(moved, series.series_instance_uid)).json()
    assert keys["objects"][0]["keys"][0]["instance"] == now
    assert keys["elsewhere"] == []
    assert {row.study for row in SavedObject.objects.all()} == {moved}


def test_pictures_that_are_not_here_are_named() -> None:
    study = marked_study()
    image = content_item("IMAGE", "CONTAINS", ReferencedSOPSequence=[reference("1.2.840.10008.5.1.4.1.1.2", "1.2.3.999")])
    sent = foreign.report(study, image, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.59", Modality="KO")
    pictures.send(sent)
    assert call(people.radiologist()).get(address(study, sent.SeriesInstanceUID)).json()["elsewhere"] == ["1.2.3.999"]


@pytest.mark.parametrize(
    ("sop_class", "words"),
    [
        ("1.2.840.10008.5.1.4.1.1.11.1", "names no picture"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "names no picture"),
        ("1.2.840.10008.5.1.4.1.1.66.4", "no segment"),
        ("1.2.840.10008.5.1.4.1.1.481.3", "no structure"),
        ("1.2.840.10008.5.1.4.1.1.481.2", "where its grid lies"),
    ],
)
def test_an_empty_one_says_what_is_wrong(sop_class: str, words: str) -> None:
    study = marked_study(1)
    assert words in says(study, foreign.of(study, sop_class, "OT"))["problem"]


def test_a_state_of_another_maker_is_told_as_it_is() -> None:
    study = marked_study(1)
    told = says(study, foreign.presentation(study, slices(study)[0], MaskSubtractionSequence=[Dataset()]))
    assert (told["title"], told["who"], told["inverse"], told["rescale"]) == ("Hilus", "Chen, Wei", True, [1, -1000])
    assert told["shutters"] == {"value": [0], "rectangle": [41, 41, 80, 80]}
    assert told["leftOut"] == ["its mask"]
    assert told["windows"][0]["for"] == []
    assert told["drawings"][0]["texts"][0]["units"] == "DISPLAY"


@pytest.mark.parametrize(
    ("attributes", "shutters"),
    [
        ({"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [30, 40], "RadiusOfCircularShutter": 20}, {"circle": [40, 30, 20]}),
        ({"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3, 4, 5, 6]}, {"polygon": [[2, 1], [4, 3], [6, 5]]}),
    ],
)
def test_shutters_say_columns_before_rows(attributes: dict[str, Any], shutters: dict[str, Any]) -> None:
    study = marked_study(1)
    told = says(study, foreign.presentation(study, slices(study)[0], **attributes))
    assert told["shutters"] == {"value": [0], **shutters}


def test_a_state_with_nonsense_is_damaged_and_nothing_else_breaks() -> None:
    study = marked_study(1)
    sent = foreign.of(study, "1.2.840.10008.5.1.4.1.1.11.1", "PR", ShutterShape="CIRCULAR")
    series = Dataset()
    series.SeriesInstanceUID = "1.2"
    series.ReferencedImageSequence = [reference("1.2.840.10008.5.1.4.1.1.2", slices(study)[0].sop_instance_uid)]
    sent.ReferencedSeriesSequence = [series]
    assert "damaged" in says(study, sent)["problem"]


def test_segments_have_their_planes_colours_and_bits() -> None:
    study = marked_study(4)
    shown = slices(study)
    images = [foreign.read(one) for one in shown]
    masks = np.zeros((4, 128, 128, 2), np.uint8)
    masks[1, 10:20, 30:50, 0] = masks[2, 12:20, 30:50, 0] = masks[2, 100, 101, 1] = 1
    told = says(study, foreign.segmentation(images, masks))
    assert [segment["label"] for segment in told["segments"]] == ["Lesion 1", "Lesion 2"]
    red, green, blue = bytes.fromhex(told["segments"][0]["colour"][1:])
    assert (red > 240, green < 16, blue < 16) == (True, True, True)
    planes = told["segments"][0]["planes"]
    place = {one.sop_instance_uid: at for at, one in enumerate(shown)}
    order = [place[plane["instance"]] for plane in planes]
    assert sorted(order) == [1, 2]
    assert [plane["position"] for plane in planes] == [[0, 0, 2 + 2 * at] for at in order]
    answer = call(people.radiologist()).get(f"/api/studies/{study.study_instance_uid}/overlays/{told['uid']}/?segment=1")
    bits = np.unpackbits(np.frombuffer(answer.content, np.uint8), bitorder="little").reshape(2, 128, 128)
    assert (bits == masks[order, :, :, 0]).all()


@pytest.mark.parametrize("options", [{"kind": "FRACTIONAL"}, {"transfer_syntax_uid": "1.2.840.10008.1.2.5", "kind": "FRACTIONAL"}])
def test_a_fractional_segmentation_shows_what_is_at_least_half(options: dict[str, Any]) -> None:
    study = marked_study(2)
    masks = np.zeros((2, 128, 128, 1), np.float32)
    masks[0, :10, :10, 0], masks[0, 20:30, 20:30, 0] = 0.4, 0.6
    told = says(study, foreign.segmentation([foreign.read(one) for one in slices(study)], masks, **options))
    answer = call(people.radiologist()).get(f"/api/studies/{study.study_instance_uid}/overlays/{told['uid']}/?segment=1")
    bits = np.unpackbits(np.frombuffer(answer.content, np.uint8), bitorder="little")
    assert bits[: 128 * 128].sum() == 100


@pytest.mark.parametrize("segment", ["9", "x", "", "-1", "1" * 40])
def test_a_segment_that_is_none_is_refused(segment: str) -> None:
    study = marked_study(1)
    told = says(study, foreign.segmentation([foreign.read(slices(study)[0])], np.ones((1, 128, 128, 1), np.uint8)))
    answer = call(people.radiologist()).get(f"/api/studies/{study.study_instance_uid}/overlays/{told['uid']}/?segment={segment}")
    assert answer.status_code in {400, 404}


def test_structures_and_dose_say_where_they_lie() -> None:
    study = marked_study(3)
    told = says(study, foreign.structure_set(study, {"GTV 肿瘤": [[10, 10, 4, 30, 10, 4, 30, 40, 4]]}))
    [structure] = told["structures"]
    assert (structure["label"], structure["colour"], structure["type"]) == ("GTV 肿瘤", "#00ff00", "GTV")
    assert structure["contours"][0]["places"] == [[10, 10, 4], [30, 10, 4], [30, 40, 4]]
    grid = np.zeros((2, 8, 8), np.uint32)
    grid[1, 2, 3] = 60_000
    told = says(study, foreign.dose(study, grid))
    assert (told["offsets"], told["units"]) == ([0, 2], "GY")
    answer = call(people.radiologist()).get(f"/api/studies/{study.study_instance_uid}/overlays/{told['uid']}/")
    assert float(answer["X-Highest"]) == pytest.approx(60.0)
    assert np.frombuffer(answer.content, "<u2").reshape(grid.shape)[1, 2, 3] == 65535


def test_who_may_not_see_the_study_is_told_that_it_is_not_there() -> None:
    study = marked_study(1)
    sent = foreign.structure_set(study, {"GTV": []})
    pictures.send(sent)
    assert fault(call(people.clinician()).get(address(study, sent.SeriesInstanceUID)))[0] == 404
    assert fault(call(people.radiologist()).get(address(study, "1.2.3")))[0] == 404
    assert call(people.cashier()).get(address(study, sent.SeriesInstanceUID)).status_code == 403
    assert call(people.technologist()).post(f"/api/studies/{study.study_instance_uid}/objects/", {}).status_code == 403


def test_a_report_of_numbers_without_places_is_a_document_only() -> None:
    study = marked_study(1)
    value = Dataset()
    value.NumericValue, value.MeasurementUnitsCodeSequence = "12.5", [code("mm", "millimeter", "UCUM")]
    told = says(study, foreign.report(study, content_item("NUM", "CONTAINS", code("1", "Size"), MeasuredValueSequence=[value])))
    assert told["groups"] == []
