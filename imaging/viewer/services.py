"""Keeping key images and measurements."""

import sys
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.models import Instance, Study
from imaging.common.errors import InvalidInput
from imaging.viewer.marking import LARGEST, frame_check, mark_keep, mark_take_away
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.readings import ENVELOPE, SUVS

WORDED = frozenset({"ArrowAnnotate", "Label"})
TOOLS = WORDED | {
    "Length", "Bidirectional", "CardiothoracicRatio", "Angle", "CobbAngle", "EllipticalROI", "CircleROI", "RectangleROI",
    "PlanarFreehandROI", "SplineROI", "LivewireContour", "Probe",
}  # fmt: skip
# x and y are what is covered, or where it lies, in an ultrasound region whose directions differ in kind: time and velocity, time and depth.
MEASURES = frozenset(
    {"length", "width", "ratio", "diameter", "angle", "supplement", "area", "perimeter", "x", "y", "suv", "suvMean", "suvMax", *ENVELOPE}
)
PER_COLOUR = frozenset({"mean", "stdDev", "min", "max", "value"})
UNITS = frozenset({"unit", "areaUnit", "modalityUnit", "xUnit", "yUnit", "suvUnit"})
LONGEST_LABEL = 200
LONGEST_UNIT, MOST_COLOURS = 32, 4
LARGEST_JSON = 64 * 1024
MOST_POINTS = 500
# A mark may be drawn past the edge of its picture, which has 65,535 columns and rows at most.
FARTHEST = 200_000


@transaction.atomic
def key_image_add(
    *, user: User, instance: Instance, frame: int, look: dict[str, Any], caption: str = "", uid: uuid.UUID | None = None
) -> KeyImage:
    """Keep a frame as it is seen. `look` holds window_centre, window_width, inverted, rotation, flipped and area; `uid` names one whose
    picture a viewer made (captures).

    Raises Forbidden for a role that does not mark, NotFound for a frame that is not there, InvalidInput for a part of it that is not.
    """
    require(user, Act.KEY_IMAGE_MARK)
    frame_check(instance, frame)
    if look.get("area") is not None and not _is_inside(look["area"], instance):
        raise InvalidInput(_("This part is not in the picture: left, top, width and height are in its pixels."), field="area")
    study = instance.series.study
    last = KeyImage.objects.filter(study=study).aggregate(last=Max("position"))["last"] or 0
    return KeyImage.objects.create(
        uid=uid, study=study, instance=instance, frame=frame, author=user, caption=caption[:200], position=last + 1, **look
    )


@transaction.atomic
def key_image_update(
    *, user: User, key_image: KeyImage, in_report: bool | None = None, caption: str | None = None, door: str = "api"
) -> KeyImage:
    """Put a key image into the report or take it out, or change its caption. Raises Forbidden for a role that does not mark."""
    require(user, Act.KEY_IMAGE_MARK)
    if in_report is not None and in_report != key_image.in_report:
        _record("images.key-in" if in_report else "images.key-out", key_image, user, door)
    key_image.in_report = key_image.in_report if in_report is None else in_report
    key_image.caption = key_image.caption if caption is None else caption[:200]
    key_image.save(update_fields=["in_report", "caption"])
    return key_image


@transaction.atomic
def key_image_remove(*, user: User, key_image: KeyImage, door: str = "api") -> None:
    """Take a key image away; the row stays, so that a signed report can still say what it showed."""
    require(user, Act.KEY_IMAGE_MARK)
    _record("images.key-remove", key_image, user, door)
    key_image.removed_at = timezone.now()
    key_image.save(update_fields=["removed_at"])


def _record(act: str, key_image: KeyImage, user: User, door: str) -> None:
    study = key_image.study
    audit_record(
        act=act, door=door, user=user, patient_number=study.matched_patient.number if study.matched_patient else study.patient_id,
        accession_number=study.accession_number, study_instance_uid=study.study_instance_uid,
        image=key_image.instance.sop_instance_uid, frame=key_image.frame,
    )  # fmt: skip


@transaction.atomic
def annotation_save(
    *, user: User, uid: uuid.UUID, study: Study, instance: Instance, values: dict[str, Any], revision: int | None = None,
    is_removed: bool = False,
) -> Annotation:  # fmt: skip
    """Keep a measurement, its change, or that it was taken away (`mark_keep`). Raises Forbidden, Conflict, NotFound for a frame that is
    not there, InvalidInput for a mark that cannot be drawn."""
    require(user, Act.KEY_IMAGE_MARK)
    frame_check(instance, values["frame"])
    _check_mark(values)
    kept = {name: values[name] for name in ("frame", "tool", "points", "values", "data", "view")}
    named: dict[str, Any] = {"uid": uid, "study": study, "revision": revision, "is_removed": is_removed}
    return mark_keep(Annotation, user=user, values={"instance": instance, **kept}, **named)


@transaction.atomic
def annotation_remove(*, user: User, study: Study, uid: uuid.UUID) -> None:
    """Take a measurement away (`mark_take_away`). Raises Forbidden."""
    require(user, Act.KEY_IMAGE_MARK)
    mark_take_away(Annotation, user=user, uid=uid, study=study)


def _is_inside(area: list[int], instance: Instance) -> bool:
    left, top, width, height = area
    return (
        min(left, top) >= 0 and min(width, height) >= 1 and left + width <= (instance.columns or 0) and top + height <= (instance.rows or 0)
    )


def _check_mark(values: dict[str, Any]) -> None:
    if values["tool"] not in TOOLS:
        raise InvalidInput(_("This kind of mark is not known here."), field="tool")
    if not isinstance(values["points"], list) or not 0 < len(values["points"]) <= MOST_POINTS:
        raise InvalidInput(_("A mark needs its points."), field="points")
    if not all(_is_point(point) for point in values["points"]):
        raise InvalidInput(_("Every point is a column and a row."), field="points")
    if not _is_label(values):
        raise InvalidInput(_("An arrow or a note needs its words, %(most)s characters at most.") % {"most": LONGEST_LABEL}, field="data")
    if not isinstance(values["values"], dict) or not all(_is_reading(name, value) for name, value in values["values"].items()):
        raise InvalidInput(_("What was measured is numbers with their units."), field="values")


def _is_label(values: dict[str, Any]) -> bool:
    label = values["data"].get("label") or "" if isinstance(values["data"], dict) else ""
    return isinstance(label, str) and len(label) <= LONGEST_LABEL and bool(label or values["tool"] not in WORDED)


def _is_point(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(_is_number(part) and abs(part) <= FARTHEST for part in point)


def _is_reading(name: str, value: Any) -> bool:
    """A colour picture has a mean for each of its colours."""
    if name == "suvUnit":
        return isinstance(value, str) and value in SUVS
    if name in UNITS:
        return isinstance(value, str) and len(value) <= LONGEST_UNIT
    parts = value if name in PER_COLOUR and isinstance(value, list) else [value]
    return (
        name in {*MEASURES, *PER_COLOUR} and len(parts) <= MOST_COLOURS and all(_is_number(part) and abs(part) <= LARGEST for part in parts)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
