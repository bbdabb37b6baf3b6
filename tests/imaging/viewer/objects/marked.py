"""A study with key images and marks on it, as readers leave one."""

import uuid
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from imaging.access.models import User
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.pixels import file_of
from imaging.viewer.models import Annotation, KeyImage, SavedKind, SavedObject
from imaging.viewer.objects.saving import objects_save
from imaging.viewer.services import annotation_save, key_image_add
from tests import people
from tests.imaging import pictures

LENGTH: dict[str, Any] = {"tool": "Length", "points": [[20.5, 64], [80.5, 64]], "values": {"length": 60.0, "unit": "mm"}}
ANGLE: dict[str, Any] = {"tool": "Angle", "points": [[20, 20], [40, 40], [60, 20]], "values": {"angle": 90.0}}
ELLIPSE: dict[str, Any] = {
    "tool": "EllipticalROI", "points": [[50, 70], [50, 40], [40, 55], [60, 55]],
    "values": {"area": 471.2, "areaUnit": "mm²", "mean": -210.5, "stdDev": 30.25, "min": -300, "max": -100, "modalityUnit": "HU"},
}  # fmt: skip
BOX: dict[str, Any] = {
    "tool": "RectangleROI",
    "points": [[10, 10], [30, 10], [10, 40], [30, 40]],
    "values": {"area": 600, "areaUnit": "px²"},
}
WINDOW: dict[str, Any] = {"window_centre": -600, "window_width": 1500}


def marked_study(count: int = 3, **attributes: Any) -> Study:
    return pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), count, **attributes)


def slices(study: Study) -> list[Instance]:
    return list(Instance.objects.filter(series__study=study, rows__isnull=False).order_by("instance_number", "pk"))


def key(user: User, instance: Instance, caption: str = "", frame: int = 1, **look: Any) -> KeyImage:
    return key_image_add(user=user, instance=instance, frame=frame, look=WINDOW | look, caption=caption)


def mark(user: User, instance: Instance, kind: dict[str, Any], frame: int = 1) -> Annotation:
    values = {"frame": frame, "data": {}, "view": {}} | kind
    return annotation_save(user=user, uid=uuid.uuid4(), study=instance.series.study, instance=instance, values=values)


def saved(user: User, study: Study) -> dict[str, list[Dataset]]:
    """What the archive holds after saving, by kind."""
    rows = objects_save(user=user, study=study)
    return {kind: [out_of(row) for row in rows if row.kind == kind] for kind in SavedKind.values}


def out_of(row: SavedObject) -> Dataset:
    with file_of(row.instance) as file:
        return dcmread(file)
