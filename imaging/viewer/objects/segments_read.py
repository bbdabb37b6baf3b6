"""Reading a segmentation (PS3.3 A.51) or a map of labels (A.51, LABELMAP): its segments, and where their planes lie.

The bits are fetched by segment, the labels of all segments at once.
"""

from collections.abc import Iterator

import numpy as np
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.archive.intake.values import Json
from imaging.archive.models import Instance
from imaging.archive.pictures.palette import colours
from imaging.archive.pictures.pixels import CannotDecode, file_of, frame_decode, header_for_pixels
from imaging.common.errors import InvalidInput, NotFound
from imaging.viewer.objects.head import items, meaning, numbers, pictures_in, rgb, text

MOST_FRAMES, MOST_NUMBERS = 20_000, 6
LARGEST, LARGEST_PLANE = 1024 * 1024 * 1024, 64 * 1024 * 1024


def segments_of(ds: Dataset) -> Json:
    """The segments with their planes. Raises InvalidInput for one without any."""
    frames = items(ds, "PerFrameFunctionalGroupsSequence")[:MOST_FRAMES]
    shared = (items(ds, "SharedFunctionalGroupsSequence") or [Dataset()])[0]
    segments = [_segment(item) for item in items(ds, "SegmentSequence")]
    if not segments or not frames:
        raise InvalidInput(_("This segmentation has no segment."))
    said = {
        "rows": int(ds.Rows), "columns": int(ds.Columns), "frameOfReference": text(ds, "FrameOfReferenceUID"),
        "thickness": next(iter(_of(frames[0], shared, "PixelMeasuresSequence", "SliceThickness")), 0), "labelBytes": 0, "planes": [],
    }  # fmt: skip
    if is_label_map(ds):
        return said | _labelled(ds, segments, [_plane(frame, shared) for frame in frames])
    planes: dict[int, list[Json]] = {}
    for frame in frames:
        planes.setdefault(_number(frame, shared), []).append(_plane(frame, shared))
    return {**said, "segments": [{**segment, "planes": planes.pop(segment["number"], [])} for segment in segments]}


def is_label_map(ds: Dataset) -> bool:
    """Whether a pixel is the number of a segment, and a plane shows all of them (C.8.20.2.3)."""
    return text(ds, "SegmentationType") == "LABELMAP"


def _labelled(ds: Dataset, segments: list[Json], planes: list[Json]) -> Json:
    """Number 0 is what belongs to no segment, whatever it is called. The planes are those of every segment, and said once."""
    shown = [{**one, "colour": one["colour"] or _in_palette(ds, one["number"]), "planes": []} for one in segments if one["number"]]
    if not shown:
        raise InvalidInput(_("This segmentation has no segment."))
    return {"segments": shown, "planes": planes, "labelBytes": 1 if int(ds.BitsAllocated) <= 8 else 2}


def _in_palette(ds: Dataset, number: int) -> str:
    """The colour of a label in the map's own table, if it has one."""
    if text(ds, "PhotometricInterpretation") != "PALETTE COLOR":
        return ""
    try:
        return "#" + bytes(colours(np.array([number]), ds)[0].tolist()).hex()
    except (ValueError, AttributeError, KeyError):
        return ""


def _segment(item: Dataset) -> Json:
    kind = meaning(item, "SegmentedPropertyTypeCodeSequence")
    algorithm = " ".join(filter(None, (text(item, "SegmentAlgorithmType"), text(item, "SegmentAlgorithmName"))))
    return {
        "number": int(item.SegmentNumber), "label": text(item, "SegmentLabel") or kind, "type": kind, "algorithm": algorithm,
        "colour": rgb(numbers(item, "RecommendedDisplayCIELabValue")),
    }  # fmt: skip


def _number(frame: Dataset, shared: Dataset) -> int:
    for group in (frame, shared):
        for item in items(group, "SegmentIdentificationSequence"):
            return int(item.ReferencedSegmentNumber)
    raise InvalidInput(_("This segmentation does not say which segment a plane is of."))


