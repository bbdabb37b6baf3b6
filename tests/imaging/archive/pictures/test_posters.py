"""Small pictures of videos: by the program that reads them where there is one, a sign where not, and bounds on what that program may do.

Not covered: HEVC, and videos in an S3 bucket.
"""

import io
import os
import shutil
import stat
import time
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from PIL import Image
from pydicom.encaps import encapsulate

from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import CannotDecode, frame_decode, header_for_pixels
from imaging.archive.pictures.posters import SIDE, _source, poster, poster_sign
from imaging.archive.pictures.thumbnails import thumbnail, thumbnail_make, thumbnail_path
from imaging.archive.scratch import SAFE_HOST, SPOOL, archive_folder
from tests import people
from tests.imaging.dicomweb.clients import Web, content, parts
from tests.imaging.dicomweb.test_wado import path_of
from tests.imaging.mp4 import film
from tests.imaging.pictures import send, slice_of

pytestmark = pytest.mark.django_db
needs_program = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
AVC, MPEG2 = "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.100"
ENDLESS = "while :; do echo x; done"
SILENT = "sleep 600"
NOISE = np.random.default_rng(1).bytes(4000)
MUCH = "head -c 900000 /dev/zero"


def video(stream: bytes, syntax: str = AVC, fragments: int = 1) -> Instance:
    grey = dict.fromkeys(("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"))
    ds = slice_of(
        1, SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.4.1", Modality="ES", NumberOfFrames=20, Rows=64, Columns=64, SamplesPerPixel=3,
        BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, PhotometricInterpretation="YBR_PARTIAL_420",
        PixelData=encapsulate([stream + bytes(len(stream) % 2)], fragments_per_frame=fragments), **grey,
    )  # fmt: skip
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.file_meta.TransferSyntaxUID = syntax
    instance = send(ds).instance
    assert instance is not None
    return instance


def program(folder: Path, body: str, settings: LazySettings) -> Path:
    """Something else that is called as ffmpeg would be."""
    path = folder / "reader"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    settings.FFMPEG = str(path)
    return path


