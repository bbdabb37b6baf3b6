"""What readers kept goes to the archive when a report is signed. Not covered: what is in the objects (tests/imaging/viewer/objects)."""

from typing import Any

import pytest

from imaging.viewer.models import SavedObject
from reporting.reports.models import Report, ReportState
from reporting.reports.services import report_sign
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects.marked import LENGTH, mark, slices
from tests.reporting import stories

pytestmark = pytest.mark.django_db(transaction=True)


def signed(*, marks: bool = True) -> Report:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 2)
    if marks:
        mark(people.resident(), slices(study)[0], LENGTH)
    report = stories.written(exam, people.radiologist())
    report_sign(report=report, user=people.radiologist(), password=people.PASSWORD)
    report.refresh_from_db()
    return report


def test_marks_are_saved_by_who_signs() -> None:
    signed()
    assert [(row.kind, row.author.username) for row in SavedObject.objects.order_by("pk")] == [
        ("presentation", people.radiologist().username), ("measurements", people.radiologist().username),
    ]  # fmt: skip


def test_nothing_marked_is_nothing_saved_and_it_can_be_switched_off(settings: Any) -> None:
    signed(marks=False)
    settings.OBJECTS_SAVED_ON_SIGNING = False
    signed()
    assert not SavedObject.objects.exists()


def test_an_archive_that_takes_nothing_holds_up_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("imaging.viewer.objects.saving.own_object_store", full)
    assert signed().state == ReportState.FINAL
    assert not SavedObject.objects.exists()
