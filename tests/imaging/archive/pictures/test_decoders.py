"""Foreign pixel data are decoded in processes that may die: a crash, an endless loop or a bomb costs one picture.

Not covered: which codings can be read at all (test_transcode.py, tests/interop/test_foreign_files.py).
"""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from django.conf import LazySettings
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance
from imaging.archive.pictures import decoders
from imaging.archive.pictures.decoders import Decoder, DecoderBusy, DecoderGone, Pool, Refused
from imaging.archive.pictures.pixels import CannotDecode, frame_decode, header_for_pixels
from tests.imaging.archive.objects import as_file, ct_slice

PICTURE = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
MEGABYTE = 1 << 20


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool()
    yield made
    for decoder in made._idle:
        decoder.kill()


@pytest.fixture(autouse=True)
def _own_pool(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    monkeypatch.setattr(decoders, "_pools", {os.getpid(): pool})


def coded(picture: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(picture, level=0, reversible=True, codecformat="j2k"))


def request_for(picture: np.ndarray, syntax: str = JPEG2000Lossless) -> dict[str, object]:
    options = {
        "rows": picture.shape[0], "columns": picture.shape[1], "samples_per_pixel": 1, "photometric_interpretation": "MONOCHROME2",
        "bits_allocated": 16, "bits_stored": 16, "pixel_representation": 0, "number_of_frames": 1, "pixel_keyword": "PixelData",
        "pixel_vr": "OB", "as_rgb": True,
    }  # fmt: skip
    return {"syntax": syntax, "options": options}


def decoded(pool: Pool) -> np.ndarray:
    return pool.decode(request_for(PICTURE), coded(PICTURE), most_bytes=64 * MEGABYTE)


def stored(frame: bytes) -> Instance:
    ds = ct_slice(Rows=64, Columns=64, PixelData=encapsulate([frame]))
    ds["PixelData"].VR = "OB"
    ds.file_meta.TransferSyntaxUID = JPEG2000Lossless
    result = instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    assert result.instance is not None
    return result.instance


def test_a_picture_comes_back_and_the_process_stays(pool: Pool) -> None:
    assert np.array_equal(decoded(pool), PICTURE)
    first = pool._idle[0]
    assert np.array_equal(decoded(pool), PICTURE)
    assert pool._idle == [first]


def test_damaged_data_is_refused_and_the_process_stays(pool: Pool) -> None:
    with pytest.raises(Refused):
        pool.decode(request_for(PICTURE), b"\xff\x4f\xff\x51 no picture", most_bytes=MEGABYTE)
    assert len(pool._idle) == 1


def test_a_crash_costs_one_picture(pool: Pool) -> None:
    decoded(pool)
    pool._idle[0]._process.send_signal(signal.SIGSEGV)
    with pytest.raises(DecoderGone):
        decoded(pool)
    assert np.array_equal(decoded(pool), PICTURE)


def test_an_endless_loop_is_ended(pool: Pool, settings: LazySettings) -> None:
    decoded(pool)
    settings.DECODER_SECONDS = 1
    looping = pool._idle[0]
    looping._process.send_signal(signal.SIGSTOP)  # as good as a loop: it lives and never answers
    with pytest.raises(DecoderGone, match="too long"):
        decoded(pool)
    assert looping._process.poll() is not None
    settings.DECODER_SECONDS = 30
    assert np.array_equal(decoded(pool), PICTURE)


def test_memory_is_limited(settings: LazySettings) -> None:
    settings.DECODER_BYTES = 1024 * MEGABYTE
    decoder = Decoder()
    try:
        with pytest.raises(Refused, match=r"MemoryError|memory|allocate|[Ee]rror"):
            huge = request_for(np.empty((40_000, 40_000), np.uint16))
            decoder.decode(huge, coded(PICTURE), 30, 1 << 33)
    finally:
        decoder.kill()


def test_an_answer_larger_than_it_may_be_is_not_taken(pool: Pool) -> None:
    with pytest.raises(DecoderGone, match="answers with"):
        pool.decode(request_for(PICTURE), coded(PICTURE), most_bytes=100)


def test_a_decoder_is_replaced_after_its_share(pool: Pool, settings: LazySettings) -> None:
    settings.DECODER_JOBS = 1
    decoded(pool)
    assert pool._idle == []


def test_no_more_at_once_than_allowed(settings: LazySettings) -> None:
    settings.DECODERS, settings.DECODER_SECONDS = 1, 0.1
    small = Pool()
    with small.place(), pytest.raises(DecoderBusy):
        small.decode(request_for(PICTURE), coded(PICTURE), most_bytes=MEGABYTE)


def test_many_threads_share_the_decoders(pool: Pool) -> None:
    found: list[bool] = []
    threads = [threading.Thread(target=lambda: found.append(np.array_equal(decoded(pool), PICTURE))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
    assert len(pool._idle) <= 2


def test_it_is_told_no_secret_and_ends_with_who_started_it(tmp_path: Path) -> None:
    program = (
        "import os, django; os.environ['LIGHTBOX_SECRET_KEY'] = 'x' * 60; django.setup()\n"
        "from imaging.archive.pictures.decoders import Decoder\n"
        "d = Decoder(); print(d._process.pid, flush=True); input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert b"SECRET" not in Path(f"/proc/{pid}/environ").read_bytes()
        handle = os.pidfd_open(pid)
        parent.kill()
    assert select.select([handle], [], [], 20)[0], "the decoder outlived its parent"
    os.close(handle)


@pytest.mark.django_db
class TestFrames:
    def test_a_frame_is_decoded(self) -> None:
        instance = stored(coded(PICTURE))
        assert np.array_equal(frame_decode(instance, 1, header_for_pixels(instance)), PICTURE)

    def test_a_damaged_frame_is_said_to_be_so(self) -> None:
        instance = stored(b"\xff\x4f\xff\x51" + bytes(60))
        with pytest.raises(CannotDecode):
            frame_decode(instance, 1, header_for_pixels(instance))

    def test_a_frame_that_kills_the_decoder_leaves_the_others_readable(self, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        good, deadly = stored(coded(PICTURE)), stored(coded(PICTURE))
        frame_decode(good, 1, header_for_pixels(good))
        pool._idle[0]._process.send_signal(signal.SIGKILL)
        with pytest.raises(CannotDecode, match="gave up"):
            frame_decode(deadly, 1, header_for_pixels(deadly))
        assert np.array_equal(frame_decode(good, 1, header_for_pixels(good)), PICTURE)