def opened(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


SIGN = np.asarray(poster_sign()).astype(int)


@needs_program
@pytest.mark.parametrize("fragments", [1, 3])
def test_the_first_picture_stands_for_a_video(fragments: int) -> None:
    instance = video(film(20), fragments=fragments)
    picture = poster(instance)
    assert picture is not None
    values = np.asarray(picture)
    assert values.shape == (SIDE, SIDE, 3)
    assert values.max() - values.min() < 6  # a square of plain grey, the darkest of the film
    assert values.mean() < 30
    assert thumbnail_make(instance)
    assert thumbnail_path(instance, 1).is_file()


@needs_program
@pytest.mark.parametrize(
    "stream",
    [
        b"\0\0\0\x18ftypisom" + bytes(4000),
        film(3)[:400],
        b"\0\0\1\xba" + NOISE,
        b"\0\0\0\1" + NOISE,
        b"\x47" + NOISE,
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
    ],
    ids=["an empty film", "cut off", "program stream", "units", "transport stream", "a playlist", "a list of files"],
)
def test_garbage_gets_the_sign(stream: bytes) -> None:
    instance = video(stream)
    assert poster(instance) is None
    assert np.abs(opened(thumbnail(instance, 1)) - SIGN).mean() < 4


def test_without_the_program_there_is_the_sign_until_it_is_there(settings: LazySettings, tmp_path: Path) -> None:
    instance = video(film(3))
    for name in ("", "no-such-program"):
        settings.FFMPEG = name
        assert np.abs(opened(thumbnail(instance, 1)) - SIGN).mean() < 4
    program(tmp_path, f"head -c {SIDE * SIDE * 3} /dev/zero", settings)
    assert opened(thumbnail(instance, 1)).max() < 4


def test_a_copy_made_for_the_program_is_cleared_away_after_a_crash() -> None:
    """While the program runs, its copy has a name that tells whose it is."""
    instance = video(film(3), fragments=3)
    seen: list[Path] = []
    with _source(instance) as source:
        seen += (archive_folder() / SPOOL).iterdir()
        assert source == f"file:{seen[0].resolve()}"
    assert seen[0].match(f"{SAFE_HOST}-{os.getpid()}-*.part")
    assert not seen[0].exists()


@pytest.mark.parametrize("body", [ENDLESS, SILENT, MUCH, "exit 1", "echo few"])
def test_a_program_that_runs_wild_is_ended(body: str, settings: LazySettings, tmp_path: Path) -> None:
    settings.DECODER_SECONDS = 1
    program(tmp_path, body, settings)
    began = time.monotonic()
    assert poster(video(film(3))) is None
    assert time.monotonic() - began < 20


def test_the_program_is_bounded_and_told_no_secret(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it may do comes back as the brightness of the picture: zero bytes for all that is as it should be."""
    monkeypatch.setenv("LIGHTBOX_SECRET_KEY", "x" * 60)
    settings.DECODER_BYTES = 1 << 30
    checks = '[ "$(ulimit -v)" = 1048576 ] && [ "$(ulimit -f)" = 0 ] && [ "$(ulimit -c)" = 0 ] && [ -z "$LIGHTBOX_SECRET_KEY" ]'
    program(tmp_path, f"{checks} && head -c {SIDE * SIDE * 3} /dev/zero", settings)
    picture = poster(video(film(3)))
    assert picture is not None


def test_no_single_picture_of_a_video_is_decoded_and_it_is_said() -> None:
    instance = video(film(3))
    with pytest.raises(CannotDecode, match="video"):
        frame_decode(instance, 1, header_for_pixels(instance))


class TestOverTheWeb:
    @pytest.mark.parametrize("ending", ["frames/1/thumbnail", "frames/7/thumbnail", "thumbnail"])
    def test_every_thumbnail_is_a_picture(self, ending: str) -> None:
        answer = Web(people.radiologist()).get(f"{path_of(video(film(3)))}/{ending}", "image/jpeg")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert opened(content(answer)).shape == (SIDE, SIDE, 3)

    def test_the_thumbnail_of_its_series_and_study_too(self) -> None:
        study, series = path_of(video(film(3))).split("/instances/")[0].split("/series/")
        for place in (study, f"{study}/series/{series}"):
            assert Web(people.radiologist()).get(f"{place}/thumbnail", "image/jpeg").status_code == 200

    @pytest.mark.parametrize("accept", ["*/*", 'multipart/related; type="application/octet-stream"; transfer-syntax=*', "video/mp4"])
    @pytest.mark.parametrize("ending", ["frames/1", "frames/2", "frames/1/rendered"])
    def test_frames_of_a_video_are_refused_in_words(self, accept: str, ending: str) -> None:
        answer = Web(people.radiologist()).get(f"{path_of(video(film(3)))}/{ending}", accept)
        assert answer.status_code == 406
        assert "video" in answer.json()["detail"]

    def test_the_stream_is_at_the_instance(self) -> None:
        stream = film(3)
        instance, web = video(stream), Web(people.radiologist())
        stream += bytes(len(stream) % 2)
        for accept in ("video/mp4", "video/*", "video/mp4, application/dicom;q=0.5", "video/mpeg, video/mp4;q=0.5"):
            alone = web.get(path_of(instance), accept)
            assert (alone.status_code, alone["Content-Type"], content(alone)) == (200, "video/mp4", stream)
        part = web.get(path_of(instance), "video/mp4", Range="bytes=4-7")
        assert (part.status_code, content(part)) == (206, b"ftyp")
        assert parts(web.get(path_of(instance), 'multipart/related; type="video/mp4"')) == [(f"video/mp4; transfer-syntax={AVC}", stream)]
        assert web.get(path_of(instance), "application/dicom")["Content-Type"].startswith("application/dicom")
        assert web.get(path_of(instance), "video/mpeg, application/dicom;q=0.5")["Content-Type"].startswith("application/dicom")
        refused = web.get(path_of(instance), "video/mpeg")
        assert (refused.status_code, "video/mp4" in refused.json()["detail"]) == (406, True)

    def test_nothing_of_it_is_given_to_who_may_not_see_it(self) -> None:
        assert Web(people.front_desk()).get(path_of(video(film(3))), "video/mp4").status_code == 403
