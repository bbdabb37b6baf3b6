"""C-STORE (PS3.4 Annex B): Success is said only for what is durable; every refusal has its own status and its reason in the log."""

import logging

from django.db import DatabaseError

from imaging.archive.intake.entry import IngestResult
from imaging.archive.intake.entry import Status as Outcome
from imaging.archive.intake.index import IndexAway
from imaging.archive.intake.ingest import ClassDiffers, NotUnderstood, spooled_ingest
from imaging.common.errors import LightboxError, StorageRefused, TooLarge
from imaging.dimse import commands as c
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.sinks import StoreSink

logger = logging.getLogger(__name__)
STATUSES: dict[type[LightboxError], int] = {
    ClassDiffers: Status.DATA_SET_MISMATCH,
    NotUnderstood: Status.CANNOT_UNDERSTAND,
    StorageRefused: Status.OUT_OF_RESOURCES,
    IndexAway: Status.OUT_OF_RESOURCES,
    TooLarge: Status.OUT_OF_RESOURCES,
}


def handle(association: Association, request: Message) -> None:
    """Take the object in and answer: 0000, A700 (no room), A900 (not what was announced) or C0xx (not understood)."""
    try:
        result = _ingest(association, request)
    except LightboxError as error:
        _refuse(association, request, STATUSES.get(type(error), Status.UNABLE_TO_PROCESS), str(error))
    except DatabaseError as error:
        _refuse(association, request, Status.OUT_OF_RESOURCES, f"The index does not answer: {error}")
    except OSError as error:
        _refuse(association, request, Status.OUT_OF_RESOURCES, f"The archive cannot write: {error}")
    else:
        if result.status is Outcome.QUARANTINED:
            logger.warning(
                "%s sent %s: %s; kept for a person to decide", association.peer, request.text(c.AFFECTED_INSTANCE), result.warning
            )
        association.objects += 1
        association.reply(request, Status.SUCCESS)


def _ingest(association: Association, request: Message) -> IngestResult:
    if not isinstance(request.sink, StoreSink):
        raise NotUnderstood("The request carries no object")
    return spooled_ingest(
        spooled=request.sink.finish(),
        door="dicom",
        expected_sop_class_uid=request.text(c.AFFECTED_CLASS) or "none",
        expected_sop_instance_uid=request.text(c.AFFECTED_INSTANCE) or "none",
        commit=association.resources.commit,
    )


def _refuse(association: Association, request: Message, status: int, reason: str) -> None:
    logger.warning("%s: %s refused with %04X: %s", association.peer, request.text(c.AFFECTED_INSTANCE), status, reason)
    association.reply(request, status, comment=reason)
