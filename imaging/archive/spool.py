"""An object on its way in: written to a spool file while it arrives, made durable, and put in its place by renaming (promise 1).

Names are made here; nothing that a peer sends becomes part of a path (promise 3).
"""

import contextlib
import hashlib
import os
import shutil
import socket
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.archive.places import FAST, folder_make, path_new, place_named, sync_folder
from imaging.common.errors import StorageRefused, TooLarge

IMPLEMENTATION_CLASS_UID = "2.25.137424531064905139862391512837716235731"
IMPLEMENTATION_VERSION = "LIGHTBOX_01"
SPOOL = "spool"
HOST = socket.gethostname()
SAFE_HOST = "".join(char if char.isalnum() else "_" for char in HOST)[:32]
CHUNK = 1 << 20
# No object takes as long to arrive: whoever wrote it is gone, on this host or another, whatever now has its process number.
ABANDONED_SECONDS = 24 * 3600


def archive_folder() -> Path:
    return Path(settings.ARCHIVE_DIR)


def _folder(name: str) -> Path:
    folder = archive_folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def room_check(size: int = 0) -> None:
    """Raises StorageRefused when `size` more bytes would eat into the reserve that keeps the database working."""
    folder = archive_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free - size < settings.STORAGE_RESERVE_BYTES:
        raise StorageRefused(_("The archive has no room left; send again later."))


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str, source_ae_title: str) -> bytes:
    """Zeroed preamble, prefix and File Meta Information (PS3.10 7.1)."""
    body = b"".join(
        [
            _element(1, b"OB", b"\0\1"),
            _element(2, b"UI", sop_class_uid.encode("ascii", "replace")),
            _element(3, b"UI", sop_instance_uid.encode("ascii", "replace")),
            _element(0x10, b"UI", transfer_syntax_uid.encode("ascii", "replace")),
            _element(0x12, b"UI", IMPLEMENTATION_CLASS_UID.encode()),
            _element(0x13, b"SH", IMPLEMENTATION_VERSION.encode()),
            _element(0x16, b"AE", source_ae_title.encode("ascii", "replace")) if source_ae_title else b"",
        ]
    )
    return bytes(128) + b"DICM" + _element(0, b"UL", struct.pack("<L", len(body))) + body


def _element(number: int, vr: bytes, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr == b"UI" else b" "
    length = struct.pack("<HL", 0, len(value)) if vr == b"OB" else struct.pack("<H", len(value))
    return struct.pack("<HH", 2, number) + vr + length + value


def spool_path() -> Path:
    """A new name in the spool, by which `spool_clean` knows whose it was."""
    return _folder(SPOOL) / f"{SAFE_HOST}-{os.getpid()}-{uuid.uuid4().hex}.part"


@dataclass
class Spooled:
    """An object whose last byte is in the spool file, not yet durable."""

    path: Path
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    source_ae_title: str
    size_bytes: int
    sha256: str
    dataset_sha256: str
    dataset_offset: int

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass
class SpoolWriter:
    """Takes the bytes of one data set as they arrive. The seam for any receiver: open, write pieces, finish or discard."""

    transfer_syntax_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    source_ae_title: str = ""
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        room_check()
        self.path = spool_path()
        self._file: BinaryIO = self.path.open("xb")
        head = file_meta(self.sop_class_uid, self.sop_instance_uid, self.transfer_syntax_uid, self.source_ae_title)
        self._file.write(head)
        self._whole, self._dataset = hashlib.sha256(head), hashlib.sha256()
        self._offset = self._size = len(head)

    def write(self, piece: bytes) -> None:
        """Add a piece. Raises TooLarge, or StorageRefused when the disk is full; the caller discards then."""
        self._size += len(piece)
        if self._size > settings.DICOM_OBJECT_BYTES:
            raise TooLarge(_("The object is larger than this archive accepts."))
        try:
            self._file.write(piece)
        except OSError as error:
            raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error
        self._whole.update(piece)
        self._dataset.update(piece)

    def finish(self) -> Spooled:
        """Close the file and say what is in it."""
        try:
            self._file.close()
        except OSError as error:
            raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error
        return Spooled(
            self.path, self.sop_class_uid, self.sop_instance_uid, self.transfer_syntax_uid, self.source_ae_title, self._size,
            self._whole.hexdigest(), self._dataset.hexdigest(), self._offset,
        )  # fmt: skip

    def discard(self) -> None:
        """Throw away what was written; safe at any time."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


def rewrite(spooled: Spooled, *, sop_class_uid: str, sop_instance_uid: str) -> Spooled:
    """The same data set under File Meta Information that names it rightly."""
    writer = SpoolWriter(spooled.transfer_syntax_uid, sop_class_uid, sop_instance_uid, spooled.source_ae_title)
    with spooled.path.open("rb") as source:
        source.seek(spooled.dataset_offset)
        for piece in pieces(source):
            writer.write(piece)
    spooled.discard()
    return writer.finish()


def place(spooled: Spooled) -> str:
    """Make the file durable under its final name: fsync, rename, fsync of the folder. Returns the path below the archive folder.

    Raises StorageRefused when the disk does not take it; nothing is left behind then.
    """
    try:
        with spooled.path.open("rb") as file:
            os.fsync(file.fileno())
        return _move(spooled.path, path_new())
    except OSError as error:
        spooled.discard()
        raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error


def _move(source: Path, path: str) -> str:
    folder = folder_make(archive_folder(), path)
    source.rename(archive_folder() / path)
    sync_folder(folder)
    return path


def remove(path: str) -> None:
    """Take back what `place` has put down."""
    place_named(FAST).remove(path)


def spool_clean() -> int:
    """Remove what processes that are gone left half-written. Called when a server starts, and by beat; returns how many files went."""
    leftover = [path for path in _folder(SPOOL).glob("*.part") if _is_abandoned(path)]
    for path in leftover:
        path.unlink(missing_ok=True)
    return len(leftover)


def _is_abandoned(path: Path) -> bool:
    host, pid, _name = path.name.split("-", 2)
    try:
        if timezone.now().timestamp() - path.stat().st_mtime > ABANDONED_SECONDS:
            return True
    except FileNotFoundError:  # just put in its place
        return False
    if host != SAFE_HOST:
        return False
    return not Path(f"/proc/{pid}").exists() if Path("/proc/self").exists() else not _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
