"""Storage commitment N-ACTION (PS3.4 Annex J): kept first, answered once the files have been read again.

The report goes out on this association when the peer stays, else a worker opens a new one (`services.due_commitments_answer`).
"""

import logging

from imaging.archive.commitment import commitment_answered, commitment_check, commitment_failed, commitment_request
from imaging.archive.intake.values import Json, number_of, text_of
from imaging.archive.models import CommitmentRequest
from imaging.common.dicom import is_uid
from imaging.dimse import commands as c
from imaging.dimse.association import Association, Ended, Message
from imaging.dimse.commands import Status
from imaging.dimse.contexts import COMMITMENT_INSTANCE
from imaging.dimse.identifiers import identifier_read, identifier_write, text_element
from imaging.dimse.reports import report_take
from imaging.dimse.wire import PeerGone

logger = logging.getLogger(__name__)
REQUEST_COMMITMENT = 1
ALL_SAFE, SOME_FAILED = 1, 2
REFERENCES = 20_000
PARTING_SECONDS = 0.5


def handle(association: Association, request: Message) -> None:
    """0123 for another action, 0112 for another instance than the well-known one, 0115 without a transaction or references."""
    if request.command.get(c.ACTION_TYPE) != REQUEST_COMMITMENT:
        association.reply(request, Status.NO_SUCH_ACTION, comment="Only action type 1 (request commitment)")
        return
    if request.text(c.REQUESTED_INSTANCE) != COMMITMENT_INSTANCE:
        association.reply(request, Status.NO_SUCH_INSTANCE, comment="Not the well-known commitment instance")
        return
    asked = identifier_read(request.data, request.context.transfer_syntax)
    transaction_uid, references = text_of(asked, "00081195", 64), _references(asked)
    if not is_uid(transaction_uid) or not 0 < len(references) <= REFERENCES:
        association.reply(request, Status.INVALID_ARGUMENT, comment="A transaction UID and 1 to 20000 references are needed")
        return
    peer = association.peer
    kept = commitment_request(transaction_uid=transaction_uid, ae_title=peer.ae_title, address=peer.address, references=references)
    association.reply(request, Status.SUCCESS)
    if not association.wire.has_data(PARTING_SECONDS):
        _report_here(association, request, kept)


def handle_report(association: Association, request: Message) -> None:
    """N-EVENT-REPORT: an archive that we asked says what it keeps. 0112 for a transaction that is not ours, 0113 for another event."""
    if request.command.get(c.EVENT_TYPE) not in (ALL_SAFE, SOME_FAILED):
        association.reply(request, Status.NO_SUCH_EVENT, comment="Only event types 1 and 2")
        return
    told = identifier_read(request.data, request.context.transfer_syntax)
    status = report_take(
        ae_title=association.peer.ae_title,
        transaction_uid=text_of(told, "00081195", 64),
        safe={uid for _class, uid in _references(told)},
        failures={text_of(item, "00081155", 64): number_of(item, "00081197") or 0 for item in _items(told, "00081198")},
    )
    association.reply(request, status)


def _items(dataset: Json, tag: str) -> list[Json]:
    return [item for item in (dataset.get(tag) or {}).get("Value", []) if isinstance(item, dict)]


def _references(asked: Json) -> list[list[str]]:
    pairs = [[text_of(item, "00081150", 64), text_of(item, "00081155", 64)] for item in _items(asked, "00081199")]
    return [pair for pair in pairs if all(map(is_uid, pair))]


def _report_here(association: Association, request: Message, kept: CommitmentRequest) -> None:
    """The peer waits: tell it now. When it leaves meanwhile, the row stays due for a worker."""
    commitment_check(request=kept)
    command: c.Command = {
        c.FIELD: c.N_EVENT_REPORT_RQ,
        c.AFFECTED_CLASS: request.context.abstract_syntax,
        c.AFFECTED_INSTANCE: COMMITMENT_INSTANCE,
        c.EVENT_TYPE: SOME_FAILED if kept.failures else ALL_SAFE,
    }
    try:
        answer = association.ask(request.context, command, [identifier_write(_report(kept), request.context.transfer_syntax)])
    except (Ended, PeerGone) as reason:
        logger.info("%s left before its commitment report (%s); a worker will call it", association.peer, reason)
        commitment_failed(request=kept, error=f"{association.peer} left before its report")
        raise
    status = answer.command.get(c.STATUS)
    if status == Status.SUCCESS:
        commitment_answered(request=kept)
    else:
        commitment_failed(request=kept, error=f"The report was answered with {status:04X}")


def _report(kept: CommitmentRequest) -> Json:
    failed = {failure[1] for failure in kept.failures}
    safe = [_reference(*pair) for pair in kept.references if pair[1] not in failed]
    report: Json = {"00081195": text_element("UI", kept.transaction_uid), "00081199": {"vr": "SQ", "Value": safe}}
    if kept.failures:
        report["00081198"] = {"vr": "SQ", "Value": [_reference(*failure) for failure in kept.failures]}
    return report


def _reference(sop_class_uid: str, sop_instance_uid: str, reason: int | None = None) -> Json:
    item = {"00081150": text_element("UI", sop_class_uid), "00081155": text_element("UI", sop_instance_uid)}
    return item if reason is None else {**item, "00081197": {"vr": "US", "Value": [reason]}}
