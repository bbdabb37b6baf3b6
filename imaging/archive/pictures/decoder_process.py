"""What runs in a decoder process: pictures in, arrays out, nothing else. Knows no Django, no database and no secret.

On its standard input: the sizes of a JSON request and of the stored bytes, then both; on its standard output: the sizes of a JSON answer
and of the array's bytes, then both. It ends when its input does, so it never outlives whoever started it.
"""

import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder, pixel_array
from pydicom.uid import UID, JPEGExtended12Bit

from imaging.archive.pictures import codecs

SIZES = struct.Struct("<LQ")
ERROR_CHARACTERS = 300


def array_of(request: dict[str, Any], content: bytes) -> np.ndarray:
    """One frame: of the stored bytes of it, or of the file named by us where frames have no places of their own."""
    if "path" in request:
        return _of_file(dcmread(request["path"]), int(request["index"]), request["options"])
    syntax = UID(request["syntax"])
    plugin = codecs.LABEL if syntax == JPEGExtended12Bit else ""
    source = encapsulate([content], has_bot=False)
    is_raw = bool(request.get("raw"))  # without any correction of the values that were coded
    array, _changed = get_decoder(syntax).as_array(source, index=0, raw=is_raw, decoding_plugin=plugin, **request["options"])
    return array


def _of_file(dataset: Dataset, index: int, options: dict[str, Any]) -> np.ndarray:
    if dataset.get("BitsAllocated") == 1 and not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return _single_bits(dataset, index)
    return pixel_array(dataset, index=index, **options)


def _single_bits(dataset: Dataset, index: int) -> np.ndarray:
    """A frame that may begin and end inside a byte (PS3.5 8.1.1), where pydicom is a bit short."""
    size = dataset.Rows * dataset.Columns
    first, start = divmod(index * size, 8)
    stored = np.frombuffer(dataset.PixelData, np.uint8)[first : first + (start + size + 7) // 8]
    return np.unpackbits(stored, bitorder="little")[start : start + size].reshape(dataset.Rows, dataset.Columns)


def answer(request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        array = np.ascontiguousarray(array_of(request, content))
    except Exception as error:  # codecs raise whatever they like on damaged data
        return {"error": f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS]}, b""
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    return {"dtype": array.dtype.str, "shape": array.shape}, array.tobytes()


def serve(source: BinaryIO, target: BinaryIO) -> None:
    while len(sizes := source.read(SIZES.size)) == SIZES.size:
        head_size, size = SIZES.unpack(sizes)
        request = json.loads(source.read(head_size))
        told, data = answer(request, source.read(size))
        head = json.dumps(told).encode()
        target.write(SIZES.pack(len(head), len(data)) + head)
        target.write(data)
        target.flush()


def main() -> None:
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    codecs.register()
    # What a codec prints must not get among the answers.
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    serve(sys.stdin.buffer, target)


if __name__ == "__main__":
    main()
