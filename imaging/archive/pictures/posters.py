"""The poster of a video: its first picture, or a drawn sign where nothing here can read it.

Videos are foreign bytes in codings that nothing of ours decodes. The program `ffmpeg` does, if it is there: bounded in memory and time,
killed when it takes longer, told what container to expect and to open nothing but the one file, and read no further than a picture is long.
"""

import contextlib
import logging
import math
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from imaging.archive.models import Instance
from imaging.archive.pictures import decoders, limited
from imaging.archive.pictures.pixels import FRAME_BYTES_LIMIT, DecodersBusy
from imaging.archive.pictures.video import coded_read, coded_size, fragments
from imaging.archive.places import Folder, place_named
from imaging.archive.scratch import scratch_copy

logger = logging.getLogger(__name__)
SIDE = 256
PICTURE_BYTES = SIDE * SIDE * 3
FIT = f"scale={SIDE}:{SIDE}:force_original_aspect_ratio=decrease,pad={SIDE}:{SIDE}:(ow-iw)/2:(oh-ih)/2"
BEGINNING = 12
HEVC = frozenset({"1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108"})
PROGRAM_STREAM, SEQUENCE, UNITS, TRANSPORT = b"\0\0\1\xba", b"\0\0\1\xb3", (b"\0\0\0\1", b"\0\0\1"), b"\x47"
SIGN, GROUND, EDGE = (200, 205, 212), (24, 26, 30), (96, 100, 108)


def poster(instance: Instance) -> Image.Image | None:
    """The first picture of a video, 256 pixels wide and high with black beside it; None when nothing here can read it.

    Raises DecodersBusy, or NotFound when the file is gone.
    """
    program, container = poster_program(), _container(instance)
    if program is None or container is None:
        return None
    try:
        with decoders.pool().place(), _source(instance) as source:
            data = _first_picture(program, container, source)
    except decoders.DecoderBusy as error:
        raise DecodersBusy(_("All decoders are busy; try again.")) from error
    except (OSError, ValueError) as error:
        logger.warning("The video %s gives no picture: %s", instance.sop_instance_uid, error)
        return None
    return Image.frombytes("RGB", (SIDE, SIDE), data)


def poster_program() -> str | None:
    """Where the program is that reads videos; None when there is none, or none is wanted."""
    return shutil.which(settings.FFMPEG) if settings.FFMPEG else None


def _container(instance: Instance) -> str | None:
    """What the stream begins like. Never guessed by the program: some of its formats name other files to be read."""
    head = b"".join(coded_read(instance, 0, BEGINNING))
    if head[4:8] == b"ftyp":
        return "mov"
    if head.startswith(PROGRAM_STREAM):
        return "mpeg"
    if head.startswith(SEQUENCE):
        return "mpegvideo"
    if head.startswith(TRANSPORT):
        return "mpegts"
    return ("hevc" if instance.transfer_syntax_uid.removesuffix(".1") in HEVC else "h264") if head.startswith(UNITS) else None


@contextlib.contextmanager
def _source(instance: Instance) -> Iterator[str]:
    """The stream as the program can read it: a part of the stored file, or a copy of what lies in several fragments or far away."""
    parts, place = list(fragments(instance)), place_named(instance.tier)
    if isinstance(place, Folder) and len(parts) == 1:
        [(offset, length)] = parts
        with place.local(instance.path) as path:
            yield f"subfile,,start,{offset},end,{offset + length},,:{path.resolve()}"
        return
    size = coded_size(instance)
    if size > FRAME_BYTES_LIMIT:
        raise ValueError(f"{size} bytes are too many to be copied for it")
    with scratch_copy(coded_read(instance, 0, size)) as copy:
        yield f"file:{copy.resolve()}"


def _first_picture(program: str, container: str, source: str) -> bytes:
    """The samples of it. Raises ValueError or OSError."""
    reading = ["-nostdin", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "file,subfile", "-f", container, "-i", source]
    drawing = ["-map", "0:v:0", "-frames:v", "1", "-vf", FIT, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    bounds = [str(settings.DECODER_BYTES), str(math.ceil(settings.DECODER_SECONDS))]
    command = [sys.executable, "-I", str(Path(limited.__file__)), *bounds, program, *reading, *drawing]
    # Nothing of our secrets goes along.
    env = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ} | {"LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, cwd="/", start_new_session=True
    ) as running:
        try:
            return _samples(running)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def _samples(running: "subprocess.Popen[bytes]") -> bytes:
    """Just as many as a picture has. Raises ValueError for any other number, and when they do not come in time."""
    assert running.stdout is not None  # noqa: S101  a pipe, as asked for above
    waiting, data, deadline = select.poll(), bytearray(), time.monotonic() + settings.DECODER_SECONDS
    waiting.register(running.stdout, select.POLLIN)
    while len(data) <= PICTURE_BYTES:
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise ValueError("the program takes too long")
        piece = os.read(running.stdout.fileno(), PICTURE_BYTES + 1 - len(data))
        if not piece:
            break
        data += piece
    if len(data) != PICTURE_BYTES:
        raise ValueError(f"the program gave {len(data)} bytes")
    return bytes(data)


@cache
def poster_sign() -> Image.Image:
    """What stands for a video without a picture: a piece of film with the sign for playing, without words."""
    sign = Image.new("RGB", (SIDE, SIDE), GROUND)
    pen = ImageDraw.Draw(sign)
    top, bottom = SIDE // 5, SIDE - SIDE // 5
    pen.rectangle((0, top, SIDE, bottom), fill=(40, 43, 48))
    for left in range(6, SIDE, 25):
        for hole in (top + 7, bottom - 17):
            pen.rounded_rectangle((left, hole, left + 13, hole + 10), 2, fill=GROUND)
    middle = SIDE // 2
    pen.ellipse((middle - 38, middle - 38, middle + 38, middle + 38), fill=GROUND, outline=EDGE, width=2)
    pen.polygon([(middle - 12, middle - 20), (middle - 12, middle + 20), (middle + 22, middle)], fill=SIGN)
    return sign
