"""Reading frames: as they were stored, by their place in the file, and decoded. No file is parsed as a whole."""

import json
import logging
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import get_decoder
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from imaging.archive.intake.frames import is_video
from imaging.archive.models import Instance
from imaging.archive.pictures import decoders
from imaging.archive.pictures.bulk import value_at
from imaging.archive.pictures.colour import RGB, is_by_pixel, photometric_sent
from imaging.archive.places import place_named
from imaging.common.errors import InvalidInput, LightboxError, NotFound, Retriable
from imaging.common.said import said as _

logger = logging.getLogger(__name__)
RANGE = struct.Struct("<QQ")
ITEM_LENGTH = struct.Struct("<L")
FRAME_BYTES_LIMIT = 512 * 1024 * 1024
CHUNK = 1 << 20
PIXEL_DATA = "7FE00010"
# Pixels that are real numbers have elements of their own (PS3.3 C.7.6.24 and C.7.6.25).
PIXEL_KEYWORDS = {"7FE00008": "FloatPixelData", "7FE00009": "DoubleFloatPixelData", PIXEL_DATA: "PixelData"}
STORED_BELOW = "bulkdata/"
# What decoding and display need; everything else in a large multi-frame header stays unparsed.
PIXEL_TAGS = frozenset(
    {
        "00080008", "00080016", "00080060", "00280002", "00280004", "00280006", "00280010", "00280011", "00280030",
        "00280034", "00280100", "00280101", "00280102", "00280103", "00280106", "00280107", "00280120", "00280301", "00281050",
        "00281051", "00281052", "00281053", "00281054", "00281055", "00281056", "00281101", "00281102", "00281103", "00281201",
        "00281202", "00281203", "00281221", "00281222", "00281223", "00283000", "00283010", "20500020", "00181164",
    }
)  # fmt: skip
LOSSLESS = frozenset({RLELossless, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless, HTJ2KLosslessRPCL})
FUNCTIONAL_GROUPS = ("00289110", "00289132", "00289145")


class CannotDecode(LightboxError):
    """The stored pixel data is damaged, or nothing here can read its coding."""

    status = 406
    code = "cannot-decode"


class DecodersBusy(Retriable):
    """Too many pictures at once; the same one can be asked for again."""

    code = "decoders-busy"


def file_of(instance: Instance) -> BinaryIO:
    """The object's file, open for reading, wherever it lies. Raises NotFound when it cannot be opened."""
    try:
        return place_named(instance.tier).open(instance.path)
    except OSError as error:
        raise _gone(instance) from error


def frame_ranges(instance: Instance) -> list[tuple[int, int]]:
    """Offset and length in the file of every frame, as found when the object came in."""
    return list(RANGE.iter_unpack(bytes(instance.frame_offsets)))


def frame_range(instance: Instance, number: int) -> tuple[int, int]:
    """Where frame `number` (from 1) lies. Raises NotFound when there is no such frame."""
    ranges = bytes(instance.frame_offsets)
    start = (number - 1) * RANGE.size
    if number < 1 or start + RANGE.size > len(ranges):
        raise NotFound(_("This object has no frame %(number)s.") % {"number": number})
    offset, length = RANGE.unpack_from(ranges, start)
    return offset, length


def frame_read(instance: Instance, number: int) -> bytes:
    """The bytes of one frame as stored. Raises NotFound when there is no such frame or the file is gone."""
    offset, length = frame_range(instance, number)
    is_encapsulated = UID(instance.transfer_syntax_uid).is_encapsulated
    before = ITEM_LENGTH.size if is_encapsulated else 0
    stored = bytes_read(instance, offset - before, length + before)
    return b"".join(_fragments(stored)) if is_encapsulated else stored


def _fragments(stored: bytes) -> Iterator[bytes]:
    """The fragments of one encapsulated frame without the item headers between them (PS3.5 A.4), from the first one's length on."""
    at, end = 0, len(stored)
    while at < end:
        size = ITEM_LENGTH.unpack_from(stored, at)[0]
        at += ITEM_LENGTH.size
        yield stored[at : at + size]
        at += size + ITEM_LENGTH.size


def bytes_read(instance: Instance, offset: int, length: int) -> bytes:
    """A few bytes of the file. Raises NotFound when it cannot be read."""
    try:
        return place_named(instance.tier).read(instance.path, offset, length)
    except OSError as error:
        raise _gone(instance) from error


