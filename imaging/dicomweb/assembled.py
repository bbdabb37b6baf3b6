"""STOW-RS of metadata apart from bulk data (PS3.18 10.5.2): data sets in JSON or XML, and pictures, video, documents beside them.

Bulk data lie in one temporary file until their data set is stored; of a picture only a piece is in memory at a time.
"""

import io
import json
import struct
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID

from imaging.archive.intake.ingest import NotUnderstood
from imaging.archive.intake.spool import file_meta
from imaging.archive.scratch import SPOOL, folder_ready
from imaging.common.dicom import is_uid
from imaging.common.errors import InvalidInput, StorageRefused, TooLarge
from imaging.dicomweb.consumer import describe_picture, native_of_png
from imaging.dicomweb.native_xml import from_xml
from imaging.dicomweb.negotiation import DEFAULT_SYNTAXES, DICOM_JSON, DICOM_XML, OCTETS, content_type_of
from imaging.dicomweb.services import SOURCE

Json = dict[str, Any]
Parts = Iterable[tuple[Message, BinaryIO]]
LITTLE = "1.2.840.10008.1.2.1"
PIXELS, CHARSET = "7FE00010", "00080005"
CHUNK = 1 << 20
ITEM, ITEM_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"
UNDEFINED = 0xFFFFFFFF
VIDEO = {"video/mpeg": "1.2.840.10008.1.2.4.100", "video/mp4": "1.2.840.10008.1.2.4.102"}


@dataclass(frozen=True)
class Bulk:
    """Where a part lies in the temporary file."""

    media_type: str
    transfer_syntax: str
    start: int
    size: int


