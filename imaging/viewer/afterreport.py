"""What was measured, or changed, after the newest signed version of the report: it is not part of what was signed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from imaging.archive.models import Study
from imaging.orders.models import ExamEvent
from imaging.viewer.models import Annotation

# The lines of an exam's time-line that tell of a signed version.
SIGNINGS = ("signed", "addended", "corrected")


def version_signed_at(study: Study) -> dt.datetime | None:
    """When the newest signed version of the report of the study's exam was made; None without one. One query."""
    if study.exam_id is None:
        return None
    found: dt.datetime | None = ExamEvent.objects.filter(exam=study.exam_id, kind__in=SIGNINGS).aggregate(at=Max("at"))["at"]
    return found


def is_after_report(mark: Any, signed_at: dt.datetime | None) -> bool:
    """Whether a mark, on a picture or on a cut plane, was made or changed after `signed_at`."""
    return signed_at is not None and mark.changed_at > signed_at


def noted(marks: Iterable[Annotation], study: Study) -> list[Annotation]:
    """The marks of one study, each with `after_report`."""
    found = list(marks)
    signed_at = version_signed_at(study) if found else None
    for mark in found:
        mark.after_report = is_after_report(mark, signed_at)  # type: ignore[attr-defined]
    return found
