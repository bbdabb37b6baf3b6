"""Telling an exam's time-line what came: once a study has been quiet for a while, and only what is new.

Quiet is not complete: the count that the device announced (MPPS) is compared, and a difference is said. What it announced before and is
not here by now is missing (completeness.py).
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from imaging.archive.corrections.names import names_held
from imaging.archive.events import images_late, study_settled
from imaging.archive.models import Instance, Study
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add
from imaging.orders.states import ExamState
from imaging.scheduling.models import PerformedStatus, PerformedStep

SIGNED = frozenset({ExamState.FINAL, ExamState.ADDENDED})
LOOKUPS = 500


def arrivals_note() -> int:
    """Tell of every quiet study that has news, and of late images at once; returns how many studies were quiet."""
    quiet_since = timezone.now() - dt.timedelta(seconds=settings.STUDY_QUIET_SECONDS)
    _late_note(quiet_since)
    due = list(Study.objects.filter(has_news=True, last_received_at__lte=quiet_since).values_list("pk", flat=True)[:200])
    for pk in due:
        arrival_note(study_id=pk)
    return len(due)


def _late_note(quiet_since: dt.datetime) -> None:
    """Who reads a signed report has to know of images that still come: the time-line tells of them when the study is quiet."""
    coming = Study.objects.filter(has_news=True, last_received_at__gt=quiet_since, exam__state__in=SIGNED)
    for study in coming.filter(last_received_at__gt=F("exam__final_at")).select_related("exam")[:200]:
        if study.exam is not None:
            images_late.send(sender=Study, study=study, exam=study.exam)


@transaction.atomic
def arrival_note(*, study_id: int) -> None:
    """Add to the time-line what is new of one study. A study without an exam has nobody to tell; it keeps its news."""
    study = Study.objects.select_for_update(of=("self",)).select_related("exam").get(pk=study_id)
    if study.exam is not None:
        _tell(study, study.exam)
        study.noted_instance_count = study.instance_count
    study.has_news = False
    study.save(update_fields=["has_news", "noted_instance_count"])
    study_settled.send(sender=Study, study=study)


def own_objects_noted(*, study: Study, count: int) -> None:
    """Objects that were written here are no news of the exam, and not late: the time-line counts what devices send."""
    Study.objects.filter(pk=study.pk).update(noted_instance_count=F("noted_instance_count") + count)


def _tell(study: Study, exam: Exam) -> None:
    fresh = study.instance_count - study.noted_instance_count
    if fresh > 0:
        exam_event_add(exam=exam, kind="images_stored", images=study.instance_count, series=study.series_count)
        if late := min(fresh, _came_after_signing(study, exam)):
            exam_event_add(exam=exam, kind="images_late", images=late)
            images_late.send(sender=Study, study=study, exam=exam)
        announce("exams")
    announce("reading")
    counts_compare(exam)


def _came_after_signing(study: Study, exam: Exam) -> int:
    if exam.state not in SIGNED or exam.final_at is None:
        return 0
    return Instance.objects.filter(series__study=study, received_at__gt=exam.final_at).count()


def counts_compare(exam: Exam) -> None:
    """Say it when the device's list and the archive differ; the same difference only once."""
    announced = _announced(exam)
    held = sum(names_held(announced[at : at + LOOKUPS]) for at in range(0, len(announced), LOOKUPS))
    if not announced or held == len(announced):
        return
    told = exam.events.filter(kind="image_count_differs").order_by("-pk").values_list("params", flat=True).first()
    params = {"announced": len(announced), "held": held}
    if told != params:
        exam_event_add(exam=exam, kind="image_count_differs", announced=len(announced), held=held)


def _announced(exam: Exam) -> list[str]:
    steps = PerformedStep.objects.filter(scheduled_steps__exam=exam, status=PerformedStatus.COMPLETED).distinct()
    return list(dict.fromkeys(uid for uids in steps.values_list("image_uids", flat=True) for uid in uids))
