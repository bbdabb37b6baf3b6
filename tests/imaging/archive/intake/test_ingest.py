"""The one way into the archive. Not covered here: full disks (tests/imaging/dimse) and kill -9 (tests/interop/test_kill.py)."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.archive.intake.entry import IngestResult, Status
from imaging.archive.intake.ingest import ClassDiffers, NotUnderstood, instance_ingest
from imaging.archive.intake.spool import SpoolWriter
from imaging.archive.models import CaseKind, Instance, IntegrityCase, Series, Study
from imaging.archive.pictures.pixels import frame_read, metadata_of
from imaging.archive.scratch import SAFE_HOST, spool_clean
from imaging.common.errors import StorageRefused, TooLarge
from tests.imaging.archive.objects import as_file, ct_slice

pytestmark = pytest.mark.django_db


def ingest(ds: Dataset, **announced: str) -> IngestResult:
    return instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom", **announced)


def stored_files(settings: LazySettings) -> list[Path]:
    return [path for path in Path(settings.ARCHIVE_DIR).rglob("*") if path.is_file()]


def test_stores_the_object_as_received_with_its_preamble_zeroed(settings: LazySettings) -> None:
    ds = ct_slice()
    result = ingest(ds)
    assert result.status is Status.STORED
    instance = Instance.objects.get(sop_instance_uid=ds.SOPInstanceUID)
    content = (Path(settings.ARCHIVE_DIR) / instance.path).read_bytes()
    assert content[:128] == bytes(128)
    assert hashlib.sha256(content).hexdigest() == instance.sha256
    assert hashlib.sha256(content[instance.dataset_offset :]).hexdigest() == instance.dataset_sha256
    assert content[instance.dataset_offset :] == as_file(ds).read()[-len(content) + instance.dataset_offset :]
    assert dcmread(io.BytesIO(content)).PatientName == "LIN^Mei-Hua=林^美华"


def test_keeps_attributes_frames_and_counts() -> None:
    ds = ct_slice()
    instance = ingest(ds).instance
    assert instance is not None
    assert frame_read(instance, 1) == bytes(range(32))
    assert metadata_of(instance)["00100010"]["Value"] == [{"Alphabetic": "LIN^Mei-Hua", "Ideographic": "林^美华"}]
    study = Study.objects.get()
    assert (study.instance_count, study.series_count, study.modalities_in_study) == (1, 1, "\\CT\\")
    assert study.size_bytes == instance.size_bytes


@pytest.mark.parametrize("columns", [100, 1000, 2000], ids=["32 KiB", "1 MiB", "2 MiB"])
def test_an_object_of_any_size_is_whole_and_what_lies_behind_its_pixels_is_indexed(settings: LazySettings, columns: int) -> None:
    pixels = os.urandom(512 * columns * 2)
    ds = ct_slice(Rows=512, Columns=columns, PixelData=pixels)
    ds.add_new(0x7FE10010, "LO", "BEHIND")
    ds.add_new(0x7FE11001, "LO", "the pixels")
    instance = ingest(ds).instance
    assert instance is not None
    content = (Path(settings.ARCHIVE_DIR) / instance.path).read_bytes()
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (instance.sha256, instance.size_bytes)
    assert hashlib.sha256(content[instance.dataset_offset :]).hexdigest() == instance.dataset_sha256
    assert frame_read(instance, 1) == pixels
    assert metadata_of(instance)["7FE11001"]["Value"] == ["the pixels"]


def test_no_name_that_a_peer_sends_reaches_a_path(settings: LazySettings) -> None:
    ds = ct_slice(PatientID="../../etc/passwd")
    ingest(ds)
    (path,) = stored_files(settings)
    assert str(ds.SOPInstanceUID) not in str(path)
    assert "passwd" not in str(path)


def test_the_same_object_twice_is_one_copy(settings: LazySettings) -> None:
    ds = ct_slice()
    ingest(ds)
    again = instance_ingest(stream=as_file(ds, preamble=bytes(128)), source_ae_title="CT2", door="dicomweb")
    assert again.status is Status.DUPLICATE
    assert Instance.objects.count() == 1
    assert len(stored_files(settings)) == 1


def test_a_lost_file_is_repaired_by_the_same_object(settings: LazySettings) -> None:
    ds = ct_slice()
    ingest(ds)
    stored_files(settings)[0].unlink()
    ingest(ds)
    assert frame_read(Instance.objects.get(), 1) == bytes(range(32))
    assert len(stored_files(settings)) == 1


def test_other_content_under_the_same_uid_waits_for_a_person(settings: LazySettings) -> None:
    ds = ct_slice()
    first = ingest(ds).instance
    ds.PixelData = bytes(32)
    result = ingest(ds)
    ingest(ds)
    assert result.status is Status.QUARANTINED
    case = IntegrityCase.objects.get(kind=CaseKind.OTHER_CONTENT)
    assert first is not None
    assert frame_read(Instance.objects.get(), 1) == bytes(range(32))
    assert case.instance == first
    assert (Path(settings.ARCHIVE_DIR) / case.quarantine_path).is_file()
    assert len(stored_files(settings)) == 2


def test_the_same_uid_in_another_series_waits_for_a_person() -> None:
    ds = ct_slice()
    ingest(ds)
    ds.SeriesInstanceUID = generate_uid()
    assert ingest(ds).status is Status.QUARANTINED
    assert IntegrityCase.objects.filter(kind=CaseKind.OTHER_SERIES).count() == 1
    assert Series.objects.count() == 1


def test_a_series_that_belongs_to_another_study_waits_for_a_person() -> None:
    ds = ct_slice()
    ingest(ds)
    result = ingest(ct_slice(SeriesInstanceUID=ds.SeriesInstanceUID))
    assert result.status is Status.QUARANTINED
    assert IntegrityCase.objects.filter(kind=CaseKind.OTHER_SERIES).count() == 1


def test_another_patient_in_the_same_study_waits_for_a_person() -> None:
    ds = ct_slice()
    ingest(ds)
    other = ct_slice(StudyInstanceUID=ds.StudyInstanceUID, SeriesInstanceUID=ds.SeriesInstanceUID, PatientID="99999999")
    assert ingest(other).status is Status.QUARANTINED
    case = IntegrityCase.objects.get(kind=CaseKind.OTHER_PATIENT)
    assert case.details["patient_id"] == "99999999"
    assert Study.objects.get().instance_count == 1


@pytest.mark.parametrize("announced", [{"expected_sop_instance_uid": "1.2.3"}, {"expected_sop_class_uid": "1.2.840.10008.5.1.4.1.1.4"}])
def test_an_object_announced_as_another_is_refused(announced: dict[str, str], settings: LazySettings) -> None:
    with pytest.raises(ClassDiffers):
        ingest(ct_slice(), **announced)
    assert stored_files(settings) == []
    assert Study.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"SOPInstanceUID": "../../etc/passwd"},
        {"StudyInstanceUID": None},
        {"SeriesInstanceUID": "1.2." + "3" * 64},
        {"SOPClassUID": None},
    ],
)
def test_an_object_without_proper_uids_is_refused(wrong: dict[str, str | None], settings: LazySettings) -> None:
    ds = ct_slice(**wrong)
    ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    with pytest.raises(NotUnderstood):
        ingest(ds)
    assert stored_files(settings) == []


@pytest.mark.parametrize("content", [b"", b"hello", bytes(1000), b"\x08\x00\x16\x00UI\xff\xff" + bytes(10)])
def test_garbage_is_refused_with_a_reason(content: bytes, settings: LazySettings) -> None:
    with pytest.raises(NotUnderstood, match="Not understood"):
        instance_ingest(stream=io.BytesIO(content), source_ae_title="CT1", door="dicomweb")
    assert stored_files(settings) == []


def test_a_cut_off_object_is_refused(settings: LazySettings) -> None:
    content = as_file(ct_slice()).read()[:-7]
    with pytest.raises(NotUnderstood):
        instance_ingest(stream=io.BytesIO(content), source_ae_title="CT1", door="dicom")
    assert stored_files(settings) == []


def test_no_room_is_said_before_anything_is_written(settings: LazySettings) -> None:
    settings.STORAGE_RESERVE_BYTES = 1 << 62
    with pytest.raises(StorageRefused):
        ingest(ct_slice())
    assert stored_files(settings) == []


def test_an_object_above_the_limit_is_refused(settings: LazySettings) -> None:
    settings.DICOM_OBJECT_BYTES = 400
    with pytest.raises(TooLarge):
        ingest(ct_slice())
    assert stored_files(settings) == []


def test_a_bare_data_set_gets_its_file_meta_information() -> None:
    ds = ct_slice()
    content = as_file(ds).read()
    bare = content[content.index(b"\x08\0\x05\0CS") :]
    instance = instance_ingest(stream=io.BytesIO(bare), source_ae_title="", door="dicomweb").instance
    assert instance is not None
    assert frame_read(instance, 1) == bytes(range(32))


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_is_not(settings: LazySettings) -> None:
    own = SpoolWriter("1.2.840.10008.1.2", "1.2.3", "1.2.3.4")
    folder = own.path.parent
    host, pid = SAFE_HOST, os.getpid()
    for name in (f"{host}-999999999-dead", "elsewhere-1-new", "elsewhere-1-old", f"{host}-{pid}-old"):
        (folder / f"{name}.part").touch()
    for path in folder.glob("*-old.part"):
        os.utime(path, (0, 0))
    assert spool_clean() == 3
    assert {path.name for path in folder.iterdir()} == {own.path.name, "elsewhere-1-new.part"}