def _plane(frame: Dataset, shared: Dataset) -> Json:
    source = [one for item in items(frame, "DerivationImageSequence") for one in pictures_in(item, "SourceImageSequence")]
    uid, number = source[0] if source else ("", None)
    return {
        "instance": uid, "frame": number,
        "position": _of(frame, shared, "PlanePositionSequence", "ImagePositionPatient"),
        "orientation": _of(frame, shared, "PlaneOrientationSequence", "ImageOrientationPatient"),
        "spacing": _of(frame, shared, "PixelMeasuresSequence", "PixelSpacing"),
    }  # fmt: skip


def _of(frame: Dataset, shared: Dataset, sequence: str, keyword: str) -> list[float]:
    return next((numbers(item, keyword, MOST_NUMBERS) for group in (frame, shared) for item in items(group, sequence)), [])


def segment_bits(instance: Instance, ds: Dataset, number: int, *, most: int = LARGEST) -> Iterator[bytes]:
    """The planes of one segment in their order, a bit for each pixel, the first in the lowest bit; each begins on a byte.

    Of a fractional one, what is at least half. Raises NotFound for a segment that is not there, InvalidInput beyond `most` bytes,
    CannotDecode.
    """
    shared = (items(ds, "SharedFunctionalGroupsSequence") or [Dataset()])[0]
    frames = [
        at for at, frame in enumerate(items(ds, "PerFrameFunctionalGroupsSequence")[:MOST_FRAMES]) if _number(frame, shared) == number
    ]
    if not frames:
        raise NotFound(_("This segmentation has no such segment."))
    _check_size(ds, -(-int(ds.Rows) * int(ds.Columns) // 8) * len(frames), most)
    is_packed = int(ds.BitsAllocated) == 1 and not UID(instance.transfer_syntax_uid).is_encapsulated
    read = _packed(instance, ds, frames) if is_packed else _decoded(instance, ds, frames)
    for plane in read:
        yield np.packbits(plane, bitorder="little").tobytes()


def _check_size(ds: Dataset, octets: int, most: int) -> None:
    if octets > most or int(ds.Rows) * int(ds.Columns) > LARGEST_PLANE:
        raise InvalidInput(_("This segmentation is too large to be drawn."))


def labels_of(instance: Instance, ds: Dataset, *, most: int = LARGEST) -> Iterator[bytes]:
    """Every plane of a map of labels in its order, a byte for each pixel or two of them. Raises InvalidInput beyond `most` bytes,
    CannotDecode."""
    frames = len(items(ds, "PerFrameFunctionalGroupsSequence")[:MOST_FRAMES])
    kind = "u1" if int(ds.BitsAllocated) <= 8 else "<u2"
    _check_size(ds, int(ds.Rows) * int(ds.Columns) * frames * np.dtype(kind).itemsize, most)
    header = header_for_pixels(instance)
    header.PhotometricInterpretation = "MONOCHROME2"  # the labels themselves, not their colours
    for at in range(1, frames + 1):
        yield frame_decode(instance, at, header).astype(kind).tobytes()


def _packed(instance: Instance, ds: Dataset, frames: list[int]) -> Iterator[np.ndarray]:
    """Frames of single bits follow each other without a gap (PS3.5 8.1.1)."""
    size, start = int(ds.Rows) * int(ds.Columns), pixels_start(instance)
    with file_of(instance) as file:
        for at in frames:
            first, last = at * size // 8, -(-(at + 1) * size // 8)
            file.seek(start + first)
            bits = np.unpackbits(np.frombuffer(file.read(last - first), np.uint8), bitorder="little")
            if len(bits) < last * 8 - first * 8:
                raise CannotDecode(_("The pixels of this object cannot be read."))
            yield bits[at * size - first * 8 :][:size]


def pixels_start(instance: Instance) -> int:
    """Where the pixels begin in the file, as found when the object came in."""
    ranges = np.frombuffer(bytes(instance.frame_offsets)[:8], "<u8")
    if not ranges.size:
        raise InvalidInput(_("The pixels of this object cannot be read."))
    return int(ranges[0])


def _decoded(instance: Instance, ds: Dataset, frames: list[int]) -> Iterator[np.ndarray]:
    header = header_for_pixels(instance)
    half = max(1, int(ds.get("MaximumFractionalValue") or 1) // 2 + 1) if text(ds, "SegmentationType") == "FRACTIONAL" else 1
    for at in frames:
        yield (frame_decode(instance, at + 1, header) >= half).ravel()
