"""Command sets (PS3.7 6.3 and Annex E): always Implicit VR Little Endian, small, read and written here."""

import struct
from collections.abc import Mapping
from typing import Final

C_STORE_RQ, C_STORE_RSP = 0x0001, 0x8001
C_GET_RQ, C_FIND_RQ, C_MOVE_RQ, C_ECHO_RQ = 0x0010, 0x0020, 0x0021, 0x0030
N_EVENT_REPORT_RQ, N_EVENT_REPORT_RSP = 0x0100, 0x8100
N_GET_RQ, N_SET_RQ, N_ACTION_RQ, N_CREATE_RQ, N_DELETE_RQ = 0x0110, 0x0120, 0x0130, 0x0140, 0x0150
C_CANCEL_RQ = 0x0FFF
RESPONSE_BIT = 0x8000
NO_DATA_SET = 0x0101
COMMAND_BYTES = 64 * 1024

AFFECTED_CLASS, REQUESTED_CLASS, FIELD, MESSAGE_ID, ANSWERS_ID = 0x0002, 0x0003, 0x0100, 0x0110, 0x0120
MOVE_DESTINATION, PRIORITY, DATA_SET_TYPE, STATUS, OFFENDING, ERROR_COMMENT = 0x0600, 0x0700, 0x0800, 0x0900, 0x0901, 0x0902
ERROR_ID, ATTRIBUTES = 0x0903, 0x1005
AFFECTED_INSTANCE, REQUESTED_INSTANCE, EVENT_TYPE, ACTION_TYPE = 0x1000, 0x1001, 0x1002, 0x1008
REMAINING, COMPLETED, FAILED, WARNING = 0x1020, 0x1021, 0x1022, 0x1023
MOVE_ORIGINATOR, MOVE_ORIGINATOR_ID = 0x1030, 0x1031

NUMBERS: Final = frozenset(
    {FIELD, MESSAGE_ID, ANSWERS_ID, PRIORITY, DATA_SET_TYPE, STATUS, EVENT_TYPE, ACTION_TYPE, REMAINING, COMPLETED, FAILED, WARNING}
    | {MOVE_ORIGINATOR_ID, ERROR_ID}
)
TAGS: Final = frozenset({OFFENDING, ATTRIBUTES})
"""Lists of tags, eight hexadecimal digits each without anything between."""
Command = dict[int, int | str]


class Status:
    """Statuses that we send, by their meaning (PS3.7 Annex C, PS3.4)."""

    SUCCESS = 0x0000
    PENDING = 0xFF00
    PENDING_UNMATCHED_KEYS = 0xFF01
    CANCELLED = 0xFE00
    WARNING_SUB_OPERATIONS = 0xB000
    OPTIONAL_ATTRIBUTES_UNKNOWN = 0x0001
    NO_SUCH_ATTRIBUTE = 0x0105
    INVALID_ATTRIBUTE_VALUE = 0x0106
    ATTRIBUTE_LIST = 0x0107
    PROCESSING_FAILURE = 0x0110
    DUPLICATE_INSTANCE = 0x0111
    NO_SUCH_INSTANCE = 0x0112
    NO_SUCH_EVENT = 0x0113
    INVALID_ARGUMENT = 0x0115
    INVALID_OBJECT_INSTANCE = 0x0117
    NO_SUCH_CLASS = 0x0118
    MISSING_ATTRIBUTE = 0x0120
    NO_SUCH_ACTION = 0x0123
    NOT_AUTHORISED = 0x0124
    UNRECOGNISED_OPERATION = 0x0211
    OUT_OF_RESOURCES = 0xA700
    OUT_OF_RESOURCES_MATCHES = 0xA701
    OUT_OF_RESOURCES_SUB_OPERATIONS = 0xA702
    MOVE_DESTINATION_UNKNOWN = 0xA801
    DATA_SET_MISMATCH = 0xA900
    CANNOT_UNDERSTAND = 0xC000
    UNABLE_TO_PROCESS = 0xC001


def command_read(raw: bytes) -> Command:
    """The elements of a command set by element number. Raises ValueError when it is damaged."""
    found: Command = {}
    at = 0
    while at + 8 <= len(raw):
        group, element, length = struct.unpack("<HHL", raw[at : at + 8])
        value = raw[at + 8 : at + 8 + length]
        if group != 0 or len(value) != length:
            raise ValueError("the command set is damaged")
        if element in NUMBERS:
            if length < 2:
                raise ValueError(f"command element {element:04X} has no value")
            found[element] = struct.unpack("<H", value[:2])[0]
        elif element in TAGS:
            found[element] = _digits(value)
        else:
            found[element] = value.decode("ascii", "replace").strip(" \0")
        at += 8 + length
    if FIELD not in found or DATA_SET_TYPE not in found:
        raise ValueError("the command set lacks its command field or data set type")
    return found


def command_write(command: Mapping[int, int | str]) -> bytes:
    """A command set with its group length; elements in ascending order."""
    body = b"".join(_element(number, command[number]) for number in sorted(command))
    return struct.pack("<HHLL", 0, 0, 4, len(body)) + body


def _element(number: int, value: int | str) -> bytes:
    raw = struct.pack("<H", value) if isinstance(value, int) else _text(number, value)
    return struct.pack("<HHL", 0, number, len(raw)) + raw


def _text(number: int, value: str) -> bytes:
    return _tags(value) if number in TAGS else _padded(number, value)


def _digits(value: bytes) -> str:
    return "".join(f"{group:04X}{element:04X}" for group, element in struct.iter_unpack("<HH", value[: len(value) // 4 * 4]))


def _tags(digits: str) -> bytes:
    """Tags, eight hexadecimal digits each, as an AT value."""
    return b"".join(struct.pack("<HH", int(digits[at : at + 4], 16), int(digits[at + 4 : at + 8], 16)) for at in range(0, len(digits), 8))


def _padded(number: int, text: str) -> bytes:
    raw = text.encode("ascii", "replace")
    is_uid = number in {AFFECTED_CLASS, REQUESTED_CLASS, AFFECTED_INSTANCE, REQUESTED_INSTANCE}
    return raw if len(raw) % 2 == 0 else raw + (b"\0" if is_uid else b" ")
