"""Modality worklist C-FIND (PS3.4 Annex K): what a scanner has to do, in the characters that it can read."""

import logging

from django.conf import settings

from imaging.archive.intake.values import Json
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.identifiers import identifier_read, identifier_write
from imaging.dimse.looks import query_note
from imaging.dimse.query import fault_in, project
from imaging.dimse.worklist import TooBroad, has_unknown_keys, worklist_items
from imaging.dimse.worklist_log import worklist_query_keep
from imaging.scheduling.models import Station

logger = logging.getLogger(__name__)
CANCEL_EVERY = 10


def handle(association: Association, request: Message) -> None:
    """Pending with each match, then Success; Cancel when taken back; A700 when there are more than a scanner can want.

    A900 with the key at fault for a query that holds what its key cannot have. What was asked and shown is kept (`worklist_log`).
    """
    peer, shown = association.peer, list[str]()
    query = identifier_read(request.data, request.context.transfer_syntax)
    query_note(peer=peer, act="worklist.find", query=query)
    if fault := fault_in(query):
        status = Status.DATA_SET_MISMATCH
        association.reply(request, status, comment=f"{fault.keyword}: {fault.why}", offending=[fault.tag])
    else:
        status = _send(association, request, query, shown)
    logger.info("%s asked for its worklist: %d steps, answered with %04X", peer, len(shown), status)
    worklist_query_keep(ae_title=peer.ae_title, address=peer.address, query=query, shown=shown, status=status)


def _send(association: Association, request: Message, query: Json, shown: list[str]) -> int:
    """Answer with every match, its step in `shown`; the final status."""
    syntax, station = request.context.transfer_syntax, station_of(association.peer.ae_title)
    charset = charset_for(station, query)
    pending = Status.PENDING_UNMATCHED_KEYS if has_unknown_keys(query) else Status.PENDING
    status, comment = Status.SUCCESS, ""
    try:
        for step, item in worklist_items(query, station, is_fuzzy=request.context.is_fuzzy):
            if len(shown) % CANCEL_EVERY == 0 and association.is_cancelled(request):
                status = Status.CANCELLED
                break
            if len(shown) >= settings.DICOM_FIND_LIMIT:
                raise TooBroad(f"Over {len(shown)} steps match")
            association.pend(request, identifier_write(project(query, item), syntax, charset), pending)
            shown.append(step.scheduled_procedure_step_id)
    except TooBroad as error:
        status, comment = Status.OUT_OF_RESOURCES, f"{error}; name one station or day"
    association.reply(request, status, comment=comment)
    return status


def station_of(ae_title: str) -> Station | None:
    """The scanner with this AE title and its profile."""
    return Station.objects.filter(ae_title=ae_title).first()


def charset_for(station: Station | None, query: Json) -> str:
    """The scanner's profile; for one without, what it asked in."""
    asked = "\\".join(part or "" for part in (query.get("00080005") or {}).get("Value", []))
    return (station.character_set if station else "") or asked or "ISO_IR 192"
