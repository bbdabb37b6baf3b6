"""Saving what readers kept to the archive, as objects that other viewers open. Check, write, audit.

Each saving writes new objects and says which ones they take the place of; none is ever changed.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.arrivals import own_objects_noted
from imaging.archive.models import Study
from imaging.archive.own_objects import own_object_store, series_references
from imaging.common.errors import InvalidInput
from imaging.viewer.models import Annotation, KeyImage, SavedKind, SavedObject
from imaging.viewer.objects.keys_write import keys_write
from imaging.viewer.objects.measurements_write import measurements_write
from imaging.viewer.objects.planes_write import written as plane_marks_written
from imaging.viewer.objects.presentation_write import View, states_write
from imaging.viewer.objects.selectors import saved_now
from imaging.viewer.objects.shapes import measured
from imaging.viewer.planes.models import PlaneMark
from imaging.viewer.planes.selectors import plane_marks_of
from imaging.viewer.selectors import annotations_of, key_images_of

LOOK = ("instance_id", "frame", "window_centre", "window_width", "inverted", "rotation", "flipped", "area", "caption")
MARK = ("uid", "instance_id", "frame", "tool", "points", "values")
PLANE_MARK = ("uid", "instance_id", "frame", "frame_of_reference_uid", "tool", "places", "values", "readings", "view")


@transaction.atomic
def objects_save(*, user: User, study: Study, door: str = "page") -> list[SavedObject]:
    """Write the key images, views and measurements of `study`; what was saved as it stands is given back as it is.

    The caller has made sure that `user` may see the study. Raises Forbidden for a role that does not mark, InvalidInput when nothing is
    marked, and what the archive raises when it takes nothing.
    """
    require(user, Act.KEY_IMAGE_MARK)
    locked = Study.objects.select_for_update(of=("self",)).select_related("exam__order", "exam__procedure").get(pk=study.pk)
    key_images, marks = list(key_images_of(study=locked)), list(annotations_of(study=locked))
    planes = plane_marks_written(plane_marks_of(study=locked))
    if not key_images and not marks and not planes:
        raise InvalidInput(_("There is nothing to save: mark a key image or measure something first."))
    before, digest = saved_now(study=locked), digest_of(key_images, marks, planes)
    if before and before[0].digest == digest:
        return before
    written = _written(locked, key_images, marks, planes, user)
    for _kind, dataset in written:
        _name_before(dataset, locked, before)
    return _kept(locked, written, before, digest, user, door)


def objects_save_marked(*, user: User, study: Study) -> list[SavedObject]:
    """The same by itself, on signing: nothing marked is nothing to save. Raises as `objects_save` does."""
    kept = (key_images_of(study=study), annotations_of(study=study), plane_marks_of(study=study).exclude(frame_of_reference_uid=""))
    if not any(rows.exists() for rows in kept):
        return []
    return objects_save(user=user, study=study, door="signing")


def digest_of(key_images: Sequence[KeyImage], marks: Sequence[Annotation], planes: Sequence[PlaneMark]) -> str:
    """What is to be saved, as one word."""
    kept: tuple[tuple[Sequence[Any], tuple[str, ...]], ...] = ((key_images, LOOK), (marks, MARK), (planes, PLANE_MARK))
    told = [[getattr(row, name) for name in names] for rows, names in kept for row in rows]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _written(
    study: Study, key_images: list[KeyImage], marks: list[Annotation], planes: list[PlaneMark], user: User
) -> list[tuple[SavedKind, Dataset]]:
    at = timezone.now()
    states = states_write(study=study, views=_views(key_images, marks), user=user, at=at)
    written = [(SavedKind.PRESENTATION, state) for state, _views_of in states]
    if key_images:
        shown = {view.key_image.pk: state for state, views in states for view in views if view.key_image}
        written.append((SavedKind.KEYS, keys_write(study=study, key_images=key_images, states=shown, user=user, at=at)))
    values = [mark for mark in marks if measured(mark)]
    if values or planes:
        written.append((SavedKind.MEASUREMENTS, measurements_write(study=study, marks=values, planes=planes, user=user, at=at)))
    return written


def _views(key_images: list[KeyImage], marks: list[Annotation]) -> list[View]:
    """Every key image with the marks on its frame; then the frames that only have marks."""
    on: dict[tuple[int, int], list[Annotation]] = {}
    for mark in marks:
        on.setdefault((mark.instance_id, mark.frame), []).append(mark)
    shown = [View(image.instance, image.frame, image, on.get((image.instance_id, image.frame), [])) for image in key_images]
    seen = {(view.instance.pk, view.frame) for view in shown}
    rest = [View(found[0].instance, frame, None, found) for (key, frame), found in on.items() if (key, frame) not in seen]
    return shown + rest


def _name_before(dataset: Dataset, study: Study, before: list[SavedObject]) -> None:
    """What it takes the place of (PS3.3 C.17.2, Predecessor Documents; in the other two classes as a standard extension)."""
    if not before:
        return
    replaced: dict[str, list[tuple[str, str]]] = {}
    for row in before:
        named = (row.instance.sop_class_uid, row.instance.sop_instance_uid)
        replaced.setdefault(row.instance.series.series_instance_uid, []).append(named)
    item = Dataset()
    item.StudyInstanceUID, item.ReferencedSeriesSequence = study.study_instance_uid, series_references(replaced)
    dataset.PredecessorDocumentsSequence = [item]


def _kept(
    study: Study, written: list[tuple[SavedKind, Dataset]], before: list[SavedObject], digest: str, user: User, door: str
) -> list[SavedObject]:
    said: dict[str, Any] = {
        "study": study, "version": before[0].version + 1 if before else 1, "digest": digest, "author": user, "created_at": timezone.now(),
    }  # fmt: skip
    rows = [SavedObject(instance=own_object_store(dataset), kind=kind, **said) for kind, dataset in written]
    own_objects_noted(study=study, count=len(rows))
    saved = [_stored(row) for row in rows]
    audit_record(
        act="objects.save", door=door, user=user, patient_number=study.patient_id[:64], accession_number=study.accession_number,
        study_instance_uid=study.study_instance_uid, version=said["version"], objects=[row.instance.sop_instance_uid for row in saved],
    )  # fmt: skip
    return saved


def _stored(row: SavedObject) -> SavedObject:
    row.save()
    return row
