"""Both sides of a question, read from the objects: small pictures, and every attribute in which they differ."""

from django.utils.translation import gettext as _
from pydicom.datadict import keyword_for_tag

from imaging.archive.intake.entry import file_fields, metadata_pack
from imaging.archive.intake.values import text_of
from imaging.archive.models import Instance, InstanceMetadata, IntegrityCase
from imaging.archive.pictures.pixels import metadata_of
from imaging.archive.pictures.thumbnails import middle_frame, thumbnail, thumbnail_draw
from imaging.archive.queue.replace import waiting_entry
from imaging.archive.queue.selectors import Side
from imaging.common.errors import LightboxError, NotFound

HELD, WAITING = "held", "waiting"
DIFFERENCES, SHOWN_TEXT = 30, 80


def case_picture(case: IntegrityCase, side: str) -> bytes:
    """JPEG of one side. Raises NotFound, CannotDecode or InvalidInput when there is nothing to show."""
    if side == WAITING:
        return _waiting(case)
    if side != HELD:
        raise NotFound(_("There is no picture here."))
    instance = _held(case)
    return thumbnail(instance, middle_frame(instance))


def _held(case: IntegrityCase) -> Instance:
    """The very object that is asked about, else the middle one of the study."""
    if case.instance is not None and case.instance.number_of_frames:
        return case.instance
    rows = Instance.objects.filter(series__study=case.study, series__rejection=None, number_of_frames__gt=0) if case.study_id else None
    keys = list(rows.order_by("series_id", "instance_number", "pk").values_list("pk", flat=True)[:500]) if rows is not None else []
    if not keys:
        raise NotFound(_("There is no picture here."))
    return Instance.objects.select_related("metadata", "series").get(pk=keys[len(keys) // 2])


def _waiting(case: IntegrityCase) -> bytes:
    """Drawn from its file each time; the index does not know this object, so nothing is kept of it."""
    if not case.quarantine_path:
        raise NotFound(_("There is no picture here."))
    entry = waiting_entry(case)
    instance = Instance(sop_instance_uid=entry.sop_instance_uid, **file_fields(entry))
    instance.metadata = InstanceMetadata(json_zlib=metadata_pack(entry.header.attributes))
    return thumbnail_draw(instance, middle_frame(instance))


def case_differences(case: IntegrityCase) -> list[Side]:
    """The attributes in which the object that waits and the one that is held under its UID differ; none when it cannot be read."""
    if case.instance is None or not case.quarantine_path:
        return []
    try:
        held, waiting = metadata_of(case.instance), waiting_entry(case).header.attributes
    except LightboxError:
        return []
    tags = sorted(tag for tag in {*held, *waiting} if held.get(tag) != waiting.get(tag))[:DIFFERENCES]
    return [Side(keyword_for_tag(tag) or tag, text_of(held, tag, SHOWN_TEXT), text_of(waiting, tag, SHOWN_TEXT), True) for tag in tags]
