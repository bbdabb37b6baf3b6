"""C-MOVE and C-GET (PS3.4 C.4.2, C.4.3): the same sub-operations, to a third node or back over the same association.

Counts are true at any time: an object is "completed" only when its receiver said so. A move is a lasting job (`dimse.moving`): a worker
finishes what a killed process began, and a destination that is away or full is tried again.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connections

from imaging.archive.corrections.overlay import corrected_pieces, is_corrected
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import file_chunks
from imaging.archive.pictures.transcode import PLAIN, dataset_as
from imaging.common.errors import InvalidInput, LightboxError
from imaging.dimse import commands as c
from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status
from imaging.dimse.contexts import Context
from imaging.dimse.identifiers import identifier_read, identifier_write, text_element
from imaging.dimse.lines import Line, paced
from imaging.dimse.looks import retrieval_note
from imaging.dimse.models import RemoteNode
from imaging.dimse.moving import Move, Moved, mover
from imaging.dimse.scu.store import FAILED_HERE, Sent
from imaging.dimse.selection import instances_wanted, level_of

logger = logging.getLogger(__name__)
MOST = 0xFFFF
FIRST_PAUSE, LONGEST_PAUSE, PENDING_SECONDS, PARTING_SECONDS = 0.01, 0.5, 10.0, 5.0
Send = Callable[[Instance], Sent]


@dataclass
class SubOperations:
    """How far a retrieval has come."""

    remaining: int
    completed: int = 0
    failed: int = 0
    warning: int = 0
    failed_uids: list[str] = field(default_factory=list)
    reason: str = ""
    """Why the last one failed, in words for the error comment."""

    def note(self, instance: Instance, sent: Sent) -> None:
        self.remaining -= 1
        if sent.is_success:
            self.completed += 1
        elif sent.is_warning:
            self.warning += 1
        else:
            self.failed += 1
            self.failed_uids.append(instance.sop_instance_uid)
            self.reason = sent.reason or self.reason

    def counts(self, *, final: bool) -> dict[int, int]:
        done = {c.COMPLETED: self.completed, c.FAILED: self.failed, c.WARNING: self.warning}
        return done if final else {c.REMAINING: self.remaining, **done}

    @property
    def status(self) -> int:
        if not self.failed and not self.warning:
            return Status.SUCCESS
        return Status.WARNING_SUB_OPERATIONS if self.completed or self.warning else Status.OUT_OF_RESOURCES_SUB_OPERATIONS


def handle_move(association: Association, request: Message) -> None:
    """A801 for a destination that is not set up; A702 when nothing got through; B000 when something did not."""
    title = request.text(c.MOVE_DESTINATION)
    node = RemoteNode.objects.filter(ae_title=title, is_active=True, is_destination=True).first()
    if node is None:
        logger.warning("%s asked to move to %s, which is no destination", association.peer, title)
        association.reply(request, Status.MOVE_DESTINATION_UNKNOWN, comment=f"{title} is not set up as a destination")
        return
    instances = _wanted(association, request, to=title, sees_protected=association.peer.sees_protected and node.may_see_protected)
    if instances is None:
        return
    if not instances:
        _finish(association, request, SubOperations(0))
        return
    priority = int(request.command.get(c.PRIORITY, 0))
    key = mover().begin(Move(node, instances, association.peer.ae_title, request.id, priority))
    worker = threading.Thread(target=_work, args=(key,), name=f"move-{key}", daemon=True)
    worker.start()
    _tell(association, request, key, _follow(association, request, key))
    worker.join(PARTING_SECONDS)


def _work(key: int) -> None:
    """Here and now rather than by a worker; whoever asked waits. When this process dies, a worker finishes it."""
    try:
        mover().work(key)
    finally:
        connections.close_all()


def _follow(association: Association, request: Message, key: int) -> tuple[Moved, bool]:
    """Tell the peer each new count until the move has ended, is taken back, or has waited too long for its destination; whether it was
    taken back. The move itself goes on when the peer leaves."""
    deadline, is_cancelled, pause = time.monotonic() + settings.DICOM_MOVE_WAIT_SECONDS, False, FIRST_PAUSE
    told: Moved | None = None
    told_at = 0.0
    while True:
        moved = mover().look(key)
        if moved.has_ended or (moved.waits and time.monotonic() >= deadline):
            return moved, is_cancelled
        if not is_cancelled and association.is_cancelled(request):
            is_cancelled = True
            mover().cancel(key)
        elif moved.remaining and (moved != told or time.monotonic() - told_at >= PENDING_SECONDS):
            association.reply(request, Status.PENDING, more=_counts(moved, remaining=moved.remaining))
            told, told_at, pause = moved, time.monotonic(), FIRST_PAUSE
        association.wire.has_data(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


def _tell(association: Association, request: Message, key: int, ended: tuple[Moved, bool]) -> None:
    """The final answer: what has not arrived is named, also when it is tried again later."""
    moved, is_cancelled = ended
    undone = mover().undone(key)
    data = identifier_write({"00080058": text_element("UI", *undone)}, request.context.transfer_syntax) if undone else b""
    logger.info("%s: move %d, %d completed, %d did not arrive", association.peer, key, moved.completed + moved.warning, len(undone))
    if is_cancelled and moved.remaining:
        association.reply(request, Status.CANCELLED, data=data, more=_counts(moved, remaining=moved.remaining))
        return
    failed = moved.failed + moved.remaining
    status = SubOperations(0, moved.completed, failed, moved.warning).status
    association.reply(request, status, data=data, comment=moved.reason, more=_counts(moved, failed=failed))


def _counts(moved: Moved, *, remaining: int | None = None, failed: int | None = None) -> dict[int, int]:
    done = {c.COMPLETED: moved.completed, c.FAILED: moved.failed if failed is None else failed, c.WARNING: moved.warning}
    return done if remaining is None else {c.REMAINING: remaining, **done}


def handle_get(association: Association, request: Message) -> None:
    """C-GET: every object comes back over the association that asked, no faster than the node's line may be used at this hour."""
    peer = association.peer
    instances = _wanted(association, request, to=peer.ae_title, sees_protected=peer.sees_protected)
    if instances is None:
        return
    state, line = SubOperations(len(instances)), _line_to(peer.ae_title)
    _each(association, request, instances, state, lambda instance: _send_back(association, instance, line))
    _finish(association, request, state)


