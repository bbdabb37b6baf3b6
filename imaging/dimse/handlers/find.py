"""C-FIND on the patient and study root (PS3.4 C.4.1), at every level, relational keys included."""

import logging

from django.conf import settings

from imaging.archive.intake.values import Json
from imaging.archive.search.query_keys import Kind, Level, find_key
from imaging.common.errors import InvalidInput
from imaging.common.plans import planned_once
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.contexts import Context
from imaging.dimse.identifiers import identifier_read, identifier_write, text_element
from imaging.dimse.looks import query_note
from imaging.dimse.query import CONTROL_TAGS, fault_in, has_value, matches, project
from imaging.dimse.selection import Found, Selection, found_patient, found_row, keys_asked, level_of, patients_found, rows_found

logger = logging.getLogger(__name__)
CANCEL_EVERY = 20
SEQUENCES = frozenset({"00400275"})  # Request Attributes


def handle(association: Association, request: Message) -> None:
    """Pending with each match, then Success; A900 for a query that its model does not allow; FE00 when taken back.

    FF01 instead of FF00 when a value is asked for at a key that is returned, but not matched on (PS3.4 C.4.1.1.4).

    A700 after the matches when there are more than can be wanted, or when only the newest studies could be searched.
    """
    syntax, peer = request.context.transfer_syntax, association.peer
    try:
        query = identifier_read(request.data, syntax)
        if fault := fault_in(query):
            association.reply(request, Status.DATA_SET_MISMATCH, comment=f"{fault.keyword}: {fault.why}", offending=[fault.tag])
            return
        selection, answers = _found(query, request.context, peer.sees_protected)
    except InvalidInput as error:
        logger.warning("%s: query refused: %s", peer, error)
        tags = [key.tag] if (key := find_key(error.field)) else []
        association.reply(request, Status.DATA_SET_MISMATCH, comment=str(error), offending=tags)
        return
    query_note(peer=peer, act="images.find", query=query)
    status, comment = _send(association, request, query, answers)
    if status == Status.SUCCESS and selection.breadth.is_cut():
        status, comment = Status.OUT_OF_RESOURCES, selection.breadth.note
    logger.info("%s: query answered with %d matches, %04X", peer, len(answers), status)
    association.reply(request, status, comment=comment)


def _send(association: Association, request: Message, query: Json, answers: list[Found]) -> tuple[int, str]:
    """Every match as Pending; the final status with its comment."""
    charset = "\\".join(part or "" for part in (query.get("00080005") or {}).get("Value", [])) or "ISO_IR 192"
    pending = Status.PENDING_UNMATCHED_KEYS if has_unmatched_keys(query, request.context.abstract_syntax) else Status.PENDING
    for number, found in enumerate(answers):
        if number % CANCEL_EVERY == 0 and association.is_cancelled(request):
            return Status.CANCELLED, ""
        if number >= settings.DICOM_FIND_LIMIT:
            return Status.OUT_OF_RESOURCES, "Too many matches; ask more precisely"
        answer = identifier_of(query, found)
        association.pend(request, identifier_write(answer, request.context.transfer_syntax, charset), pending)
    return Status.SUCCESS, ""


def _found(query: Json, context: Context, sees_protected: bool) -> tuple[Selection, list[Found]]:
    level, most = level_of(query, context.abstract_syntax), settings.DICOM_FIND_LIMIT + 1
    if level is None:
        patients = patients_found(query, sees_protected=sees_protected, is_fuzzy=context.is_fuzzy)
        return patients, [found_patient(row, sees_protected=sees_protected) for row in patients.rows[:most]]
    selection = rows_found(query, level, sees_protected=sees_protected, is_fuzzy=context.is_fuzzy, is_combined=context.is_combined)
    with planned_once(selection.breadth.is_exact):
        rows = list(selection.rows[:most])
    answers = (found_row(row, sees_protected=sees_protected) for row in rows)
    return selection, [found for found in answers if matches(_in_sequences(query), found.attributes)]


def has_unmatched_keys(query: Json, abstract_syntax: str) -> bool:
    """Whether a value is asked for at a key that no match is judged by."""
    judged = {key.tag for key, _value in keys_asked(query, level_of(query, abstract_syntax) or Level.STUDY) if key.kind is not Kind.COUNT}
    return any(has_value(element) for tag, element in query.items() if tag not in judged | CONTROL_TAGS | SEQUENCES)


def _in_sequences(query: Json) -> Json:
    """The keys inside sequences that are kept with a row, such as Request Attributes Sequence: judged on the row itself."""
    return {tag: element for tag, element in query.items() if tag in SEQUENCES and has_value(element)}


def identifier_of(query: Json, found: Found) -> Json:
    """The keys asked for; those beyond the index are looked up in the kept metadata, and only then."""
    known = found.attributes
    if any(tag not in known and tag not in CONTROL_TAGS for tag in query):
        known = {**found.more(), **known}
    return {
        **project(query, known),
        "00080052": query["00080052"],
        "00080054": text_element("AE", settings.AE_TITLE),
        "00080056": text_element("CS", "ONLINE"),
    }
