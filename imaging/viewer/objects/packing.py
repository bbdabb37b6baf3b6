"""What lies over a volume, packed plane by plane: it repeats itself, and only what it is packed to is held at once."""

import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput

GZIP, QUICK = 31, 1
# What one answer holds: as it is, or packed.
LARGEST = 128 * 1024 * 1024


def zipped(pieces: Iterator[bytes]) -> bytes:
    """`pieces` as one gzip stream. Raises InvalidInput for what is large even so: it is no drawing."""
    packed, size = [], 0
    for piece in _deflated(pieces):
        packed.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise InvalidInput(_("This object is too large to be drawn."))
    return b"".join(packed)


def _deflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(QUICK, zlib.DEFLATED, GZIP)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
