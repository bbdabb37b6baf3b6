"""One association with a peer that called us: agree, take requests one after the other, answer each, part (PS3.7, PS3.8).

This loop is ours because acknowledging must be quick and a hostile peer cheap; pynetdicom serves where we call others (`scu`).
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections

from imaging.common.errors import LightboxError
from imaging.dimse import commands as c
from imaging.dimse import pdu
from imaging.dimse.contexts import Context, extensions_granted, negotiate, service_of
from imaging.dimse.pdu import AssociateRequest, BadPdu
from imaging.dimse.peers import Peer, peer_find
from imaging.dimse.sinks import DiscardSink, MemorySink, Sink, StoreSink
from imaging.dimse.wire import FOREVER, PDV, PeerGone, Wire

logger = logging.getLogger(__name__)
COMMENT_LENGTH = 64
PENDING_REQUESTS, LARGEST_WAITING = 8, 1 << 20
# Matches of a query that wait to be sent together.
UNSENT_BYTES, UNSENT_SECONDS = 16 * 1024, 0.1
NOBODY = "?"
_numbers = itertools.count(1)


class Ended(Exception):
    """The peer released or aborted the association."""


@dataclass(eq=False)
class Message:
    """A request or a response with its data set, if any: in memory, or on disk for storage."""

    context: Context
    command: c.Command
    sink: Sink | None = None
    pending: dict[int, bytes] = field(default_factory=dict)
    """The command of each match of it by status: all are the same."""

    @property
    def field(self) -> int:
        return int(self.command[c.FIELD])

    @property
    def id(self) -> int:
        return int(self.command.get(c.MESSAGE_ID, 0))

    @property
    def data(self) -> bytes:
        return self.sink.content() if isinstance(self.sink, MemorySink) else b""

    def text(self, element: int) -> str:
        return str(self.command.get(element, ""))

    def discard(self) -> None:
        if self.sink is not None:
            self.sink.discard()


Handler = Callable[["Association", Message], None]


@dataclass(eq=False)
class Association:
    wire: Wire
    address: str
    handlers: Mapping[int, Handler]
    is_welcome: bool = True
    """False: all places are taken; the request is read and refused as such."""
    resources: Any = None
    """What the server shares with its handlers."""
    has_room: Callable[["Association"], bool] = lambda _association: True
    """Whether its node may have one association more, now that it is known who calls."""

    peer: Peer = field(init=False)
    contexts: dict[int, Context] = field(init=False, default_factory=dict)
    max_length: int = field(init=False, default=0)
    is_idle: bool = field(init=False, default=False)
    is_stopping: bool = field(init=False, default=False)
    number: int = field(init=False, default_factory=lambda: next(_numbers))
    started_at: float = field(init=False, default_factory=time.time)
    doing: tuple[int, str] | None = field(init=False, default=None)
    """Command field and SOP class of the request that it is at."""
    objects: int = field(init=False, default=0)
    octets: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.peer = Peer(NOBODY, self.address, frozenset())
        self._waiting: list[Message] = []
        self._cancelled: set[int] = set()
        self._sink: Sink | None = None
        self._next_id = 1
        self._unsent = bytearray()
        self._unsent_since = 0.0

    @property
    def is_stranger(self) -> bool:
        """Connected, without having said who it is."""
        return self.peer.ae_title == NOBODY and not self.is_stopping

    def run(self) -> None:
        """Serve the peer until it parts. Nothing that it does escapes from here."""
        try:
            if self._agree():
                self._serve()
        except Ended as end:
            logger.debug("%s %s", self.peer, end)
        except PeerGone as reason:
            is_probe = self.peer.ae_title == NOBODY  # a port scan or health check says nothing at all
            logger.log(logging.DEBUG if is_probe else logging.INFO, "%s %s", self.peer, reason)
        except BadPdu as fault:
            logger.warning("%s broke the protocol: %s", self.peer, fault)
            self._abort(fault.reason)
        except Exception:
            logger.exception("%s: association aborted by a fault of ours", self.peer)
            self._abort(0)
        finally:
            for message in self._waiting:
                message.discard()
            if self._sink is not None:
                self._sink.discard()
            self.wire.close()
            connections.close_all()

    def _abort(self, reason: int) -> None:
        try:
            self.wire.write(pdu.abort(reason))
        except PeerGone:
            return

    def _agree(self) -> bool:
        until = time.monotonic() + settings.DICOM_ACSE_SECONDS
        self.wire.open(until)
        kind, body = self.wire.read_pdu(settings.DICOM_ACSE_SECONDS, until)
        if kind != pdu.ASSOCIATE_RQ:
            raise BadPdu("the first PDU is no association request", pdu.ABORT_UNEXPECTED)
        request = pdu.associate_request(bytes(body))
        refusal = self._refusal(request)
        if refusal is not None:
            logger.warning("%s@%s refused: calls %s, %s", request.calling_ae_title, self.address, request.called_ae_title, refusal)
            self.wire.write(pdu.associate_reject(*refusal))
            return False
        self.contexts, answers, roles = negotiate(request)
        self.max_length = request.max_length
        self.wire.write(pdu.associate_accept(request, answers, roles, extensions_granted(request), settings.DICOM_MAX_PDU_BYTES))
        logger.debug("%s associated, %d contexts", self.peer, len(self.contexts))
        return True

    def _refusal(self, request: AssociateRequest) -> tuple[int, int, int] | None:
        if not self.is_welcome:
            return pdu.FULL
        if not request.protocol_version & 1:
            return pdu.NO_PROTOCOL_VERSION
        if request.application_context != pdu.APPLICATION_CONTEXT:
            return pdu.NO_APPLICATION_CONTEXT
        if request.called_ae_title != settings.AE_TITLE:
            return pdu.CALLED_UNKNOWN
        found = peer_find(request.calling_ae_title, self.address, is_tls=self.wire.is_tls)
        if found is None:
            return pdu.CALLING_UNKNOWN
        self.peer = found
        return None if self.has_room(self) else pdu.FULL

    def _serve(self) -> None:
        while not self.is_stopping:
            message = self._waiting.pop(0) if self._waiting else self._next_when_idle()
            self._handle(message)
        self._abort(0)

    def _next_when_idle(self) -> Message:
        self.is_idle = True
        message = self.read()
        self.is_idle = False
        return message

    def _handle(self, message: Message) -> None:
        if message.field & c.RESPONSE_BIT or message.field == c.C_CANCEL_RQ:
            return  # late: what it belongs to is over
        self.doing = (message.field, message.context.abstract_syntax)
        handler = self.handlers.get(message.field)
        service = "commitment-report" if message.field == c.N_EVENT_REPORT_RQ else service_of(message.context.abstract_syntax)
        try:
            if handler is None:
                self.reply(message, c.Status.UNRECOGNISED_OPERATION, comment="This operation is not supported")
            elif service not in self.peer.services:
                logger.warning("%s may not use %s", self.peer, service)
                self.reply(message, c.Status.NOT_AUTHORISED, comment=f"This AE title may not use: {service}")
            else:
                handler(self, message)
        except LightboxError as error:
            logger.warning("%s: request %04X refused: %s", self.peer, message.field, error)
            self.reply(message, c.Status.UNABLE_TO_PROCESS, comment=str(error))
        except (Ended, PeerGone, BadPdu):
            raise
        except Exception:
            logger.exception("%s: request %04X failed by a fault of ours", self.peer, message.field)
            self.reply(message, c.Status.PROCESSING_FAILURE, comment="Lightbox could not do this; the fault has been logged")
        finally:
            self._sink = None
            self._cancelled.discard(message.id)
            message.discard()
            self.doing = None
            close_old_connections_if_broken()

    def read(self) -> Message:
        """The next message, which the peer has to bring within the time for one and for its bytes. Raises Ended, PeerGone or BadPdu."""
        command = bytearray()
        message: Message | None = None
        until, octets = FOREVER, 0
        while True:
            for context_id, control, piece in self._values(until):
                octets += len(piece)
                self.octets += len(piece)
                if control & 1:
                    message = self._command(context_id, control, piece, command) or message
                elif message is None or message.sink is None or context_id != message.context.id:
                    raise BadPdu("data came without a command", pdu.ABORT_UNEXPECTED)
                else:
                    message.sink.write(piece)
                if message is not None and control & 2 and (not control & 1 or message.sink is None):
                    return message
            if until == FOREVER:
                started = time.monotonic()
            until = started + settings.DICOM_MESSAGE_SECONDS + octets / settings.DICOM_SLOWEST_BYTES

    def _values(self, until: float) -> Iterable[tuple[int, int, bytes]]:
        kind, body = self.wire.read_pdu(settings.DICOM_NETWORK_SECONDS, until)
        if kind == pdu.RELEASE_RQ:
            self.wire.write(pdu.release_reply())
            raise Ended("released")
        if kind == pdu.ABORT:
            raise Ended("aborted")
        if kind != pdu.P_DATA:
            raise BadPdu(f"a PDU of type {kind} in the middle of an association", pdu.ABORT_UNEXPECTED)
        at, end = 0, len(body)
        while at + PDV.size <= end:
            length, context_id, control = PDV.unpack(body[at : at + PDV.size])
            if length < 2 or at + 4 + length > end:
                raise BadPdu("a presentation data value is longer than its PDU")
            yield context_id, control, body[at + PDV.size : at + 4 + length]  # type: ignore[misc]  # no copy: sinks take any buffer
            at += 4 + length

    def _command(self, context_id: int, control: int, piece: bytes, pieces: bytearray) -> Message | None:
        pieces += piece
        if len(pieces) > c.COMMAND_BYTES:
            raise BadPdu("the command set is too large")
        if not control & 2:
            return None
        if context_id not in self.contexts:
            raise BadPdu(f"a message under context {context_id}, which was not agreed")
        try:
            command = c.command_read(bytes(pieces))
        except ValueError as error:
            raise BadPdu(str(error)) from error
        pieces.clear()
        message = Message(self.contexts[context_id], command)
        if command[c.DATA_SET_TYPE] != c.NO_DATA_SET:
            message.sink = self._sink = self._sink_for(message)
        return message

    def _sink_for(self, message: Message) -> Sink:
        if message.field == c.C_STORE_RQ:
            may_store = "storage" in self.peer.services
            return StoreSink(message.context, message.command, self.peer.ae_title) if may_store else DiscardSink()
        return MemorySink()

    def send(self, context: Context, command: Mapping[int, int | str], data: bytes = b"") -> None:
        """Send a command set and, when there are any, the bytes of its data set."""
        self._unsent += self._message(context, command, data)
        self.flush()

    def _message(self, context: Context, command: Mapping[int, int | str], data: bytes) -> bytes:
        full = {**command, c.DATA_SET_TYPE: 1 if data else c.NO_DATA_SET}
        units = list(pdu.p_data(context.id, c.command_write(full), is_command=True, max_length=self.max_length))
        if data:
            units += pdu.p_data(context.id, data, is_command=False, max_length=self.max_length)
        return b"".join(units)

    def flush(self) -> None:
        """Send what `pend` has kept back."""
        if self._unsent:
            data, self._unsent = bytes(self._unsent), bytearray()
            self.wire.write(data)

    def pend(self, request: Message, data: bytes, status: int = c.Status.PENDING) -> None:
        """Answer a query with one more match. Matches go out some at a time: handing each to the network by itself costs more than it."""
        if not self._unsent:
            self._unsent_since = time.monotonic()
        if status not in request.pending:
            command = c.command_write({**self._answer_to(request, status), c.DATA_SET_TYPE: 1})
            units = pdu.p_data(request.context.id, command, is_command=True, max_length=self.max_length)
            request.pending[status] = b"".join(units)
        self._unsent += request.pending[status]
        for unit in pdu.p_data(request.context.id, data, is_command=False, max_length=self.max_length):
            self._unsent += unit
        if len(self._unsent) >= UNSENT_BYTES or time.monotonic() - self._unsent_since > UNSENT_SECONDS:
            self.flush()

    @staticmethod
    def _answer_to(request: Message, status: int) -> dict[int, int | str]:
        return {
            c.FIELD: request.field | c.RESPONSE_BIT,
            c.ANSWERS_ID: request.id,
            c.STATUS: status,
            c.AFFECTED_CLASS: request.text(c.AFFECTED_CLASS) or request.text(c.REQUESTED_CLASS) or request.context.abstract_syntax,
        }

    def reply(
        self, request: Message, status: int, *, data: bytes = b"", comment: str = "", more: Mapping[int, int | str] | None = None,
        offending: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Answer `request`. `comment` says in plain words what is wrong, `offending` names the tags at fault; `more` are further elements,
        such as the numbers of sub-operations."""
        answer = self._answer_to(request, status)
        if instance := request.text(c.AFFECTED_INSTANCE) or request.text(c.REQUESTED_INSTANCE):
            answer[c.AFFECTED_INSTANCE] = instance
        if comment:
            answer[c.ERROR_COMMENT] = comment.replace("\\", "/")[:COMMENT_LENGTH]
        if offending:
            answer[c.OFFENDING] = "".join(offending)
        self.send(request.context, {**answer, **(more or {})}, data)

    def is_cancelled(self, request: Message) -> bool:
        """Whether the peer has taken `request` back by now (C-CANCEL)."""
        while request.id not in self._cancelled and self.wire.has_data():
            self._put_by(self.read())
        return request.id in self._cancelled

    def _put_by(self, message: Message) -> None:
        if message.field == c.C_CANCEL_RQ:
            self._cancelled.add(int(message.command.get(c.ANSWERS_ID, 0)))
        elif len(self._waiting) >= PENDING_REQUESTS or sum(len(one.data) for one in (message, *self._waiting)) > LARGEST_WAITING:
            message.discard()
            raise BadPdu("too many requests at once", pdu.ABORT_UNEXPECTED)
        else:
            self._waiting.append(message)

    def ask(self, context: Context, command: Mapping[int, int | str], chunks: Iterable[bytes] = ()) -> Message:
        """Send a request of our own on this association, its data set in `chunks`, and wait for the response. Raises PeerGone, Ended."""
        self._next_id = self._next_id % 0xFFFF + 1
        pieces = iter(chunks)
        first = next(pieces, b"")
        full = {**command, c.MESSAGE_ID: self._next_id, c.DATA_SET_TYPE: 1 if first else c.NO_DATA_SET}
        self.wire.write(b"".join(pdu.p_data(context.id, c.command_write(full), is_command=True, max_length=self.max_length)))
        if first:
            self._send_chunks(context, first, pieces)
        while True:
            message = self.read()
            if message.field & c.RESPONSE_BIT and message.command.get(c.ANSWERS_ID) == self._next_id:
                return message
            self._put_by(message)

    def _send_chunks(self, context: Context, first: bytes, rest: Iterable[bytes]) -> None:
        pending = first
        for piece in rest:
            self.wire.write(b"".join(self._units(context, pending, is_last=False)))
            pending = piece
        self.wire.write(b"".join(self._units(context, pending, is_last=True)))

    def _units(self, context: Context, data: bytes, *, is_last: bool) -> Iterable[bytes]:
        size = max((self.max_length or (1 << 20)) - 6, 1024)
        for at in range(0, len(data), size):
            end = at + size >= len(data)
            yield pdu.data_unit(context.id, data[at : at + size], is_command=False, is_last=is_last and end)


def close_old_connections_if_broken() -> None:
    """A database that went away must not be asked again through a dead connection; a good one is kept for the next request."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            close_old_connections()
            return
