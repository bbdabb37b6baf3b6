"""Many objects as one ZIP file (PS3.18 8.7.3: application/zip), written while it is sent. Names in it tell nothing of the patient."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from imaging.archive.models import Instance
from imaging.dicomweb.representations import instance_parts

EPOCH = (1980, 1, 1, 0, 0, 0)


class Outlet(io.RawIOBase):
    """What was written since it was last emptied."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def zipped(pairs: list[tuple[Instance, str]]) -> Iterator[bytes]:
    """The file in pieces. Objects hardly shrink a second time, so they are stored as they are."""
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for name, body in zip(_names(pairs), _bodies(pairs), strict=True):
            with archive.open(zipfile.ZipInfo(name, EPOCH), "w", force_zip64=True) as member:
                for piece in body:
                    member.write(piece)
                    yield outlet.taken()
            yield outlet.taken()
    yield outlet.taken()


def _bodies(pairs: list[tuple[Instance, str]]) -> Iterator[Iterable[bytes]]:
    return (part.body for part in instance_parts(pairs))


def _names(pairs: list[tuple[Instance, str]]) -> Iterator[str]:
    """A folder for each series, in the order in which they are sent."""
    folders: dict[int, int] = {}
    for number, (instance, _syntax) in enumerate(pairs, start=1):
        folder = folders.setdefault(instance.series_id, len(folders) + 1)
        yield f"S{folder:05}/I{number:06}.dcm"
