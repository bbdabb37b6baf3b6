"""By when a report is due. Not covered: public holidays; the table knows weekdays only."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from imaging.orders.models import Exam, Priority
from imaging.patients.models import PatientClass
from reporting.deadlines.selectors import add_working_minutes, reading_due_at
from tests.reporting import stories

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("patient_class", "priority", "modality", "due"),
    [
        (PatientClass.EMERGENCY, Priority.ROUTINE, "DX", at(23, 9, 30)),
        (PatientClass.EMERGENCY, Priority.ROUTINE, "CT", at(23, 10)),
        (PatientClass.OUTPATIENT, Priority.STAT, "CT", at(23, 10)),
        (PatientClass.OUTPATIENT, Priority.ROUTINE, "DX", at(23, 11)),
        (PatientClass.OUTPATIENT, Priority.ROUTINE, "CT", at(23, 13)),
        (PatientClass.INPATIENT, Priority.ROUTINE, "MR", at(23, 15)),
        (PatientClass.INPATIENT, Priority.ROUTINE, "XA", at(24, 9)),
    ],
)
def test_the_table_by_class_and_kind(patient_class: str, priority: str, modality: str, due: dt.datetime) -> None:
    stories.deadlines()
    exam = stories.finished_exam(patient_class=patient_class, priority=priority)
    exam.modality, exam.completed_at = modality, at(23, 9)
    assert reading_due_at(exam) == due


@pytest.mark.django_db
def test_nothing_is_due_before_the_exam_has_ended() -> None:
    assert reading_due_at(Exam(completed_at=None)) is None


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (at(23, 9), at(23, 13)),  # Monday morning
        (at(23, 16), at(24, 10)),  # over the night
        (at(27, 16), at(30, 10)),  # over the weekend
        (at(28, 12), at(30, 12)),  # ended on Saturday
        (at(23, 5), at(23, 12)),  # before the doors open
        (at(23, 14), at(23, 18)),  # to the last minute
    ],
)
def test_working_hours_skip_nights_and_weekends(start: dt.datetime, due: dt.datetime, settings: Settings) -> None:
    settings.WORKING_DAYS, settings.WORKING_HOURS = (0, 1, 2, 3, 4), (8, 18)
    assert add_working_minutes(start.astimezone(timezone.get_current_timezone()), 240) == due
