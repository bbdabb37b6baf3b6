"""Where files lie: the archive's own folder, further folders, and buckets of an S3 service. All reads and writes come here.

A place gives ranges and streams; nobody fetches a whole object for one frame. Names in a place are made by `path_new`.
"""

import contextlib
import io
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.module_loading import import_string

from imaging.archive.scratch import scratch_copy

FAST = "fast"
CHUNK = 1 << 20
# What a reader of headers takes from a bucket at once: most headers are shorter, so that one request is enough.
READ_AHEAD = 256 * 1024
LISTED = 1000


class Place(Protocol):
    """What every tier can do. Anything that goes wrong is an OSError; a missing file is FileNotFoundError."""

    @property
    def name(self) -> str: ...

    def open(self, path: str) -> BinaryIO: ...
    def read(self, path: str, offset: int, length: int) -> bytes: ...
    def pieces(self, path: str, start: int = 0) -> Iterator[bytes]: ...
    def size(self, path: str) -> int: ...
    def put(self, path: str, pieces: Iterable[bytes]) -> None: ...
    def remove(self, path: str) -> None: ...
    def local(self, path: str) -> contextlib.AbstractContextManager[Path]: ...
    def paths(self, after: str, limit: int) -> list[str]: ...
    def room(self) -> "Room": ...


@dataclass(frozen=True)
class Room:
    """How full a place is; None where it cannot be told."""

    total: int | None
    free: int | None

    @property
    def percent(self) -> int | None:
        return round(100 * (self.total - self.free) / self.total) if self.total and self.free is not None else None


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def path_new() -> str:
    """A name that no file has had: a folder for each minute, made rarely, never large, and near on disk to what came with it."""
    return f"{timezone.now():%Y/%m/%d/%H%M}/{uuid.uuid4().hex}.dcm"


def folder_make(root: Path, path: str) -> Path:
    """The folder of `path` below `root`, durable when it is new."""
    folder = (root / path).parent
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        for parent in list(folder.parents)[:4]:
            sync_folder(parent)
    return folder


