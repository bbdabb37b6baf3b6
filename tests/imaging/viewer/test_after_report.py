"""Measurements that came after the newest signed version say so, until a version is signed that has seen them.

Not covered: how it reads beside the mark (tests/e2e/test_after_signing.py).
"""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imaging.archive.models import Study
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.pictures import marks_on
from reporting.reports.services import addendum_write, report_addend, report_sign
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects.marked import LENGTH, key, mark, slices
from tests.imaging.viewer.planes import kept
from tests.reporting import stories
from tests.rest import call

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 2)
    mark(people.radiologist(), slices(study)[0], LENGTH)
    kept.plane_mark(people.radiologist(), slices(study)[0], kept.LENGTH)
    report_sign(report=stories.written(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    return study


def flags(study: Study, kind: str = "annotations") -> list[bool]:
    rows = call(people.resident()).get(f"/api/studies/{study.study_instance_uid}/{kind}/").json()["results"]
    return [row["after_report"] for row in rows]


def later(minutes: int = 1) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes), tick=False)


def test_what_is_measured_after_signing_says_so_until_an_addendum_is_signed(study: Study) -> None:
    assert (flags(study), flags(study, "plane-marks")) == ([False], [False])
    with later():
        made = mark(people.radiologist(), slices(study)[1], LENGTH)
        kept.plane_mark(people.radiologist(), slices(study)[0], kept.LENGTH)
        assert (flags(study), flags(study, "plane-marks")) == ([False, True], [False, True])
        answer = call(people.radiologist()).put(
            f"/api/studies/{study.study_instance_uid}/annotations/{uuid.uuid4()}/",
            {"instance": made.instance.sop_instance_uid, "points": made.points, **{k: LENGTH[k] for k in ("tool", "values")}},
            format="json",
        )
        assert answer.json()["after_report"] is True
    with later(2):
        report = addendum_write(report=study.exam.report, user=people.radiologist(), text="Measured too.")  # type: ignore[union-attr]
        report_addend(report=report, user=people.radiologist(), password=people.PASSWORD)
        assert flags(study) == [False, False, False]


def test_what_was_changed_after_signing_is_not_what_was_signed(study: Study) -> None:
    with later():
        Annotation.objects.update(changed_at=timezone.now())
        assert flags(study) == [True]


def test_without_a_signed_report_nothing_is_said() -> None:
    study = pictures.stack(1)
    mark(people.radiologist(), slices(study)[0], LENGTH)
    assert flags(study) == [False]


def test_many_marks_cost_no_more_questions(study: Study, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client, address = call(people.resident()), f"/api/studies/{study.study_instance_uid}/annotations/"
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(20):
        mark(people.radiologist(), slices(study)[1], LENGTH)
    with django_assert_max_num_queries(len(one)):
        client.get(address)


def test_on_a_key_image_it_stands_beside_the_mark(study: Study) -> None:
    image: KeyImage = key(people.radiologist(), slices(study)[1])
    with later():
        mark(people.radiologist(), slices(study)[1], LENGTH)
        [shown] = marks_on(image)
    assert shown.after_report  # type: ignore[attr-defined]
