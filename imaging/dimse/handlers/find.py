"""C-FIND on the patient and study root (PS3.4 C.4.1), at every level, relational keys included."""

import logging
from collections.abc import Iterator

from django.conf import settings

from imaging.archive.values import Json
from imaging.common.errors import InvalidInput
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.identifiers import identifier_read, identifier_write, text_element
from imaging.dimse.looks import query_note
from imaging.dimse.query import project
from imaging.dimse.selection import Found, found_patient, found_row, level_of, patients_found, rows_found

logger = logging.getLogger(__name__)
CHUNK = 200
CANCEL_EVERY = 20


def handle(association: Association, request: Message) -> None:
    """Pending with each match, then Success; A900 for a query that its model does not allow; FE00 when taken back."""
    syntax = request.context.transfer_syntax
    try:
        query = identifier_read(request.data, syntax)
        answers = list(_begin(query, request.context.abstract_syntax, association.peer.sees_protected))
    except InvalidInput as error:
        logger.warning("%s: query refused: %s", association.peer, error)
        association.reply(request, Status.DATA_SET_MISMATCH, comment=str(error))
        return
    query_note(peer=association.peer, act="images.find", query=query)
    _send(association, request, query, answers)


def _send(association: Association, request: Message, query: Json, answers: list[Found]) -> None:
    charset = "\\".join(part or "" for part in (query.get("00080005") or {}).get("Value", [])) or "ISO_IR 192"
    for number, found in enumerate(answers):
        if number % CANCEL_EVERY == 0 and association.is_cancelled(request):
            association.reply(request, Status.CANCELLED)
            return
        if number >= settings.DICOM_FIND_LIMIT:
            association.reply(request, Status.OUT_OF_RESOURCES, comment="Too many matches; ask more precisely")
            return
        answer = identifier_of(query, found)
        association.reply(request, Status.PENDING, data=identifier_write(answer, request.context.transfer_syntax, charset))
    logger.info("%s: query answered with %d matches", association.peer, len(answers))
    association.reply(request, Status.SUCCESS)


def _begin(query: Json, abstract_syntax: str, sees_protected: bool) -> Iterator[Found]:
    level = level_of(query, abstract_syntax)
    limit = settings.DICOM_FIND_LIMIT + 1
    if level is None:
        yield from (found_patient(row) for row in patients_found(query, sees_protected=sees_protected)[:limit])
        return
    yield from (found_row(row) for row in rows_found(query, level, sees_protected=sees_protected)[:limit])


def identifier_of(query: Json, found: Found) -> Json:
    """The keys asked for; those beyond the index are looked up in the kept metadata, and only then."""
    known = found.attributes
    if any(tag not in known for tag in query):
        known = {**found.more(), **known}
    return {
        **project(query, known),
        "00080052": query["00080052"],
        "00080054": text_element("AE", settings.AE_TITLE),
        "00080056": text_element("CS", "ONLINE"),
    }
