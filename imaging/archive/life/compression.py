"""Lossless compression of stored pixels: HTJ2K in RPCL order (PS3.5 A.4.4), so that a viewer can draw while the frame arrives.

Only pixels change. The header stays byte for byte but for what it says of colour, an implicit one becomes explicit; every frame is decoded
by another program than wrote it and compared sample by sample before the new file takes the old one's place. What does not come back the
same stays as it was. The index keeps the metadata as received: they tell how the object is given to who wants it plain.
"""

import hashlib
import io
import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from django.conf import settings
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.pixels import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian, HTJ2KLosslessRPCL, ImplicitVRLittleEndian, RLELossless

from imaging.archive.intake.frames import frames_pack
from imaging.archive.intake.headers import header_read
from imaging.archive.intake.scan import Malformed
from imaging.archive.intake.spool import CHUNK, file_meta
from imaging.archive.intake.values import Json
from imaging.archive.life.duties import Pace
from imaging.archive.life.models import Compressed
from imaging.archive.life.recolouring import NotThere, colour_said, recoloured
from imaging.archive.life.switching import copy_make, copy_switch, room_check
from imaging.archive.models import Instance
from imaging.archive.pictures.colour import COLOUR_SAMPLES, RGB, by_pixel, has_colour_samples, planar_configuration
from imaging.archive.pictures.decoders import DecoderBusy, DecoderGone, Refused
from imaging.archive.pictures.encoders import htj2k_encode
from imaging.archive.pictures.pixels import (
    PIXEL_DATA,
    bits_below,
    decode,
    decoder_options,
    frame_ranges,
    frame_read,
    header_for_pixels,
    metadata_of,
)
from imaging.archive.pictures.thumbnails import thumbnails_follow
from imaging.archive.places import FAST, place_named
from imaging.archive.scratch import scratch
from imaging.common.errors import LightboxError

TARGET = str(HTJ2KLosslessRPCL)
SOURCES = frozenset({str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian), str(RLELossless)})
# Their pixels are data that other programs address in place, or an overlay's bits: not worth the risk.
NOT_COMPRESSED = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7", "1.2.840.10008.5.1.4.1.1.30"})
PIXEL_TAG = b"\xe0\x7f\x10\x00"
ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0" + bytes(4)
NATIVE_HEADER = 12  # tag, VR and length of an explicit OB or OW
UNDEFINED = b"\xff\xff\xff\xff"
# Of no meaning, and not written again.
TRAILING_PADDING, PADDING_TAG = "FFFCFFFC", b"\xfc\xff\xfc\xff"
NOT_COMPARED = frozenset({PIXEL_DATA, TRAILING_PADDING})
# YBR_FULL could only be coded without the transform for colours, and the decoder of most viewers in browsers mixes such colours up.
GREY, COLOUR = frozenset({"MONOCHROME1", "MONOCHROME2"}), frozenset({RGB})
WORTH = 0.95  # of the size before: less saving is not worth another file


class LeftAlone(LightboxError):
    """This object stays as it is; the text says why."""

    code = "left-alone"


@dataclass
class Encoded:
    """What is in a compressed file."""

    size_bytes: int
    sha256: str
    dataset_offset: int
    frames: list[tuple[int, int]]


def can_compress(instance: Instance) -> bool:
    """Whether it is worth looking at the object at all: told from its row."""
    return (
        instance.transfer_syntax_uid in SOURCES
        and instance.number_of_frames > 0
        and instance.sop_class_uid not in NOT_COMPRESSED
        and len(instance.frame_offsets) == 16 * instance.number_of_frames
        and instance.size_bytes <= settings.COMPRESS_OBJECT_BYTES
    )


