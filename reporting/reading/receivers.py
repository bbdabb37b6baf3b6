"""What the reading list does on news from below: images that come after signing are a task for who signed."""

from typing import Any

from django.dispatch import receiver

from imaging.access.models import User
from imaging.archive.events import images_late, study_matched
from imaging.archive.models import Study
from imaging.orders.models import Exam
from reporting.reading.late import late_images_amended, late_images_note
from reporting.reports.events import report_addended
from reporting.reports.models import Report


@receiver(images_late)
def late_images_come(sender: object, *, study: Study, exam: Exam, **_kwargs: Any) -> None:
    late_images_note(study=study, exam=exam)


@receiver(study_matched)
def late_study_comes(sender: object, *, study: Study, exam: Exam, user: User | None, **_kwargs: Any) -> None:
    """A person gives a study to an exam that is signed: all of it is new to the report."""
    if user is not None:
        late_images_note(study=study, exam=exam, whole_study=True)


@receiver(report_addended)
def late_images_are_reported(sender: object, *, report: Report, user: User, **_kwargs: Any) -> None:
    late_images_amended(exam=report.exam, user=user)
