"""Exams that somebody took and left alone: after a while they wait for a reader again, and no text is lost.

Not covered: the worker that looks once a minute (config/settings/jobs.py).
"""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from imaging.access.models import AuditEvent, User
from imaging.common.errors import WrongState
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from reporting.reports.actions.release import abandoned_release
from reporting.reports.services import draft_save, report_open
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def later(minutes: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=minutes)


def test_what_nobody_touches_waits_for_a_reader_again_with_its_text(exam: Exam, resident: User, radiologist: User) -> None:
    report = stories.written(exam, resident)
    assert abandoned_release(now=later(239)) == 0
    assert abandoned_release(now=later(241)) == 1
    exam.refresh_from_db()
    report.refresh_from_db()
    assert (exam.state, exam.reader, report.locked_by) == (ExamState.COMPLETED, None, None)
    assert exam.events.filter(kind="report_left").exists()
    assert AuditEvent.objects.get(act="report.release").detail["left_by"] == resident.label
    assert abandoned_release(now=later(300)) == 0
    with pytest.raises(WrongState, match="take it first"):
        draft_save(report=report, user=resident, revision=report.draft_revision, texts={"findings": "Back again."})
    assert report_open(exam=exam, user=radiologist).draft_sections[1]["text"] == stories.FINDINGS


def test_a_preliminary_report_that_was_left_open_goes_back_to_its_author(exam: Exam, resident: User, radiologist: User) -> None:
    stories.preliminary(exam, resident)
    report_open(exam=exam, user=radiologist)
    assert abandoned_release(now=later(241)) == 1
    exam.refresh_from_db()
    assert (exam.state, exam.reader) == (ExamState.PRELIMINARY, resident)


def test_writing_on_keeps_it_and_zero_keeps_everything(exam: Exam, resident: User, settings: Settings) -> None:
    report = stories.written(exam, resident)
    with time_machine.travel(later(200)):
        draft_save(report=report, user=resident, revision=report.draft_revision, texts={"findings": "Still at it."})
    assert abandoned_release(now=later(300)) == 0
    settings.REPORT_RELEASE_MINUTES = 0
    assert abandoned_release(now=later(10**5)) == 0
