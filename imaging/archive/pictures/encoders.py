"""Frames in the lossless compressed transfer syntaxes that a receiver may ask for (PS3.5 Annex A.4). Nothing here loses a bit."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import imagecodecs
import numpy as np
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset
from pydicom.pixels import get_encoder
from pydicom.uid import HTJ2KLossless, HTJ2KLosslessRPCL, JPEG2000Lossless, JPEGLSLossless, RLELossless

from imaging.archive.pictures.colour import COLOUR_SAMPLES, RGB, YBR_RCT
from imaging.archive.pictures.pixels import CannotDecode

Encode = Callable[[np.ndarray, Dataset, str], bytes]
MOST_BITS = 16
MOST_RESOLUTIONS = 6
LEAST_LEVELS, SMALLEST_SIDE, PART_FOR_EACH_RESOLUTION = 5, 64, 1
# Codings that turn red, green and blue into another colour space on the way and back.
WITH_COLOUR_TRANSFORM = frozenset({str(JPEG2000Lossless), str(HTJ2KLossless), str(HTJ2KLosslessRPCL)})


def photometric_coded(photometric: str, transfer_syntax_uid: str) -> str:
    """What to call samples of `photometric` in that coding (PS3.5 tables 8.2.4-1, 8.2.14-1): their own name or the transform's."""
    return YBR_RCT if photometric == RGB and transfer_syntax_uid in WITH_COLOUR_TRANSFORM else photometric


def _options(array: np.ndarray, header: Dataset, photometric: str) -> dict[str, Any]:
    return {
        "rows": array.shape[0],
        "columns": array.shape[1],
        "samples_per_pixel": COLOUR_SAMPLES if array.ndim == COLOUR_SAMPLES else 1,
        "number_of_frames": 1,
        "photometric_interpretation": photometric,
        "planar_configuration": 0,
        "bits_allocated": array.itemsize * 8,
        "bits_stored": _bits_stored(array, header),
        "pixel_representation": 1 if array.dtype.kind == "i" else 0,
    }


def _bits_stored(array: np.ndarray, header: Dataset) -> int:
    """What the header says; all bits of the sample where values go beyond it, as overlays in unused bits do."""
    stored = int(header.get("BitsStored") or array.itemsize * 8)
    signed = 1 if array.dtype.kind == "i" else 0
    low, high = int(array.min(initial=0)), int(array.max(initial=0))
    fits = high < 1 << (stored - signed) and low >= (-(1 << (stored - 1)) if signed else 0)
    return stored if fits else array.itemsize * 8


def _by_pydicom(uid: str, plugin: str) -> Encode:
    """Never any other plug-in than `plugin`: GDCM's encoder ends the whole process over a picture that it does not like."""

    def encode(array: np.ndarray, header: Dataset, photometric: str) -> bytes:
        return get_encoder(uid).encode(array, encoding_plugin=plugin, **_options(array, header, photometric))

    return encode


def htj2k_encode(array: np.ndarray, photometric: str = RGB) -> bytes:
    """A picture in HTJ2K without loss, in RPCL order, which serves both of the lossless syntaxes (PS3.5 10.18).

    Red, green and blue go through the reversible transform of the coding; samples of any other colour space are coded as they are.

    Each resolution is a part of its own whose length stands in the header, so that a viewer knows when it can draw a smaller picture;
    the smallest is 64 pixels wide and high at most.
    """
    levels = max(LEAST_LEVELS, math.ceil(math.log2(max(array.shape[:2]) / SMALLEST_SIDE)))
    options: dict[str, Any] = {"reversible": True, "tlm": True, "tilepart": PART_FOR_EACH_RESOLUTION, "resolutions": levels}
    if array.ndim == COLOUR_SAMPLES:
        options["rgb"] = photometric == RGB
    return bytes(imagecodecs.htj2k_encode(array, **options))


def _htj2k(array: np.ndarray, header: Dataset, photometric: str) -> bytes:
    return htj2k_encode(array, photometric)


def _jpeg2000(array: np.ndarray, header: Dataset, photometric: str) -> bytes:
    resolutions = max(1, min(MOST_RESOLUTIONS, int(min(array.shape[:2])).bit_length() - 1))
    bits = _bits_stored(array, header)
    options: dict[str, Any] = {
        "codecformat": "j2k",
        "reversible": True,
        "resolutions": resolutions,
        "bitspersample": bits,
        "mct": photometric == RGB,
    }
    return bytes(imagecodecs.jpeg2k_encode(array, level=0, **options))


ENCODERS: Mapping[str, Encode] = {
    str(HTJ2KLosslessRPCL): _htj2k,
    str(HTJ2KLossless): _htj2k,
    str(JPEGLSLossless): _by_pydicom(JPEGLSLossless, "pyjpegls"),
    str(JPEG2000Lossless): _jpeg2000,
    str(RLELossless): _by_pydicom(RLELossless, "pylibjpeg"),
}


def frame_encode(array: np.ndarray, header: Dataset, transfer_syntax_uid: str, photometric: str) -> bytes:
    """One decoded frame, whose samples are `photometric`, in one of `ENCODERS`. Raises CannotDecode for values that it does not hold."""
    if array.dtype.kind not in "iu" or array.itemsize * 8 > MOST_BITS or int(header.get("BitsAllocated") or 0) < 8:
        raise CannotDecode(_("Pixels of this kind cannot be sent compressed."))
    plain = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    try:
        return ENCODERS[transfer_syntax_uid](plain, header, photometric)
    except Exception as error:  # codecs raise whatever they like
        raise CannotDecode(_("The picture cannot be compressed in this way.")) from error
