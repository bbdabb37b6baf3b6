"""Walking over a data set in a file (PS3.5 chapter 7) without taking its bulk into memory.

One pass gives every attribute in the DICOM JSON model, and where the pixel data lie. Depth, number of elements and memory are bounded;
anything malformed raises `Malformed` with the place at fault.
"""

import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pydicom.datadict import DicomDictionary, repeater_has_tag
from pydicom.datadict import dictionary_VR as repeater_vr

from imaging.archive.intake.values import BINARY, Json, element_json
from imaging.common.charsets import DEFAULT, charset_terms, is_misread

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
LONG_FORM = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
PIXEL_DATA = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
PATIENT_NAME = "00100010"
CHARSET_TAG, PIXEL_REPRESENTATION_TAG = 0x00080005, 0x00280103
# Palette tables: the same in every image of a series, wanted for pixels only, by clients that then expect to fetch them.
TABLES = frozenset({0x00281201, 0x00281202, 0x00281203, 0x00281221, 0x00281222, 0x00281223})
INLINE_BYTES = 16 * 1024
TEXT_BYTES = 4 * 1024 * 1024
KEPT_BYTES = 64 * 1024 * 1024
ELEMENTS = 2_000_000
DEPTH = 32


class Malformed(Exception):
    """The bytes are no data set that can be understood; the message says where and why."""


class Reached(Exception):
    """The element that was looked for; the file stands at its value."""

    def __init__(self, element: "Element") -> None:
        super().__init__(element)
        self.element = element


@dataclass
class PixelElement:
    """Where pixel data lie in the file: `length` bytes at `offset`, or the fragments of an encapsulated value."""

    tag: int
    offset: int
    length: int
    table: bytes = b""
    fragments: list[tuple[int, int]] = field(default_factory=list)
    is_encapsulated: bool = False


@dataclass(frozen=True)
class Element:
    tag: int
    vr: str
    length: int
    at: int

    @property
    def end(self) -> int:
        return self.at + self.length


def known_vr(tag: int, pixel_representation: int = 0) -> str:
    """The value representation that the dictionary gives `tag`; UN for what it does not know."""
    entry = DicomDictionary.get(tag)
    if entry is None:
        return _unlisted_vr(tag)
    vr = entry[0]
    if " or " not in vr:
        return vr
    if vr == "US or SS":
        return "SS" if pixel_representation else "US"
    return "OW"


def _unlisted_vr(tag: int) -> str:
    group, element = tag >> 16, tag & 0xFFFF
    if group % 2:
        return "LO" if 0x10 <= element <= 0xFF else "UN"
    if element == 0:
        return "UL"
    vr = repeater_vr(tag) if repeater_has_tag(tag) else "UN"
    return "OW" if " or " in vr else vr


