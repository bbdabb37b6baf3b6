"""A film from STOW-RS to the player: sent as it is beside its metadata, given back as a stream, as bulk data and as an object.

Not covered: films longer than memory (only that answers are streamed), MPEG-2, HEVC, and that a browser shows it (tests/e2e/test_video).
"""

import io

import pydicom
import pytest
from pydicom.encaps import generate_frames

from imaging.archive.models import Instance
from tests.imaging.dicomweb.clients import content, parts
from tests.imaging.dicomweb.test_stow import apart, metadata
from tests.imaging.dicomweb.test_wado import path_of, web
from tests.imaging.mp4 import film

pytestmark = pytest.mark.django_db
FRAMES = 20
AVC = "1.2.840.10008.1.2.4.102"


def stored(kind: str = "video/mp4") -> tuple[Instance, bytes]:
    """A film of an even number of bytes, sent as a camera's program sends it."""
    stream = film(FRAMES)
    stream += bytes(len(stream) % 2)
    told = metadata(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.4.1", NumberOfFrames=FRAMES, Rows=64, Columns=64, SamplesPerPixel=3, BitsAllocated=8,
        BitsStored=8, HighBit=7, PhotometricInterpretation="YBR_PARTIAL_420",
    )  # fmt: skip
    answer = apart([told], [(kind, "pixels/1", stream)])
    assert answer.status_code == 200, answer.content
    return Instance.objects.get(), stream


def test_what_was_sent_comes_back_as_an_object_and_as_it_was() -> None:
    instance, stream = stored()
    assert (instance.transfer_syntax_uid, instance.number_of_frames) == (AVC, FRAMES)
    [(kind, body)] = parts(web().get(path_of(instance), 'multipart/related; type="application/dicom"'))
    assert kind == f"application/dicom; transfer-syntax={AVC}"
    ds = pydicom.dcmread(io.BytesIO(body))
    assert list(generate_frames(ds.PixelData, number_of_frames=1)) == [stream]
    whole = web().get(f"{path_of(instance)}/rendered", "video/mp4")
    assert (whole["Content-Type"], content(whole)) == ("video/mp4", stream)


def test_another_coding_is_told_by_the_sender() -> None:
    instance, _stream = stored('video/mp4; transfer-syntax="1.2.840.10008.1.2.4.103"')
    assert instance.transfer_syntax_uid == "1.2.840.10008.1.2.4.103"


@pytest.mark.parametrize(
    ("accept", "told"),
    [
        ('multipart/related; type="video/mp4"', f"video/mp4; transfer-syntax={AVC}"),
        ("multipart/related", f"video/mp4; transfer-syntax={AVC}"),
        ('multipart/related; type="application/octet-stream"', f"application/octet-stream; transfer-syntax={AVC}"),
    ],
)
def test_its_pixels_are_one_stream(accept: str, told: str) -> None:
    instance, stream = stored()
    uri = web().json(f"{path_of(instance)}/metadata")[0]["7FE00010"]["BulkDataURI"]
    assert parts(web().get(uri.partition("/dicomweb")[2], accept)) == [(told, stream)]


def test_its_pixels_by_themselves_come_in_ranges() -> None:
    instance, stream = stored()
    address = f"{path_of(instance)}/bulkdata/7FE00010"
    part = web().get(address, "video/mp4", Range="bytes=10-19")
    assert (part.status_code, part["Content-Type"], content(part)) == (206, "video/mp4", stream[10:20])
    assert content(web().get(address, "application/octet-stream")) == stream
    refused = web().get(address, "image/jpeg")
    assert (refused.status_code, "video/mp4, application/octet-stream" in refused.json()["detail"]) == (406, True)