def instance_compress(*, instance: Instance, pace: Pace) -> int:
    """Replace the object's file by a compressed one in the same tier; returns how many bytes that saved.

    Raises LeftAlone when it is to stay as it is, OSError, or Conflict when it was changed meanwhile.
    """
    if not can_compress(instance):
        raise LeftAlone("not of a kind that is compressed")
    header = _header(instance)
    room_check(tier=FAST, size=instance.size_bytes)
    room_check(tier=instance.tier, size=instance.size_bytes)
    with scratch() as file:
        encoded = _encode(instance, header, file, pace)
        file.flush()
        _check_whole(Path(file.name), instance, encoded, colour_said(header, TARGET))
        if encoded.size_bytes > instance.size_bytes * WORTH:
            raise LeftAlone("compression would save nothing")
        path = copy_make(tier=instance.tier, pieces=_whole(file), sha256=encoded.sha256)
    was = Compressed(
        instance=instance, transfer_syntax_uid=instance.transfer_syntax_uid, size_bytes=instance.size_bytes, sha256=instance.sha256
    )
    changes = {
        "transfer_syntax_uid": TARGET,
        "size_bytes": encoded.size_bytes,
        "sha256": encoded.sha256,
        "dataset_offset": encoded.dataset_offset,
        "frame_offsets": frames_pack(encoded.frames),
    }
    copy_switch(instance=instance, tier=instance.tier, path=path, changes=changes, was=was)
    thumbnails_follow(was=instance, now=Instance.objects.get(pk=instance.pk))
    return instance.size_bytes - encoded.size_bytes


def _header(instance: Instance) -> Dataset:
    """What decoding needs. Raises LeftAlone for pixels that this does not do."""
    attributes = metadata_of(instance)
    if any(tag > PIXEL_DATA and tag != TRAILING_PADDING for tag in attributes):
        raise LeftAlone("something follows the pixels that may refer to them, such as a signature")
    if "7FE00000" in attributes or "7FE00001" in attributes:
        raise LeftAlone("the header counts the bytes of its pixels")
    if _has_more_than_frames(instance):
        raise LeftAlone("its pixels are longer than its frames")
    header = header_for_pixels(instance)
    samples, photometric = int(header.get("SamplesPerPixel", 1) or 1), str(header.get("PhotometricInterpretation"))
    if photometric not in {1: GREY, COLOUR_SAMPLES: COLOUR}.get(samples, ()):
        raise LeftAlone("only grey pictures, and colour in RGB, are compressed")
    if int(header.get("BitsAllocated", 0) or 0) not in ({8} if photometric in COLOUR else {8, 16}):
        raise LeftAlone("only pixels of 8 bits, or grey ones of 16, are compressed")
    if bits_below(header):
        raise LeftAlone("an overlay lies below the values, in the same samples")
    if not header.get("Rows") or not header.get("Columns"):
        raise LeftAlone("the header does not say how large the picture is")
    if photometric in COLOUR and header.get("PixelRepresentation"):
        raise LeftAlone("colour that is signed has no meaning")
    return header


def _has_more_than_frames(instance: Instance) -> bool:
    """Whether plain pixels end later than the last frame: what else is there would be lost."""
    if UID(instance.transfer_syntax_uid).is_encapsulated:
        return False
    places = frame_ranges(instance)
    end = places[-1][0] + places[-1][1]
    end += (end - places[0][0]) % 2
    follows = place_named(instance.tier).read(instance.path, end, len(PADDING_TAG))
    return follows not in {b"", PADDING_TAG}


def _encode(instance: Instance, header: Dataset, file: IO[bytes], pace: Pace) -> Encoded:
    digest, at = hashlib.sha256(), 0

    def write(piece: bytes) -> None:
        nonlocal at
        file.write(piece)
        digest.update(piece)
        at += len(piece)

    head = file_meta(instance.sop_class_uid, instance.sop_instance_uid, TARGET, instance.source_ae_title)
    write(head)
    write(_recoloured(_before_pixels(instance), header))
    write(PIXEL_TAG + b"OB\0\0" + UNDEFINED + ITEM + bytes(4))
    places = []
    for number in range(1, instance.number_of_frames + 1):
        stored = frame_read(instance, number)
        pace.note(len(stored))
        code = _frame(stored, UID(instance.transfer_syntax_uid), header)
        padded = code + b"\0" * (len(code) % 2)
        write(ITEM + struct.pack("<L", len(padded)))
        places.append((at, len(padded)))
        write(padded)
    write(SEQUENCE_END)
    return Encoded(at, digest.hexdigest(), len(head), places)


def _frame(stored: bytes, syntax: UID, header: Dataset) -> bytes:
    """One frame compressed, decoded again by OpenJPEG and compared. Raises LeftAlone."""
    values = _plain(stored, syntax, header)
    code = htj2k_encode(values, str(header.PhotometricInterpretation))
    if _decoded_again(code, header) != values.tobytes():
        raise LeftAlone("a frame did not come back bit for bit")
    return code


