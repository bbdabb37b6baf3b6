"""Measurements on cut planes: kept, changed by whom, refused, and gone with their images.

Not covered: drawing and putting them back (tests/e2e/test_plane_marks.py), what the documents say of them (objects/test_planes_saved.py).
"""

from typing import Any

import pytest

from imaging.archive.corrections.models import CorrectionKind
from imaging.archive.events import images_deleting
from imaging.archive.models import Instance, Study
from imaging.common.errors import InvalidInput
from imaging.viewer.planes.models import PlaneMark
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.scans import exam_of, relink
from tests.imaging.viewer.objects.marked import marked_study, slices
from tests.imaging.viewer.planes.kept import ANGLE, LENGTH, ball, plane_mark, reading, sent
from tests.rest import call, fault

pytestmark = pytest.mark.django_db
UID = "0b7a8a52-52a5-4f9c-8a5e-0d4ad9f3f001"


def all_of(study: Study) -> str:
    return f"/api/studies/{study.study_instance_uid}/plane-marks/"


def one_of(study: Study, uid: str = UID) -> str:
    return f"{all_of(study)}{uid}/"


def test_one_that_is_sent_twice_is_kept_once_and_read_back_as_it_was() -> None:
    study = marked_study()
    picture = slices(study)[1]
    series = picture.series.series_instance_uid
    for kind in (LENGTH, ball(reading(series), reading(series, "g/ml{SUVbw}", peak=60.25))):
        assert call(people.radiologist()).put(one_of(study), sent(kind, picture)).status_code == 200
    [mark] = call(people.resident()).get(all_of(study)).json()["results"]
    assert (mark["uid"], mark["mine"], mark["author"], mark["series"]) == (UID, False, people.radiologist().label, series)
    assert (mark["tool"], mark["places"], mark["frame_of_reference"]) == ("Ball", [[20, 14.5, 6], [29, 14.5, 6]], "1.2.3.4.5")
    assert mark["readings"][1] == {"series": series, "unit": "g/ml{SUVbw}", "mean": 40.5, "max": 80.0, "stdDev": 3.25, "peak": 60.25}
    assert mark["view"]["normal"] == [0, 1, 0]


def test_only_who_made_it_changes_or_removes_it_and_it_can_come_back() -> None:
    study = marked_study()
    body = sent(ANGLE, slices(study)[0])
    assert call(people.radiologist()).put(one_of(study), body).status_code == 200
    for answer in (call(people.resident()).put(one_of(study), body), call(people.resident()).delete(one_of(study))):
        assert fault(answer) == (403, "forbidden")
    for _twice in range(2):
        assert call(people.radiologist()).delete(one_of(study)).status_code == 204
    assert call(people.radiologist()).get(all_of(study)).json()["results"] == []
    assert call(people.radiologist()).put(one_of(study), body).status_code == 200
    assert len(call(people.radiologist()).get(all_of(study)).json()["results"]) == 1
    late = {"X-Lightbox-Revision": "1"}
    for change in (body, body | {"removed": True}):
        assert fault(call(people.radiologist()).put(one_of(study), change, headers=late)) == (409, "conflict")
    latest = {"X-Lightbox-Revision": str(2**53 - 1)}
    assert call(people.radiologist()).put(one_of(study), body | {"removed": True}, headers=latest).status_code == 200
    assert call(people.radiologist()).get(all_of(study)).json()["results"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"tool": "Length"}, {"places": [[1, 2, 3]]}, {"places": [[1, 2], [3, 4]]}, {"places": "x"}, {"places": [[0, 0, 0], [0, 0, 1e9]]},
        {"values": {}}, {"values": {"length": "60"}}, {"values": {"length": 1.0, "unit": "px"}}, {"values": {"angle": 1.0}}, {"values": []},
        {"readings": [{}]}, {"readings": [reading("1.2", "furlong")]}, {"readings": [reading("../x")]}, {"readings": {"a": 1}},
        {"readings": [reading("1.2")] * 5}, {"readings": [reading("1.2") | {"mean": True}]},
        {"view": {"normal": [0, 0]}}, {"view": {"url": "x"}}, {"view": {"slab": "thick"}}, {"view": [], "frame": 1},
        {"frame_of_reference": "../1"}, {"frame": 2}, {"frame": 0}, {"instance": "1.2.3"},
    ],
)  # fmt: skip
def test_what_cannot_be_a_measurement_is_refused(changes: dict[str, Any]) -> None:
    study = marked_study(1)
    answer = call(people.radiologist()).put(one_of(study), sent(LENGTH, slices(study)[0]) | changes)
    assert answer.status_code in {400, 404}, answer.content
    assert not PlaneMark.objects.exists()


@pytest.mark.parametrize("part", ["NaN", "Infinity"])
def test_a_place_that_is_no_number_is_refused(part: str) -> None:
    study = marked_study(1)
    with pytest.raises(InvalidInput):
        plane_mark(people.radiologist(), slices(study)[0], LENGTH, places=[[0, 0, 0], [0, 0, float(part)]])


def test_who_may_not_see_or_mark_does_neither() -> None:
    study = marked_study(1)
    body = sent(LENGTH, slices(study)[0])
    assert call(people.technologist()).put(one_of(study), body).status_code == 403
    assert call(people.cashier()).get(all_of(study)).status_code == 403
    assert fault(call(people.clinician()).get(all_of(study)))[0] == 404
    assert call(people.radiologist()).put(one_of(study, "no-uuid"), body).status_code == 400


def test_a_picture_of_another_study_is_not_there() -> None:
    study, other = marked_study(1), pictures.stack_for(exam_of(people.john_smith()), 1)
    answer = call(people.radiologist()).put(one_of(study), sent(LENGTH, slices(other)[0]))
    assert answer.status_code == 404


def test_they_follow_a_correction_and_go_with_their_images() -> None:
    study, reader = marked_study(), people.radiologist()
    plane_mark(reader, slices(study)[0], LENGTH)
    right = exam_of(people.john_smith())
    relink(study, right, kind=CorrectionKind.RELINK)
    moved = Study.objects.get(exam=right)
    assert [mark.study for mark in PlaneMark.objects.all()] == [moved]
    images_deleting.send(sender=Study, study=moved, instances=Instance.objects.filter(series__study=moved), keep=set())
    assert not PlaneMark.objects.exists()
