"""Key images of an exam's study, as the report takes them."""

from dataclasses import dataclass
from typing import Any

from imaging.archive.corrections.names import instance_by_name
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import metadata_of
from imaging.orders.models import Exam
from imaging.patients.merging import patient_live
from imaging.patients.models import Patient
from imaging.viewer.lossy import lossy_mark
from imaging.viewer.models import Annotation, KeyImage
from reporting.reports.models import ReportVersion

LOOK = ("frame", "window_centre", "window_width", "inverted", "rotation", "flipped", "caption", "area")


def key_images_of_exam(exam: Exam, *, chosen_only: bool = False) -> list[KeyImage]:
    """The key images of the exam's studies in their order; `chosen_only`: those that go into the report."""
    images = KeyImage.objects.filter(study__exam=exam, removed_at=None, instance__series__rejection=None).select_related(
        "study", "instance", "instance__series", "author"
    )
    return list((images.filter(in_report=True) if chosen_only else images).order_by("position", "id"))


@dataclass(frozen=True)
class SignedImage:
    """A key image as it was signed: its place among those of its version (from 1), what was kept of it, and the stored object, if it is
    still here and may be shown as this patient's. `is_held_back`: it was rejected, or is another patient's now."""

    at: int
    snapshot: dict[str, Any]
    instance: Instance | None
    is_held_back: bool

    @property
    def lossy(self) -> str:
        """“Lossy 10:1”, where the picture lost something when it was coded."""
        return lossy_mark(metadata_of(self.instance), self.instance.transfer_syntax_uid) if self.instance else ""


def images_signed(version: ReportVersion) -> list[SignedImage]:
    """The key images that went out with `version`, in their order."""
    patient = patient_live(version.report.exam.patient)
    return [_signed(at, snapshot, patient) for at, snapshot in enumerate(version.key_images, start=1)]


def _signed(at: int, snapshot: dict[str, Any], patient: Patient) -> SignedImage:
    instance = instance_by_name(snapshot["sop_instance_uid"])
    matched = instance.series.study.matched_patient if instance else None
    is_theirs = matched is not None and patient_live(matched) == patient
    is_held_back = instance is not None and (instance.series.rejection_id is not None or not is_theirs)
    return SignedImage(at, snapshot, None if is_held_back else instance, is_held_back)


def key_image_snapshots(images: list[KeyImage]) -> list[dict[str, Any]]:
    """What the next version keeps of each key image: which frame, how it was seen, and the measurements on it.

    So the picture can be drawn again as it was signed, whatever is measured or taken away later.
    """
    return [_snapshot(image) for image in images]


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
        "marks": [
            {"tool": mark.tool, "points": mark.points, "values": mark.values, "label": mark.data.get("label") or ""} for mark in marks
        ],
    }