class Lazy(io.RawIOBase):
    """An iterator of bytes as a file to read; what goes wrong in it comes out of the read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._waiting = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._waiting = piece
        taken, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def objects_assembled(parts: Parts) -> Iterator[BinaryIO]:
    """Each data set as a file of PS3.10 to be read. Raises InvalidInput or TooLarge for a request that cannot be taken apart."""
    with tempfile.TemporaryFile(dir=folder_ready(SPOOL)) as file:
        datasets, bulk = _sorted(parts, file)
        for dataset in datasets:
            yield io.BufferedReader(Lazy(_file(dataset, bulk, file)), CHUNK)


def _sorted(parts: Parts, file: BinaryIO) -> tuple[list[Json], dict[str, list[Bulk]]]:
    datasets: list[Json] = []
    bulk: dict[str, list[Bulk]] = {}
    taken = 0
    for headers, body in parts:
        media_type, parameters = content_type_of(str(headers.get("Content-Type", OCTETS)))
        if media_type in {DICOM_JSON, DICOM_XML, "application/json"}:
            content = body.read(settings.STOW_METADATA_BYTES - taken + 1)
            taken += len(content)
            if taken > settings.STOW_METADATA_BYTES:
                raise TooLarge(_("The metadata of this request are larger than this archive accepts."))
            datasets += _datasets(media_type, content)
        else:
            location = str(headers.get("Content-Location", "")).strip()
            bulk.setdefault(location, []).append(_kept(media_type, parameters.get("transfer-syntax", ""), body, file))
    return datasets, bulk


def _datasets(media_type: str, content: bytes) -> list[Json]:
    if media_type == DICOM_XML:
        return [from_xml(io.BytesIO(content))]
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("The metadata are not DICOM JSON.")) from error
    datasets = found if isinstance(found, list) else [found]
    if not all(isinstance(dataset, dict) for dataset in datasets):
        raise InvalidInput(_("The metadata are not DICOM JSON."))
    return datasets


def _kept(media_type: str, transfer_syntax: str, body: BinaryIO, file: BinaryIO) -> Bulk:
    start = file.tell()
    try:
        while piece := body.read(CHUNK):
            file.write(piece)
    except OSError as error:
        raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error
    return Bulk(media_type, transfer_syntax, start, file.tell() - start)


def _file(metadata: Json, bulk: dict[str, list[Bulk]], file: BinaryIO) -> Iterator[bytes]:
    """One object, piece by piece. Raises NotUnderstood."""
    pixels = metadata.pop(PIXELS, None)
    metadata = {tag: element for tag, element in metadata.items() if not tag.startswith("0002")}
    found = bulk.get(str((pixels or {}).get("BulkDataURI", "")), []) if pixels else []
    if pixels and "BulkDataURI" in pixels and not found:
        raise NotUnderstood(_("The picture that the metadata point to is not in the request."))
    dataset = _dataset(metadata, pixels if pixels and not found else None, bulk, file)
    syntax = LITTLE
    if found:
        head = _read(file, found[0], CHUNK)
        syntax = _syntax_of(found[0], head)
        if found[0].media_type in {"image/jpeg", "image/png"}:
            describe_picture(dataset, head)
    yield file_meta(str(dataset.get("SOPClassUID", "")), str(dataset.get("SOPInstanceUID", "")), syntax, SOURCE)
    yield _written(dataset)
    if found:
        yield from _pixels(found, syntax, file, int(dataset.get("BitsAllocated") or 8))


def _dataset(metadata: Json, inline: Json | None, bulk: dict[str, list[Bulk]], file: BinaryIO) -> Dataset:
    room = int(settings.STOW_METADATA_BYTES)

    def value(uri: object) -> bytes:
        nonlocal room
        [part] = bulk[str(uri)]
        room -= part.size
        if room < 0:
            raise TooLarge(_("The metadata of this request are larger than this archive accepts."))
        content = _read(file, part, part.size)
        return content + bytes(len(content) % 2)

    try:
        whole = {**_unicode(metadata), PIXELS: inline} if inline else _unicode(metadata)
        return Dataset.from_json(whole, bulk_data_uri_handler=value)
    except TooLarge:
        raise
    except Exception as error:  # pydicom raises whatever it likes on values that are none
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its metadata are not the DICOM model"}) from error


def _unicode(metadata: Json) -> Json:
    """Without the character sets that items name for themselves: DICOM JSON and XML are UTF-8 (PS3.18 F.2), and so is what we write."""
    return {tag: _unicode_items(element) for tag, element in metadata.items() if tag != CHARSET}


def _unicode_items(element: Json) -> Json:
    if element.get("vr") != "SQ" or not element.get("Value"):
        return element
    return {**element, "Value": [_unicode(item) for item in element["Value"]]}


def _read(file: BinaryIO, part: Bulk, most: int) -> bytes:
    file.seek(part.start)
    return file.read(min(part.size, most))


def _written(dataset: Dataset) -> bytes:
    dataset.SpecificCharacterSet = "ISO_IR 192"  # DICOM JSON and XML are UTF-8
    target = DicomBytesIO()
    target.is_little_endian, target.is_implicit_VR = True, False
    try:
        write_dataset(target, dataset)
    except Exception as error:
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its metadata are not the DICOM model"}) from error
    return target.getvalue()


def _syntax_of(part: Bulk, head: bytes) -> str:
    """As announced; else what the media type stands for, which JPEG tells by its first frame header."""
    if part.transfer_syntax:
        if not is_uid(part.transfer_syntax) or part.transfer_syntax == "1.2.840.10008.1.2.2":
            raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its transfer syntax cannot be taken"})
        return part.transfer_syntax
    if part.media_type == "image/jpeg":
        kinds = {b"\xff\xc0": "50", b"\xff\xc1": "51", b"\xff\xc3": "70"}
        first = min(kinds, key=lambda mark: at if (at := head.find(mark)) >= 0 else len(head))
        return f"1.2.840.10008.1.2.4.{kinds[first]}"
    return DEFAULT_SYNTAXES.get(part.media_type) or VIDEO.get(part.media_type) or LITTLE


def _pixels(parts: list[Bulk], syntax: str, file: BinaryIO, bits: int) -> Iterator[bytes]:
    """The element of the pixels: frames of an encapsulated coding a fragment each, others one after the other."""
    if UID(syntax).is_encapsulated:
        yield struct.pack("<HH2s2xL", 0x7FE0, 0x0010, b"OB", UNDEFINED) + ITEM + bytes(4)
        for part in parts:
            yield ITEM + struct.pack("<L", part.size + part.size % 2)
            yield from _pieces(file, part)
            yield bytes(part.size % 2)
        yield ITEM_END
        return
    if parts[0].media_type == "image/png":
        if sum(part.size for part in parts) > settings.STOW_METADATA_BYTES:  # a PNG is decoded as a whole
            raise TooLarge(_("The object is larger than this archive accepts."))
        plain = b"".join(native_of_png(_read(file, part, part.size)) for part in parts)
        bodies: Iterator[bytes] = iter([plain])
        size = len(plain)
    else:
        bodies, size = (piece for part in parts for piece in _pieces(file, part)), sum(part.size for part in parts)
    yield struct.pack("<HH2s2xL", 0x7FE0, 0x0010, b"OW" if bits > 8 else b"OB", size + size % 2)
    yield from bodies
    yield bytes(size % 2)


def _pieces(file: BinaryIO, part: Bulk) -> Iterator[bytes]:
    at, end = part.start, part.start + part.size
    while at < end:
        file.seek(at)
        piece = file.read(min(CHUNK, end - at))
        yield piece
        at += len(piece)
