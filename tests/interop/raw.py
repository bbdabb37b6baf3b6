"""A peer whose every byte a test decides: data sets written and taken apart by hand, in Implicit VR Little Endian.

pydicom 3.0.2 cannot serve as a witness for character sets: it writes ISO 2022 IR 58 without its escape sequences and keeps them on reading.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.uid import UID

from imaging.dimse import commands as c
from imaging.dimse import pdu
from imaging.dimse.commands import Command
from tests.bench.client import CONTEXT_ID, LIMIT, PENDING, Client

Value = bytes | list["Values"]
Values = Mapping[str, Value]
"""Values by keyword: bytes, or the items of a sequence."""
Answer = dict[str, Any]
SEQUENCES = frozenset({0x00400100, 0x00400275, 0x00321064, 0x00400008})
ITEM = b"\xfe\xff\x00\xe0"


def encoded_by_hand(values: Values) -> bytes:
    elements = {tag_for_keyword(keyword): value for keyword, value in values.items()}
    return b"".join(_element(tag, elements[tag]) for tag in sorted(elements, key=lambda tag: tag or 0) if tag is not None)


def _element(tag: int, value: Value) -> bytes:
    raw = b"".join(_item(encoded_by_hand(item)) for item in value) if isinstance(value, list) else value
    raw += b" " * (len(raw) % 2)
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(raw)) + raw


def _item(raw: bytes) -> bytes:
    return ITEM + struct.pack("<L", len(raw)) + raw


def taken_apart(raw: bytes) -> Answer:
    """Values by keyword-less tag, such as "00100010", without padding; of a sequence, its items."""
    found: Answer = {}
    at = 0
    while at < len(raw):
        group, element, length = struct.unpack_from("<HHL", raw, at)
        value = raw[at + 8 : at + 8 + length]
        tag = group << 16 | element
        found[f"{tag:08X}"] = _items(value) if tag in SEQUENCES else value.rstrip(b" \0")
        at += 8 + length
    return found


def _items(raw: bytes) -> list[Answer]:
    found = []
    at = 0
    while at < len(raw):
        length = struct.unpack_from("<L", raw, at + 4)[0]
        found.append(taken_apart(raw[at + 8 : at + 8 + length]))
        at += 8 + length
    return found


class RawPeer(Client):
    """One association of the scanner CT1 for one SOP class."""

    def __init__(self, port: int, sop_class: str, ae_title: str = "CT1") -> None:
        super().__init__(port, UID(sop_class), calling=ae_title)

    def find(self, keys: Values) -> list[Answer]:
        """Every match; the last status has to be Success."""
        found = []
        self.send({c.FIELD: c.C_FIND_RQ, c.PRIORITY: 0}, keys)
        for command, data in self.messages():
            if command[c.STATUS] not in PENDING:
                break
            found.append(taken_apart(data))
        assert command[c.STATUS] == 0, command
        return found

    def store(self, values: Values) -> int:
        uid = bytes(values["SOPInstanceUID"]).decode()  # type: ignore[arg-type]  no sequence
        return int(self._one({c.FIELD: c.C_STORE_RQ, c.PRIORITY: 0, c.AFFECTED_INSTANCE: uid}, values)[0][c.STATUS])

    def create(self, uid: str, values: Values) -> Command:
        """The answer to N-CREATE; without `uid`, the server has to give one."""
        return self._one({c.FIELD: c.N_CREATE_RQ, **({c.AFFECTED_INSTANCE: uid} if uid else {})}, values)[0]

    def set(self, uid: str, values: Values) -> Command:
        return self._one({c.FIELD: c.N_SET_RQ, c.REQUESTED_INSTANCE: uid}, values)[0]

    def get(self, uid: str, tags: Sequence[str] = ()) -> tuple[Command, Answer]:
        """The answer to N-GET of `tags`, or of everything, and the attributes in it."""
        wanted = {c.ATTRIBUTES: "".join(tags)} if tags else {}
        command, data = self._one({c.FIELD: c.N_GET_RQ, c.REQUESTED_INSTANCE: uid, **wanted})
        return command, taken_apart(data)

    def raw(self, field: int, data: bytes) -> Command:
        """The answer to a request with `data` as it is."""
        self._send_bytes({c.FIELD: field}, data)
        return next(self.messages())[0]

    def _one(self, command: Command, values: Values | None = None) -> tuple[Command, bytes]:
        self.send(command, values)
        return next(self.messages())

    def send(self, command: Command, values: Values | None) -> None:
        """A request, without waiting for its answer."""
        self._send_bytes(command, encoded_by_hand(values) if values is not None else b"")

    def _send_bytes(self, command: Command, data: bytes) -> None:
        whose = c.REQUESTED_CLASS if command[c.FIELD] in {c.N_SET_RQ, c.N_GET_RQ} else c.AFFECTED_CLASS
        full = {whose: self._abstract_syntax, c.MESSAGE_ID: 1, **command, c.DATA_SET_TYPE: 1 if data else c.NO_DATA_SET}
        units = [*pdu.p_data(CONTEXT_ID, c.command_write(full), is_command=True, max_length=LIMIT)]
        if data:
            units += pdu.p_data(CONTEXT_ID, data, is_command=False, max_length=LIMIT)
        self._socket.sendall(b"".join(units))
