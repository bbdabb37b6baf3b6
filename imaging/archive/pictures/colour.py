"""Colour: what its samples stand for, and in what order they lie, as stored and as sent (PS3.3 C.7.6.3.1.2 and C.7.6.3.1.3)."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    RLELossless,
)

RGB, YBR_FULL, YBR_RCT = "RGB", "YBR_FULL", "YBR_RCT"
COLOUR_SAMPLES = 3
ENCAPSULATED_UNCOMPRESSED = "1.2.840.10008.1.2.1.98"
# What these lost is lost: receivers like RGB better then.
LOSSY_JPEG = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
# Where samples lie as Planar Configuration says; every other coding gives them pixel by pixel, and it has to be 0 (PS3.5 8.2).
EITHER_WAY = frozenset(
    {
        ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian,
        ENCAPSULATED_UNCOMPRESSED, RLELossless,
    }
)  # fmt: skip


def has_colour_samples(header: Dataset) -> bool:
    return int(header.get("SamplesPerPixel", 1) or 1) == COLOUR_SAMPLES


def photometric_sent(header: Dataset, transfer_syntax_uid: str) -> str:
    """What the samples of an object stand for once they are decoded for somebody else.

    YBR_FULL stays what it is, sample by sample, as no way to RGB and back keeps every bit; other colour comes as RGB.
    """
    photometric = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    if not has_colour_samples(header):
        return photometric
    return YBR_FULL if photometric == YBR_FULL and transfer_syntax_uid not in LOSSY_JPEG else RGB


def is_by_pixel(transfer_syntax_uid: str) -> bool:
    """Whether the coding gives the samples pixel by pixel, whatever Planar Configuration says."""
    return transfer_syntax_uid not in EITHER_WAY


def planar_configuration(header: Dataset) -> int:
    """1 for colour that the header describes plane by plane."""
    return int(header.get("PlanarConfiguration", 0) or 0) if has_colour_samples(header) else 0


def by_plane(frame: np.ndarray) -> np.ndarray:
    """All red, then all green, then all blue, of a frame whose samples lie pixel by pixel."""
    return np.moveaxis(frame, -1, 0)


def by_pixel(planes: np.ndarray) -> np.ndarray:
    return np.moveaxis(planes, 0, -1)