def _gone(instance: Instance) -> NotFound:
    logger.error("%s cannot be read from %s:%s", instance.sop_instance_uid, instance.tier, instance.path)
    return NotFound(_("The file of this object cannot be read. The archive's keeper has been told."))


def file_chunks(instance: Instance, start: int = 0) -> Iterator[bytes]:
    """The whole file, a megabyte at a time. Raises NotFound before the first piece when it cannot be opened."""
    try:
        return place_named(instance.tier).pieces(instance.path, start)
    except OSError as error:
        raise _gone(instance) from error


def metadata_of(instance: Instance) -> dict[str, Any]:
    """The data set without bulk data in the DICOM JSON model, as kept when the object came in."""
    return json.loads(zlib.decompress(bytes(instance.metadata.json_zlib)))


def header_for_pixels(instance: Instance, frame: int = 1) -> Dataset:
    """A small data set with what decoding and showing frame `frame` needs, its functional groups folded in.

    Raises CannotDecode for values that are none.
    """
    metadata = metadata_of(instance)
    wanted = {tag: element for tag, element in metadata.items() if tag in PIXEL_TAGS}
    for item in _functional_groups(metadata, frame):
        wanted |= {tag: element for tag, element in item.items() if tag in PIXEL_TAGS}
    tag = next((tag for tag in PIXEL_KEYWORDS if tag in metadata), PIXEL_DATA)
    try:
        header = Dataset.from_json(wanted, bulk_data_uri_handler=lambda uri: value_at(instance, str(uri).removeprefix(STORED_BELOW)))
    except (ValueError, TypeError, LightboxError) as error:
        raise CannotDecode(_("The picture cannot be shown: its header is damaged.")) from error
    header.add_new(int(tag, 16), (metadata.get(tag) or {}).get("vr", "OW"), b"")
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian  # so are the tables in the metadata, whatever the file is
    return header


def _functional_groups(metadata: dict[str, Any], frame: int) -> Iterator[dict[str, Any]]:
    for sequence, index in (("52009229", 0), ("52009230", frame - 1)):
        items = metadata.get(sequence, {}).get("Value", [])
        if index < len(items):
            yield from (inner for tag in FUNCTIONAL_GROUPS for inner in items[index].get(tag, {}).get("Value", []))


def frame_sent(instance: Instance, number: int, header: Dataset) -> np.ndarray:
    """The same as `frame_decode`, in the colours that `photometric_sent` names, with every bit in the place that the header says: for who
    gets the samples, not a picture of them."""
    return _decoded(instance, number, header, as_rgb=photometric_sent(header, instance.transfer_syntax_uid) == RGB)


def frame_decode(instance: Instance, number: int, header: Dataset) -> np.ndarray:
    """The values of one frame as an array of rows x columns (x samples, pixel by pixel); colour comes as RGB.

    Raises NotFound for a frame that is not there, CannotDecode when it cannot be read or would not fit in memory.
    """
    array = _decoded(instance, number, header, as_rgb=True)
    return array if array.ndim > 2 or array.dtype.kind not in "iu" else _values(array, header, instance.transfer_syntax_uid)


def _values(samples: np.ndarray, header: Dataset, syntax: str) -> np.ndarray:
    """The bits of each sample that are its value (PS3.5 8.1.1). A coding knows its depth, unless whole samples were coded without loss."""
    below = bits_below(header)
    stored = int(header.get("BitsStored") or 0) or samples.itemsize * 8
    is_coded = UID(syntax).is_encapsulated
    if (is_coded and (syntax not in LOSSLESS or _fits(samples, stored))) or not (is_coded or below):
        return samples
    unused = max(0, samples.itemsize * 8 - stored - below)
    return (samples << unused) >> (unused + below)


def _fits(samples: np.ndarray, bits: int) -> bool:
    least = -(1 << bits - 1) if samples.dtype.kind == "i" else 0
    return least <= int(samples.min(initial=0)) and int(samples.max(initial=0)) < least + (1 << bits)


def bits_below(header: Dataset) -> int:
    """How many bits of a sample lie below its value and are none of it: overlays, as PS3.5 8.1.1 allowed until 2004."""
    allocated, stored, high = (int(header.get(keyword) or 0) for keyword in ("BitsAllocated", "BitsStored", "HighBit"))
    return max(0, high + 1 - stored) if stored > 0 and high < allocated else 0


