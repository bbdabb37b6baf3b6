"""What a header says of colour, changed where it stands in Explicit VR Little Endian: every other byte stays (PS3.5 8.2.14)."""

import io
import struct

from pydicom.dataset import Dataset

from imaging.archive.intake.scan import Malformed, Scanner
from imaging.archive.intake.values import Json
from imaging.archive.pictures.colour import has_colour_samples
from imaging.archive.pictures.encoders import photometric_coded

PHOTOMETRIC, PLANAR, GROUP_LENGTH = "00280004", "00280006", "00280000"
SHORT = struct.Struct("<H")
LONG = struct.Struct("<L")
SHORT_HEADER = 8  # tag, VR and length


class NotThere(Exception):
    """The header does not say what it has to, or not in its place."""


def colour_said(header: Dataset, transfer_syntax_uid: str) -> Json:
    """What the header of a picture has to say once it is in that coding: the name of its colours, which lie pixel by pixel."""
    if not has_colour_samples(header):
        return {}
    photometric = photometric_coded(str(header.PhotometricInterpretation), transfer_syntax_uid)
    return {PHOTOMETRIC: {"vr": "CS", "Value": [photometric]}, PLANAR: {"vr": "US", "Value": [0]}}


def recoloured(data: bytes, said: Json) -> bytes:
    """The data set `data` with what `colour_said` told instead of what it says; its length of the group follows. Raises NotThere."""
    longer = 0
    for tag, element in said.items():
        [value] = element["Value"]
        written = SHORT.pack(value) if element["vr"] == "US" else (value + " " * (len(value) % 2)).encode()
        at, length = _place(data, tag, element["vr"])
        longer += len(written) - length
        data = data[: at - SHORT.size] + SHORT.pack(len(written)) + written + data[at + length :]
    return _lengthened(data, longer) if longer else data


def _lengthened(data: bytes, longer: int) -> bytes:
    """Old devices count the bytes of the group."""
    try:
        at, _length = _place(data, GROUP_LENGTH, "UL")
    except NotThere:
        return data
    counted = LONG.unpack_from(data, at)[0]
    return data[:at] + LONG.pack(counted + longer) + data[at + LONG.size :]


def _place(data: bytes, tag: str, vr: str) -> tuple[int, int]:
    """Where the value at `tag` lies, and how long it is."""
    try:
        found = Scanner(io.BytesIO(data), 0, len(data), implicit=False, little=True).find(tag)
    except Malformed as error:
        raise NotThere(str(error)) from error
    if found is None or found.vr != vr or data[found.at - SHORT_HEADER + 4 : found.at - SHORT.size] != vr.encode():
        raise NotThere(f"has no {tag} as {vr}")
    return found.at, found.length
