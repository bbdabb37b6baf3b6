"""STOW-RS: every object goes through the one ingest service; each has its own result (PS3.18 10.5)."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from django.db import DatabaseError
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.index import IndexAway, IngestResult
from imaging.archive.index import Status as Outcome
from imaging.archive.ingest import ClassDiffers, NotUnderstood, instance_ingest
from imaging.common.errors import LightboxError, StorageRefused, TooLarge

logger = logging.getLogger(__name__)
SOURCE = "STOW-RS"
OUT_OF_RESOURCES, OTHER_STUDY, NOT_UNDERSTOOD, FAILURE = 0xA700, 0xA900, 0xC000, 0x0110
REASONS: dict[type[LightboxError], int] = {
    ClassDiffers: OTHER_STUDY,
    NotUnderstood: NOT_UNDERSTOOD,
    IndexAway: OUT_OF_RESOURCES,
    StorageRefused: OUT_OF_RESOURCES,
    TooLarge: OUT_OF_RESOURCES,
}


@dataclass(frozen=True)
class Stored:
    """What became of one object: `result`, or the `reason` for which it was refused (PS3.18 table I.2.2-1) and why in words."""

    result: IngestResult | None = None
    reason: int = 0
    comment: str = ""
    sop_class_uid: str = ""
    sop_instance_uid: str = ""

    @property
    def needs_a_person(self) -> bool:
        return self.result is not None and self.result.status is Outcome.QUARANTINED


def objects_store(*, user: User, objects: Iterable[BinaryIO], study_instance_uid: str = "") -> list[Stored]:
    """Take objects in one by one; what is stored is durable when this returns. With `study_instance_uid` all must belong to it.

    Raises Forbidden for a role that does not send images in. A refused object stops no other.
    """
    require(user, Act.IMAGES_STORE)
    return [_store(stream, study_instance_uid) for stream in objects]


def _store(stream: BinaryIO, study_instance_uid: str) -> Stored:
    named = ("", "")

    def note(sop_class_uid: str, sop_instance_uid: str) -> None:
        nonlocal named
        named = sop_class_uid, sop_instance_uid

    try:
        result = instance_ingest(
            stream=stream,
            source_ae_title=SOURCE,
            door="dicomweb",
            expected_study_instance_uid=study_instance_uid or None,
            on_named=note,
        )
    except LightboxError as error:
        return Stored(None, REASONS.get(type(error), FAILURE), str(error), *named)
    except (DatabaseError, OSError) as error:
        logger.warning("STOW-RS could not store an object: %s", error)
        return Stored(None, OUT_OF_RESOURCES, _("The archive cannot write now. Send it again later."), *named)
    return Stored(result)
