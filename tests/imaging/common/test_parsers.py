"""What REST takes as JSON. Not covered: what each operation makes of it (its own tests)."""

import uuid
from typing import Any

import pytest

from tests import people
from tests.imaging.viewer.objects.marked import LENGTH, marked_study, slices
from tests.rest import call

pytestmark = pytest.mark.django_db
HALF = rb"\ud800"


def put(address: str, body: bytes) -> Any:
    return call(people.radiologist()).generic("PUT", address, body, content_type="application/json")


@pytest.mark.parametrize("data", [b'"%s"', b'["%s"]', b'{"%s": 1}', b'{"a": {"b": "%s"}}'])
def test_half_of_a_character_is_refused_and_spoils_no_answer(data: bytes) -> None:
    study = marked_study(1)
    marks = f"/api/studies/{study.study_instance_uid}/annotations/"
    body = b'{"instance": "%s", "tool": "%s", "points": %s, "data": %s}'
    said = [slices(study)[0].sop_instance_uid.encode(), LENGTH["tool"].encode(), str(LENGTH["points"]).encode()]
    assert put(f"{marks}{uuid.uuid4()}/", body % (*said, data % HALF)).status_code == 400
    assert call(people.radiologist()).get(marks).json()["results"] == []
    assert put(f"{marks}{uuid.uuid4()}/", body % (*said, data % rb"\ud83e\udec1")).status_code == 200
    assert call(people.radiologist()).get(marks).status_code == 200


def test_a_name_that_is_half_a_character_is_refused_before_it_is_told() -> None:
    answer = put("/api/reports/NOTHING/draft/", b'{"revision": 1, "sections": {"%s": "x"}}' % HALF)
    assert answer.status_code == 400
