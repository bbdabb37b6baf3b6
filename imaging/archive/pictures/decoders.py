"""Processes that decode pixel data for us: few, kept running, killed when they take too long, replaced when they die (promise 3).

A codec that crashes, loops or eats memory costs one picture. `decoder_process` is what runs in them.
"""

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np
from django.conf import settings

from imaging.archive.pictures.decoder_process import SIZES

ANSWER_HEAD_BYTES = 64 * 1024
KINDS = frozenset({"|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<f4", "<f8", "|b1"})
PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031
START_SECONDS = 30.0


class DecoderGone(Exception):
    """The process died or was killed over this picture."""


class DecoderBusy(Exception):
    """Every decoder had work for longer than a picture may take."""


class Refused(Exception):
    """The decoder lives, but cannot decode this."""


class Decoder:
    """One process. Used by one thread at a time."""

    def __init__(self) -> None:
        self.jobs = 0
        # Nothing of our secrets goes along: what decodes foreign bytes needs the programs' folder and no more.
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(settings.BASE_DIR),
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "imaging.archive.pictures.decoder_process", str(settings.DECODER_BYTES)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, cwd=settings.BASE_DIR, bufsize=0
        )
        for pipe in (self._in, self._out):
            _widen(pipe)
            os.set_blocking(pipe.fileno(), False)

    @property
    def _in(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101  a pipe, as asked for above
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101  a pipe, as asked for above
        return self._process.stdout

    def decode(self, request: Mapping[str, Any], content: bytes, seconds: float, most_bytes: int) -> np.ndarray:
        """The picture. Raises Refused; or DecoderGone, after which this decoder is of no use."""
        # A process that has just been started may take a while for its imports; that is not the picture's fault.
        deadline = time.monotonic() + seconds + (0 if self.jobs else START_SECONDS)
        self.jobs += 1
        head = json.dumps(request).encode()
        try:
            self._write(SIZES.pack(len(head), len(content)), deadline)
            self._write(head, deadline)
            self._write(content, deadline)
            return self._answer(deadline, most_bytes)
        except (OSError, ValueError) as error:
            raise DecoderGone(str(error)) from error

    def _answer(self, deadline: float, most_bytes: int) -> np.ndarray:
        head_size, size = SIZES.unpack(self._read(SIZES.size, deadline))
        if head_size > ANSWER_HEAD_BYTES or size > most_bytes:
            raise DecoderGone(f"answers with {size} bytes")
        answer = json.loads(bytes(self._read(head_size, deadline)))
        if "error" in answer:
            raise Refused(str(answer["error"]))
        content = self._read(size, deadline)
        if answer["dtype"] not in KINDS:
            raise DecoderGone(f"answers with {answer['dtype']}")
        return np.frombuffer(content, dtype=answer["dtype"]).reshape(answer["shape"])

    def _write(self, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            self._wait(self._in, deadline, reading=False)
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(self._in.fileno(), left) :]

    def _read(self, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        left = memoryview(data)
        while left:
            self._wait(self._out, deadline, reading=True)
            got = os.readv(self._out.fileno(), [left])
            if not got:
                raise DecoderGone("ended")
            left = left[got:]
        return data

    def _wait(self, pipe: IO[bytes], deadline: float, *, reading: bool) -> None:
        waiting = select.poll()  # select() knows no handle above 1023, and a web process has many
        waiting.register(pipe, select.POLLIN if reading else select.POLLOUT)
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise DecoderGone("takes too long")

    def kill(self) -> None:
        self._process.kill()
        for pipe in (self._in, self._out):
            pipe.close()
        self._process.wait()


class Pool:
    """At most DECODERS processes; the one used last is used next, so that an idle system keeps one warm."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max(1, settings.DECODERS))
        self._idle: list[Decoder] = []

    def decode(self, request: Mapping[str, Any], content: bytes = b"", *, most_bytes: int) -> np.ndarray:
        """Raises Refused, DecoderGone or DecoderBusy."""
        with self.place():
            decoder = self._take()
            try:
                return self._keep(decoder, decoder.decode(request, content, settings.DECODER_SECONDS, most_bytes))
            except Refused:
                self._keep(decoder)
                raise
            except BaseException:
                decoder.kill()
                raise

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """One of the places for work on foreign bytes. Raises DecoderBusy."""
        if not self._places.acquire(timeout=settings.DECODER_SECONDS):
            raise DecoderBusy
        try:
            yield
        finally:
            self._places.release()

    def _take(self) -> Decoder:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Decoder()

    def _keep(self, decoder: Decoder, array: Any = None) -> Any:
        if decoder.jobs >= settings.DECODER_JOBS:
            decoder.kill()
        else:
            with self._lock:
                self._idle.append(decoder)
        return array


_pools: dict[int, Pool] = {}


def pool() -> Pool:
    """This process's decoders; one that was forked must not talk into its parent's pipes."""
    return _pools.get(os.getpid()) or _pools.setdefault(os.getpid(), Pool())


def _widen(pipe: IO[bytes]) -> None:
    """Pictures are larger than a pipe; a wide one saves switching to and fro. There is a bound on how much of that a user may have."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
