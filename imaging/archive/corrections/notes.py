"""Rejection notes: Key Object Selection documents that tell other systems which objects are no longer to be used (IHE RAD IOCM 4.66).

A rejection has its note among the hidden images; for images that were moved one is made when a system has to be told, and names them
as they were sent out before. A correction that was taken back has one of its own, for who was sent the corrected images.
"""

from typing import Any

from django.db import transaction
from pydicom.dataset import Dataset

from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.names import name_by
from imaging.archive.corrections.reasons import REASONS, WORKLIST
from imaging.archive.corrections.reject import note_hide
from imaging.archive.intake.questions import KEY_OBJECT_SELECTION
from imaging.archive.models import Instance, Study
from imaging.archive.own_objects import (
    code,
    content_item,
    content_root,
    document_general,
    own_object,
    own_object_store,
    person_observer,
    reference,
)

TAKEN_BACK = "The correction was taken back"
SERIES_NUMBER = 9999
# (SOP Class UID, SOP Instance UID, whether it is a picture)
Reference = tuple[str, str, bool]


@transaction.atomic
def note_of(*, correction: Correction) -> Instance:
    """The rejection note of `correction`, made and stored when there is none yet. It is sent to systems, and shown to nobody."""
    locked = Correction.objects.select_for_update(of=("self",)).select_related("source", "note").get(pk=correction.pk)
    if locked.note is not None:
        return locked.note
    locked.note = correction.note = _stored(note_dataset(study=locked.source, correction=locked), locked)
    locked.save(update_fields=["note"])
    return locked.note


@transaction.atomic
def undo_note_of(*, correction: Correction) -> Instance:
    """The same for a correction that was taken back: it names the objects as they went by while the correction stood."""
    locked = Correction.objects.select_for_update(of=("self",)).select_related("target", "undo_note", "undone_by").get(pk=correction.pk)
    if locked.undo_note is not None:
        return locked.undo_note
    if locked.target is None:
        raise ValueError("these images had no other names")
    locked.undo_note = correction.undo_note = _stored(note_dataset(study=locked.target, correction=locked), locked)
    locked.save(update_fields=["undo_note"])
    return locked.undo_note


def _stored(dataset: Dataset, correction: Correction) -> Instance:
    stored = own_object_store(dataset)
    note_hide(note=stored, correction=correction)
    return stored


def note_dataset(*, study: Study, correction: Correction) -> Dataset:
    """The document, after PS3.3 A.35.4 and PS3.16 TID 2010, in the study that its objects were in.

    It rejects what went by before the correction; of one that was taken back, what went by under it.
    """
    at = correction.undone_at or correction.created_at
    ds = own_object(study=study, sop_class_uid=KEY_OBJECT_SELECTION, modality="KO", series_number=SERIES_NUMBER, at=at)
    referenced = references_before(correction) if correction.undone_at is None else references_under(correction)
    document_general(ds, study, {uid: [named[:2] for named in references] for uid, references in referenced.items()})
    _content(ds, correction, referenced)
    return ds


def references_before(correction: Correction) -> dict[str, list[Reference]]:
    """The objects of the correction as they went by before it, by Series Instance UID."""
    return {before["uid"]: _references(before, correction) for before in correction.before["series"]}


def _references(before: dict[str, Any], correction: Correction) -> list[Reference]:
    columns = ("sop_class_uid", "sop_instance_uid", "received__sop_instance_uid", "number_of_frames")
    is_moved = correction.kind != CorrectionKind.REJECT
    rows = Instance.objects.filter(series=before["series" if is_moved else "hidden"]).exclude(pk=correction.note_id or 0)
    earlier = Correction.objects.get(pk=before["correction"]) if is_moved and before["correction"] else None
    return [
        (sop_class, name_by(earlier, received or now) if is_moved else now, frames > 0)
        for sop_class, now, received, frames in rows.order_by("instance_number", "pk").values_list(*columns)
    ]


def references_under(correction: Correction) -> dict[str, list[Reference]]:
    """The objects that followed the correction as they went by while it stood, by Series Instance UID."""
    found: dict[str, list[Reference]] = {}
    notes = [key for key in (correction.note_id, correction.undo_note_id) if key]
    columns = ("sop_class_uid", "sop_instance_uid", "received__sop_instance_uid", "number_of_frames")
    for series in correction.series.select_related("received").order_by("pk"):
        received = series.received.series_instance_uid if hasattr(series, "received") else series.series_instance_uid
        rows = Instance.objects.filter(series=series).exclude(pk__in=notes).order_by("instance_number", "pk").values_list(*columns)
        found[name_by(correction, received)] = [
            (sop_class, name_by(correction, came or now), frames > 0) for sop_class, now, came, frames in rows
        ]
    return found


def _content(ds: Dataset, correction: Correction, referenced: dict[str, list[Reference]]) -> None:
    """The tree of TID 2010: a title that says why, who says so, in words, and every object."""
    reason = REASONS[correction.code or WORKLIST]
    content_root(ds, code(reason.code, reason.meaning), "2010")
    said = person_observer(correction.actor if correction.undone_by is None else correction.undone_by.label)
    if (words := correction.reason if correction.undone_at is None else TAKEN_BACK) != "":
        said.append(content_item("TEXT", "CONTAINS", code("113012", "Key Object Description"), TextValue=words))
    objects = [one for references in referenced.values() for one in references]
    ds.ContentSequence = said + [_object(*one) for one in objects]


def _object(sop_class_uid: str, sop_instance_uid: str, is_picture: bool) -> Dataset:
    referenced = [reference(sop_class_uid, sop_instance_uid)]
    return content_item("IMAGE" if is_picture else "COMPOSITE", "CONTAINS", ReferencedSOPSequence=referenced)