def _plain(stored: bytes, syntax: UID, header: Dataset) -> np.ndarray:
    """The values of a frame as rows x columns, of colour x samples."""
    plain = _foreign_decoded(stored, syntax, header) if syntax.is_encapsulated else stored
    kind = {(8, 0): "u1", (8, 1): "i1", (16, 0): "<u2", (16, 1): "<i2"}[
        int(header.BitsAllocated), int(header.get("PixelRepresentation") or 0)
    ]
    shape: tuple[int, ...] = (int(header.Rows), int(header.Columns))
    planes = not syntax.is_encapsulated and planar_configuration(header) == 1
    if has_colour_samples(header):
        shape = (COLOUR_SAMPLES, *shape) if planes else (*shape, COLOUR_SAMPLES)
    size = math.prod(shape) * np.dtype(kind).itemsize
    if len(plain) < size:
        raise LeftAlone("a frame is shorter than its header says")
    values = np.frombuffer(plain[:size], kind).reshape(shape)
    return np.ascontiguousarray(by_pixel(values)) if planes else values


def _foreign_decoded(code: bytes, syntax: UID, header: Dataset) -> bytes:
    """The values that somebody else has coded, without any correction of them; decoded where it may go wrong."""
    try:
        values = decode({"syntax": str(syntax), "options": _decoder_options(header, syntax), "raw": True}, code)
    except DecoderBusy as error:
        raise OSError("all decoders are busy") from error
    except (Refused, DecoderGone) as error:
        raise LeftAlone("a frame cannot be decoded") from error
    return _in_memory(values)


def _decoded_again(code: bytes, header: Dataset) -> bytes:
    """What another program than the one that wrote `code` finds in it."""
    options = _decoder_options(header, HTJ2KLosslessRPCL)
    try:
        values, _changed = get_decoder(HTJ2KLosslessRPCL).as_array(encapsulate([code], has_bot=False), index=0, raw=True, **options)
    except Exception as error:  # codecs raise whatever they like on damaged data
        raise LeftAlone("a frame cannot be decoded") from error
    return _in_memory(values)


def _decoder_options(header: Dataset, syntax: str) -> dict[str, Any]:
    return decoder_options(header, syntax) | {"as_rgb": False}


def _in_memory(values: np.ndarray) -> bytes:
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def _recoloured(before: bytes, header: Dataset) -> bytes:
    try:
        return recoloured(before, colour_said(header, TARGET))
    except NotThere as reason:
        raise LeftAlone(f"the header {reason}") from reason


def _before_pixels(instance: Instance) -> bytes:
    """The data set up to the pixels, in Explicit VR Little Endian."""
    if instance.transfer_syntax_uid == ImplicitVRLittleEndian:
        return _made_explicit(instance)
    first = frame_ranges(instance)[0][0]
    before = place_named(instance.tier).read(instance.path, 0, first)
    end = before.rfind(PIXEL_TAG) if instance.transfer_syntax_uid == RLELossless else first - NATIVE_HEADER
    if end < instance.dataset_offset or before[end : end + 4] != PIXEL_TAG:
        raise LeftAlone("the beginning of the pixels was not found")
    return before[instance.dataset_offset : end]


def _made_explicit(instance: Instance) -> bytes:
    with place_named(instance.tier).open(instance.path) as file:
        dataset = dcmread(file, stop_before_pixels=True)
    target = DicomBytesIO()
    target.is_little_endian, target.is_implicit_VR = True, False
    try:
        write_dataset(target, dataset)
    except Exception as error:  # values that pydicom does not understand
        raise LeftAlone("the header cannot be written as explicit") from error
    return target.getvalue()


def _check_whole(path: Path, instance: Instance, encoded: Encoded, said: Json) -> None:
    """Read the new file as any other that comes in: the same attributes but for what is `said` of colour, and the frames where they were
    written. Raises LeftAlone."""
    try:
        found = header_read(path, encoded.dataset_offset, TARGET)
    except Malformed as error:
        raise LeftAlone(f"the new file {error}") from error
    wanted, now = metadata_of(instance) | said, json.loads(json.dumps(found.attributes))
    differing = [tag for tag in wanted.keys() | now.keys() if tag not in NOT_COMPARED and wanted.get(tag) != now.get(tag)]
    if differing or found.frames != encoded.frames:
        raise LeftAlone(f"the header did not come back the same ({' '.join(sorted(differing)[:3])})")


def _whole(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(io.SEEK_SET)
    while piece := file.read(CHUNK):
        yield piece
