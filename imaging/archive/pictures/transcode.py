"""The same object in a transfer syntax that a receiver can take; what is stored stays as it is.

Frames are decoded and written one at a time into a temporary file, so that no object is in memory as a whole. What follows the pixels
(padding, signatures over the stored bytes) is not true of the new coding and stays out.
"""

import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO, cast

import numpy as np
from django.conf import settings
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from imaging.archive.corrections.overlay import correct, is_corrected
from imaging.archive.intake.frames import is_video
from imaging.archive.intake.spool import file_meta
from imaging.archive.intake.values import little_endian
from imaging.archive.models import Instance
from imaging.archive.pictures.colour import COLOUR_SAMPLES, by_plane, photometric_sent, planar_configuration
from imaging.archive.pictures.encoders import ENCODERS, frame_encode, photometric_coded
from imaging.archive.pictures.pixels import CannotDecode, file_of, frame_read, frame_sent, has_frame_places, header_for_pixels
from imaging.archive.scratch import SPOOL, folder_ready
from imaging.common.errors import LightboxError
from imaging.common.said import said as _

EXPLICIT_LITTLE, IMPLICIT_LITTLE, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", str(DeflatedExplicitVRLittleEndian)
PLAIN = (EXPLICIT_LITTLE, IMPLICIT_LITTLE)
TARGETS = (*PLAIN, *ENCODERS, DEFLATED)
"""Every transfer syntax that objects can be sent in, besides the one that they are stored in; those preferred come first."""
WORDS = frozenset({"OD", "OF", "OL", "OV", "OW"})
PIXEL_DATA, OFFSET_TABLES = 0x7FE00010, (0x7FE00001, 0x7FE00002)
ITEM, ITEM_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"
UNDEFINED = 0xFFFFFFFF
CHUNK = 1 << 20


def dataset_as(instance: Instance, transfer_syntax_uid: str) -> BinaryIO:
    """The data set of `instance` in one of `TARGETS`, as a temporary file at its beginning. Raises CannotDecode."""
    if transfer_syntax_uid not in targets_of(instance):
        raise CannotDecode(_("This object cannot be sent as %(syntax)s.") % {"syntax": UID(transfer_syntax_uid).name})
    if decoded_size(instance) > settings.TRANSCODE_BYTES:
        raise CannotDecode(_("This object is too large to be decoded here. Ask for it as stored, with transfer-syntax=*."))
    target = _temporary()
    try:
        _convert(instance, transfer_syntax_uid, target)
    except BaseException as error:
        target.close()
        if isinstance(error, LightboxError) or not isinstance(error, Exception):
            raise
        # Codecs and the reader of a damaged file raise whatever they like.
        raise CannotDecode(_("The picture cannot be decoded (%(syntax)s).") % {"syntax": UID(instance.transfer_syntax_uid).name}) from error
    target.seek(0)
    return target


