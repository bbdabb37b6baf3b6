"""Key images and measurements: kept, changed by whom, and gone for whom they do not exist.

Not covered: marks on cut planes (planes/test_planes.py).
"""

import io
import json
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imaging.archive.models import Instance, Study
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.pictures import label_of
from imaging.viewer.services import TOOLS, annotation_save
from tests import people
from tests.imaging import pictures
from tests.races import race
from tests.rest import call, fault

pytestmark = pytest.mark.django_db
UID = "0b7a8a52-52a5-4f9c-8a5e-0d4ad9f3f001"


def study() -> Study:
    return pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 2)


def first_of(parent: Study) -> Instance:
    return Instance.objects.filter(series__study=parent).order_by("instance_number")[0]


def key_images(parent: Study) -> str:
    return f"/api/studies/{parent.study_instance_uid}/key-images/"


def mark_at(parent: Study, uid: str = UID) -> str:
    return f"/api/studies/{parent.study_instance_uid}/annotations/{uid}/"


def length(parent: Study, **changes: Any) -> dict[str, Any]:
    mark = {"instance": first_of(parent).sop_instance_uid, "frame": 1, "tool": "Length", "points": [[10, 64], [110, 64]]}
    return mark | {"values": {"length": 100.0, "unit": "mm"}, "data": {"handles": {}}, "view": {}} | changes


def kept(parent: Study, **look: Any) -> Any:
    body = {"instance": first_of(parent).sop_instance_uid, "frame": 1, "window_centre": 0, "window_width": 2} | look
    return call(people.radiologist()).post(key_images(parent), body)


def test_a_key_image_is_kept_and_drawn_as_it_was_seen() -> None:
    parent = study()
    answer = kept(parent)
    assert answer.status_code == 201
    picture = Image.open(io.BytesIO(call(people.radiologist()).get(answer.json()["picture"]).content)).convert("L")
    grey = np.asarray(picture)
    assert grey[grey.shape[0] - 20, 20] < 10
    assert grey[grey.shape[0] - 20, grey.shape[1] - 20] > 245


