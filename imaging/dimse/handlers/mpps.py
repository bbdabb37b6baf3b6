"""Modality performed procedure step (PS3.4 Annex F): N-CREATE and N-SET. A refusal is a status; the association lives on."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from imaging.archive.values import Json, first, text_of
from imaging.common.dicom import date_parse, datetime_join, is_uid, time_parse, uid_new
from imaging.common.errors import LightboxError
from imaging.dimse import commands as c
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.identifiers import identifier_read
from imaging.scheduling.mpps import ScheduledReference, mpps_create, mpps_set

logger = logging.getLogger(__name__)
IMAGE_SEQUENCES = ("00081140", "00400220")


def handle_create(association: Association, request: Message) -> None:
    """N-CREATE: 0106 unless it begins IN PROGRESS, 0111 when we have it, 0117 without a proper UID."""
    uid = request.text(c.AFFECTED_INSTANCE) or uid_new()
    request.command[c.AFFECTED_INSTANCE] = uid
    if not is_uid(uid):
        _refuse(association, request, Status.INVALID_OBJECT_INSTANCE, "The SOP Instance UID is no UID")
        return
    _answer(association, request, lambda dataset: _create(uid, dataset, association.peer.ae_title))


def handle_set(association: Association, request: Message) -> None:
    """N-SET: 0112 for one we do not have, 0110 for one that has ended, 0106 for a wrong status."""
    uid = request.text(c.REQUESTED_INSTANCE)
    _answer(association, request, lambda dataset: _set(uid, dataset, association.peer.ae_title))


def _answer(association: Association, request: Message, act: Callable[[Json], object]) -> None:
    try:
        act(identifier_read(request.data, request.context.transfer_syntax))
    except LightboxError as error:
        _refuse(association, request, getattr(error, "dimse_status", Status.PROCESSING_FAILURE), str(error))
    except DatabaseError as error:
        _refuse(association, request, Status.PROCESSING_FAILURE, f"The database does not answer: {error}")
    else:
        association.reply(request, Status.SUCCESS)


def _refuse(association: Association, request: Message, status: int, reason: str) -> None:
    logger.warning("%s: performed step refused with %04X: %s", association.peer, status, reason)
    association.reply(request, status, comment=reason)


def _create(uid: str, dataset: Json, ae_title: str) -> None:
    references = list(_references(dataset))
    mpps_create(
        sop_instance_uid=uid,
        status=text_of(dataset, "00400252"),
        references=references,
        station_ae_title=text_of(dataset, "00400241", 16) or ae_title,
        modality=text_of(dataset, "00080060", 16),
        study_instance_uid=next((reference.study_instance_uid for reference in references), ""),
        started_at=_moment(dataset, "00400244", "00400245"),
        dataset=dataset,
        actor=ae_title,
    )


def _set(uid: str, dataset: Json, ae_title: str) -> None:
    mpps_set(
        sop_instance_uid=uid,
        status=text_of(dataset, "00400252"),
        ended_at=_moment(dataset, "00400250", "00400251"),
        image_uids=list(_image_uids(dataset)),
        discontinuation_reason=_reason(dataset),
        dataset=dataset,
        actor=ae_title,
    )


def _items(dataset: Json, tag: str) -> list[Json]:
    return [item for item in (dataset.get(tag) or {}).get("Value", []) if isinstance(item, dict)]


def _references(dataset: Json) -> Iterator[ScheduledReference]:
    for item in _items(dataset, "00400270"):
        yield ScheduledReference(
            study_instance_uid=text_of(item, "0020000D", 64),
            accession_number=text_of(item, "00080050", 16),
            scheduled_procedure_step_id=text_of(item, "00400009", 16),
            requested_procedure_id=text_of(item, "00401001", 16),
        )


def _image_uids(dataset: Json) -> Iterator[str]:
    """SOP Instance UIDs of everything that the performed series list."""
    for series in _items(dataset, "00400340"):
        for tag in IMAGE_SEQUENCES:
            for reference in _items(series, tag):
                uid = text_of(reference, "00081155", 64)
                if is_uid(uid):
                    yield uid


def _reason(dataset: Json) -> str:
    """Performed Procedure Step Discontinuation Reason Code Sequence, in words."""
    codes: list[Any] = _items(dataset, "00400281")
    return str(first(codes[0].get("00080104")) or first(codes[0].get("00080100")) or "") if codes else ""


def _moment(dataset: Json, date_tag: str, time_tag: str) -> dt.datetime | None:
    return datetime_join(date_parse(text_of(dataset, date_tag)), time_parse(text_of(dataset, time_tag)), timezone.get_current_timezone())