def _decoded(instance: Instance, number: int, header: Dataset, *, as_rgb: bool) -> np.ndarray:
    """One frame; colour comes as RGB, or as it is stored.

    Whatever is coded is decoded by a process of its own (`decoders`): a codec that crashes or loops on it costs this picture alone.
    Raises NotFound for a frame that is not there, CannotDecode when it cannot be read or would not fit in memory.
    """
    if is_video(instance.transfer_syntax_uid):
        raise CannotDecode(_("This is a video: its pictures cannot be had one by one."))
    _check_size(header)
    syntax = UID(instance.transfer_syntax_uid)
    try:
        if not has_frame_places(instance):
            return _decode_file(instance, number, as_rgb=as_rgb, correct_unused_bits=not bits_below(header))
        stored = frame_read(instance, number)
        options = decoder_options(header, syntax) | {"as_rgb": as_rgb}
        return decode({"syntax": str(syntax), "options": options}, stored) if syntax.is_encapsulated else _arranged(stored, syntax, options)
    except LightboxError:
        raise
    except decoders.DecoderBusy as error:
        raise DecodersBusy(_("All decoders are busy; try again.")) from error
    except decoders.DecoderGone as error:
        logger.warning("Object %s frame %d stopped the decoder: %s", instance.sop_instance_uid, number, error)
        raise CannotDecode(_("The picture cannot be decoded (%(syntax)s): the decoder gave up on it.") % {"syntax": syntax.name}) from error
    except Exception as error:  # values that make no picture
        raise CannotDecode(_("The picture cannot be decoded (%(syntax)s).") % {"syntax": syntax.name}) from error


def _check_size(header: Dataset) -> None:
    samples = int(header.get("SamplesPerPixel", 1) or 1)
    size = int(header.get("Rows") or 0) * int(header.get("Columns") or 0) * samples * max(1, int(header.get("BitsAllocated", 8) or 8) // 8)
    if size <= 0:
        raise InvalidInput(_("This object has no picture."))
    if size > FRAME_BYTES_LIMIT:
        raise CannotDecode(_("The picture is too large to be drawn here."))


def has_frame_places(instance: Instance) -> bool:
    """Whether frames can be read by their place; not so in a deflated file, or in one whose frames cannot be told apart."""
    return len(instance.frame_offsets) > 0


def _decode_file(instance: Instance, number: int, **options: bool) -> np.ndarray:
    """The slow way, through the whole file."""
    if not 1 <= number <= instance.number_of_frames:
        raise NotFound(_("This object has no frame %(number)s.") % {"number": number})
    if instance.size_bytes > FRAME_BYTES_LIMIT:
        raise CannotDecode(_("The picture is too large to be drawn here."))
    with place_named(instance.tier).local(instance.path) as path:
        return decode({"path": str(path), "index": number - 1, "options": options})


def decode(request: dict[str, Any], stored: bytes = b"") -> np.ndarray:
    """What `decoder_process` makes of `request`, in a process that may die over it. Raises Refused, DecoderGone or DecoderBusy."""
    return decoders.pool().decode(request, stored, most_bytes=2 * FRAME_BYTES_LIMIT)


def _arranged(stored: bytes, syntax: UID, options: dict[str, Any]) -> np.ndarray:
    """A frame that is not coded: no codec has a say, numpy only looks at its bytes in another way."""
    array, _changed = get_decoder(syntax).as_array(stored, index=0, raw=False, **options)
    return array


def decoder_options(header: Dataset, syntax: str) -> dict[str, Any]:
    """What a decoder of pydicom has to know of a frame."""
    samples = int(header.get("SamplesPerPixel", 1) or 1)
    keyword = next(keyword for keyword in PIXEL_KEYWORDS.values() if keyword in header)
    options = {
        "rows": int(header.Rows),
        "columns": int(header.Columns),
        "samples_per_pixel": samples,
        "photometric_interpretation": str(header.get("PhotometricInterpretation", "MONOCHROME2")),
        "bits_allocated": int(header.BitsAllocated),
        "bits_stored": int(header.get("BitsStored", header.BitsAllocated)),
        "pixel_representation": int(header.get("PixelRepresentation", 0) or 0),
        "number_of_frames": 1,
        "pixel_keyword": keyword,
        "pixel_vr": str(header[keyword].VR),
        "correct_unused_bits": not bits_below(header),
        "as_rgb": True,
    }
    if samples > 1:
        options["planar_configuration"] = 0 if is_by_pixel(syntax) else int(header.get("PlanarConfiguration", 0) or 0)
    return options
