"""An object on its way in: written to a spool file while it arrives, made durable, and put in its place by renaming (promise 1).

Names are made here; nothing that a peer sends becomes part of a path (promise 3).
"""

import hashlib
import os
import shutil
import struct
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from imaging.archive.places import FAST, path_new, place_named, sync_folder
from imaging.archive.scratch import archive_folder, folder_ready, spool_path
from imaging.common.errors import StorageRefused, TooLarge

IMPLEMENTATION_CLASS_UID = "2.25.137424531064905139862391512837716235731"
IMPLEMENTATION_VERSION = "LIGHTBOX_01"
CHUNK = 1 << 20
# Written and digested at a time: most slices at once, as each system call of a thread makes the others wait for their turn.
BLOCK, BLOCKS_KEPT = 1 << 20, 32
# So much of the beginning of an object is kept until its header has been read.
HEAD = 1 << 16
FOLDERS_KEPT = 64


def room_check(size: int = 0) -> None:
    """Raises StorageRefused when `size` more bytes would eat into the reserve that keeps the database working."""
    try:
        usage = shutil.disk_usage(archive_folder())
    except FileNotFoundError:
        usage = shutil.disk_usage(folder_ready(""))
    if usage.free - size < settings.STORAGE_RESERVE_BYTES:
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

    handle: int = -1
    """The open file, so that it need not be opened again to be synced; closed by `sync` and `discard`."""
    head: bytes = b""
    """The first bytes of the file."""

    def sync(self) -> None:
        """Make the content durable. Raises OSError."""
        try:
            os.fsync(self.handle)
        finally:
            self._close()

    def discard(self) -> None:
        self._close()
        self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self.handle >= 0:
            handle, self.handle = self.handle, -1
            os.close(handle)


class _Blocks:
    """Memory that writers fill, kept for the next one: fresh memory costs more than what is done with it."""

    def __init__(self) -> None:
        self._kept: deque[memoryview] = deque(maxlen=BLOCKS_KEPT)

    def take(self) -> memoryview:
        try:
            return self._kept.pop()
        except IndexError:
            return memoryview(bytearray(BLOCK))

    def give_back(self, block: memoryview) -> None:
        self._kept.append(block)


_blocks = _Blocks()


class SpoolWriter:
    """Takes the bytes of one data set as they arrive. The seam for any receiver: open, write pieces, finish or discard."""

    def __init__(self, transfer_syntax_uid: str, sop_class_uid: str, sop_instance_uid: str, source_ae_title: str = "") -> None:
        """Raises StorageRefused when there is no room."""
        room_check()
        self.path = spool_path()
        self._names = (sop_class_uid, sop_instance_uid, transfer_syntax_uid, source_ae_title)
        self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._block: memoryview | None = _blocks.take()
        head = file_meta(*self._names)
        self._whole, self._dataset = hashlib.sha256(head), hashlib.sha256()
        self._block[: len(head)] = head
        self._offset = self._digested = self._filled = self._size = len(head)
        self._head = b""

    def write(self, piece: bytes) -> None:
        """Add a piece. Raises TooLarge, or StorageRefused when the disk is full; the caller discards then."""
        self._size += len(piece)
        if self._size > settings.DICOM_OBJECT_BYTES:
            raise TooLarge(_("The object is larger than this archive accepts."))
        left = memoryview(piece)
        while left:
            left = left[self._take(left) :]

    def _take(self, piece: memoryview) -> int:
        """How much of `piece` had room in the block."""
        assert self._block is not None  # noqa: S101  writing has not ended
        count = min(len(piece), BLOCK - self._filled)
        self._block[self._filled : self._filled + count] = piece[:count]
        self._filled += count
        if self._filled == BLOCK:
            self._empty(self._block)
        return count

    def _empty(self, block: memoryview) -> None:
        """Write and digest what is in the block."""
        self._head = self._head or bytes(block[: min(self._filled, HEAD)])
        left = block[: self._filled]
        try:
            while left:
                left = left[os.write(self._handle, left) :]
        except OSError as error:
            raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error
        new = block[self._digested : self._filled]
        self._whole.update(new)
        self._dataset.update(new)
        self._filled = self._digested = 0

    def finish(self) -> Spooled:
        """Say what is in the file. Raises StorageRefused, and discards, when the disk does not take the last of it."""
        assert self._block is not None  # noqa: S101  this ends the writing
        try:
            self._empty(self._block)
        except StorageRefused:
            self.discard()
            raise
        handle, self._handle = self._handle, -1
        self._let_go()
        sop_class_uid, sop_instance_uid, transfer_syntax_uid, source_ae_title = self._names
        return Spooled(
            self.path, sop_class_uid, sop_instance_uid, transfer_syntax_uid, source_ae_title, self._size,
            self._whole.hexdigest(), self._dataset.hexdigest(), self._offset, handle, self._head,
        )  # fmt: skip

    def discard(self) -> None:
        """Throw away what was written; safe at any time."""
        self._let_go()
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            os.close(handle)
        self.path.unlink(missing_ok=True)

    def _let_go(self) -> None:
        if self._block is not None:
            _blocks.give_back(self._block)
            self._block = None


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


class FolderSyncs:
    """Makes folders durable. Threads that ask for the same one at once share a sync, if it begins after they asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: dict[str, _FolderSync] = {}

    def make(self, folder: str) -> None:
        """Have `folder`, durable itself: whoever made it may not have come to that yet. Raises OSError."""
        if folder in self._folders:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for parent in list(Path(folder).parents)[:4]:
            sync_folder(parent)
        with self._lock:
            if len(self._folders) >= FOLDERS_KEPT:
                self._folders.clear()
            self._folders.setdefault(folder, _FolderSync(folder))

    def sync(self, folder: str) -> None:
        """Make what was renamed into `folder` durable. Raises OSError."""
        with self._lock:
            found = self._folders.setdefault(folder, _FolderSync(folder))
        found.sync()


class _FolderSync:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._begun = self._done = 0

    def sync(self) -> None:
        asked = self._begun
        with self._lock:
            if self._done > asked:
                return
            self._begun += 1
            sync_folder(Path(self._folder))
            self._done = self._begun


_syncs = FolderSyncs()


def path_for(spooled: Spooled) -> str:
    """Where the file will lie below the archive folder: a folder for each minute, made rarely, never large, near on disk to its kin.

    Raises StorageRefused, and discards the file, when the disk does not take the folder.
    """
    path = path_new()
    try:
        _syncs.make(f"{settings.ARCHIVE_DIR}/{path.rpartition('/')[0]}")
    except OSError as error:
        spooled.discard()
        raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error
    return path


def place(spooled: Spooled, path: str) -> None:
    """Make the file durable under its final name: fsync, rename, fsync of the folder.

    Raises StorageRefused when the disk does not take it; nothing is left behind then.
    """
    target = f"{settings.ARCHIVE_DIR}/{path}"
    try:
        spooled.sync()
        os.rename(spooled.path, target)  # noqa: PTH104
        _syncs.sync(target.rpartition("/")[0])
    except OSError as error:
        spooled.discard()
        Path(target).unlink(missing_ok=True)
        raise StorageRefused(_("The archive could not write: %(error)s") % {"error": error.strerror}) from error


def remove(path: str) -> None:
    """Take back what `place` has put down."""
    place_named(FAST).remove(path)
