"""Objects and frames in the transfer syntax that was asked for: as stored where possible, else as Explicit VR Little Endian."""

import logging
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.archive.models import Instance
from imaging.archive.overlay import corrected_pieces, is_corrected
from imaging.archive.pixels import (
    CannotDecode,
    file_chunks,
    frame_decode,
    frame_read,
    has_frame_places,
    header_for_pixels,
)
from imaging.archive.transcode import file_as
from imaging.common.errors import InvalidInput, LightboxError
from imaging.dicomweb.multipart import Part
from imaging.dicomweb.negotiation import ANY_SYNTAX, DICOM, OCTETS, Wanted, image_type

logger = logging.getLogger(__name__)
LITTLE = str(ExplicitVRLittleEndian)
NATIVE_LITTLE = {LITTLE, str(ImplicitVRLittleEndian)}
FRAMES_LIMIT = 5000
ANY_TYPE = {"*/*", "application/*"}


class NotAcceptable(LightboxError):
    """Nothing that the client accepts can be made of what is stored."""

    status = 406
    code = "not-acceptable"


def not_acceptable() -> NotAcceptable:
    return NotAcceptable(_("Lightbox cannot send this in any of the forms that were asked for."))


def instance_syntax(instance: Instance, choices: list[Wanted]) -> str | None:
    """The transfer syntax in which to send an object; None when no choice can be met."""
    for choice in choices:
        if choice.media_type == DICOM or choice.media_type in ANY_TYPE:
            syntax = choice.transfer_syntax or (LITTLE if choice.media_type == DICOM else ANY_SYNTAX)
            if syntax in {ANY_SYNTAX, instance.transfer_syntax_uid}:
                return instance.transfer_syntax_uid
            if syntax == LITTLE:
                return LITTLE
    return None


def instance_parts(pairs: Sequence[tuple[Instance, str]]) -> Iterator[Part]:
    """One part for each object; a file is opened only when its turn comes.

    Of many, one that cannot be decoded comes as it is stored, and says so: the others are not lost for it.
    Raises CannotDecode for a lone one.
    """
    for instance, syntax in pairs:
        try:
            yield Part(f"{DICOM}; transfer-syntax={syntax}", instance_bytes(instance, syntax))
        except CannotDecode as reason:
            if len(pairs) == 1:
                raise
            logger.warning("%s is sent as stored: %s", instance.sop_instance_uid, reason)
            yield Part(f"{DICOM}; transfer-syntax={instance.transfer_syntax_uid}", stored_bytes(instance))


def instance_bytes(instance: Instance, syntax: str) -> Iterable[bytes]:
    """The Part 10 file as stored, or decoded. Raises CannotDecode when it must be decoded and cannot be."""
    return stored_bytes(instance) if syntax == instance.transfer_syntax_uid else [file_as(instance, syntax)]


def stored_bytes(instance: Instance) -> Iterable[bytes]:
    """The file as it was received, unless a correction says otherwise."""
    return corrected_pieces(instance) if is_corrected(instance) else file_chunks(instance)


def frame_syntax(instance: Instance, choices: list[Wanted]) -> tuple[str, str] | None:
    """Media type and transfer syntax for the frames of an object; None when no choice can be met."""
    stored = instance.transfer_syntax_uid if has_frame_places(instance) else LITTLE
    for choice in choices:
        if choice.media_type in {OCTETS, *ANY_TYPE}:
            if choice.transfer_syntax in {ANY_SYNTAX, stored}:
                return OCTETS, stored
            if choice.transfer_syntax in {"", LITTLE}:
                return OCTETS, LITTLE
        elif choice.media_type == image_type(stored) and choice.transfer_syntax in {"", ANY_SYNTAX, stored}:
            return choice.media_type, stored
    return None


def frame_parts(instance: Instance, numbers: Iterable[int], media_type: str, syntax: str) -> Iterator[Part]:
    """One part for each frame asked for, in the order asked."""
    header = None
    as_stored = has_frame_places(instance) and (syntax == instance.transfer_syntax_uid or instance.transfer_syntax_uid in NATIVE_LITTLE)
    for number in numbers:
        if not as_stored and header is None:
            header = header_for_pixels(instance, number)
        body = frame_read(instance, number) if as_stored else _decoded(instance, number, header)
        yield Part(f"{media_type}; transfer-syntax={syntax}", [body])


def _decoded(instance: Instance, number: int, header: Dataset | None) -> bytes:
    array = frame_decode(instance, number, header or Dataset())
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()


def frame_numbers(text: str) -> list[int]:
    """ "1,3,5" as numbers. Raises InvalidInput for anything else."""
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise InvalidInput(_("Frames are named by numbers from 1, separated by commas.")) from error
    if not 0 < len(numbers) <= FRAMES_LIMIT or min(numbers) < 1:
        raise InvalidInput(_("Frames are named by numbers from 1, separated by commas."))
    return numbers
