"""Objects and frames in the transfer syntax that was asked for: as stored, or turned into it."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.archive.corrections.overlay import corrected_pieces, is_corrected
from imaging.archive.models import Instance
from imaging.archive.pictures.colour import by_plane, is_by_pixel, photometric_sent, planar_configuration
from imaging.archive.pictures.encoders import ENCODERS, frame_encode
from imaging.archive.pictures.pixels import (
    CannotDecode,
    file_chunks,
    frame_range,
    frame_read,
    frame_sent,
    has_frame_places,
    header_for_pixels,
)
from imaging.archive.pictures.transcode import DEFLATED, IMPLICIT_LITTLE, file_as, targets_of
from imaging.archive.pictures.video import coded_read, coded_size, video_type
from imaging.common.errors import InvalidInput, LightboxError
from imaging.dicomweb.multipart import Part
from imaging.dicomweb.negotiation import ANY_SYNTAX, DEFAULT_SYNTAXES, DICOM, OCTETS, ZIP, Wanted, image_type
from imaging.dicomweb.ranges import AT_ONCE_BYTES, Pieces

logger = logging.getLogger(__name__)
LITTLE = str(ExplicitVRLittleEndian)
NATIVE_LITTLE = {LITTLE, str(ImplicitVRLittleEndian)}
FRAMES_LIMIT = 5000
ANY_TYPE = {"*/*", "application/*"}
ANY_IMAGE = "image/*"
# Frames have no VR and no deflated data set around them.
NOT_FOR_FRAMES = {IMPLICIT_LITTLE, DEFLATED}


class NotAcceptable(LightboxError):
    """Nothing that the client accepts can be made of what is stored."""

    status = 406
    code = "not-acceptable"


def not_acceptable(offers: Iterable[str]) -> NotAcceptable:
    """The refusal, with what there is instead (PS3.18 8.7.1)."""
    return NotAcceptable(
        _("This cannot be sent in any of the forms that were asked for. There is: %(offers)s.") % {"offers": ", ".join(offers)}
    )


def video_refused(instance: Instance) -> NotAcceptable:
    """A video has no frames that could be sent one by one, in no form (PS3.5 A.4.5 to A.4.11; PS3.18 8.7.3.3.2: all frames as one)."""
    return NotAcceptable(
        _("This is a video, one stream with all of its pictures: they cannot be had one by one. The stream is at %(place)s, as %(form)s.")
        % {"place": f"…/instances/{instance.sop_instance_uid}", "form": video_type(instance)}
    )


def instance_offers(instance: Instance) -> list[str]:
    """The forms in which an object can be had."""
    syntaxes = dict.fromkeys((instance.transfer_syntax_uid, *targets_of(instance)))
    stream = video_type(instance)
    return [*(f"{DICOM}; transfer-syntax={syntax}" for syntax in syntaxes), ZIP, *([stream] if stream else [])]


def frame_offers(instance: Instance) -> list[str]:
    """The forms in which frames can be had."""
    syntaxes = dict.fromkeys((instance.transfer_syntax_uid, *(syntax for syntax in targets_of(instance) if syntax not in NOT_FOR_FRAMES)))
    return [f"{image_type(syntax)}; transfer-syntax={syntax}" for syntax in syntaxes]


def instance_syntax(instance: Instance, choices: list[Wanted]) -> str | None:
    """The transfer syntax in which to send an object; None when no choice can be met."""
    for choice in choices:
        if choice.media_type in {DICOM, ZIP, *ANY_TYPE}:
            syntax = choice.transfer_syntax or _default_syntax(instance, choice)
            if syntax in {ANY_SYNTAX, instance.transfer_syntax_uid}:
                return instance.transfer_syntax_uid
            if syntax in targets_of(instance):
                return syntax
    return None


def _default_syntax(instance: Instance, choice: Wanted) -> str:
    """Explicit VR Little Endian unless told otherwise (PS3.18 8.7.3.5.2); video, which cannot be decoded, as it is."""
    return LITTLE if choice.media_type == DICOM and targets_of(instance) else ANY_SYNTAX


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
    return stored_bytes(instance) if syntax == instance.transfer_syntax_uid else file_as(instance, syntax)


def stored_bytes(instance: Instance) -> Iterable[bytes]:
    """The file as it was received, unless a correction says otherwise."""
    return corrected_pieces(instance) if is_corrected(instance) else file_chunks(instance)


def frame_syntax(instance: Instance, choices: list[Wanted]) -> tuple[str, str] | None:
    """Media type and transfer syntax for the frames of an object; None when no choice can be met."""
    stored = instance.transfer_syntax_uid if has_frame_places(instance) else LITTLE
    return next((met for choice in choices if (met := _frame_choice(instance, stored, choice)) is not None), None)


def _frame_choice(instance: Instance, stored: str, choice: Wanted) -> tuple[str, str] | None:
    kind, wanted = choice.media_type, choice.transfer_syntax
    if kind in {OCTETS, *ANY_TYPE}:
        syntax = stored if wanted == ANY_SYNTAX else wanted or LITTLE
        return (OCTETS, syntax) if syntax == stored or (syntax in targets_of(instance) and syntax not in NOT_FOR_FRAMES) else None
    if kind in {image_type(stored), ANY_IMAGE} and image_type(stored) != OCTETS and wanted in {"", ANY_SYNTAX, stored}:
        return image_type(stored), stored
    syntax = wanted if wanted not in {"", ANY_SYNTAX} else DEFAULT_SYNTAXES.get(kind, "")
    return (kind, syntax) if image_type(syntax) == kind and syntax in targets_of(instance) else None


def wants_frame_alone(instance: Instance, choices: list[Wanted]) -> bool:
    """Whether the choice that is met names a media type of pictures without multipart: then a lone frame comes by itself."""
    met = next(choice for choice in choices if frame_syntax(instance, [choice]) is not None)
    return not met.multipart and met.media_type.startswith("image/") and met.media_type != ANY_IMAGE


def frame_alone(instance: Instance, number: int, syntax: str) -> tuple[int, Pieces]:
    """The size of one frame, and what reads a part of it. Raises NotFound, CannotDecode."""
    as_stored = _is_as_stored(instance, syntax)
    if as_stored and frame_range(instance, number)[1] > AT_ONCE_BYTES:
        return coded_size(instance, number), partial(coded_read, instance, frame=number)
    body = frame_read(instance, number) if as_stored else _made(instance, number, header_for_pixels(instance, number), syntax)
    return len(body), lambda start, length: iter([body[start : start + length]])


def _is_as_stored(instance: Instance, syntax: str) -> bool:
    """Whether the bytes lie in the file as they are to be sent."""
    stored = instance.transfer_syntax_uid
    return has_frame_places(instance) and (syntax == stored or {syntax, stored} <= NATIVE_LITTLE)


def frame_parts(instance: Instance, numbers: Iterable[int], media_type: str, syntax: str) -> Iterator[Part]:
    """One part for each frame asked for, in the order asked."""
    header = None
    as_stored = _is_as_stored(instance, syntax)
    for number in numbers:
        if not as_stored and header is None:
            header = header_for_pixels(instance, number)
        body = frame_read(instance, number) if header is None else _made(instance, number, header, syntax)
        yield Part(f"{media_type}; transfer-syntax={syntax}", [body])


def _made(instance: Instance, number: int, header: Dataset, syntax: str) -> bytes:
    """Plain frames are what the metadata say (`bulkdata.with_addresses`), as far as there is a plain form of that."""
    array, stored = frame_sent(instance, number, header), instance.transfer_syntax_uid
    if syntax in ENCODERS:
        return frame_encode(array, header, syntax, photometric_sent(header, stored))
    if int(header.get("BitsAllocated") or 0) == 1:
        return np.packbits(array.ravel(), bitorder="little").tobytes()
    if planar_configuration(header) == 1 and not is_by_pixel(stored):
        array = by_plane(array)
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
