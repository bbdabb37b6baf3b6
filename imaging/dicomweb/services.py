"""STOW-RS: every object goes through the one ingest service; each has its own result (PS3.18 10.5)."""

import logging
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.intake.entry import Entry, IngestResult
from imaging.archive.intake.entry import Status as Outcome
from imaging.archive.intake.index import IndexAway
from imaging.archive.intake.ingest import ClassDiffers, NotUnderstood, entries_commit, entry_place, stream_spool
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

    While one is read, those before it are synced to disk; then several are committed together.
    Raises Forbidden for a role that does not send images in. A refused object stops no other.
    """
    require(user, Act.IMAGES_STORE)
    results: list[Stored] = []
    waiting: list[Taken] = []
    with ThreadPoolExecutor(settings.STOW_WRITERS) as writers:
        try:
            for stream in objects:
                waiting.append(_take(stream, study_instance_uid, writers))
                if len(waiting) >= settings.STOW_BATCH:
                    results += _settled(waiting)
                    waiting = []
        finally:  # also when the request breaks off: what came before is kept
            results += _settled(waiting)
    return results


@dataclass
class Taken:
    """An object that came in: named as far as it is known, and either refused or on its way to the disk."""

    named: tuple[str, str] = ("", "")
    refused: Exception | None = None
    entry: "Future[Entry] | None" = None

    def note(self, sop_class_uid: str, sop_instance_uid: str) -> None:
        self.named = sop_class_uid, sop_instance_uid


def _take(stream: BinaryIO, study_instance_uid: str, writers: ThreadPoolExecutor) -> Taken:
    taken = Taken()
    try:
        spooled = stream_spool(stream, SOURCE, None, None, taken.note)
    except (LightboxError, OSError) as error:
        taken.refused = error
        return taken
    expected = study_instance_uid or None
    taken.entry = writers.submit(entry_place, spooled=spooled, door="dicomweb", expected_study_instance_uid=expected, on_named=taken.note)
    return taken


def _settled(waiting: list[Taken]) -> list[Stored]:
    """The results of what came in, in its order; those on the disk are committed together."""
    entries: list[Entry] = []
    placed: list[Taken] = []
    for taken in waiting:
        try:
            entries += [taken.entry.result()] if taken.entry else []
            placed += [taken] if taken.entry else []
        except (LightboxError, OSError) as error:
            taken.refused = error
    committed = dict(zip(map(id, placed), _committed(entries), strict=True))
    return [committed.get(id(taken)) or _refused(taken) for taken in waiting]


def _committed(entries: list[Entry]) -> list[Stored]:
    """One transaction for all; when the database takes them not together, one for each, so that a bad one spoils no other."""
    if not entries:
        return []
    try:
        return [Stored(result) for result in entries_commit(entries)]
    except DatabaseError as error:
        logger.warning("STOW-RS could not store %d objects: %s", len(entries), error)
        if len(entries) > 1:
            return [stored for entry in entries for stored in _committed([entry])]
        named = entries[0].header.text("00080016"), entries[0].sop_instance_uid
        return [Stored(None, OUT_OF_RESOURCES, _("The archive cannot write now. Send it again later."), *named)]


def _refused(taken: Taken) -> Stored:
    error = taken.refused
    if isinstance(error, LightboxError):
        return Stored(None, REASONS.get(type(error), FAILURE), str(error), *taken.named)
    logger.warning("STOW-RS could not store an object: %s", error)
    return Stored(None, OUT_OF_RESOURCES, _("The archive cannot write now. Send it again later."), *taken.named)
