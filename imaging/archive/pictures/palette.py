"""Palette colour (PS3.3 C.7.6.3.1.5, C.7.9): tables in full or in segments, and pixels through them."""

from dataclasses import dataclass, field

import numpy as np
from pydicom.dataset import Dataset

CHANNELS = ("Red", "Green", "Blue")
DISCRETE, LINEAR, INDIRECT = 0, 1, 2
MOST_ENTRIES = 1 << 16


def colours(array: np.ndarray, header: Dataset) -> np.ndarray:
    """`array` as RGB in eight bits. Raises ValueError, AttributeError or KeyError for tables that are missing or damaged."""
    tables = [table_of(header, channel) for channel in CHANNELS]
    entries = min(len(table) for table in tables)
    if not entries:
        raise ValueError("the palette is empty")
    first = int(header.RedPaletteColorLookupTableDescriptor[1])
    places = np.clip(array.astype(np.int32) - first, 0, entries - 1)
    return np.stack([table[places] for table in _eight_bit(tables)], axis=-1)


def table_of(header: Dataset, channel: str) -> np.ndarray:
    """One of the three tables in full. Raises ValueError, AttributeError or KeyError when it is missing or damaged."""
    entries, _first, bits = (int(value) for value in header[f"{channel}PaletteColorLookupTableDescriptor"].value)
    most = entries or MOST_ENTRIES
    whole = header.get(f"{channel}PaletteColorLookupTableData")
    if whole:
        return np.frombuffer(whole, "<u2" if len(whole) >= 2 * most else "u1")[:most]
    return np.array(segments_expand(header[f"Segmented{channel}PaletteColorLookupTableData"].value, bits, most), "<u2")


def _eight_bit(tables: list[np.ndarray]) -> list[np.ndarray]:
    """Entries of 16 bits keep their most significant ones; some devices write eight bits into sixteen."""
    is_wide = max(int(table.max()) for table in tables) > 0xFF
    return [(table >> 8 if is_wide else table).astype(np.uint8) for table in tables]


def segments_expand(data: bytes, bits: int, most: int) -> list[int]:
    """A segmented table in full, never more than `most` entries (C.7.9.2). Raises ValueError when it is damaged."""
    words = np.frombuffer(data[: len(data) // 2 * 2], "<u2" if bits > 8 else "u1").tolist()
    expander = _Expander(words, bits > 8, most)
    try:
        expander.run()
    except IndexError as error:
        raise ValueError("the segments of the palette are cut off") from error
    return expander.values[:most]


@dataclass
class _Expander:
    words: list[int]
    is_wide: bool
    most: int
    values: list[int] = field(default_factory=list)

    def run(self) -> None:
        at = 0
        while at + 2 < len(self.words) and len(self.values) < self.most:
            at = self._segment(at, may_copy=True)

    def _segment(self, at: int, *, may_copy: bool) -> int:
        """Append what the segment at `at` stands for; the place of the next one."""
        kind, length = self.words[at], self.words[at + 1]
        if kind == DISCRETE:
            self.values += self.words[at + 2 : at + 2 + length]
            return at + 2 + length
        if kind == LINEAR and self.values:
            self.values += self._line(self.values[-1], self.words[at + 2], length)
            return at + 3
        if kind == INDIRECT and may_copy:
            self._copy(self._offset(at + 2), length)
            return at + (4 if self.is_wide else 6)
        raise ValueError("the palette has a segment that is none")

    @staticmethod
    def _line(start: int, end: int, length: int) -> list[int]:
        return [start + round((end - start) * step / length) for step in range(1, length + 1)]

    def _offset(self, at: int) -> int:
        """Where the copied segments begin; the file counts bytes, least significant first."""
        size = 2 if self.is_wide else 4
        parts = [self.words[at + number] for number in range(size)]
        width = 16 if self.is_wide else 8
        offset = sum(part << width * number for number, part in enumerate(parts))
        return offset // 2 if self.is_wide else offset

    def _copy(self, at: int, count: int) -> None:
        """Segments once more. A copy of a copy is forbidden, so that nothing grows without end."""
        for _number in range(count):
            if len(self.values) >= self.most:
                return
            at = self._segment(at, may_copy=False)
