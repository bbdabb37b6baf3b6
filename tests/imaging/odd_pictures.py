"""Pictures in forms that few devices send, and headers that none should: each with what a reader has to see of it.

`shown` is the picture on the screen, computed here from the values and the header by the standard's words (PS3.3 C.7.6.3, C.11) and by
nothing of the product; None where no picture can be shown.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tests.imaging import pictures

SIDE = 64
SECONDARY, MULTI_BIT = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.7.1"
MULTI_BYTE, MULTI_WORD = "1.2.840.10008.5.1.4.1.1.7.2", "1.2.840.10008.5.1.4.1.1.7.3"
PARAMETRIC = "1.2.840.10008.5.1.4.1.1.30"
NO_WINDOW: dict[str, Any] = {"WindowCenter": None, "WindowWidth": None}
AS_STORED: dict[str, Any] = {"RescaleSlope": None, "RescaleIntercept": None}


@dataclass(frozen=True)
class Odd:
    name: str
    ds: Dataset
    shown: np.ndarray | None
    """Grey or RGB in eight bits; of several frames the first."""


def ramp(low: float, high: float, rows: int = SIDE, columns: int = SIDE) -> np.ndarray:
    """From `low` at the left to `high` at the right, with a corner of `high` at the upper left, so that nothing can be mirrored."""
    values = np.tile(np.linspace(low, high, columns), (rows, 1))
    values[: rows // 4, : columns // 4] = high
    return values


def window(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """PS3.3 C.11.2.1.2.1."""
    share = (values.astype(float) - (centre - 0.5)) / max(width - 1, 1e-9) + 0.5
    return np.round(np.clip(share, 0, 1) * 255).astype(np.uint8)


def stretched(values: np.ndarray) -> np.ndarray:
    """From the least value to the greatest, where nothing says which window is wanted."""
    return np.round((values - values.min()) / (values.max() - values.min()) * 255).astype(np.uint8)


def slice_with(data: bytes, **attributes: Any) -> Dataset:
    """A slice of SIDE x SIDE whose pixel data are these bytes."""
    stored = attributes.get("BitsStored", attributes.get("BitsAllocated")) or 16
    depth = {"BitsAllocated": 16, "BitsStored": stored, "HighBit": stored - 1}
    ds = pictures.slice_of(1, side=SIDE, **(depth | {"PixelData": data + bytes(len(data) % 2)} | attributes))
    if "PixelData" in ds:
        ds["PixelData"].VR = "OB" if ds.get("BitsAllocated", 16) <= 8 else "OW"
    return ds


def grey(name: str, kind: str, values: np.ndarray, **attributes: Any) -> Odd:
    """Values as numbers of a numpy kind, all bits of which are used, in a window that all of them are in."""
    stored = values.astype(kind)
    bits = stored.itemsize * 8
    low, high = float(stored.min()), float(stored.max())
    centre, width = (low + high + 1) / 2, high - low + 1
    ds = slice_with(
        stored.tobytes(),
        **{
            "BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1, "PixelRepresentation": int(stored.dtype.kind == "i"),
            "Rows": values.shape[0], "Columns": values.shape[1], "WindowCenter": str(centre), "WindowWidth": str(width),
        } | AS_STORED | attributes,
    )  # fmt: skip
    return Odd(name, ds, window(stored, centre, width))


def bits(name: str, rows: int, columns: int, frames: int) -> Odd:
    """Single bits, the first in the lowest place (PS3.5 8.1.1); frames follow each other without a gap."""
    blocks = np.random.default_rng(3).integers(0, 2, (frames, 8, 8), np.uint8)
    values = blocks.repeat(8, 1).repeat(8, 2)[:, :rows, :columns]
    data = np.packbits(values.ravel(), bitorder="little").tobytes()
    count = {"NumberOfFrames": frames} if frames > 1 else {}
    ds = slice_with(
        data, BitsAllocated=1, BitsStored=1, HighBit=0, PixelRepresentation=0, Rows=rows, Columns=columns, Modality="OT",
        SOPClassUID=MULTI_BIT if frames > 1 else SECONDARY, **count, **NO_WINDOW, **AS_STORED,
    )  # fmt: skip
    return Odd(name, ds, values[0] * 255)


def real(name: str, kind: str, *, holes: bool = False) -> Odd:
    """Float Pixel Data or Double Float Pixel Data in the place of Pixel Data (PS3.3 C.7.6.24 and C.7.6.25); with `holes` the right edge and
    the first pixel are no numbers, and black."""
    values = ramp(-0.5, 2.5).astype(kind)
    if holes:
        values[:, -8:] = values[0, 0] = np.nan
        values[-8:, -4:] = np.inf
    wide = values.itemsize == 8
    ds = slice_with(b"", BitsAllocated=64 if wide else 32, WindowCenter="1", WindowWidth="4", VOILUTFunction="LINEAR_EXACT", **AS_STORED)
    for keyword in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        delattr(ds, keyword)
    tag, vr = (0x7FE00009, "OD") if wide else (0x7FE00008, "OF")
    ds[tag] = DataElement(tag, vr, values.tobytes())
    exact = np.where(np.isfinite(values), np.clip((values.astype(float) - 1) / 4 + 0.5, 0, 1), 0)
    return Odd(name, ds, np.round(exact * 255).astype(np.uint8))


def above_overlay(name: str) -> Odd:
    """Twelve bits in the upper part of a word, with what was an overlay in the lower four (until 2004 PS3.3 C.7.6.3.1 allowed it)."""
    values = ramp(0, 4095).astype(np.uint16)
    stored = (values << 4) | 0x0F
    ds = slice_with(
        stored.tobytes(), BitsStored=12, HighBit=15, PixelRepresentation=0, WindowCenter="2048", WindowWidth="4096", **AS_STORED
    )
    return Odd(name, ds, window(values, 2048, 4096))


def under_overlay(name: str, *, signed: bool) -> Odd:
    """Twelve bits below four that are no part of the value."""
    values = ramp(-2048, 2047).astype(np.int16) if signed else ramp(0, 4095).astype(np.int16)
    stored = (values.astype(np.uint16) & 0x0FFF) | np.uint16(0x5000)
    centre = 0 if signed else 2048
    ds = slice_with(
        stored.tobytes(), BitsStored=12, HighBit=11, PixelRepresentation=int(signed), WindowCenter=str(centre), WindowWidth="4096",
        **AS_STORED,
    )  # fmt: skip
    return Odd(name, ds, window(values, centre, 4096))


def padded(name: str) -> Odd:
    """Signed values with a background that is no value (Pixel Padding Value)."""
    values = ramp(-900, 900).astype(np.int16)
    values[:, -8:] = -2000
    ds = slice_with(values.tobytes(), PixelRepresentation=1, WindowCenter="0", WindowWidth="2000", **AS_STORED)
    ds[0x00280120] = DataElement(0x00280120, "SS", -2000)
    return Odd(name, ds, window(values, 0, 2000))


def colour(name: str, photometric: str = "RGB", planes: int = 0) -> Odd:
    values = pictures.colours(1, SIDE - 1, SIDE - 1)
    ds = pictures.colour_picture(values, photometric, planes, Modality="ES")
    return Odd(name, ds, values[0])


def narrow_palette(name: str) -> Odd:
    """Eight-bit pixels through tables of sixteen bits that begin at 20."""
    values = ramp(0, 255).astype(np.uint8)
    table = (np.linspace(0, 255, 200).astype(np.uint16) * 257).astype("<u2")
    ds = slice_with(
        values.tobytes(), BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, PhotometricInterpretation="PALETTE COLOR",
        **NO_WINDOW, **AS_STORED,
    )  # fmt: skip
    for channel, entries in {"Red": table, "Green": table[::-1], "Blue": table * 0}.items():
        setattr(ds, f"{channel}PaletteColorLookupTableDescriptor", [200, 20, 16])
        setattr(ds, f"{channel}PaletteColorLookupTableData", entries.astype("<u2").tobytes())
    at = np.clip(values.astype(int) - 20, 0, 199)
    high = (table >> 8).astype(np.uint8)
    return Odd(name, ds, np.stack([high[at], high[::-1][at], np.zeros_like(high)[at]], axis=-1))


def plain(name: str, shown: np.ndarray | None = None, /, **attributes: Any) -> Odd:
    """A slice from -1000 to 1000 in a window of 2000, with a header that says something odd besides."""
    values = ramp(-1000, 1000).astype(np.int16)
    ds = slice_with(values.tobytes(), **({"WindowCenter": "0", "WindowWidth": "2000"} | attributes))
    return Odd(name, ds, window(values, 0, 2000) if shown is None else shown)


def hidden(name: str, **attributes: Any) -> Odd:
    """The same, of which nothing can be shown."""
    return Odd(name, plain(name, **attributes).ds, None)


def odd_films() -> list[Odd]:
    """Objects of several frames."""
    return [bits("one bit, frames", SIDE, SIDE, 3), bits("one bit, frames inside bytes", 63, 61, 3)]


def odd_pictures() -> list[Odd]:
    """Every single picture, each in a study and a series of its own."""
    values = ramp(-1000, 1000).astype(np.int16)
    flat = np.full((SIDE, SIDE), 100, np.int16).tobytes()
    return [
        bits("one bit", SIDE, SIDE, 1),
        bits("one bit, odd size", 63, 61, 1),
        grey("signed 8 bit", "i1", ramp(-128, 127)),
        grey("8 bit, odd size", "u1", ramp(0, 255, 61, 63)),
        grey("unsigned 32 bit", "<u4", ramp(0, 3_000_000_000)),
        grey("signed 32 bit", "<i4", ramp(-2_000_000, 2_000_000)),
        real("float", "<f4"),
        real("double", "<f8"),
        real("float with holes", "<f4", holes=True),
        above_overlay("high bit 15 of 12"),
        under_overlay("bits above 12", signed=False),
        under_overlay("bits above 12 signed", signed=True),
        padded("padding value"),
        colour("RGB by planes", planes=1),
        narrow_palette("16-bit palette for 8 bit"),
        plain("no place", ImagePositionPatient=None, ImageOrientationPatient=None),
        plain("spacing of nothing", PixelSpacing=["0", "0"]),
        plain("negative spacing", PixelSpacing=["-1", "-1"]),
        plain("tiny spacing", PixelSpacing=["1e-9", "1e-9"]),
        plain("spacing no number", PixelSpacing=["NaN", "NaN"]),
        plain("place no number", ImagePositionPatient=["NaN", "0", "0"]),
        plain("orientation of nothing", ImageOrientationPatient=["0", "0", "0", "0", "0", "0"]),
        plain("window no number", stretched(values), WindowCenter="NaN", WindowWidth="NaN"),
        plain("window without width", stretched(values), WindowWidth="0"),
        plain("window of one", np.where(values > -0.5, 255, 0).astype(np.uint8), WindowWidth="1"),
        plain("slope of nothing", RescaleSlope="0", RescaleIntercept="0"),
        plain("slope no number", RescaleSlope="NaN", RescaleIntercept="NaN"),
        plain("one grey", np.zeros((SIDE, SIDE), np.uint8), PixelData=flat, **NO_WINDOW),
        plain("no frames", NumberOfFrames=0),
        plain("no photometric interpretation", PhotometricInterpretation=None),
        plain("no samples", SamplesPerPixel=None),
        hidden("huge without pixels", Rows=65535, Columns=65535, PixelData=None),
        hidden("huge with few pixels", Rows=65535, Columns=65535),
        hidden("no rows", Rows=0),
        hidden("empty pixels", PixelData=b""),
        hidden("17 bits allocated", BitsAllocated=17),
        hidden("no bits allocated", BitsAllocated=None),
    ]
