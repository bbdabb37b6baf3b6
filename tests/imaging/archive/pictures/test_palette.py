"""Palette colour: tables in full and in segments. Not covered: alpha tables and supplemental palettes, which are shown as grey."""

import struct

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut

from imaging.archive.pictures.palette import colours, segments_expand


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def test_segments_of_every_kind() -> None:
    data = words(0, 2, 10, 20, 1, 4, 60, 2, 2, 0, 0)
    assert segments_expand(data, 16, 12) == [10, 20, 30, 40, 50, 60, 10, 20, 30, 40, 50, 60]
    assert segments_expand(bytes([0, 2, 10, 20, 1, 4, 60, 2, 1, 0, 0, 0, 0, 0]), 8, 8) == [10, 20, 30, 40, 50, 60, 10, 20]


@pytest.mark.parametrize(
    "data",
    [
        words(1, 4, 60),  # a line from nowhere
        words(7, 1, 1),
        words(0, 1, 5, 2, 1, 6, 0),  # a copy of itself
        words(0, 1, 5, 2, 1, 60_000, 0),
    ],
)
def test_damaged_segments_are_told(data: bytes) -> None:
    with pytest.raises(ValueError):
        colours(np.zeros((2, 2), np.uint16), _header(data))


def test_a_table_never_grows_beyond_what_it_says() -> None:
    assert len(segments_expand(words(0, 1, 5, 1, 65_535, 9, *(2, 65_535, 0, 0) * 200), 16, 65_536)) == 65_536


def _header(segments: bytes) -> Dataset:
    ds = Dataset()
    for channel in ("Red", "Green", "Blue"):
        setattr(ds, f"{channel}PaletteColorLookupTableDescriptor", [0, 0, 16])
        setattr(ds, f"Segmented{channel}PaletteColorLookupTableData", segments)
    return ds


def test_full_tables_agree_with_pydicom() -> None:
    ds = dcmread(str(get_testdata_file("examples_palette.dcm", download=False)))
    theirs = apply_color_lut(ds.pixel_array, ds)
    assert np.array_equal(colours(ds.pixel_array, ds), theirs >> 8)
