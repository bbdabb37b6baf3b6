"""A lean DICOM client: it must cost less than the server that it measures. One context, implicit little endian, a blocking socket."""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Self

from pydicom.uid import UID, ImplicitVRLittleEndian

from imaging.archive.intake.spool import IMPLEMENTATION_CLASS_UID
from imaging.dimse import commands as c
from imaging.dimse import pdu

CONTEXT_ID = 1
CONTEXT_ITEM, USER_ITEM = 0x20, 0x50
PENDING = {0xFF00, 0xFF01}
PDV = struct.Struct(">LBB")
LIMIT = 1 << 17


class Client:
    def __init__(self, port: int, abstract_syntax: UID, ae_title: str = "LIGHTBOX", calling: str = "BENCH") -> None:
        self._abstract_syntax = abstract_syntax
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self._socket.makefile("rb", LIMIT)
        self._next_id = 1
        self._socket.sendall(associate(abstract_syntax, ae_title, calling))
        kind, _body = self._read()
        if kind != pdu.ASSOCIATE_AC:
            raise ConnectionError(f"the association was answered with a PDU of type {kind}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.sendall(struct.pack(">BBLL", pdu.RELEASE_RQ, 0, 4, 0))
        self._read()
        self._socket.close()

    def ask(self, field: int, data: bytes, more: Mapping[int, int | str] | None = None) -> tuple[int, int]:
        """Send a request; how many pending answers came, and the last one's status."""
        units = [self._command(field, more), *pdu.p_data(CONTEXT_ID, data, is_command=False, max_length=LIMIT)]
        self._socket.sendall(b"".join(units))
        return self.answer()

    def begin(self, field: int, more: Mapping[int, int | str]) -> Callable[[bytes, bool], None]:
        """Send a request whose data set comes in pieces: call what this gives with each of them, and whether it is the last one."""
        self._socket.sendall(self._command(field, more))

        def send(data: bytes, is_last: bool) -> None:
            for at in range(0, len(data), LIMIT - 6):
                end = is_last and at + LIMIT - 6 >= len(data)
                self._socket.sendall(pdu.data_unit(CONTEXT_ID, data[at : at + LIMIT - 6], is_command=False, is_last=end))

        return send

    def _command(self, field: int, more: Mapping[int, int | str] | None) -> bytes:
        command = {
            c.FIELD: field,
            c.MESSAGE_ID: self._next_id,
            c.AFFECTED_CLASS: self._abstract_syntax,
            c.PRIORITY: 0,
            c.DATA_SET_TYPE: 1,
            **(more or {}),
        }
        self._next_id += 1
        return b"".join(pdu.p_data(CONTEXT_ID, c.command_write(command), is_command=True, max_length=LIMIT))

    def answer(self) -> tuple[int, int]:
        """How many pending answers came to what was sent, and the last one's status."""
        for pending, (answer, _data) in enumerate(self.messages()):
            status = int(answer[c.STATUS])
            if status not in PENDING:
                return pending, status
        raise ConnectionError("no answer")

    def messages(self) -> Iterator[tuple[c.Command, bytes]]:
        """What comes back, one message after the other: its command, and the bytes of its data set."""
        command, data = b"", b""
        found: c.Command | None = None
        while True:
            for control, piece in self._pieces():
                if control & 1:
                    command += piece
                else:
                    data += piece
                if control == 3:  # the last piece of a command
                    found, command = c.command_read(command), b""
                if found is not None and control & 2 and (control == 2 or found[c.DATA_SET_TYPE] == c.NO_DATA_SET):
                    yield found, data
                    found, data = None, b""

    def _pieces(self) -> Iterator[tuple[int, bytes]]:
        kind, body = self._read()
        if kind != pdu.P_DATA:
            raise ConnectionError(f"a PDU of type {kind} instead of an answer")
        at = 0
        while at < len(body):
            length, _context, control = PDV.unpack_from(body, at)
            yield control, body[at + PDV.size : at + 4 + length]
            at += 4 + length

    def _read(self) -> tuple[int, bytes]:
        kind, _reserved, length = struct.unpack(">BBL", self._stream.read(6))
        return kind, self._stream.read(length)


def item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def associate(abstract_syntax: UID, ae_title: str, calling: str = "BENCH") -> bytes:
    """An A-ASSOCIATE-RQ with one presentation context (PS3.8 9.3.2)."""
    syntaxes = item(0x30, abstract_syntax.encode()) + item(0x40, ImplicitVRLittleEndian.encode())
    body = struct.pack(">HH16s16s32x", 1, 0, ae_title.encode().ljust(16), calling.encode().ljust(16))
    body += item(0x10, pdu.APPLICATION_CONTEXT)
    body += item(CONTEXT_ITEM, struct.pack(">BBBB", CONTEXT_ID, 0, 0, 0) + syntaxes)
    body += item(USER_ITEM, item(0x51, struct.pack(">L", LIMIT)) + item(0x52, IMPLEMENTATION_CLASS_UID.encode()))
    return struct.pack(">BBL", pdu.ASSOCIATE_RQ, 0, len(body)) + body
