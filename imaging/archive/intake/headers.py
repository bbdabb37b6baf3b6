"""What the index keeps of an object, read once from its file without the bulk."""

import contextlib
import io
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from imaging.archive.intake.frames import frame_count, frames_locate
from imaging.archive.intake.scan import UNDEFINED, Malformed, PixelElement, Scanner
from imaging.archive.intake.spool import Spooled
from imaging.archive.intake.values import Json, number_of, text_of
from imaging.archive.scratch import SPOOL, folder_ready

IMPLICIT_LITTLE, EXPLICIT_LITTLE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, EXPLICIT_BIG = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
CHUNK = 1 << 18
FILE_META_BYTES = 64 * 1024


@dataclass(frozen=True)
class Header:
    attributes: Json
    number_of_frames: int
    frames: list[tuple[int, int]]
    is_name_misread: bool = False
    """The patient's name is not in the character set that the object declares; what it was read as is a guess."""

    def text(self, tag: str, limit: int = 1024) -> str:
        return text_of(self.attributes, tag, limit)

    def number(self, tag: str) -> int | None:
        return number_of(self.attributes, tag)


def header_read(path: Path, dataset_offset: int, transfer_syntax_uid: str) -> Header:
    """The attributes and frame places of the object whose data set begins at `dataset_offset`. Raises Malformed."""
    with path.open("rb") as file:
        if transfer_syntax_uid == DEFLATED:
            return _deflated(file, dataset_offset)
        return _scanned(file, dataset_offset, path.stat().st_size, transfer_syntax_uid)


def spooled_header(spooled: Spooled) -> Header:
    """The same of an object that has just come in: from the bytes that are still at hand, if they hold everything but the pixels."""
    if spooled.transfer_syntax_uid != DEFLATED:
        with contextlib.suppress(Malformed):
            return _scanned(io.BytesIO(spooled.head), spooled.dataset_offset, spooled.size_bytes, spooled.transfer_syntax_uid)
    return header_read(spooled.path, spooled.dataset_offset, spooled.transfer_syntax_uid)


def element_read(
    file: BinaryIO, dataset_offset: int, transfer_syntax_uid: str, path: str, *, most: int | None = None
) -> tuple[str, bytes] | None:
    """VR and bytes of one element, as they are in the file, the first `most` of them; None when it is not there, or has no value of its
    own (a sequence, fragments).

    Raises Malformed.
    """
    if transfer_syntax_uid != DEFLATED:
        return _element(file, dataset_offset, file.seek(0, os.SEEK_END), transfer_syntax_uid, path, most)
    with _inflated_file(file, dataset_offset) as (plain, size):
        return _element(plain, 0, size, EXPLICIT_LITTLE, path, most)


def _element(file: BinaryIO, start: int, end: int, syntax: str, path: str, most: int | None) -> tuple[str, bytes] | None:
    found = _scanner(file, start, end, syntax).find(path)
    if found is None or found.vr == "SQ" or found.length == UNDEFINED:
        return None
    return found.vr, file.read(found.length if most is None else min(found.length, most))


def _scanner(file: BinaryIO, start: int, end: int, syntax: str) -> Scanner:
    return Scanner(file, start, end, implicit=syntax == IMPLICIT_LITTLE, little=syntax != EXPLICIT_BIG)


def _scanned(file: BinaryIO, start: int, end: int, syntax: str) -> Header:
    scanner = _scanner(file, start, end, syntax)
    attributes = scanner.run()
    places = _places(file, attributes, scanner.pixels, syntax)
    return Header(attributes, frame_count(attributes, scanner.pixels), places, scanner.is_name_misread)


def _places(file: BinaryIO, attributes: Json, pixels: PixelElement | None, syntax: str) -> list[tuple[int, int]]:
    def peek(offset: int, size: int) -> bytes:
        file.seek(offset)
        found = file.read(size)
        if len(found) < size:
            raise Malformed(f"ends inside a fragment at byte {offset + len(found)}")
        return found

    return frames_locate(attributes, pixels, syntax, peek)


def _deflated(file: BinaryIO, start: int) -> Header:
    """Inflated into a file, never past the size that an object may have; frames have no place of their own in a deflated file."""
    with _inflated_file(file, start) as (plain, size):
        found = _scanned(plain, 0, size, EXPLICIT_LITTLE)
    return replace(found, frames=[])


@contextlib.contextmanager
def _inflated_file(file: BinaryIO, start: int) -> Iterator[tuple[BinaryIO, int]]:
    file.seek(start)
    with tempfile.TemporaryFile(dir=folder_ready(SPOOL)) as plain:
        yield plain, _inflate(file, plain)


def _inflate(source: BinaryIO, target: BinaryIO) -> int:
    inflater, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    pending = source.read(CHUNK)
    while pending and not inflater.eof:
        size += target.write(_inflated(inflater, pending))
        if size > settings.DICOM_INFLATED_BYTES:
            raise Malformed("the deflated data set grows beyond the size that it may have")
        pending = inflater.unconsumed_tail or source.read(CHUNK)
    return size + target.write(inflater.flush())


def _inflated(inflater: "zlib._Decompress", piece: bytes) -> bytes:
    try:
        return inflater.decompress(piece, CHUNK)
    except zlib.error as error:
        raise Malformed(f"the deflated data set is damaged: {error}") from error


@dataclass(frozen=True)
class FileMeta:
    """What a file of PS3.10 says about itself before its data set."""

    transfer_syntax_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    size: int


def file_meta_read(head: bytes) -> FileMeta:
    """Read the beginning of a file: with preamble or without, or a bare data set. Raises Malformed when it is not DICOM."""
    start = 132 if head[128:132] == b"DICM" else 0
    if head[start : start + 2] == b"\2\0":
        return _group_two(head, start)
    if head[start : start + 2] in {b"\x08\0", b"\x10\0"}:
        return FileMeta(_bare_syntax(head[start : start + 6]), "", "", start)
    raise Malformed("it is not a DICOM file")


def _bare_syntax(first: bytes) -> str:
    return EXPLICIT_LITTLE if first[4:6].isalpha() and first[4:6].isupper() else IMPLICIT_LITTLE


def _group_two(head: bytes, start: int) -> FileMeta:
    found: dict[int, str] = {}
    at = start
    while head[at : at + 2] == b"\2\0":
        number = int.from_bytes(head[at + 2 : at + 4], "little")
        value_at, length = _meta_element(head, at)
        if value_at + length > len(head):
            raise Malformed("its file meta information is damaged")
        found[number] = head[value_at : value_at + length].decode("ascii", "replace").rstrip("\0 ").strip()
        at = value_at + length
    syntax = found.get(0x10) or _bare_syntax(head[at : at + 6])
    return FileMeta(syntax, found.get(2, ""), found.get(3, ""), at)


def _meta_element(head: bytes, at: int) -> tuple[int, int]:
    vr = head[at + 4 : at + 6]
    if not (vr.isalpha() and vr.isupper()):
        return at + 8, int.from_bytes(head[at + 4 : at + 8], "little")
    if vr in {b"OB", b"OW", b"UN", b"UT"}:
        return at + 12, int.from_bytes(head[at + 8 : at + 12], "little")
    return at + 8, int.from_bytes(head[at + 6 : at + 8], "little")
