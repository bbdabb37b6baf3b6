"""A film that any player shows, made here: H.264 pictures of plain grey whose samples are written as they are (I_PCM), in an MP4 file."""

import struct
from collections.abc import Iterator

BLOCK = 16
SAMPLES_OF_BLOCK = 256
FRAMES_A_SECOND = 10


class Bits:
    """Exp-Golomb codes one after the other (ITU-T H.264 9.1)."""

    def __init__(self) -> None:
        self._bits = ""

    def put(self, value: int, width: int) -> "Bits":
        self._bits += f"{value:0{width}b}" if width else ""
        return self

    def code(self, *values: int) -> "Bits":
        for value in values:
            self.put(value + 1, 2 * (value + 1).bit_length() - 1)
        return self

    def aligned(self) -> bytes:
        filled = self._bits + "0" * (-len(self._bits) % 8)
        return int(filled, 2).to_bytes(len(filled) // 8, "big")

    def ended(self) -> bytes:
        return self.put(1, 1).aligned()


def unit(kind: int, payload: bytes) -> bytes:
    """A NAL unit, in which nothing looks like the beginning of another."""
    escaped, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = 0 if byte else zeros + 1
    return bytes([kind]) + bytes(escaped)


def sequence_set(blocks: int) -> bytes:
    bits = Bits().put(66, 8).put(0xC0, 8).put(30, 8).code(0, 0, 2, 1).put(0, 1).code(blocks - 1, blocks - 1)
    return unit(0x67, bits.put(0b1100, 4).ended())


def picture_set() -> bytes:
    return unit(0x68, Bits().code(0, 0).put(0, 2).code(0, 0, 0).put(0, 3).code(0, 0, 0).put(0b100, 3).ended())


def picture(number: int, blocks: int, grey: int) -> bytes:
    """An IDR picture; the first of its blocks follows the slice header."""
    header = Bits().code(0, 7, 0).put(0, 4).code(number % 2).put(0, 2).code(0, 1)
    samples = bytes([grey]) * SAMPLES_OF_BLOCK + bytes([128]) * (SAMPLES_OF_BLOCK // 2)
    first = header.code(25).aligned() + samples
    others = (Bits().code(25).aligned() + samples) * (blocks * blocks - 1)
    return unit(0x65, first + others + b"\x80")


def box(name: str, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">L4s", len(content) + 8, name.encode()) + content


def film(frames: int = 20, blocks: int = 4) -> bytes:
    """`frames` squares of `blocks` times 16 pixels that grow lighter."""
    pictures = [picture(number, blocks, 16 + 10 * (number % 20)) for number in range(frames)]
    samples = [struct.pack(">L", len(one)) + one for one in pictures]
    head = box("ftyp", b"isom", struct.pack(">L", 0x200), b"isomavc1mp41")
    moved = len(head) + len(b"".join(_moov(samples, blocks, 0))) + 8
    return head + b"".join(_moov(samples, blocks, moved)) + box("mdat", *samples)


def _moov(samples: list[bytes], blocks: int, start: int) -> Iterator[bytes]:
    side, count = blocks * BLOCK, len(samples)
    matrix = struct.pack(">9L", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    times = struct.pack(">4L", 0, 0, FRAMES_A_SECOND, count)
    mvhd = box("mvhd", bytes(4), times, struct.pack(">LH10x", 0x10000, 0x100), matrix, bytes(24), struct.pack(">L", 2))
    track = struct.pack(">L5L8xHHHH", 3, 0, 0, 1, 0, count, 0, 0, 0, 0)
    tkhd = box("tkhd", track, matrix, struct.pack(">LL", side << 16, side << 16))
    mdhd = box("mdhd", bytes(4), times, struct.pack(">HH", 0x55C4, 0))
    hdlr = box("hdlr", bytes(8), b"vide", bytes(12), b"film\0")
    dinf = box("dinf", box("dref", struct.pack(">LL", 0, 1), box("url ", struct.pack(">L", 1))))
    minf = box("minf", box("vmhd", struct.pack(">L8x", 1)), dinf, _table(samples, blocks, start))
    yield box("moov", mvhd, box("trak", tkhd, box("mdia", mdhd, hdlr, minf)))


def _table(samples: list[bytes], blocks: int, start: int) -> bytes:
    side, count = blocks * BLOCK, len(samples)
    sequence, pictures = sequence_set(blocks), picture_set()
    config = b"\x01" + sequence[1:4] + b"\xff\xe1" + struct.pack(">H", len(sequence)) + sequence
    avcc = box("avcC", config, b"\x01", struct.pack(">H", len(pictures)), pictures)
    entry = struct.pack(">6xH16xHHLL4xH32xHh", 1, side, side, 0x480000, 0x480000, 1, 24, -1)
    stsd = box("stsd", struct.pack(">LL", 0, 1), box("avc1", entry, avcc))
    stts = box("stts", struct.pack(">4L", 0, 1, count, 1))
    stsc = box("stsc", struct.pack(">5L", 0, 1, 1, count, 1))
    stsz = box("stsz", struct.pack(f">3L{count}L", 0, 0, count, *map(len, samples)))
    return box("stbl", stsd, stts, stsc, stsz, box("stco", struct.pack(">3L", 0, 1, start)))
