"""What readers kept follows the images: to another study with their series, and away when they are deleted."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver

from imaging.archive.events import images_deleting, series_moved
from imaging.archive.models import Instance, Series, Study
from imaging.orders.events import exam_state_changed
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.viewer.layouts.services import layouts_forget
from imaging.viewer.models import Annotation, KeyImage, SavedObject
from imaging.viewer.planes.models import PlaneMark


@receiver(series_moved)
def marks_follow(sender: object, *, series: Sequence[Series], study: Study, **_kwargs: object) -> None:
    """Key images and measurements go with the series that they are on."""
    for model in (KeyImage, Annotation, PlaneMark, SavedObject):
        model.objects.filter(instance__series__in=series).update(study=study)


@receiver(exam_state_changed)
def layouts_go(sender: object, *, exam: Exam, **_kwargs: Any) -> None:
    if exam.state == ExamState.FINAL:
        layouts_forget(exam=exam)


@receiver(images_deleting)
def key_images_stay(sender: object, *, study: Study, instances: QuerySet[Instance], keep: set[int], **_kwargs: Any) -> None:
    """A report draws its key images from the stored object: those objects stay as long as the report."""
    shown = KeyImage.objects.filter(study=study, in_report=True, removed_at=None).values_list("instance", flat=True)
    keep.update(shown)
    KeyImage.objects.filter(study=study).exclude(instance__in=keep).delete()
    for model in (Annotation, PlaneMark):
        model.objects.filter(study=study).exclude(instance__in=keep).delete()
    SavedObject.objects.filter(instance__in=instances).exclude(instance__in=keep).delete()
