"""Data sets of queries and answers: bytes to the DICOM JSON model and back, in the character set that the peer can read."""

import base64
import io
import struct
from typing import Any

from imaging.archive.scan import Malformed, Scanner
from imaging.archive.values import BINARY, IN_CHARSET, NAME_GROUPS, NUMBERS, Json
from imaging.common.charsets import charset_terms, encode_text
from imaging.common.errors import InvalidInput
from imaging.dimse.contexts import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE

CHARSET = "00080005"
UTF8 = "ISO_IR 192"
LONG_FORM = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
UNDEFINED_IN_CHARSET = b"?"


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
    used = charset_used(attributes, charset)
    full = {**attributes, CHARSET: {"vr": "CS", "Value": used.split("\\")}}
    return _Writer(transfer_syntax, charset_terms(used)).dataset(full)


def element_bytes(element: Json, charset: str = UTF8) -> bytes:
    """The value of one element that is no sequence, as `identifier_write` sends it in Explicit VR Little Endian."""
    writer = _Writer(EXPLICIT_LITTLE, charset_terms(charset))
    return writer._padded(element["vr"], writer._value(element["vr"], element))


def charset_used(attributes: Json, charset: str) -> str:
    """`charset`, or UTF-8 where that lacks a character of `attributes`."""
    return charset if _fits(attributes, charset_terms(charset)) else UTF8


def _fits(attributes: Json, terms: tuple[str, ...]) -> bool:
    return all(UNDEFINED_IN_CHARSET not in encode_text(text.replace("?", ""), terms) for text in _texts(attributes))


def _texts(attributes: Json) -> list[str]:
    found: list[str] = []
    for element in attributes.values():
        for value in element.get("Value", []) if element["vr"] in IN_CHARSET or element["vr"] == "SQ" else []:
            if element["vr"] == "SQ":
                found += _texts(value)
            elif value:
                found += value.values() if isinstance(value, dict) else [str(value)]
    return [text for text in found if not text.isascii()]


class _Writer:
    def __init__(self, transfer_syntax: str, terms: tuple[str, ...]) -> None:
        self.implicit = transfer_syntax == IMPLICIT_LITTLE
        self.order = ">" if transfer_syntax == EXPLICIT_BIG else "<"
        self.terms = terms

    def dataset(self, attributes: Json) -> bytes:
        return b"".join(self._element(tag, attributes[tag]) for tag in sorted(attributes))

    def _element(self, tag: str, element: Json) -> bytes:
        vr = element["vr"]
        value = self._sequence(element) if vr == "SQ" else self._padded(vr, self._value(vr, element))
        head = struct.pack(f"{self.order}HH", int(tag[:4], 16), int(tag[4:], 16))
        if self.implicit:
            return head + struct.pack(f"{self.order}L", len(value)) + value
        if vr in LONG_FORM:
            return head + vr.encode() + struct.pack(f"{self.order}HL", 0, len(value)) + value
        return head + vr.encode() + struct.pack(f"{self.order}H", len(value) & 0xFFFF) + value[:0xFFFE]

    def _sequence(self, element: Json) -> bytes:
        items = (self.dataset(item) for item in element.get("Value", []))
        return b"".join(struct.pack(f"{self.order}HHL", 0xFFFE, 0xE000, len(item)) + item for item in items)

    def _value(self, vr: str, element: Json) -> bytes:
        values: list[Any] = element.get("Value", [])
        if vr in BINARY:
            return base64.b64decode(element.get("InlineBinary", ""))
        if vr in NUMBERS:
            return struct.pack(f"{self.order}{len(values)}{NUMBERS[vr]}", *values)
        if vr == "AT":
            return b"".join(struct.pack(f"{self.order}HH", int(value[:4], 16), int(value[4:], 16)) for value in values)
        text = "\\".join(_plain(value) for value in values)
        return encode_text(text, self.terms) if vr in IN_CHARSET else text.encode("ascii", "replace")

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
