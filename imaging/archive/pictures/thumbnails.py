"""Small pictures, made once and kept on disk; losing them costs only time."""

import contextlib
import hashlib
import io
import os
import tempfile
from pathlib import Path

from django.conf import settings

from imaging.archive.intake.frames import is_video
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import RANGE, has_frame_places
from imaging.archive.pictures.posters import poster, poster_program, poster_sign
from imaging.archive.pictures.rendering import Look, render
from imaging.common.errors import LightboxError

THUMBNAIL_SIDE = 256
THUMBNAIL_QUALITY = 80
# Of a deflated object, whose frames are not counted when it comes in.
MOST_FRAMES = 10_000


def middle_frame(instance: Instance) -> int:
    """The frame that stands for all of those that are there."""
    return max(1, (_frames_there(instance) + 1) // 2)


def _frames_there(instance: Instance) -> int:
    """As many as the object says, and no more than were found in it."""
    found = len(instance.frame_offsets) // RANGE.size if has_frame_places(instance) else MOST_FRAMES
    return min(instance.number_of_frames, found)


def thumbnail_make(instance: Instance) -> bool:
    """Have the picture of the middle frame ready; False when there is nothing that can be shown."""
    try:
        thumbnail(instance, middle_frame(instance))
    except LightboxError:
        return False
    return True


def thumbnail(instance: Instance, frame: int) -> bytes:
    """A small JPEG of one frame, made once and kept; of a video its first picture, whatever the frame, or a sign for it.

    Raises NotFound, CannotDecode or InvalidInput when there is nothing to show.
    """
    is_film = is_video(instance.transfer_syntax_uid)
    path = thumbnail_path(instance, 1 if is_film else frame)
    try:
        return path.read_bytes()
    except OSError:
        picture = thumbnail_draw(instance, frame)
    if not is_film or poster_program() is not None:  # who gets that program later should see pictures then
        _keep(path, picture)
    return picture


def thumbnail_draw(instance: Instance, frame: int) -> bytes:
    """The same, not kept."""
    if not is_video(instance.transfer_syntax_uid):
        return render(instance, frame, Look(box=(THUMBNAIL_SIDE, THUMBNAIL_SIDE), quality=THUMBNAIL_QUALITY))
    output = io.BytesIO()
    (poster(instance) or poster_sign()).save(output, "JPEG", quality=THUMBNAIL_QUALITY)
    return output.getvalue()


def thumbnail_path(instance: Instance, frame: int) -> Path:
    name = hashlib.sha256(f"{instance.sop_instance_uid}/{instance.sha256}/{frame}".encode()).hexdigest()
    return Path(settings.DATA_DIR) / "cache" / "thumbnails" / name[:2] / f"{name}.jpg"


def thumbnails_forget(instance: Instance) -> None:
    """Remove what was kept of an object whose images are deleted, or stand for others from now on."""
    for frame in range(1, _frames_there(instance) + 1):
        thumbnail_path(instance, frame).unlink(missing_ok=True)


def thumbnails_follow(*, was: Instance, now: Instance) -> None:
    """The same pictures are in another file: what was kept of them goes by its name, so that it is found when they are deleted."""
    for frame in range(1, _frames_there(was) + 1):
        with contextlib.suppress(OSError):
            old, new = thumbnail_path(was, frame), thumbnail_path(now, frame)
            if old.is_file():
                new.parent.mkdir(parents=True, exist_ok=True)
                old.replace(new)


def _keep(path: Path, picture: bytes) -> None:
    """Write beside and rename, so that no reader meets half a file. A full disk costs only the cache."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(picture)
        Path(temporary).replace(path)
    except OSError:
        return