def _wanted(association: Association, request: Message, *, to: str, sees_protected: bool) -> list[Instance] | None:
    """What is to go to the AE title `to`, with the retrieval noted; None when the request was answered already."""
    try:
        query = identifier_read(request.data, request.context.transfer_syntax)
        level = level_of(query, request.context.abstract_syntax)
        rows = instances_wanted(query, level, sees_protected=sees_protected)
    except InvalidInput as error:
        logger.warning("%s: retrieval refused: %s", association.peer, error)
        association.reply(request, Status.DATA_SET_MISMATCH, comment=str(error))
        return None
    instances = list(rows.defer("frame_offsets")[: MOST + 1])
    if len(instances) > MOST:
        association.reply(request, Status.OUT_OF_RESOURCES_MATCHES, comment="More than 65535 objects; ask for less at once")
        return None
    retrieval_note(peer=association.peer, instances=instances, to=to)
    return instances


def _each(association: Association, request: Message, instances: list[Instance], state: SubOperations, send: Send) -> None:
    """One sub-operation after the other, each told as Pending, until all are done or the peer takes the request back."""
    for instance in instances:
        if association.is_cancelled(request):
            return
        sent = send(instance)
        if not sent.is_success:
            logger.warning("%s: %s not taken: %04X %s", association.peer, instance.sop_instance_uid, sent.status, sent.reason)
        state.note(instance, sent)
        if state.remaining:
            association.reply(request, Status.PENDING, more=state.counts(final=False))


def _finish(association: Association, request: Message, state: SubOperations) -> None:
    syntax = request.context.transfer_syntax
    failed = identifier_write({"00080058": text_element("UI", *state.failed_uids)}, syntax) if state.failed_uids else b""
    if state.remaining:
        association.reply(request, Status.CANCELLED, data=failed, more=state.counts(final=False))
        return
    association.reply(request, state.status, data=failed, comment=state.reason, more=state.counts(final=True))
    logger.info(
        "%s: retrieval ended, %d completed, %d failed, %d with warning", association.peer, state.completed, state.failed, state.warning
    )


def _line_to(ae_title: str) -> Line | None:
    """The line of a node whose bandwidth is limited, be it at other hours: they may begin meanwhile."""
    node = RemoteNode.objects.filter(ae_title=ae_title, is_active=True, max_mbit__isnull=False).first()
    return Line(node) if node is not None else None


def _send_back(association: Association, instance: Instance, line: Line | None) -> Sent:
    found = _context_for(association, instance)
    if found is None:
        return Sent(FAILED_HERE, "the peer agreed to no context for this SOP class")
    command: c.Command = {
        c.FIELD: c.C_STORE_RQ,
        c.PRIORITY: 0,
        c.AFFECTED_CLASS: instance.sop_class_uid,
        c.AFFECTED_INSTANCE: instance.sop_instance_uid,
    }
    try:
        pieces = _pieces(instance, found)
        answer = association.ask(found, command, pieces if line is None else paced(pieces, line))
    except (LightboxError, OSError) as error:
        return Sent(FAILED_HERE, str(error))
    return Sent(int(answer.command.get(c.STATUS, FAILED_HERE)), answer.text(c.ERROR_COMMENT))


def _context_for(association: Association, instance: Instance) -> Context | None:
    """As stored where the peer takes that, else plain."""
    ours = [context for context in association.contexts.values() if context.we_send and context.abstract_syntax == instance.sop_class_uid]
    as_stored = [context for context in ours if context.transfer_syntax == instance.transfer_syntax_uid]
    return next(iter(as_stored or [context for context in ours if context.transfer_syntax in PLAIN]), None)


def _pieces(instance: Instance, context: Context) -> Iterable[bytes]:
    if context.transfer_syntax == instance.transfer_syntax_uid and is_corrected(instance):
        return corrected_pieces(instance, with_meta=False)
    if context.transfer_syntax == instance.transfer_syntax_uid:
        return file_chunks(instance, instance.dataset_offset)
    return iter([dataset_as(instance, context.transfer_syntax).read()])
