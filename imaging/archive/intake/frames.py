"""Finding every frame's place in the file once, when the object comes in, so that no file is parsed on reading (promise 7)."""

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from imaging.archive.intake.scan import PixelElement
from imaging.archive.intake.values import number_of

PAIR = struct.Struct("<QQ")
Place = tuple[int, int]
Json = dict[str, Any]
Peek = Callable[[int, int], bytes]
PICTURE_BEGINS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0c")
# One stream holds all frames of a video (PS3.5 A.4.5 to A.4.9, A.4.11): it cannot be cut into frames.
VIDEO_SYNTAXES = tuple(f"1.2.840.10008.1.2.4.{number}" for number in range(100, 109))


def frames_pack(places: list[Place]) -> bytes:
    """Places as kept in `Instance.frame_offsets`."""
    return b"".join(PAIR.pack(*place) for place in places)


def frames_unpack(packed: bytes) -> list[Place]:
    """Offset and length of each frame in the file. A frame in several fragments has their item headers inside its length."""
    return list(PAIR.iter_unpack(bytes(packed)))


def frame_count(attributes: Json, pixels: PixelElement | None) -> int:
    """How many frames the object says that it has; 0 without pixel data."""
    return 0 if pixels is None else max(1, number_of(attributes, "00280008") or 1)


def frames_locate(attributes: Json, pixels: PixelElement | None, transfer_syntax_uid: str, peek: Peek) -> list[Place]:
    """Where each frame lies in the file; as many as can be told for certain, possibly none. `peek(offset, size)` reads from the file."""
    if pixels is None:
        return []
    count = frame_count(attributes, pixels)
    if not pixels.is_encapsulated:
        return _native(attributes, pixels, count)
    if is_video(transfer_syntax_uid) or count == 1:
        return [_span(pixels.fragments)] if pixels.fragments else []
    if len(pixels.fragments) == count:
        return pixels.fragments
    return _by_table(pixels, count) or _by_beginnings(pixels, count, peek)


def is_video(transfer_syntax_uid: str) -> bool:
    """Also the fragmentable forms, which carry a further ".1"."""
    return transfer_syntax_uid.removesuffix(".1") in VIDEO_SYNTAXES


def _native(attributes: Json, pixels: PixelElement, count: int) -> list[Place]:
    rows, columns, bits = (number_of(attributes, tag) or 0 for tag in ("00280010", "00280011", "00280100"))
    samples = number_of(attributes, "00280002") or 1
    size_bits = rows * columns * samples * bits
    if str((attributes.get("00280004") or {}).get("Value", [""])[0]) == "YBR_FULL_422" and samples == 3:
        size_bits = size_bits // 3 * 2
    if size_bits <= 0 or (size_bits % 8 and count > 1):
        return [(pixels.offset, pixels.length)] if count == 1 and pixels.length else []
    size = (size_bits + 7) // 8
    fitting = min(count, pixels.length // size)
    return [(pixels.offset + size * index, size) for index in range(fitting)]


def _span(fragments: list[Place]) -> Place:
    start = fragments[0][0]
    end = fragments[-1][0] + fragments[-1][1]
    return start, end - start


def _by_table(pixels: PixelElement, count: int) -> list[Place]:
    """By the Basic Offset Table: offsets of each frame's first item, from the first item after the table."""
    if len(pixels.table) != 4 * count or not pixels.fragments:
        return []
    base = pixels.fragments[0][0]
    begins = [base + offset for offset in struct.unpack(f"<{count}L", pixels.table)]
    starts = {offset: index for index, (offset, _length) in enumerate(pixels.fragments)}
    if any(begin not in starts for begin in begins) or begins != sorted(set(begins)):
        return []
    cuts = [*(starts[begin] for begin in begins), len(pixels.fragments)]
    return [_span(pixels.fragments[low:high]) for low, high in pairwise(cuts)]


def _by_beginnings(pixels: PixelElement, count: int, peek: Peek) -> list[Place]:
    """Without a usable table: a fragment that begins like a picture begins a frame."""
    begins = [index for index, (offset, _length) in enumerate(pixels.fragments) if peek(offset, 4).startswith(PICTURE_BEGINS)]
    if len(begins) != count or begins[0] != 0:
        return []
    cuts = [*begins, len(pixels.fragments)]
    return [_span(pixels.fragments[low:high]) for low, high in pairwise(cuts)]
