"""The data folder: it can be written, and no other Lightbox runs on it."""

import fcntl
import os
from pathlib import Path


class Unusable(Exception):
    """The folder cannot be ours; the text says why, and how to choose another."""


def claim(folder: Path) -> None:
    """Hold the folder until this process and its undertaker are gone. Raises Unusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unusable(f"The data folder {folder} cannot be used ({error.strerror}). Choose another with LIGHTBOX_DATA.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unusable(f"Another Lightbox runs on {folder}. Stop it, or choose another folder with LIGHTBOX_DATA.") from error
