"""What is coded by itself, a video or one frame, in the pieces that a reader asks for. It may lie in several fragments (PS3.5 A.4)."""

from collections.abc import Iterator

from imaging.archive.intake.frames import is_video
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import CHUNK, ITEM_LENGTH, bytes_read, file_chunks, frame_range

BEGINNING = 12
MPEG4, MPEG2 = VIDEO_TYPES = ("video/mp4", "video/mpeg")


def video_type(instance: Instance) -> str | None:
    """The media type of the stream of a video; None for any other object."""
    if not is_video(instance.transfer_syntax_uid):
        return None
    head = b"".join(coded_read(instance, 0, BEGINNING))
    return MPEG4 if head[4:8] == b"ftyp" else MPEG2


def coded_size(instance: Instance, frame: int = 1) -> int:
    """How long the stream of `frame` is, in bytes; of a video the whole. Raises NotFound when there is no such frame."""
    return sum(length for _offset, length in fragments(instance, frame))


def coded_read(instance: Instance, start: int, length: int, frame: int = 1) -> Iterator[bytes]:
    """`length` bytes of that stream from `start` on, in pieces."""
    for offset, size in fragments(instance, frame):
        taken = min(size - start, length) if start < size else 0
        if taken > 0:
            yield from part_of_file(instance, offset + start, taken)
            length -= taken
        start = max(0, start - size)


def fragments(instance: Instance, frame: int = 1) -> Iterator[tuple[int, int]]:
    """Offset and length of each; the span kept in the index runs from the first byte of the first to the end of the last."""
    offset, length = frame_range(instance, frame)
    end = offset + length
    while offset < end:
        size = ITEM_LENGTH.unpack(bytes_read(instance, offset - ITEM_LENGTH.size, ITEM_LENGTH.size))[0]
        yield offset, min(size, end - offset)
        offset += size + 2 * ITEM_LENGTH.size


def part_of_file(instance: Instance, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes of the stored file from `start` on, in pieces. Raises NotFound before the first one when it cannot be opened."""
    if length <= CHUNK:
        return iter([bytes_read(instance, start, length)])
    return _cut(file_chunks(instance, start), length)


def _cut(pieces: Iterator[bytes], length: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[:length]
        length -= len(piece)
        if length <= 0:
            return