def test_the_letters_of_its_sides_are_drawn_on_it() -> None:
    answer = kept(study())
    grey = np.asarray(Image.open(io.BytesIO(call(people.radiologist()).get(answer.json()["picture"]).content)).convert("L")).astype(int)
    middle = slice(grey.shape[0] // 2 - 10, grey.shape[0] // 2 + 10)
    assert grey[middle, :30].max() > 240, "R, white on black"
    assert grey[middle, -30:].min() < 40, "L, with an edge of black on white"


def test_its_measurements_are_drawn_on_it() -> None:
    parent = study()
    plain = call(people.radiologist()).get(kept(parent).json()["picture"]).content
    call(people.radiologist()).put(mark_at(parent), length(parent))
    marked = call(people.radiologist()).get(kept(parent).json()["picture"]).content
    assert np.asarray(Image.open(io.BytesIO(plain))).shape == np.asarray(Image.open(io.BytesIO(marked))).shape
    difference = np.abs(np.asarray(Image.open(io.BytesIO(plain)), int) - np.asarray(Image.open(io.BytesIO(marked)), int))
    assert difference.max() > 100


def test_a_turned_key_image_is_turned() -> None:
    parent = study()
    answer = kept(parent, rotation=90)
    grey = np.asarray(Image.open(io.BytesIO(call(people.radiologist()).get(answer.json()["picture"]).content)).convert("L"))
    assert grey[20, 20] < 10
    assert grey[grey.shape[0] - 20, 20] > 245


def test_it_goes_into_the_report_and_out_and_away() -> None:
    parent = study()
    address = f"/api/key-images/{kept(parent).json()['id']}/"
    changed = call(people.resident()).patch(address, {"in_report": False, "caption": "Nodule"})
    assert (changed.json()["in_report"], changed.json()["caption"]) == (False, "Nodule")
    assert call(people.resident()).delete(address).status_code == 204
    assert call(people.radiologist()).get(key_images(parent)).json()["results"] == []
    assert KeyImage.objects.get().removed_at is not None


@pytest.mark.parametrize("body", [{"frame": 9}, {"frame": 0}, {"instance": "1.2.3"}, {"window_width": "wide"}, {"rotation": 400}])
def test_a_key_image_of_nothing_is_refused(body: dict[str, Any]) -> None:
    assert kept(study(), **body).status_code in {400, 404}
    assert KeyImage.objects.count() == 0


def test_a_measurement_sent_twice_is_kept_once_and_changed_in_place() -> None:
    parent = study()
    for points in ([[1, 1], [2, 2]], [[1, 1], [9, 9]]):
        assert call(people.radiologist()).put(mark_at(parent), length(parent, points=points)).status_code == 200
    assert Annotation.objects.get().points == [[1, 1], [9, 9]]
    [mark] = call(people.radiologist()).get(f"/api/studies/{parent.study_instance_uid}/annotations/").json()["results"]
    assert (mark["uid"], mark["mine"], mark["tool"]) == (UID, True, "Length")


def test_only_who_made_a_measurement_changes_or_removes_it() -> None:
    parent = study()
    call(people.radiologist()).put(mark_at(parent), length(parent))
    for answer in (call(people.resident()).put(mark_at(parent), length(parent)), call(people.resident()).delete(mark_at(parent))):
        assert fault(answer) == (403, "forbidden")
    assert call(people.radiologist()).delete(mark_at(parent)).status_code == 204
    assert call(people.radiologist()).delete(mark_at(parent)).status_code == 204
    assert call(people.resident()).get(f"/api/studies/{parent.study_instance_uid}/annotations/").json()["results"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"tool": "Script"}, {"points": []}, {"points": [[1, "x"]]}, {"points": [[1, 2, 3]]}, {"points": [[1, 2]] * 501},
        {"data": {"handles": "x" * 70_000}}, {"tool": "Label"}, {"tool": "Label", "data": {"label": "x" * 201}}, {"data": {"label": 5}},
        {"instance": "1.2.3"}, {"frame": "first"}, {"frame": 2}, {"points": [[1, 1], [2, 1e20]]}, {"points": [[1, 1], [2, 10**400]]},
    ],
)  # fmt: skip
def test_a_mark_that_cannot_be_drawn_is_refused(changes: dict[str, Any]) -> None:
    parent = study()
    assert call(people.radiologist()).put(mark_at(parent), length(parent, **changes)).status_code in {400, 404}
    assert Annotation.objects.count() == 0


def test_a_measurement_needs_a_proper_name() -> None:
    parent = study()
    assert fault(call(people.radiologist()).put(mark_at(parent, "mine"), length(parent))) == (400, "invalid-input")


def test_who_may_not_mark_may_look() -> None:
    parent = study()
    call(people.radiologist()).put(mark_at(parent), length(parent))
    technologist = call(people.technologist())
    assert len(technologist.get(f"/api/studies/{parent.study_instance_uid}/annotations/").json()["results"]) == 1
    assert technologist.put(mark_at(parent, str(uuid.uuid4())), length(parent)).status_code == 403
    assert technologist.post(key_images(parent), {"instance": first_of(parent).sop_instance_uid}).status_code == 403


def test_nothing_of_a_protected_patient_is_there_for_others() -> None:
    parent = pictures.stack_for(pictures.exam_of(people.the_mayor()), 1)
    instance = first_of(parent)
    image = KeyImage.objects.create(study=parent, instance=instance, author=people.radiologist())
    resident = call(people.resident())
    assert resident.get(key_images(parent)).status_code == 404
    assert resident.put(mark_at(parent), length(parent)).status_code == 404
    assert resident.get(f"/api/key-images/{image.pk}/picture/").status_code == 404
    assert resident.patch(f"/api/key-images/{image.pk}/", {"in_report": False}).status_code == 404


def ink(picture: bytes) -> np.ndarray:
    """Where something is drawn in the colour of measurements: columns and rows."""
    red, green, blue = (np.asarray(Image.open(io.BytesIO(picture)), int)[..., part] for part in range(3))
    return np.argwhere((red > 90) & (green > 70) & (blue < red - 40))[:, ::-1]