@dataclass(frozen=True)
class Folder:
    """A directory of this machine or of a file server."""

    name: str
    root: Path

    def open(self, path: str) -> BinaryIO:
        return (self.root / path).open("rb")

    def read(self, path: str, offset: int, length: int) -> bytes:
        with self.open(path) as file:
            file.seek(offset)
            return file.read(length)

    def pieces(self, path: str, start: int = 0) -> Iterator[bytes]:
        file = self.open(path)  # here, so that a missing file is told before the first piece
        return _pieces(file, start)

    def size(self, path: str) -> int:
        return (self.root / path).stat().st_size

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Durable on return; nobody sees half a file under its name."""
        folder = folder_make(self.root, path)
        half = self._half(path)
        try:
            with half.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            half.rename(self.root / path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        sync_folder(folder)

    def _half(self, path: str) -> Path:
        return self.root / f"{path}.part"

    def remove(self, path: str) -> None:
        """Removing what is not there is no fault; what a writer left that died half-way goes too."""
        (self.root / path).unlink(missing_ok=True)
        self._half(path).unlink(missing_ok=True)

    @contextlib.contextmanager
    def local(self, path: str) -> Iterator[Path]:
        yield self.root / path

    def paths(self, after: str, limit: int) -> list[str]:
        """The next names in their order, from `after` on; the spool is not among them."""
        found: list[str] = []
        for path in _walk(self.root, "", after):
            found.append(path)
            if len(found) == limit:
                break
        return found

    def room(self) -> Room:
        self.root.mkdir(parents=True, exist_ok=True)
        usage = shutil.disk_usage(self.root)
        return Room(usage.total, usage.free)


def _pieces(file: BinaryIO, start: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while piece := file.read(CHUNK):
            yield piece


def _walk(root: Path, below: str, after: str) -> Iterator[str]:
    """Files in the order of their names; folders that lie wholly before `after` are not opened."""
    try:
        entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{below}/{entry.name}" if below else entry.name
        if entry.is_dir(follow_symlinks=False):
            if path[:4].isdigit() and f"{path}/\uffff" > after:
                yield from _walk(root, path, after)
        elif path > after and below:
            yield path


@dataclass(frozen=True)
class Bucket:
    """A bucket of an S3 service, by way of django-storages."""

    name: str
    bucket: str
    prefix: str

    @property
    def _bucket(self) -> Any:
        return _storage(self.bucket, settings.S3_ENDPOINT, settings.S3_REGION, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY).bucket

    def _object(self, path: str) -> Any:
        return self._bucket.Object(f"{self.prefix}{path}")

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_RangeFile(self, path, self.size(path)), READ_AHEAD))

    def read(self, path: str, offset: int, length: int) -> bytes:
        if length <= 0:
            return b""
        with _told():
            return bytes(self._object(path).get(Range=f"bytes={offset}-{offset + length - 1}")["Body"].read())

    def pieces(self, path: str, start: int = 0) -> Iterator[bytes]:
        with _told():
            body = self._object(path).get(**({"Range": f"bytes={start}-"} if start else {}))["Body"]
        return _streamed(body)

    def size(self, path: str) -> int:
        with _told():
            return int(self._object(path).content_length)

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """In parts while it is read; a part is in memory, never the whole. What fails half-way leaves no object."""
        with _told():
            self._object(path).upload_fileobj(io.BufferedReader(_PiecesFile(iter(pieces)), CHUNK))

    def remove(self, path: str) -> None:
        with _told():
            self._object(path).delete()

    @contextlib.contextmanager
    def local(self, path: str) -> Iterator[Path]:
        """A copy, for as long as it is needed: for who needs all of it anyway."""
        with scratch_copy(self.pieces(path)) as copy:
            yield copy

    def paths(self, after: str, limit: int) -> list[str]:
        with _told():
            found = self._bucket.objects.filter(Prefix=self.prefix, Marker=f"{self.prefix}{after}" if after else "")
            return [item.key.removeprefix(self.prefix) for item in found.limit(limit)]

    def room(self) -> Room:
        """What the hospital says that the bucket may hold; what lies there is counted from the index (`life.days`)."""
        said = dict(word.partition("=")[::2] for word in settings.TIER_BYTES)
        return Room(int(said[self.name]), None) if said.get(self.name, "").isdigit() else Room(None, None)


class _RangeFile(io.RawIOBase):
    """A stored object as a file that can be sought in; each read is one request for just that range."""

    def __init__(self, place: Bucket, path: str, size: int) -> None:
        self._place, self._path, self._size, self._at = place, path, size, 0
        self.name = path  # pydicom asks every buffered file for one

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        piece = self._place.read(self._path, self._at, wanted)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class _PiecesFile(io.RawIOBase):
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next((piece for piece in self._pieces if piece), b"")
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """The service's errors as those of a file."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in {"404", "NoSuchKey", "NotFound"}:
            raise FileNotFoundError(f"S3 has no such object: {code}") from error
        raise OSError(f"S3 refused: {code}") from error
    except BotoCoreError as error:
        raise OSError(f"S3 does not answer: {type(error).__name__}") from error


def _streamed(body: Any) -> Iterator[bytes]:
    with contextlib.closing(body), _told():
        yield from body.iter_chunks(CHUNK)


@cache
def _storage(bucket: str, endpoint: str, region: str, access_key: str, secret_key: str) -> Any:
    """Made when it is first needed: most hospitals have no bucket, and the client is slow to load."""
    return import_string("storages.backends.s3.S3Storage")(
        bucket_name=bucket, endpoint_url=endpoint or None, region_name=region, access_key=access_key or None,
        secret_key=secret_key or None, addressing_style="path", querystring_auth=False,
    )  # fmt: skip


def places() -> dict[str, Place]:
    """Every tier by its name, the fast one first. Raises ImproperlyConfigured for a setting that names no place."""
    found: dict[str, Place] = {FAST: Folder(FAST, Path(settings.ARCHIVE_DIR))}
    for word in settings.STORAGE_TIERS:
        name, _equals, where = word.partition("=")
        if not name.isidentifier() or len(name) > 16 or not where or name in found:
            raise ImproperlyConfigured(f"LIGHTBOX_TIERS: {word!r} is no name=place")
        found[name] = _bucket_of(name, where) if where.startswith("s3://") else Folder(name, Path(where))
    return found


def _bucket_of(name: str, where: str) -> Bucket:
    bucket, _slash, prefix = where.removeprefix("s3://").partition("/")
    return Bucket(name, bucket, f"{prefix.rstrip('/')}/" if prefix else "")


def place_named(name: str) -> Place:
    """Raises FileNotFoundError for a tier that is not set up any more: what lies there cannot be read."""
    found = places().get(name)
    if found is None:
        raise FileNotFoundError(f"no tier is called {name!r}")
    return found
