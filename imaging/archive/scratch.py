"""Files that are only there while somebody works: in the spool folder, named by host and process, so that what a killed process leaves is
found and removed (promise 1). Images must not stay behind anywhere else."""

import contextlib
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import timezone

SPOOL = "spool"
SAFE_HOST = "".join(char if char.isalnum() else "_" for char in socket.gethostname())[:32]
# No object takes as long to arrive: whoever wrote it is gone, on this host or another, whatever now has its process number.
ABANDONED_SECONDS = 24 * 3600


def archive_folder() -> Path:
    """Where the archive of this hospital begins."""
    return Path(settings.ARCHIVE_DIR)


def folder_ready(name: str) -> Path:
    """The folder `name` of the archive, made if need be."""
    folder = archive_folder() / name
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def spool_path() -> Path:
    """A new name in the spool, by which `spool_clean` knows whose it was."""
    return folder_ready(SPOOL) / f"{SAFE_HOST}-{os.getpid()}-{uuid.uuid4().hex}.part"


@contextlib.contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """A file to write and read, for as long as the context lasts."""
    path = spool_path()
    try:
        with path.open("x+b") as file:
            yield file
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch_copy(pieces: Iterable[bytes]) -> Iterator[Path]:
    """A file with `pieces`, for a program or library that needs one, for as long as the context lasts."""
    with scratch() as file:
        file.writelines(pieces)
        file.flush()
        yield Path(file.name)


def spool_clean() -> int:
    """Remove what processes that are gone left half-written. Called when a server starts, and by beat; returns how many files went."""
    leftover = [path for path in folder_ready(SPOOL).glob("*.part") if _is_abandoned(path)]
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
