"""Modality performed procedure step (PS3.4 Annex F): N-CREATE, N-SET and N-GET. A refusal is a status; the association lives on."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from imaging.archive.intake.values import Json, first, text_of
from imaging.common.dicom import date_parse, datetime_join, is_uid, time_parse, uid_new
from imaging.common.errors import LightboxError
from imaging.dimse import commands as c
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.contexts import PERFORMED_STEP, PERFORMED_STEP_RETRIEVE
from imaging.dimse.identifiers import identifier_read, identifier_write
from imaging.dimse.looks import performed_step_note
from imaging.dimse.query import keyword_of
from imaging.scheduling.announced import IMAGE_SEQUENCES
from imaging.scheduling.mpps import FIXED_AT_START, PerformedStepFinal, ScheduledReference, mpps_create, mpps_set
from imaging.scheduling.selectors import performed_step_for_system

logger = logging.getLogger(__name__)
PERFORMED_STATUS = "00400252"
NO_LONGER_UPDATED = 0xA710
"""Error ID of a step that has ended (PS3.4 table F.7.2-2)."""


class MissingAttribute(LightboxError):
    """An attribute without which nothing can be told from the request."""

    code = "mpps-missing"

    def __init__(self, tag: str) -> None:
        super().__init__(f"{keyword_of(tag)} is missing")
        self.tag = tag


def handle_create(association: Association, request: Message) -> None:
    """N-CREATE: 0106 unless it begins IN PROGRESS, 0120 without a status, 0111 when we have it, 0117 without a proper UID.

    Whatever else is missing is taken as it comes: a scanner's word that it began is worth more than its form.
    """
    uid = request.text(c.AFFECTED_INSTANCE) or uid_new()
    request.command[c.AFFECTED_INSTANCE] = uid
    if not _is_for(association, request, PERFORMED_STEP):
        return
    if not is_uid(uid):
        _refuse(association, request, Status.INVALID_OBJECT_INSTANCE, "The SOP Instance UID is no UID")
        return
    _answer(association, request, lambda dataset: _create(uid, dataset, association.peer.ae_title))


def handle_set(association: Association, request: Message) -> None:
    """N-SET: 0112 for one we do not have, 0110 for one that has ended, 0106 for a wrong status.

    0107 names what may not be changed any more and was not, such as the patient (PS3.4 table F.7.2-1); the rest is taken.
    """
    uid = request.text(c.REQUESTED_INSTANCE)
    if _is_for(association, request, PERFORMED_STEP):
        _answer(association, request, lambda dataset: _set(uid, dataset, association.peer.ae_title))


def handle_get(association: Association, request: Message) -> None:
    """N-GET (PS3.4 F.8): the attributes asked for, or all; 0112 for one that we do not have, 0001 when some of them are not there."""
    if not _is_for(association, request, PERFORMED_STEP_RETRIEVE):
        return
    peer, asked = association.peer, request.text(c.ATTRIBUTES)
    performed = performed_step_for_system(
        sop_instance_uid=request.text(c.REQUESTED_INSTANCE), ae_title=peer.ae_title, sees_protected=peer.sees_protected
    )
    if performed is None:
        _refuse(association, request, Status.NO_SUCH_INSTANCE, "There is no such performed step")
        return
    performed_step_note(peer=peer, performed=performed)
    wanted = {asked[at : at + 8] for at in range(0, len(asked), 8)} or performed.dataset.keys()
    told = {tag: element for tag, element in performed.dataset.items() if tag in wanted}
    status = Status.SUCCESS if wanted <= told.keys() else Status.OPTIONAL_ATTRIBUTES_UNKNOWN
    association.reply(request, status, data=identifier_write(told, request.context.transfer_syntax))


def _is_for(association: Association, request: Message, sop_class: str) -> bool:
    """Each operation belongs to one SOP class; under the other it is answered as what that does not know."""
    if request.context.abstract_syntax == sop_class:
        return True
    _refuse(association, request, Status.UNRECOGNISED_OPERATION, "This SOP class does not have this operation")
    return False


def _answer(association: Association, request: Message, act: Callable[[Json], Sequence[str]]) -> None:
    try:
        left = act(identifier_read(request.data, request.context.transfer_syntax))
    except MissingAttribute as error:
        _refuse(association, request, Status.MISSING_ATTRIBUTE, str(error), {c.ATTRIBUTES: error.tag})
    except PerformedStepFinal as error:
        _refuse(association, request, error.dimse_status, str(error), {c.ERROR_ID: NO_LONGER_UPDATED})
    except LightboxError as error:
        _refuse(association, request, getattr(error, "dimse_status", Status.PROCESSING_FAILURE), str(error))
    except DatabaseError as error:
        _refuse(association, request, Status.PROCESSING_FAILURE, f"The database does not answer: {error}")
    else:
        if left:
            _refuse(association, request, Status.ATTRIBUTE_LIST, "These stay as they were", {c.ATTRIBUTES: "".join(left)})
        else:
            association.reply(request, Status.SUCCESS)


def _refuse(association: Association, request: Message, status: int, reason: str, more: Mapping[int, int | str] | None = None) -> None:
    logger.warning("%s: performed step answered with %04X: %s", association.peer, status, reason)
    association.reply(request, status, comment=reason, more=more)


def _create(uid: str, dataset: Json, ae_title: str) -> Sequence[str]:
    if PERFORMED_STATUS not in dataset:
        raise MissingAttribute(PERFORMED_STATUS)
    references = list(_references(dataset))
    mpps_create(
        sop_instance_uid=uid,
        status=text_of(dataset, PERFORMED_STATUS),
        references=references,
        station_ae_title=text_of(dataset, "00400241", 16) or ae_title,
        modality=text_of(dataset, "00080060", 16),
        study_instance_uid=next((reference.study_instance_uid for reference in references), ""),
        started_at=_moment(dataset, "00400244", "00400245"),
        dataset=dataset,
        actor=ae_title,
    )
    return ()


def _set(uid: str, dataset: Json, ae_title: str) -> Sequence[str]:
    """The tags that stay as they were."""
    performed = mpps_set(
        sop_instance_uid=uid,
        status=text_of(dataset, PERFORMED_STATUS),
        ended_at=_moment(dataset, "00400250", "00400251"),
        image_uids=list(_image_uids(dataset)),
        discontinuation_reason=_reason(dataset),
        dataset=dataset,
        actor=ae_title,
    )
    return [tag for tag in sorted(FIXED_AT_START & dataset.keys()) if dataset[tag] != performed.dataset[tag]]


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
