"""A decoder that pydicom lacks without GPL code: JPEG Extended with 12 bits (1.2.840.10008.1.2.4.51), by libjpeg-turbo."""

import imagecodecs
import numpy as np
from pydicom.pixels.decoders import JPEGExtended12BitDecoder
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import UID, JPEGExtended12Bit

LABEL = "imagecodecs"
# pydicom reads this name when it takes a plug-in.
DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("imagecodecs",)}


def is_available(uid: UID) -> bool:
    """Whether frames of this transfer syntax can be decoded here; pydicom asks."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes:
    """The decoded values of one frame, little-endian, as pydicom wants them."""
    values = imagecodecs.jpeg8_decode(src)
    if values.dtype.itemsize > 1:
        runner.set_option("bits_allocated", 16)
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()


def register() -> None:
    """Make the decoder known to pydicom; again is harmless."""
    if LABEL not in JPEGExtended12BitDecoder.available_plugins:
        JPEGExtended12BitDecoder.add_plugin(LABEL, (__name__, "decode_frame"))
