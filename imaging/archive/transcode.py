"""The same object in a transfer syntax that a receiver can take; what is stored stays as it is."""

import io
from typing import BinaryIO

import numpy as np
from django.utils.translation import gettext as _
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian

from imaging.archive.models import Instance
from imaging.archive.overlay import correct, is_corrected
from imaging.archive.pixels import CannotDecode, file_of, frame_decode, header_for_pixels
from imaging.archive.values import little_endian
from imaging.common.errors import LightboxError

EXPLICIT_LITTLE, IMPLICIT_LITTLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
PLAIN = (EXPLICIT_LITTLE, IMPLICIT_LITTLE)
DECODED_BYTES = 512 * 1024 * 1024
WORDS = frozenset({"OD", "OF", "OL", "OV", "OW"})
PIXEL_DATA, OFFSET_TABLES = 0x7FE00010, (0x7FE00001, 0x7FE00002)


def dataset_as(instance: Instance, transfer_syntax_uid: str) -> BinaryIO:
    """The data set of `instance` in one of the two plain syntaxes, pixels decompressed. Raises CannotDecode."""
    target = io.BytesIO(file_as(instance, transfer_syntax_uid))
    target.seek(132)
    head = target.read(12)
    target.seek(132 + 12 + int.from_bytes(head[8:12], "little"))
    return target


def file_as(instance: Instance, transfer_syntax_uid: str) -> bytes:
    """The same as a file of PS3.10."""
    if transfer_syntax_uid not in PLAIN:
        raise CannotDecode(_("This object cannot be sent as %(syntax)s.") % {"syntax": UID(transfer_syntax_uid).name})
    if decoded_size(instance) > DECODED_BYTES:
        raise CannotDecode(_("This object is too large to be decoded here. Ask for it as stored, with transfer-syntax=*."))
    try:
        return _converted(instance, transfer_syntax_uid)
    except LightboxError:
        raise
    except Exception as error:  # codecs raise whatever they like on damaged data
        raise CannotDecode(_("The picture cannot be decoded (%(syntax)s).") % {"syntax": UID(instance.transfer_syntax_uid).name}) from error


def decoded_size(instance: Instance) -> int:
    """Upper estimate of the decoded pixels in bytes; colour and sixteen bits are assumed together only for small pictures."""
    area = (instance.rows or 0) * (instance.columns or 0)
    return max(instance.size_bytes, area * max(1, instance.number_of_frames) * 3)


def _converted(instance: Instance, transfer_syntax_uid: str) -> bytes:
    dataset = dcmread(file_of(instance))
    if is_corrected(instance):
        correct(dataset, instance)
        dataset.file_meta.MediaStorageSOPInstanceUID = UID(instance.sop_instance_uid)
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        _decompress(dataset, instance)
    elif dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        _turn(dataset)
    target = io.BytesIO()
    dataset.file_meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    implicit = transfer_syntax_uid == IMPLICIT_LITTLE
    dcmwrite(target, dataset, implicit_vr=implicit, little_endian=True, enforce_file_format=False, force_encoding=True)
    return target.getvalue()


def _decompress(dataset: Dataset, instance: Instance) -> None:
    """Every frame by our own decoders; colour comes as RGB."""
    header = header_for_pixels(instance)
    frames = [frame_decode(instance, number, header) for number in range(1, instance.number_of_frames + 1)]
    pixels = b"".join(np.ascontiguousarray(frame, frame.dtype.newbyteorder("<")).tobytes() for frame in frames)
    dataset.add_new(PIXEL_DATA, "OB" if frames[0].itemsize == 1 else "OW", pixels + bytes(len(pixels) % 2))
    dataset[PIXEL_DATA].is_undefined_length = False
    for tag in OFFSET_TABLES:
        dataset.pop(tag, None)
    if frames[0].ndim == 3:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0


def _turn(dataset: Dataset) -> None:
    """Binary values of a big-endian object in the other order; the numbers are turned where they are written."""
    for element in dataset.iterall():
        if element.VR in WORDS and isinstance(element.value, bytes):
            element.value = little_endian(element.VR, element.value)
    wide = int(dataset.get("BitsAllocated", 16)) // 8
    if wide > 2 and PIXEL_DATA in dataset:  # written as numbers of that width, not as pairs of words
        words = np.frombuffer(dataset[PIXEL_DATA].value, "<u2").reshape(-1, wide // 2)
        dataset[PIXEL_DATA].value = words[:, ::-1].tobytes()
