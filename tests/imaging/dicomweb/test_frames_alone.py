"""One frame by itself, for who draws while it arrives: whole, in part, and the rest of one that was cut (RFC 9110 14, PS3.18 8.7.3).

Not covered: a browser that does so (tests/e2e/test_arriving.py).
"""

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2KLosslessRPCL

from imaging.access.models import AuditEvent
from imaging.archive.models import Instance
from imaging.archive.pictures.encoders import htj2k_encode
from imaging.archive.pictures.pixels import frame_read
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.clients import Web, content

pytestmark = pytest.mark.django_db
RPCL = str(HTJ2KLosslessRPCL)
ACCEPT = f"image/jphc; transfer-syntax={RPCL}"


def coded(side: int = 128, fragments: int = 1, frames: int = 1) -> Instance:
    ds = pictures.slice_of(1, side=side, NumberOfFrames=frames)
    codes = [htj2k_encode(np.random.default_rng(number).integers(-1000, 3000, (side, side), np.int16)) for number in range(frames)]
    ds.PixelData = encapsulate(codes, fragments_per_frame=fragments)
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = HTJ2KLosslessRPCL
    instance = pictures.send(ds).instance
    assert instance is not None
    return instance


def address(instance: Instance, frame: int | str = 1) -> str:
    series = instance.series
    place = f"/studies/{series.study.study_instance_uid}/series/{series.series_instance_uid}"
    return f"{place}/instances/{instance.sop_instance_uid}/frames/{frame}"


def web() -> Web:
    return Web(people.radiologist())


@pytest.mark.parametrize(("side", "fragments"), [(128, 1), (128, 3), (1024, 1), (1024, 5)])
def test_a_frame_comes_as_it_lies_whole_or_in_part(side: int, fragments: int) -> None:
    instance = coded(side, fragments)
    whole = frame_read(instance, 1)
    first = web().get(address(instance), ACCEPT)
    assert (first.status_code, first["Content-Type"], first["Accept-Ranges"]) == (200, ACCEPT, "bytes")
    assert int(first["Content-Length"]) == len(whole)
    assert content(first) == whole
    middle = len(whole) // 2
    rest, middle_part, end = (f"bytes={middle}-", middle, len(whole)), ("bytes=10-99", 10, 100), ("bytes=-7", len(whole) - 7, len(whole))
    for asked, start, stop in (rest, middle_part, end):
        part = web().get(address(instance), ACCEPT, Range=asked, **{"If-Range": first["ETag"]})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {start}-{stop - 1}/{len(whole)}")
        assert content(part) == whole[start:stop]


def test_the_rest_of_another_frame_is_never_given() -> None:
    instance = coded(frames=2)
    first = web().get(address(instance), ACCEPT)
    second = web().get(address(instance, 2), ACCEPT, Range="bytes=100-", **{"If-Range": first["ETag"]})
    assert (second.status_code, content(second)) == (200, frame_read(instance, 2))
    beyond = web().get(address(instance), ACCEPT, Range="bytes=99999999-")
    assert (beyond.status_code, beyond["Content-Length"]) == (416, "0")


def test_it_is_kept_and_asked_for_again() -> None:
    instance = coded()
    first = web().get(address(instance), ACCEPT)
    again = web().get(address(instance), ACCEPT, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, content(again)) == (304, b"")


def test_what_is_stored_otherwise_is_made_so() -> None:
    instance = pictures.stack(1).series.get().instances.get()
    answer = web().get(address(instance), ACCEPT)
    assert (answer.status_code, answer["Content-Type"]) == (200, ACCEPT)
    assert content(answer) == htj2k_encode(pictures.gradient(1))


@pytest.mark.parametrize("accept", [f'multipart/related; type="image/jphc"; transfer-syntax={RPCL}', "*/*", "image/*"])
def test_who_does_not_name_one_picture_gets_parts(accept: str) -> None:
    assert web().get(address(coded()), accept)["Content-Type"].startswith("multipart/related")


def test_several_frames_come_in_parts() -> None:
    answer = web().get(address(coded(frames=2), "1,2"), ACCEPT)
    assert answer["Content-Type"].startswith('multipart/related; type="image/jphc"')


def test_a_look_at_a_frame_alone_is_recorded_and_who_may_not_see_finds_nothing() -> None:
    exam = pictures.exam_of(people.the_mayor())
    protected = pictures.stack_for(exam, 1).series.get().instances.get()
    for headers in ({}, {"Range": "bytes=0-9"}):
        assert web().get(address(protected), ACCEPT, **headers).status_code == 404
    assert not AuditEvent.objects.filter(act="images.view", door="dicomweb").exists()
    assert Web(people.front_desk()).get(address(protected), ACCEPT).status_code == 403
    seen = coded()
    web().get(address(seen), ACCEPT, Range="bytes=0-9")
    assert AuditEvent.objects.filter(act="images.view", door="dicomweb").exists()