@pytest.mark.parametrize(("look", "left_end", "right_end"), [({}, 30, 60), ({"flipped": True}, 68, 98), ({"rotation": 180}, 68, 98)])
def test_what_was_measured_is_written_beside_its_line_however_the_picture_is_turned(
    look: dict[str, Any], left_end: int, right_end: int
) -> None:
    parent = study()
    call(people.radiologist()).put(mark_at(parent), length(parent, points=[[30, 64], [60, 64]]))
    columns = ink(call(people.radiologist()).get(kept(parent, window_centre=5000, **look).json()["picture"]).content)[:, 0]
    scale = 1024 / pictures.SIDE
    assert columns.min() == pytest.approx(left_end * scale, abs=4)
    assert columns.max() > right_end * scale + 30


def test_only_the_part_that_was_on_the_screen_is_drawn() -> None:
    parent = study()
    call(people.radiologist()).put(mark_at(parent), length(parent, points=[[40, 64], [80, 64]]))
    answer = kept(parent, window_centre=5000, area=[32, 48, 64, 32])
    assert answer.status_code == 201
    content = call(people.radiologist()).get(answer.json()["picture"]).content
    assert Image.open(io.BytesIO(content)).size == (1024, 512)
    line = ink(content)
    assert line[:, 0].min() == pytest.approx((40 - 32) * 16, abs=4)
    assert line[:, 1].min() == pytest.approx((64 - 48) * 16, abs=4)


@pytest.mark.parametrize("area", [[0, 0, 129, 10], [-1, 0, 10, 10], [0, 0, 0, 10], [120, 0, 10, 10], [0, 0, 10], ["a", 0, 10, 10], "all"])
def test_a_part_that_is_not_in_the_picture_is_refused(area: Any) -> None:
    assert kept(study(), area=area).status_code == 400
    assert not KeyImage.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"angle": "Incomplete Angle"},
        {"length": "100"},
        {"length": [1, 2]},
        {"length": True},
        {"unit": 5},
        {"what": 1},
        {"length": 1e30},
        ["length"],
    ],
)
def test_what_is_no_measurement_is_refused_and_the_picture_is_still_drawn(values: Any) -> None:
    parent = study()
    assert call(people.radiologist()).put(mark_at(parent), length(parent, values=values)).status_code == 400
    stored = values if isinstance(values, dict) else {}
    mark = {"tool": "Angle", "points": [[1, 1]], "values": stored, "author": people.radiologist()}
    Annotation.objects.create(uid=uuid.uuid4(), study=parent, instance=first_of(parent), **mark)
    assert call(people.radiologist()).get(kept(parent).json()["picture"]).status_code == 200


def test_a_colour_picture_has_a_mean_for_each_colour() -> None:
    parent = study()
    values = {
        "area": 4.0,
        "areaUnit": "px²",
        "mean": [1.0, 2.0, 3.0],
        "stdDev": [0, 0, 0],
        "min": [0, 0, 0],
        "max": [9, 9, 9],
        "modalityUnit": "",
    }
    assert call(people.radiologist()).put(mark_at(parent), length(parent, values=values)).status_code == 200


@pytest.mark.parametrize("unit", ["g/ml", "SUV", 1, ["g/ml{SUVbw}"], {}])
def test_an_uptake_value_is_of_a_known_kind(unit: Any) -> None:
    parent, read = study(), {"value": 3.0, "modalityUnit": "Bq/mL", "suv": 1.0}
    probe = length(parent, tool="Probe", points=[[3, 4]], values=read | {"suvUnit": "g/ml{SUVbw}"})
    assert call(people.radiologist()).put(mark_at(parent), probe).status_code == 200
    assert call(people.radiologist()).put(mark_at(parent), probe | {"values": read | {"suvUnit": unit}}).status_code == 400


READINGS = json.loads((Path(__file__).parent / "readings.json").read_text())


