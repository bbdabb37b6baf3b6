"""Key images of a version, drawn as they were when it was signed."""

import logging
from typing import Any

from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import instances_visible_to
from imaging.common.errors import LightboxError, NotFound
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.pictures import key_image_picture
from reporting.reports.key_images import LOOK, SignedImage, images_signed
from reporting.reports.models import ReportVersion

logger = logging.getLogger(__name__)


def pictures_of(images: list[SignedImage]) -> dict[int, bytes]:
    """JPEG bytes by place; a picture that cannot be drawn any more is left out, and its place says so."""
    drawn = {image.at: _draw(image.snapshot, image.instance) for image in images if image.instance}
    return {at: picture for at, picture in drawn.items() if picture is not None}


def picture_visible(*, user: Person, version: ReportVersion, at: int) -> tuple[bytes, Study]:
    """Key image `at` (from 1) of `version` as JPEG, as it was signed, and the study that it is of. Raises NotFound."""
    image = next((one for one in images_signed(version) if one.at == at and one.instance), None)
    instance = image.instance if image else None
    seen = instances_visible_to(user).filter(pk=instance.pk).exists() if instance else False
    picture = _draw(image.snapshot, instance) if image and instance and seen else None
    if picture is None or instance is None:
        raise NotFound(_("There is no such key image."))
    return picture, instance.series.study


def _draw(snapshot: dict[str, Any], instance: Instance) -> bytes | None:
    look = KeyImage(instance=instance, study=instance.series.study, **{name: snapshot[name] for name in LOOK if name in snapshot})
    try:
        return key_image_picture(look, [_mark(mark) for mark in snapshot["marks"]])
    # Whatever was kept once is never changed again: one picture of it must not take the whole report away.
    except (LightboxError, ArithmeticError, ValueError, SystemError) as error:
        logger.warning("Key image %s is left out of the report: %s", snapshot["sop_instance_uid"], error)
        return None


def _mark(mark: dict[str, Any]) -> Annotation:
    """Versions that were signed before words were kept say that they are missing."""
    label = mark.get("label", _("(words not kept)"))
    return Annotation(tool=mark["tool"], points=mark["points"], values=mark["values"], data={"label": label})
