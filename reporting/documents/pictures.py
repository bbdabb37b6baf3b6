"""Key images of a version, drawn as they were when it was signed."""

import logging
from typing import Any

from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.corrections.names import instance_by_name
from imaging.archive.models import Study
from imaging.archive.selectors import instances_visible_to
from imaging.common.errors import LightboxError, NotFound
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.pictures import key_image_picture
from reporting.reports.key_images import LOOK
from reporting.reports.models import ReportVersion

logger = logging.getLogger(__name__)


def pictures_of(version: ReportVersion) -> dict[str, bytes]:
    """JPEG bytes by name (`key-1`, ...); a picture that cannot be drawn any more is left out, and its place says so."""
    drawn = {f"key-{at}": _draw(snapshot) for at, snapshot in enumerate(version.key_images, start=1)}
    return {name: picture for name, picture in drawn.items() if picture is not None}


def picture_visible(*, user: Person, version: ReportVersion, at: int) -> tuple[bytes, Study]:
    """Key image `at` (from 1) of `version` as JPEG, as it was signed, and the study that it is of. Raises NotFound."""
    snapshot = version.key_images[at - 1] if 0 < at <= len(version.key_images) else None
    instance = instance_by_name(snapshot["sop_instance_uid"]) if snapshot else None
    seen = instances_visible_to(user).filter(pk=instance.pk).exists() if instance else False
    picture = _draw(snapshot) if snapshot and seen else None
    if picture is None or instance is None:
        raise NotFound(_("There is no such key image."))
    return picture, instance.series.study


def _draw(snapshot: dict[str, Any]) -> bytes | None:
    instance = instance_by_name(snapshot["sop_instance_uid"])
    if instance is None:
        return None
    look = KeyImage(instance=instance, study=instance.series.study, **{name: snapshot[name] for name in LOOK if name in snapshot})
    marks = [Annotation(tool=mark["tool"], points=mark["points"], values=mark["values"]) for mark in snapshot["marks"]]
    try:
        return key_image_picture(look, marks)
    except LightboxError as error:
        logger.warning("Key image %s is left out of the report: %s", snapshot["sop_instance_uid"], error)
        return None
