"""Values that metadata points to instead of holding, and documents that objects carry."""

import re
from collections.abc import Iterator
from itertools import chain

from django.utils.translation import gettext as _
from pydicom.uid import UID, EncapsulatedPDFStorage

from imaging.archive.corrections.overlay import may_go_out
from imaging.archive.models import Instance
from imaging.archive.pictures.bulk import value_at
from imaging.archive.pictures.colour import is_by_pixel
from imaging.archive.pictures.palette import CHANNELS, table_of
from imaging.archive.pictures.pixels import header_for_pixels
from imaging.archive.pictures.video import coded_read, coded_size, video_type
from imaging.common.errors import NotFound
from imaging.dicomweb.multipart import Part
from imaging.dicomweb.negotiation import OCTETS, Wanted
from imaging.dicomweb.representations import ANY_TYPE, frame_offers, frame_parts, frame_syntax

STORED = b'"BulkDataURI":'
PLANES, PIXELWISE = b'"00280006":{"vr":"US","Value":[1]}', b'"00280006":{"vr":"US","Value":[0]}'
PALETTES = dict(zip(("00281201", "00281202", "00281203"), CHANNELS, strict=True))
PIXELS = frozenset({"7FE00008", "7FE00009", "7FE00010"})
DOCUMENT_TAG = 0x00420011


def with_addresses(packed: bytes, instance_address: str, transfer_syntax_uid: str) -> bytes:
    """Stored metadata with its relative pointers made absolute, the stored transfer syntax named, and Planar Configuration true of that:
    an object that came plane by plane may be stored in a coding without planes.

    A replacement of bytes: nothing is parsed.
    """
    if is_by_pixel(transfer_syntax_uid) and packed.find(PLANES) == packed.find(PLANES[:11]) >= 0:  # that of the picture, not of its icon
        packed = packed.replace(PLANES, PIXELWISE, 1)
    named = b'{"00083002":{"vr":"UI","Value":["%s"]},' % transfer_syntax_uid.encode() + packed[1:] if packed.startswith(b'{"') else packed
    if STORED not in named:
        return named
    return re.sub(rb'("BulkDataURI":\s*")(?=bulkdata/)', lambda found: found.group(1) + instance_address.encode(), named)


def parts_of(instance: Instance, path: str, choices: list[Wanted]) -> Iterator[Part] | None:
    """The value in the first of `choices` that can be met; pixels frame by frame, never as a whole in memory. None when none can be.

    Raises InvalidInput for a path that is none, NotFound when nothing is there.
    """
    if path in PIXELS and instance.number_of_frames:
        kind = video_type(instance)
        return _pixels(instance, choices) if kind is None else _video(instance, kind, choices)
    if not any(choice.media_type in {OCTETS, *ANY_TYPE} for choice in choices):
        return None
    return iter([Part(OCTETS, [value_of(instance, path)])])


def offers_of(instance: Instance, path: str) -> list[str]:
    """The forms in which the value can be had."""
    if path not in PIXELS:
        return [OCTETS]
    kind = video_type(instance)
    return [kind, OCTETS] if kind else [OCTETS, *frame_offers(instance)]


def _pixels(instance: Instance, choices: list[Wanted]) -> Iterator[Part] | None:
    """Compressed frames in a part each; others together, as the one value that they are."""
    chosen = frame_syntax(instance, choices)
    if chosen is None:
        return None
    parts = frame_parts(instance, range(1, instance.number_of_frames + 1), *chosen)
    if UID(chosen[1]).is_encapsulated:
        return parts
    first = next(parts)
    return iter([Part(first.content_type, (piece for part in chain([first], parts) for piece in part.body))])


def _video(instance: Instance, kind: str, choices: list[Wanted]) -> Iterator[Part] | None:
    """The one stream that a video is, as what it is or as octets."""
    forms = {kind: kind, "video/*": kind, "*/*": kind, OCTETS: OCTETS, "application/*": OCTETS}
    met = next((forms[choice.media_type] for choice in choices if choice.media_type in forms), None)
    if met is None:
        return None
    return iter([Part(f"{met}; transfer-syntax={instance.transfer_syntax_uid}", coded_read(instance, 0, coded_size(instance)))])


def value_of(instance: Instance, path: str) -> bytes:
    """The bytes of one element. Of a segmented palette the table in full can be had too, which hardly any client can expand itself.

    Raises InvalidInput for a path that is none, NotFound when nothing is there.
    """
    if not may_go_out(instance, path[:8]):
        raise NotFound(_("This object has no such value."))
    try:
        return value_at(instance, path)
    except NotFound:
        if path not in PALETTES:
            raise
    return _table(instance, PALETTES[path])


def _table(instance: Instance, channel: str) -> bytes:
    try:
        return table_of(header_for_pixels(instance), channel).astype("<u2").tobytes()
    except (ValueError, AttributeError, KeyError) as error:
        raise NotFound(_("This object has no such value.")) from error


def encapsulated_pdf(instance: Instance) -> bytes | None:
    """The PDF that the object carries; None for any other object."""
    if instance.sop_class_uid != EncapsulatedPDFStorage:
        return None
    return value_at(instance, f"{DOCUMENT_TAG:08X}").rstrip(b"\0")