def _temporary() -> BinaryIO:
    folder = folder_ready(SPOOL)
    file: Any = tempfile.SpooledTemporaryFile(max_size=settings.TRANSCODE_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115  the caller closes it
    return cast(BinaryIO, file)


def targets_of(instance: Instance) -> tuple[str, ...]:
    """What `instance` can be sent in besides its own transfer syntax, the preferred ones first; nothing for video."""
    if is_video(instance.transfer_syntax_uid):
        return ()
    return TARGETS if instance.number_of_frames else (*PLAIN, DEFLATED)


def file_as(instance: Instance, transfer_syntax_uid: str) -> Iterator[bytes]:
    """The same as a file of PS3.10, in pieces. Raises CannotDecode before the first of them."""
    dataset = dataset_as(instance, transfer_syntax_uid)
    meta = file_meta(instance.sop_class_uid, instance.sop_instance_uid, transfer_syntax_uid, instance.source_ae_title)
    return chain([meta], _pieces(dataset))


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(CHUNK):
            yield piece


def decoded_size(instance: Instance) -> int:
    """Upper estimate of the decoded pixels in bytes; colour and sixteen bits are assumed together only for small pictures."""
    area = (instance.rows or 0) * (instance.columns or 0)
    return max(instance.size_bytes, area * max(1, instance.number_of_frames) * 3)


def _convert(instance: Instance, syntax: str, target: BinaryIO) -> None:
    if syntax == DEFLATED:
        with dataset_as(instance, EXPLICIT_LITTLE) as plain:
            _deflate(plain, target)
    elif syntax in ENCODERS or (instance.number_of_frames and UID(instance.transfer_syntax_uid).is_encapsulated):
        _with_frames(instance, syntax, target)
    else:
        _rewritten(instance, syntax, target)


def _deflate(plain: BinaryIO, target: BinaryIO) -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    for piece in iter(lambda: plain.read(CHUNK), b""):
        target.write(packer.compress(piece))
    target.write(packer.flush())
    target.write(bytes(target.tell() % 2))  # PS3.5 A.5: padded to an even length


def _write(target: BinaryIO, dataset: Dataset, *, implicit: bool) -> None:
    output = DicomIO(target)
    output.is_little_endian, output.is_implicit_VR = True, implicit
    write_dataset(output, dataset)


def _read(instance: Instance, *, stop_before_pixels: bool) -> Dataset:
    """The data set as it goes out."""
    with file_of(instance) as file:
        dataset = dcmread(file, stop_before_pixels=stop_before_pixels)
    if is_corrected(instance):
        correct(dataset, instance)
    return dataset


def _rewritten(instance: Instance, syntax: str, target: BinaryIO) -> None:
    """An object whose pixels are not coded: the same values in another order and with or without their VR."""
    places = has_frame_places(instance) and instance.transfer_syntax_uid in PLAIN and _whole_bytes(instance)
    dataset = _read(instance, stop_before_pixels=places)
    implicit = syntax == IMPLICIT_LITTLE
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        _turn(dataset)
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    _write(target, dataset, implicit=implicit)
    if places:
        _native(target, (frame_read(instance, number) for number in range(1, instance.number_of_frames + 1)), instance, implicit=implicit)


def _whole_bytes(instance: Instance) -> bool:
    """Frames of single bits may share a byte, and float pixels have elements of their own: those are read as a whole."""
    header = header_for_pixels(instance)
    return int(header.get("BitsAllocated") or 0) in {8, 16}


def _with_frames(instance: Instance, syntax: str, target: BinaryIO) -> None:
    header = header_for_pixels(instance)
    photometric = photometric_sent(header, instance.transfer_syntax_uid)
    planes = syntax not in ENCODERS and planar_configuration(header) == 1
    dataset = _read(instance, stop_before_pixels=True)
    for tag in OFFSET_TABLES:
        dataset.pop(tag, None)
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        _turn(dataset)
    arrays = (frame_sent(instance, number, header) for number in range(1, instance.number_of_frames + 1))
    first = next(arrays)
    _describe(dataset, first, photometric_coded(photometric, syntax), planes=planes)
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    implicit = syntax == IMPLICIT_LITTLE
    _write(target, dataset, implicit=implicit)
    if syntax in ENCODERS:
        _encapsulated(
            target, (frame_encode(array, header, syntax, photometric) for array in chain([first], arrays)), instance.number_of_frames
        )
    else:
        plain = (_little(by_plane(array) if planes else array) for array in chain([first], arrays))
        _native(target, plain, instance, implicit=implicit, wide=first.itemsize > 1 or header["PixelData"].VR == "OW")


def _describe(dataset: Dataset, frame: np.ndarray, photometric: str, *, planes: bool) -> None:
    """Plain colour lies as it did when the object came in; samples may come wider than they were said to be."""
    if frame.ndim == COLOUR_SAMPLES:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = photometric, int(planes)
    bits = frame.itemsize * 8
    if dataset.get("BitsAllocated") not in {None, bits} and dataset.get("BitsAllocated") != 1:
        dataset.BitsAllocated = bits


def _little(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()


def _native(target: BinaryIO, frames: Iterator[bytes], instance: Instance, *, implicit: bool, wide: bool = True) -> None:
    first = next(frames)
    size = len(first) * instance.number_of_frames
    length = struct.pack("<L", size + size % 2)
    tag = struct.pack("<HH", PIXEL_DATA >> 16, PIXEL_DATA & 0xFFFF)
    target.write(tag + length if implicit else tag + (b"OW\0\0" if wide else b"OB\0\0") + length)
    start = target.tell()
    for frame in chain([first], frames):
        target.write(frame)
    if target.tell() - start != size:
        raise CannotDecode(_("The frames of this object differ in size."))
    target.write(bytes(size % 2))


def _encapsulated(target: BinaryIO, frames: Iterator[bytes], count: int) -> None:
    """Fragments of a frame each behind a basic offset table (PS3.5 A.4), which stays empty where 32 bits would not reach."""
    target.write(struct.pack("<HH2s2xL", PIXEL_DATA >> 16, PIXEL_DATA & 0xFFFF, b"OB", UNDEFINED))
    target.write(ITEM + struct.pack("<L", 4 * count))
    table, offsets = target.tell(), []
    target.write(bytes(4 * count))
    start = target.tell()
    for frame in frames:
        offsets.append(target.tell() - start)
        padded = frame + bytes(len(frame) % 2)
        target.write(ITEM + struct.pack("<L", len(padded)) + padded)
    target.write(ITEM_END)
    target.seek(table)
    target.write(struct.pack(f"<{count}L", *offsets))
    target.seek(0, os.SEEK_END)


def _turn(dataset: Dataset) -> None:
    """Binary values of a big-endian object in the other order; the numbers are turned where they are written."""
    for element in dataset.iterall():
        if element.VR in WORDS and isinstance(element.value, bytes):
            element.value = little_endian(element.VR, element.value)
    wide = int(dataset.get("BitsAllocated", 16)) // 8
    if wide > 2 and PIXEL_DATA in dataset:  # written as numbers of that width, not as pairs of words
        words = np.frombuffer(dataset[PIXEL_DATA].value, "<u2").reshape(-1, wide // 2)
        dataset[PIXEL_DATA].value = words[:, ::-1].tobytes()
