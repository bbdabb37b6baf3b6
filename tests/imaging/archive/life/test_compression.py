"""Stored pixels become HTJ2K and stay the same, bit for bit. Not covered: how fast (`make bench`), a browser (tests/e2e)."""

import io
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, HTJ2KLosslessRPCL, ImplicitVRLittleEndian, RLELossless
from pytest_django import Settings

from imaging.archive.commitment import file_is_whole
from imaging.archive.life.compression import LeftAlone, instance_compress
from imaging.archive.life.duties import Pace
from imaging.archive.life.models import Compressed, TaskKind, TaskState
from imaging.archive.life.work import task_add, tasks_run
from imaging.archive.models import Decision, Instance, IntegrityCase
from imaging.archive.pictures.encoders import htj2k_encode
from imaging.archive.pictures.pixels import file_chunks, file_of, frame_read
from imaging.archive.pictures.transcode import file_as
from imaging.archive.queue.pictures import case_picture
from imaging.archive.queue.replace import waiting_entry
from imaging.archive.queue.services import case_reopen, case_resolve
from tests import people
from tests.imaging.archive.objects import ct_slice
from tests.imaging.pictures import SIDE, send, slice_of, stack

pytestmark = pytest.mark.django_db
RPCL_PROGRESSION = 2


def pace() -> Pace:
    return Pace(10**12)


def sent(ds: Dataset) -> Instance:
    instance = send(ds).instance
    assert instance is not None
    return instance


def noise(kind: str, low: int, high: int, frames: int = 1) -> bytes:
    """Smooth enough to be worth compressing, with every value between its ends."""
    ramp = np.linspace(low, high, SIDE * SIDE).reshape(SIDE, SIDE)
    return np.stack([np.roll(ramp, at) for at in range(frames)]).astype(kind).tobytes()


KINDS: dict[str, dict[str, Any]] = {
    "12 bits": {"BitsStored": 12, "HighBit": 11, "PixelRepresentation": 0, "PixelData": noise("<u2", 0, 4095)},
    "12 bits signed": {"BitsStored": 12, "HighBit": 11, "PixelRepresentation": 1, "PixelData": noise("<i2", -2048, 2047)},
    "16 bits": {"PixelRepresentation": 0, "PixelData": noise("<u2", 0, 65535)},
    "16 bits signed": {"PixelData": noise("<i2", -32768, 32767)},
    "8 bits": {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0, "PixelData": noise("u1", 0, 255)},
    "many frames": {"NumberOfFrames": 4, "PixelData": noise("<i2", -1000, 3000, 4)},
    "inverted": {"PhotometricInterpretation": "MONOCHROME1", "PixelRepresentation": 0, "PixelData": noise("<u2", 0, 4095)},
}


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless])
@pytest.mark.parametrize("kind", KINDS)
def test_pixels_and_header_come_back_the_same(kind: str, syntax: str) -> None:
    ds = slice_of(1, **KINDS[kind])
    values = ds.PixelData
    if syntax == RLELossless:
        ds.compress(RLELossless)
    ds.file_meta.TransferSyntaxUID = syntax
    instance = sent(ds)
    saved = instance_compress(instance=instance, pace=pace())
    assert saved > 0
    held = Instance.objects.get()
    assert held.transfer_syntax_uid == HTJ2KLosslessRPCL
    assert held.size_bytes == instance.size_bytes - saved == len(b"".join(file_chunks(held)))
    assert file_is_whole(held)
    assert held.dataset_sha256 == instance.dataset_sha256
    read = dcmread(file_of(held))
    ds.remove_private_tags()
    for element in ds:
        if element.keyword != "PixelData":
            assert read[element.tag].value == element.value
    plain = dcmread(io.BytesIO(b"".join(file_as(held, ExplicitVRLittleEndian))))
    assert plain.PixelData == values


def test_frames_are_where_the_row_says_in_rpcl_order() -> None:
    instance = sent(slice_of(1, **KINDS["many frames"]))
    instance_compress(instance=instance, pace=pace())
    held = Instance.objects.get()
    for number in range(1, 5):
        code = frame_read(held, number)
        assert code.startswith(b"\xff\x4f\xff\x51")
        assert code[code.index(b"\xff\x52") + 5] == RPCL_PROGRESSION


@pytest.mark.parametrize(("rows", "columns", "levels"), [(128, 96, 5), (2048, 2048, 5), (2049, 100, 6), (4000, 3000, 6), (3, 5000, 7)])
def test_the_smallest_resolution_is_a_thumbnail_and_each_one_a_part(rows: int, columns: int, levels: int) -> None:
    """PS3.5 10.18: a base resolution of 64 pixels at most, and the lengths of the parts where a viewer finds them."""
    code = htj2k_encode(np.arange(rows * columns, dtype="<u2").reshape(rows, columns))
    assert code[code.index(b"\xff\x52") + 9] == levels
    assert max(rows, columns) / 2**levels <= 64
    table = code.index(b"\xff\x55")
    assert int.from_bytes(code[table + 2 : table + 4], "big") - 4 == (levels + 1) * 6


