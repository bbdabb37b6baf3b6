"""The upper layer's protocol data units (PS3.8 chapter 9): taken apart with bounds, put together exactly."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from imaging.archive.intake.spool import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
APPLICATION_CONTEXT = b"1.2.840.10008.3.1.1.1"
FIXED_BYTES = 68
CONTEXTS = 128
EXTENSION_BYTES = 16
PERMANENT, TRANSIENT = 1, 2
# (result, source, reason) of a rejection (PS3.8 table 9-21).
CALLING_UNKNOWN = (PERMANENT, 1, 3)
CALLED_UNKNOWN = (PERMANENT, 1, 7)
NO_APPLICATION_CONTEXT = (PERMANENT, 1, 2)
NO_PROTOCOL_VERSION = (PERMANENT, 2, 2)
FULL = (TRANSIENT, 3, 2)
# Reasons of an abort by the provider (table 9-26).
ABORT_UNEXPECTED, ABORT_INVALID = 2, 6


class BadPdu(Exception):
    """The peer breaks the protocol; the association is aborted with `reason`."""

    def __init__(self, message: str, reason: int = ABORT_INVALID) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class ProposedContext:
    id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass
class AssociateRequest:
    called_ae_title: str
    calling_ae_title: str
    protocol_version: int
    application_context: bytes = b""
    contexts: list[ProposedContext] = field(default_factory=list)
    max_length: int = 0
    implementation_version: str = ""
    roles: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    extensions: dict[str, bytes] = field(default_factory=dict)
    """Extended negotiation (PS3.7 D.3.3.5): SOP class -> its service class application information."""


@dataclass(frozen=True)
class ContextAnswer:
    """Result 0 accepts with one transfer syntax; 3 and 4 refuse the abstract or every transfer syntax."""

    id: int
    result: int
    transfer_syntax: str


def _title(raw: bytes) -> str:
    return raw.decode("ascii", "replace").strip(" \0")


def _uid(raw: bytes) -> str:
    return raw.decode("ascii", "replace").rstrip(" \0")


def _items(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(raw):
        kind, _reserved, length = struct.unpack(">BBH", raw[at : at + 4])
        if at + 4 + length > len(raw):
            raise BadPdu("an item is longer than the request that holds it")
        yield kind, raw[at + 4 : at + 4 + length]
        at += 4 + length


def associate_request(body: bytes) -> AssociateRequest:
    """An A-ASSOCIATE-RQ without its six byte header. Raises BadPdu."""
    if len(body) < FIXED_BYTES:
        raise BadPdu("the association request is too short")
    version = struct.unpack(">H", body[:2])[0]
    request = AssociateRequest(_title(body[4:20]), _title(body[20:36]), version)
    for kind, value in _items(body[FIXED_BYTES:]):
        if kind == 0x10:
            request.application_context = value.rstrip(b"\0")
        elif kind == 0x20:
            request.contexts.append(_context(value))
        elif kind == 0x50:
            _user_information(request, value)
    if len(request.contexts) > CONTEXTS:
        raise BadPdu("more than 128 presentation contexts")
    return request


def _context(raw: bytes) -> ProposedContext:
    if len(raw) < 4:
        raise BadPdu("a presentation context is too short")
    abstract, transfer = "", []
    for kind, value in _items(raw[4:]):
        if kind == 0x30:
            abstract = _uid(value)
        elif kind == 0x40:
            transfer.append(_uid(value))
    return ProposedContext(raw[0], abstract, tuple(transfer))


def _user_information(request: AssociateRequest, raw: bytes) -> None:
    for kind, value in _items(raw):
        if kind == 0x51 and len(value) == 4:
            request.max_length = struct.unpack(">L", value)[0]
        elif kind == 0x55:
            request.implementation_version = _title(value)
        elif kind == 0x54 and len(value) >= 4:
            length = struct.unpack(">H", value[:2])[0]
            uid, roles = _uid(value[2 : 2 + length]), value[2 + length : 4 + length]
            if len(roles) == 2:
                request.roles[uid] = (roles[0] == 1, roles[1] == 1)
        elif kind == 0x56 and len(value) >= 2:
            length = struct.unpack(">H", value[:2])[0]
            request.extensions[_uid(value[2 : 2 + length])] = value[2 + length : 2 + length + EXTENSION_BYTES]


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def _pdu(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBL", kind, 0, len(body)) + body


def associate_accept(
    request: AssociateRequest, answers: list[ContextAnswer], roles: Mapping[str, tuple[bool, bool]], extensions: Mapping[str, bytes],
    max_length: int,
) -> bytes:  # fmt: skip
    """An A-ASSOCIATE-AC. Titles are echoed, as the standard wants."""
    titles = request.called_ae_title.encode("ascii", "replace").ljust(16)[:16] + request.calling_ae_title.encode("ascii", "replace").ljust(
        16
    )
    contexts = b"".join(
        _item(0x21, bytes([answer.id, 0, answer.result, 0]) + _item(0x40, answer.transfer_syntax.encode("ascii", "replace")))
        for answer in answers
    )
    user = b"".join(
        [
            _item(0x51, struct.pack(">L", max_length)),
            _item(0x52, IMPLEMENTATION_CLASS_UID.encode()),
            *(_role(uid, *role) for uid, role in roles.items()),
            _item(0x55, IMPLEMENTATION_VERSION.encode()),
            *(_extension(uid, granted) for uid, granted in extensions.items()),
        ]
    )
    body = struct.pack(">HH", 1, 0) + titles[:32] + bytes(32) + _item(0x10, APPLICATION_CONTEXT) + contexts + _item(0x50, user)
    return _pdu(ASSOCIATE_AC, body)


def _role(uid: str, scu: bool, scp: bool) -> bytes:
    name = uid.encode("ascii", "replace")
    return _item(0x54, struct.pack(">H", len(name)) + name + bytes([scu, scp]))


def _extension(uid: str, granted: bytes) -> bytes:
    name = uid.encode("ascii", "replace")
    return _item(0x56, struct.pack(">H", len(name)) + name + granted)


def associate_reject(result: int, source: int, reason: int) -> bytes:
    return _pdu(ASSOCIATE_RJ, bytes([0, result, source, reason]))


def abort(reason: int, source: int = 2) -> bytes:
    return _pdu(ABORT, bytes([0, 0, source, reason]))


def release_reply() -> bytes:
    return _pdu(RELEASE_RP, bytes(4))


def p_data(context_id: int, data: bytes, *, is_command: bool, max_length: int) -> Iterator[bytes]:
    """`data` as P-DATA-TF units of at most `max_length` bytes (0: no limit of the peer's)."""
    room = (max_length or (1 << 20)) - 6
    size = max(room, 1024)
    for at in range(0, max(len(data), 1), size):
        piece = data[at : at + size]
        is_last = at + size >= len(data)
        yield data_unit(context_id, piece, is_command=is_command, is_last=is_last)


def data_unit(context_id: int, piece: bytes, *, is_command: bool, is_last: bool) -> bytes:
    control = (1 if is_command else 0) | (2 if is_last else 0)
    return struct.pack(">BBLLBB", P_DATA, 0, len(piece) + 6, len(piece) + 2, context_id, control) + piece
