"""Data sets of queries and answers: bytes to the DICOM JSON model and back, in the character set that the peer can read."""

import base64
import functools
import io
import struct
from typing import Any

from imaging.archive.intake.scan import Malformed, Scanner
from imaging.archive.intake.values import BINARY, IN_CHARSET, NAME_GROUPS, NUMBERS, Json
from imaging.common.charsets import charset_terms, encode_text
from imaging.common.errors import InvalidInput
from imaging.dimse.contexts import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE

CHARSET = "00080005"
UTF8 = "ISO_IR 192"
LONG_FORM = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})


def identifier_read(data: bytes, transfer_syntax: str) -> Json:
    """Raises InvalidInput when `data` is no data set."""
    if not data:
        return {}
    implicit, little = transfer_syntax == IMPLICIT_LITTLE, transfer_syntax != EXPLICIT_BIG
    try:
        return Scanner(io.BytesIO(data), 0, len(data), implicit=implicit, little=little).run()
    except Malformed as error:
        raise InvalidInput(f"The identifier cannot be read: {error}") from error


def identifier_write(attributes: Json, transfer_syntax: str, charset: str = UTF8) -> bytes:
    """`attributes` in `charset`, or in UTF-8 where that lacks a character; Specific Character Set says which."""
    try:
        return _written(attributes, transfer_syntax, charset)
    except UnicodeEncodeError:
        return _written(attributes, transfer_syntax, UTF8)


def _written(attributes: Json, transfer_syntax: str, charset: str) -> bytes:
    full = {**attributes, CHARSET: {"vr": "CS", "Value": charset.split("\\")}}
    return _writer(transfer_syntax, charset).dataset(full)


def element_bytes(element: Json, charset: str = UTF8) -> bytes:
    """The value of one element that is no sequence, as `identifier_write` sends it in Explicit VR Little Endian.

    Raises UnicodeEncodeError when `charset` lacks a character of it.
    """
    writer = _writer(EXPLICIT_LITTLE, charset)
    return writer._padded(element["vr"], writer._value(element["vr"], element))


def charset_used(attributes: Json, charset: str) -> str:
    """`charset`, or UTF-8 where that lacks a character of `attributes`."""
    try:
        _written(attributes, EXPLICIT_LITTLE, charset)
    except UnicodeEncodeError:
        return UTF8
    return charset


@functools.lru_cache(maxsize=64)
def _writer(transfer_syntax: str, charset: str) -> "_Writer":
    return _Writer(transfer_syntax, charset_terms(charset))


@functools.lru_cache(maxsize=4096)
def _tag_bytes(tag: str, order: str) -> bytes:
    return struct.pack(f"{order}HH", int(tag[:4], 16), int(tag[4:], 16))


class _Writer:
    """Raises UnicodeEncodeError for text that its character sets lack."""

    def __init__(self, transfer_syntax: str, terms: tuple[str, ...]) -> None:
        self.implicit = transfer_syntax == IMPLICIT_LITTLE
        self.order = ">" if transfer_syntax == EXPLICIT_BIG else "<"
        self.terms = terms
        self._long, self._short = struct.Struct(f"{self.order}L"), struct.Struct(f"{self.order}H")

    def dataset(self, attributes: Json) -> bytes:
        return b"".join([self._element(tag, attributes[tag]) for tag in sorted(attributes)])

    def _element(self, tag: str, element: Json) -> bytes:
        vr = element["vr"]
        value = self._sequence(element) if vr == "SQ" else self._padded(vr, self._value(vr, element))
        head = _tag_bytes(tag, self.order)
        if self.implicit:
            return head + self._long.pack(len(value)) + value
        if vr in LONG_FORM:
            return head + vr.encode() + b"\0\0" + self._long.pack(len(value)) + value
        return head + vr.encode() + self._short.pack(len(value) & 0xFFFF) + value[:0xFFFE]

    def _sequence(self, element: Json) -> bytes:
        start = _tag_bytes("FFFEE000", self.order)
        items = (self.dataset(item) for item in element.get("Value", []))
        return b"".join([start + self._long.pack(len(item)) + item for item in items])

    def _value(self, vr: str, element: Json) -> bytes:
        if vr in BINARY:
            return base64.b64decode(element.get("InlineBinary", ""))
        values: list[Any] = element.get("Value") or []
        if not values:
            return b""
        if vr in NUMBERS:
            return struct.pack(f"{self.order}{len(values)}{NUMBERS[vr]}", *values)
        if vr == "AT":
            return b"".join(_tag_bytes(value, self.order) for value in values)
        text = "\\".join([value if type(value) is str else _plain(value) for value in values])
        return encode_text(text, self.terms, "strict") if vr in IN_CHARSET else text.encode("ascii", "replace")

    @staticmethod
    def _padded(vr: str, value: bytes) -> bytes:
        return value if len(value) % 2 == 0 else value + (b"\0" if vr in {"UI", "OB", "UN"} else b" ")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "=".join(value.get(group, "") for group in NAME_GROUPS).rstrip("=")
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)


def text_element(vr: str, *values: str) -> Json:
    """An element of text; empty strings make it an element without a value, which is what a requested key without an answer is."""
    kept = [_named(value) if vr == "PN" else value for value in values if value]
    return {"vr": vr, "Value": kept} if kept else {"vr": vr}


def _named(text: str) -> Json:
    return {group: part for group, part in zip(NAME_GROUPS, text.split("="), strict=False) if part}
