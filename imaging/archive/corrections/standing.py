"""Telling exams what a correction did to them: images that came, went, or are hidden, and an exam that has none left."""

from django.db.models import Sum

from imaging.access.models import User
from imaging.archive.arrivals import SIGNED, counts_compare
from imaging.archive.corrections.models import Correction
from imaging.archive.corrections.reasons import reason_words
from imaging.archive.models import Study
from imaging.common.live import announce
from imaging.orders.models import Exam
from imaging.orders.services import exam_event_add
from imaging.orders.states import BEFORE_START, PERFORMED, ExamState


def correction_told(*, correction: Correction, came_from: Study, went_to: Study, user: User | None, actor: str = "") -> None:
    """Lines in the time-lines of both exams. Neither names the other side: it may be a protected patient's."""
    if came_from.exam is not None:
        exam_event_add(exam=came_from.exam, kind="images_moved_away", user=user, actor=actor, images=correction.images)
        images_gone_tell(exam=came_from.exam)
    if went_to.exam is not None:
        exam_event_add(exam=went_to.exam, kind="images_moved_here", user=user, actor=actor, images=correction.images)
        _never_started_tell(went_to.exam)
    for exam in filter(None, (came_from.exam, went_to.exam)):
        counts_compare(exam)
    pages_tell()


def pages_tell() -> None:
    for topic in ("worklist", "reading", "exams", "unmatched", "dashboard"):
        announce(topic)


def images_gone_tell(*, exam: Exam) -> None:
    """An exam that was done and has no images left says so, and what hangs on it: its report and its charge."""
    if images_held(exam):
        return
    if exam.state in SIGNED:
        exam_event_add(exam=exam, kind="images_gone_signed")
    elif exam.state in PERFORMED or exam.state == ExamState.IN_PROGRESS:
        exam_event_add(exam=exam, kind="images_gone")


def _never_started_tell(exam: Exam) -> None:
    if exam.state in BEFORE_START:
        exam_event_add(exam=exam, kind="images_before_start")


def images_held(exam: Exam) -> int:
    """How many images of the exam are shown."""
    return Study.objects.filter(exam=exam).aggregate(images=Sum("instance_count"))["images"] or 0


def rejection_told(*, correction: Correction, user: User | None, actor: str = "") -> None:
    """A line in the time-line of the exam whose images are hidden now."""
    exam = correction.source.exam
    if exam is not None:
        why, why_zh = reason_words(correction.code)
        exam_event_add(exam=exam, kind="images_rejected", user=user, actor=actor, images=correction.images, why=why, why_zh=why_zh)
        images_gone_tell(exam=exam)
    pages_tell()


def undoing_told(*, correction: Correction, user: User) -> None:
    """A line in the time-lines of the exams concerned: things are as they were."""
    exams = {study.exam for study in (correction.source, correction.target) if study is not None and study.exam is not None}
    for exam in exams:
        exam_event_add(exam=exam, kind="correction_undone", user=user, images=correction.images)
        if correction.target is not None and correction.target.exam == exam:
            images_gone_tell(exam=exam)
        counts_compare(exam)
    pages_tell()
