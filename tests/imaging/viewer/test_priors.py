"""Which priors a reader is offered, and why. Not covered: the table of regions itself (tests/imaging/routing/test_priors.py)."""

import pytest
from pytest_django import DjangoAssertNumQueries

from imaging.archive.models import Study
from imaging.orders.models import Procedure
from imaging.patients.models import Patient
from imaging.viewer.priors import PRIORS_SHOWN, Prior, later_of, priors_of
from imaging.viewer.selectors import study_entries
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.django_db


def chest_ct() -> Procedure:
    head = people.ct_head()
    values = {
        "name": "CT chest",
        "name_zh": "胸部CT",
        "body_part": "CHEST",
        "department": head.department,
        "modality": "CT",
        "minutes": head.minutes,
        "price": head.price,
    }
    return Procedure.objects.get_or_create(code="CTCHEST", defaults=values)[0]


def lin() -> Patient:
    return Patient.objects.filter(number="00482913").first() or people.lin_mei_hua()


def study_of(number: str, date: str, procedure: Procedure | None = None, **attributes: object) -> Study:
    exam = pictures.exam_of(lin(), number)
    if procedure:
        exam.procedure = procedure
        exam.save()
    return pictures.stack_for(exam, 1, StudyDate=date, **attributes)


def test_the_same_region_and_modality_comes_first_and_says_so() -> None:
    today = study_of("CT26112200001", "20261122")
    study_of("CT26010100001", "20260101", chest_ct(), StudyDescription="CT chest")
    study_of("MR25010100001", "20250101", Modality="MR", StudyDescription="MR brain")
    study_of("CT24010100001", "20240101")
    found = [(str(prior.study.study_date), prior.reason) for prior in priors_of(user=people.radiologist(), study=today)]
    assert found == [
        ("2024-01-01", "same region, same modality"),
        ("2025-01-01", "same region"),
        ("2026-01-01", "same modality"),
    ]


def test_alike_ones_are_the_newest_first_and_few() -> None:
    today = study_of("CT26112200001", "20261122")
    for year in range(2010, 2010 + PRIORS_SHOWN + 2):
        study_of(f"CT{year}", f"{year}0101")
    years = [prior.study.study_date.year for prior in priors_of(user=people.radiologist(), study=today) if prior.study.study_date]
    assert years == list(range(2019, 2019 - PRIORS_SHOWN, -1))


def test_a_body_part_in_the_images_counts_where_nothing_was_ordered() -> None:
    today = study_of("CT26112200001", "20261122", chest_ct(), StudyDescription="Thorax")
    earlier = study_of("DX25010100001", "20250101", chest_ct(), Modality="DX", StudyDescription="", BodyPartExamined="CHEST")
    earlier.exam = None
    earlier.save()
    assert [prior.reason for prior in priors_of(user=people.radiologist(), study=today)] == ["same region"]


def days(found: list[Prior]) -> list[str]:
    return [str(one.study.study_date or "unknown") for one in found]


def test_what_was_done_later_is_no_prior_and_is_offered_apart() -> None:
    read = study_of("CT25060100001", "20250601", StudyTime="120000")
    study_of("CT24010100001", "20240101")
    study_of("CT25060100002", "20250601", StudyTime="110000")
    study_of("CT25060100003", "20250601", StudyTime="130000")
    study_of("CT26112200001", "20261122")
    study_of("CT26010100001", "20260101")
    user = people.radiologist()
    assert days(priors_of(user=user, study=read)) == ["2025-06-01", "2024-01-01"]
    assert days(later_of(user=user, study=read)) == ["2025-06-01", "2026-01-01", "2026-11-22"]
    entries = study_entries(user=user, studies=[read])
    assert [entry["mark"] for entry in entries] == [
        "", "PRIOR · same day", "PRIOR · 17 mo earlier", "LATER · same day", "LATER · 7 mo later", "LATER · 17 mo later",
    ]  # fmt: skip
    assert [entry["sets"][0]["key"].partition(":")[0] for entry in entries[1:]] == ["prior"] * 2 + ["later"] * 3


def test_a_study_without_a_day_counts_from_when_it_came() -> None:
    read = study_of("CT25060100001", "20250601")
    study_of("CT26010100001", "")
    user = people.radiologist()
    assert (days(priors_of(user=user, study=read)), days(later_of(user=user, study=read))) == ([], ["unknown"])
    came = Study.objects.exclude(pk=read.pk).get()
    assert days(priors_of(user=user, study=came)) == ["2025-06-01"]


def test_many_priors_take_no_more_questions(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    today = study_of("CT26112200001", "20261122")
    for year in range(2010, 2016):
        study_of(f"CT{year}", f"{year}0101")
    user = people.radiologist()
    priors_of(user=user, study=today)  # what a process asks once
    with django_assert_max_num_queries(6):
        assert len(priors_of(user=user, study=today)) == 6