class Scanner:
    """Reads one data set from `file` between `start` and `end`."""

    def __init__(self, file: BinaryIO, start: int, end: int, *, implicit: bool, little: bool) -> None:
        self.file, self.end, self.little = file, end, little
        self.wanted = ""
        self.implicit = implicit
        self.order = "<" if little else ">"
        self.pixels: PixelElement | None = None
        self.is_name_misread = False
        self.kept = self.count = self.pixel_representation = 0
        self.file.seek(start)
        self.at = start

    def run(self) -> Json:
        """All attributes of the data set. Raises Malformed."""
        self.implicit = self._really_implicit()
        return self._dataset(self.end, self.implicit, (DEFAULT,), "", 0)

    def find(self, path: str) -> Element | None:
        """The element at `path` (TAG, or TAG/INDEX/TAG and so on), with the file at its value. Raises Malformed."""
        self.wanted = path
        try:
            self.run()
        except Reached as reached:
            return reached.element
        return None

    def _really_implicit(self) -> bool:
        """Senders exist that write the other encoding than they say; the first element shows it."""
        head = self.file.read(6)
        self.file.seek(self.at)
        looks_explicit = len(head) == 6 and head[4:6].isalpha() and head[4:6].isupper()
        return not looks_explicit if len(head) == 6 else self.implicit

    def _read(self, size: int) -> bytes:
        data = self.file.read(size)
        if len(data) != size:
            raise Malformed(f"ends inside an element at byte {self.at + len(data)}")
        self.at += size
        return data

    def _skip_to(self, place: int) -> None:
        self.file.seek(place)
        self.at = place

    def _dataset(self, end: int, implicit: bool, terms: tuple[str, ...], path: str, depth: int) -> Json:
        if depth > DEPTH:
            raise Malformed(f"sequences are nested deeper than {DEPTH}")
        found: Json = {}
        while self.at + 8 <= end:
            element = self._header(implicit, end)
            if element.tag in {ITEM_END, SEQUENCE_END}:
                break
            name = f"{element.tag:08X}"
            value = self._value(element, implicit, end, terms, f"{path}{name}", depth)
            if element.tag == CHARSET_TAG:
                terms = charset_terms("\\".join(part or "" for part in value.get("Value", [])))
            elif element.tag == PIXEL_REPRESENTATION_TAG:
                self.pixel_representation = (value.get("Value") or [0])[0]
            if element.tag & 0xFFFF and element.tag >= 0x00080000:
                found[name] = value
        return found

    def _header(self, implicit: bool, end: int) -> Element:
        self.count += 1
        if self.count > ELEMENTS:
            raise Malformed(f"has more than {ELEMENTS} elements")
        head = self._read(8)
        group, number = struct.unpack(f"{self.order}HH", head[:4])
        tag = group << 16 | number
        vr, length = self._vr_and_length(tag, head, implicit)
        if length != UNDEFINED and self.at + length > end:
            raise Malformed(f"element {tag:08X} at byte {self.at} is {length} bytes long, {end - self.at} are left")
        return Element(tag, vr, length, self.at)

    def _vr_and_length(self, tag: int, head: bytes, implicit: bool) -> tuple[str, int]:
        code = head[4:6]
        if implicit or group_of(tag) == 0xFFFE or not (code.isalpha() and code.isupper()):
            return known_vr(tag, self.pixel_representation), int(struct.unpack(f"{self.order}L", head[4:8])[0])
        if code in LONG_FORM:
            return code.decode(), int(struct.unpack(f"{self.order}L", self._read(4))[0])
        return code.decode(), int(struct.unpack(f"{self.order}H", head[6:8])[0])

    def _value(self, element: Element, implicit: bool, end: int, terms: tuple[str, ...], path: str, depth: int) -> Json:
        if path == self.wanted:
            raise Reached(element)
        if depth == 0 and element.tag in PIXEL_DATA:
            return self._pixel_data(element, end)
        vr = element.vr
        if vr == "UN" and (known := known_vr(element.tag, self.pixel_representation)) != "UN":
            vr, implicit = known, True
        if vr == "SQ" or (vr == "UN" and element.length == UNDEFINED):
            # A sequence sent as UN is Implicit VR Little Endian inside (PS3.5 6.2.2).
            return self._sequence(element, implicit or element.vr == "UN", end, terms, path, depth)
        if element.length == UNDEFINED:
            self._fragments(end)
            return {"vr": vr, "BulkDataURI": f"bulkdata/{path}"}
        return self._plain_value(element, vr, terms, path)

    def _plain_value(self, element: Element, vr: str, terms: tuple[str, ...], path: str) -> Json:
        if element.tag in TABLES or element.length > (INLINE_BYTES if vr in BINARY else TEXT_BYTES):
            self._skip_to(element.end)
            return {"vr": vr, "BulkDataURI": f"bulkdata/{path}"}
        self.kept += element.length
        if self.kept > KEPT_BYTES:
            raise Malformed(f"has more than {KEPT_BYTES} bytes of attributes")
        raw = self._read(element.length)
        self.is_name_misread |= path == PATIENT_NAME and is_misread(raw, terms)
        return element_json(vr, raw, terms, little=self.little)

    def _sequence(self, element: Element, implicit: bool, end: int, terms: tuple[str, ...], path: str, depth: int) -> Json:
        stop = end if element.length == UNDEFINED else element.end
        items: list[Any] = []
        while self.at + 8 <= stop:
            tag, length = self._item_header()
            if tag == SEQUENCE_END:
                break
            if tag != ITEM:
                raise Malformed(f"sequence {element.tag:08X} holds {tag:08X} at byte {self.at - 8} where an item should begin")
            item_end = stop if length == UNDEFINED else self.at + length
            if item_end > stop:
                raise Malformed(f"an item of {element.tag:08X} at byte {self.at} ends behind its sequence")
            items.append(self._dataset(item_end, implicit, terms, f"{path}/{len(items)}/", depth + 1))
            if length != UNDEFINED:
                self._skip_to(item_end)
        return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}

    def _item_header(self) -> tuple[int, int]:
        group, number, length = struct.unpack(f"{self.order}HHL", self._read(8))
        return group << 16 | number, length

    def _pixel_data(self, element: Element, end: int) -> Json:
        vr = element.vr if element.vr in BINARY else "OW"
        self.pixels = PixelElement(element.tag, element.at, element.length)
        if element.length == UNDEFINED:
            self.pixels.is_encapsulated = True
            self.pixels.fragments = self._fragments(end)
            self._take_table(self.pixels)
        else:
            self._skip_to(element.end)
        return {"vr": vr, "BulkDataURI": f"bulkdata/{element.tag:08X}"}

    def _fragments(self, end: int) -> list[tuple[int, int]]:
        """Offset and length of every item's value up to the sequence delimiter (PS3.5 A.4)."""
        found: list[tuple[int, int]] = []
        while self.at + 8 <= end:
            tag, length = self._item_header()
            if tag == SEQUENCE_END:
                return found
            if tag != ITEM or length == UNDEFINED or self.at + length > end:
                raise Malformed(f"fragment at byte {self.at - 8} is damaged or cut off")
            found.append((self.at, length))
            self._skip_to(self.at + length)
        raise Malformed("ends before the last fragment of an encapsulated value")

    def _take_table(self, pixels: PixelElement) -> None:
        """The first item is the Basic Offset Table, empty or not."""
        if not pixels.fragments:
            return
        offset, length = pixels.fragments.pop(0)
        here = self.at
        self._skip_to(offset)
        pixels.table = self._read(min(length, KEPT_BYTES))
        self._skip_to(here)


def group_of(tag: int) -> int:
    return tag >> 16
