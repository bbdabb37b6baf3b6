"""Key images of an exam's study, as the report takes them."""

from typing import Any

from imaging.orders.models import Exam
from imaging.viewer.models import Annotation, KeyImage
from reporting.reports.models import Report, ReportVersion

LOOK = ("frame", "window_centre", "window_width", "inverted", "rotation", "flipped", "caption", "area")


def key_images_of_exam(exam: Exam, *, chosen_only: bool = False) -> list[KeyImage]:
    """The key images of the exam's studies in their order; `chosen_only`: those that go into the report."""
    images = KeyImage.objects.filter(study__exam=exam, removed_at=None, instance__series__rejection=None).select_related(
        "study", "instance", "instance__series", "author"
    )
    return list((images.filter(in_report=True) if chosen_only else images).order_by("position", "id"))


def key_images_in(version: ReportVersion) -> list[dict[str, Any]]:
    """The key images that went out with `version`, as they were then, each with its place (`at`, from 1); none of rejected objects."""
    numbers = [snapshot["id"] for snapshot in version.key_images]
    rejected = set(KeyImage.objects.filter(pk__in=numbers, instance__series__rejection__isnull=False).values_list("pk", flat=True))
    return [{**snapshot, "at": at} for at, snapshot in enumerate(version.key_images, start=1) if snapshot["id"] not in rejected]


def key_image_snapshots(report: Report) -> list[dict[str, Any]]:
    """What the next version keeps of each key image: which frame, how it was seen, and the measurements on it.

    So the picture can be drawn again as it was signed, whatever is measured or taken away later.
    """
    return [_snapshot(image) for image in key_images_of_exam(report.exam, chosen_only=True)]


def _snapshot(image: KeyImage) -> dict[str, Any]:
    marks = Annotation.objects.filter(instance=image.instance, frame=image.frame, removed_at=None).order_by("id")
    return {
        "id": image.pk,
        "study_instance_uid": image.study.study_instance_uid,
        "series_instance_uid": image.instance.series.series_instance_uid,
        "sop_instance_uid": image.instance.sop_instance_uid,
        "series_number": image.instance.series.series_number,
        "series_description": image.instance.series.series_description,
        "instance_number": image.instance.instance_number,
        **{name: getattr(image, name) for name in LOOK},
        "marks": [{"tool": mark.tool, "points": mark.points, "values": mark.values} for mark in marks],
    }