@pytest.mark.parametrize("case", READINGS, ids=lambda case: json.dumps(case["values"]))
def test_a_measurement_is_written_as_the_viewer_writes_it(case: dict[str, Any]) -> None:
    assert label_of(Annotation(tool="Length", values=case["values"])) == "\n".join(case["lines"])


def test_a_value_beyond_all_measure_is_still_written() -> None:
    assert label_of(Annotation(tool="Probe", values={"value": 1e300})) == "1e+300"


def test_an_arrow_is_written_with_its_words() -> None:
    assert label_of(Annotation(tool="ArrowAnnotate", values={}, data={"label": "结节"})) == "结节"


@pytest.mark.parametrize("tool", sorted(TOOLS - {"Label"}))
def test_each_kind_is_drawn_on_a_key_image(tool: str) -> None:
    parent = study()
    points = [[10, 20], [100, 20], [10, 100], [100, 100]]
    mark = length(parent, tool=tool, points=points, values={}, data={"label": "words"})
    plain = Image.open(io.BytesIO(call(people.radiologist()).get(kept(parent).json()["picture"]).content))
    assert call(people.radiologist()).put(mark_at(parent), mark).status_code == 200
    drawn = Image.open(io.BytesIO(call(people.radiologist()).get(kept(parent).json()["picture"]).content))
    assert np.abs(np.asarray(drawn).astype(int) - np.asarray(plain)).max() > 100
    Annotation.objects.update(points=points[:1])
    assert call(people.radiologist()).get(kept(parent).json()["picture"]).status_code == 200


def put(parent: Study, end: int, revision: object, **more: object) -> int:
    mark = length(parent, points=[[10, 64], [end, 64]], **more)
    return call(people.radiologist()).put(mark_at(parent), mark, headers={"X-Lightbox-Revision": str(revision)}).status_code


def test_of_two_changes_the_later_one_counts_in_whatever_order_they_come() -> None:
    parent = study()
    assert [put(parent, 110, 5), put(parent, 90, 4), put(parent, 100, 6), put(parent, 100, 6)] == [200, 409, 200, 200]
    kept_mark = Annotation.objects.get()
    assert (kept_mark.points, kept_mark.revision) == ([[10, 64], [100, 64]], 6)
    [shown] = call(people.radiologist()).get(f"/api/studies/{parent.study_instance_uid}/annotations/").json()["results"]
    assert shown["revision"] == 6, "what is put back is counted on from there"


def test_what_was_taken_away_is_not_brought_back_by_what_was_sent_before() -> None:
    parent = study()
    assert put(parent, 110, 8, removed=True) == 200, "the first word of it that comes in may be the last one"
    assert put(parent, 110, 7) == 409
    assert Annotation.objects.get().removed_at is not None
    assert put(parent, 100, 9) == 200
    assert Annotation.objects.get().removed_at is None, "taking back the removal does"


def test_a_change_without_a_number_counts_after_what_is_kept() -> None:
    parent, ahead = study(), 2**52
    reader = call(people.radiologist())
    assert put(parent, 110, ahead) == 200
    assert reader.put(mark_at(parent), length(parent)).status_code == 200
    assert Annotation.objects.get().revision == ahead + 1
    assert reader.delete(mark_at(parent)).status_code == 204
    assert put(parent, 100, ahead + 1) == 409


@pytest.mark.django_db(transaction=True)
def test_two_first_words_of_a_mark_at_once_are_one_mark() -> None:
    parent = study()
    kept_of = {"user": people.radiologist(), "uid": uuid.UUID(UID), "study": parent, "instance": first_of(parent)}
    values = length(parent)
    del values["instance"]
    race(*(partial(annotation_save, **kept_of, values=values, revision=number, is_removed=number == 3) for number in (1, 2, 3)))
    kept_mark = Annotation.objects.get()
    assert (kept_mark.revision, kept_mark.removed_at is None) == (3, False)


@pytest.mark.parametrize("revision", ["-1", "soon", "1e9", "9" * 18, str(2**53), ""])
def test_a_number_that_is_none_is_refused(revision: str) -> None:
    assert put(study(), 110, revision) == 400