def test_the_row_tells_what_it_was_and_a_duplicate_is_still_one() -> None:
    ds = slice_of(1)
    instance = sent(ds)
    saved = instance_compress(instance=instance, pace=pace())
    was = Compressed.objects.get()
    assert (was.transfer_syntax_uid, was.size_bytes, was.sha256) == (ExplicitVRLittleEndian, instance.size_bytes, instance.sha256)
    study = instance.series.study
    study.refresh_from_db()
    assert study.size_bytes == instance.size_bytes - saved
    assert send(ds).status.value == "duplicate"


LEFT: dict[str, dict[str, Any]] = {
    "a palette": {"PhotometricInterpretation": "PALETTE COLOR", "PixelRepresentation": 0},
    "a segmentation": {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4"},
    "32 bits": {"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31, "PixelData": bytes(SIDE * SIDE * 4)},
    "a tiny picture": {"Rows": 4, "Columns": 4, "PixelData": bytes(range(32))},
}  # fmt: skip


@pytest.mark.parametrize("kind", LEFT)
def test_what_cannot_or_need_not_be_compressed_stays(kind: str) -> None:
    instance = sent(slice_of(1, **LEFT[kind]))
    before = b"".join(file_chunks(instance))
    with pytest.raises(LeftAlone):
        instance_compress(instance=instance, pace=pace())
    held = Instance.objects.get()
    assert held.path == instance.path
    assert b"".join(file_chunks(held)) == before


def test_a_coder_that_changes_a_value_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.archive.life.compression.htj2k_encode", lambda values, photometric: htj2k_encode(values ^ 1, photometric))
    instance = sent(slice_of(1))
    with pytest.raises(LeftAlone, match="bit for bit"):
        instance_compress(instance=instance, pace=pace())
    assert Instance.objects.get().path == instance.path


def test_a_task_tells_what_it_saved_and_leaves_other_objects(settings: Settings) -> None:
    study = stack(2)
    series = study.series.get().series_instance_uid
    send(slice_of(3, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=series, **LEFT["a tiny picture"]))
    task = task_add(study=study, kind=TaskKind.COMPRESS)
    assert task is not None
    tasks_run()
    task.refresh_from_db()
    assert (task.state, task.done, task.left_alone) == (TaskState.DONE, 3, 1)
    assert 0 < task.bytes_after < task.bytes_before


def frame_over_the_web(instance: Instance, syntax: str) -> bytes:
    client = Client()
    client.force_login(people.radiologist())
    series = instance.series
    address = f"/dicomweb/studies/{series.study.study_instance_uid}/series/{series.series_instance_uid}"
    accept = f'multipart/related; type="application/octet-stream"; transfer-syntax={syntax}'
    answer = client.get(f"{address}/instances/{instance.sop_instance_uid}/frames/1", headers={"accept": accept})
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0])


def test_the_viewer_gets_frames_as_they_lie_and_others_what_they_ask_for() -> None:
    ds = slice_of(1)
    instance = sent(ds)
    assert frame_over_the_web(instance, "*") == ds.PixelData
    instance_compress(instance=instance, pace=pace())
    held = Instance.objects.get()
    code = frame_over_the_web(held, "*")
    assert code == frame_read(held, 1)
    assert len(code) < 0.4 * len(ds.PixelData)
    assert frame_over_the_web(held, ExplicitVRLittleEndian) == ds.PixelData


def test_an_object_without_pixels_is_not_looked_at() -> None:
    instance = sent(ct_slice(PixelData=None, Rows=None, Columns=None))
    with pytest.raises(LeftAlone):
        instance_compress(instance=instance, pace=pace())


@pytest.mark.parametrize("decision", [Decision.ACCEPT_SECOND, Decision.ADD_SECOND])
def test_a_second_object_that_was_compressed_waits_again_as_it_lies_then(decision: Decision) -> None:
    """Taken back after months: the case knows the file as it is now, not as it came."""
    first, second = slice_of(1), slice_of(1)
    second.StudyInstanceUID, second.SeriesInstanceUID = first.StudyInstanceUID, first.SeriesInstanceUID
    if decision == Decision.ACCEPT_SECOND:
        second.SOPInstanceUID, second.file_meta.MediaStorageSOPInstanceUID = first.SOPInstanceUID, first.SOPInstanceUID
    else:
        second.PatientID, second.PatientName = "00511207", "SMITH^John"
    second.PixelData = noise("<i2", -1000, 3000)
    sent(first)
    send(second)
    admin, case = people.pacs_admin(), IntegrityCase.objects.exclude(quarantine_path="").get()
    case_resolve(user=admin, case=case, decision=decision, reason="checked")
    instance = Instance.objects.get(sop_instance_uid=second.SOPInstanceUID)
    instance_compress(instance=instance, pace=pace())
    case.refresh_from_db()
    case_reopen(user=admin, case=case)
    case.refresh_from_db()
    entry = waiting_entry(case)
    assert (entry.spooled.transfer_syntax_uid, entry.spooled.dataset_sha256) == (HTJ2KLosslessRPCL, instance.dataset_sha256)
    assert case_picture(case, "waiting").startswith(b"\xff\xd8")
    case_resolve(user=admin, case=case, decision=decision, reason="again")
    held = Instance.objects.get(sop_instance_uid=second.SOPInstanceUID)
    assert file_is_whole(held)
    assert dcmread(io.BytesIO(b"".join(file_as(held, ExplicitVRLittleEndian)))).PixelData == second.PixelData
