"""DICOM files that nobody here wrote: each comes in, or is refused with a reason; none crashes anything.

Not covered: whether the files are right by the standard, and decoding their pixels (tests of dicomweb and of the viewer).
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pynetdicom import AE

from imaging.archive.intake.entry import Status
from imaging.archive.intake.ingest import NotUnderstood, instance_ingest
from imaging.archive.models import Instance, InstanceMetadata
from imaging.archive.pictures.pixels import frame_ranges, metadata_of
from imaging.dimse.server import DicomServer
from tests.interop.dicom_server import dialled

BUNDLED = Path(pydicom.__file__).parent / "data"
SHARED = Path(os.environ.get("LIGHTBOX_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FROM_FOLDER = 12


def foreign_files() -> Iterator[Path]:
    """pydicom's own files (among them some that are no DICOM), and a few of each folder of shared samples, where there are any."""
    yield from (path for path in sorted(BUNDLED.rglob("*")) if path.is_file() and path.suffix not in {".py", ".pyc", ".txt"})
    for folder in sorted(SHARED.glob("dicom/*")):
        yield from sorted(folder.rglob("*.dcm"))[:FROM_FOLDER]


FILES = list(foreign_files())


@pytest.mark.django_db
def test_every_file_comes_in_or_is_refused_with_a_reason() -> None:
    refused: dict[str, str] = {}
    for path in FILES:
        try:
            with path.open("rb") as stream:
                result = instance_ingest(stream=stream, source_ae_title="FOREIGN", door="dicomweb")
        except NotUnderstood as error:
            refused[path.name] = str(error)
            continue
        assert result.status in Status
        assert result.study is not None
    assert all("Not understood" in reason for reason in refused.values())
    assert Instance.objects.count() > 100
    assert "DICOMDIR" in refused
    assert "CT_small.dcm" not in refused
    for row in InstanceMetadata.objects.select_related("instance"):
        assert metadata_of(row.instance)["00080018"]["Value"] == [row.instance.sop_instance_uid]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("CT_small.dcm", 1),
        ("SC_rgb_rle_2frame.dcm", 2),
        ("rtdose.dcm", 15),
        ("rtdose_rle.dcm", 15),
        ("JPEG2000-embedded-sequence-delimiter.dcm", 1),
        ("rtplan.dcm", 0),
    ],
)
def test_frames_are_found_where_they_are(name: str, frames: int) -> None:
    path = next((path for path in FILES if path.name == name), None)
    if path is None:
        pytest.skip(f"{name} does not come with this pydicom")
    with path.open("rb") as stream:
        result = instance_ingest(stream=stream, source_ae_title="FOREIGN", door="dicomweb")
    assert result.instance is not None
    assert len(frame_ranges(result.instance)) == result.instance.number_of_frames == frames


def test_names_of_foreign_character_sets_are_read(db: None) -> None:
    expected = {
        "chrX1.dcm": "王^小東",
        "chrX2.dcm": "王^小东",
        "chrH31.dcm": "山田^太郎",
        "chrI2.dcm": "洪^吉洞",
        "chrGB2312.dcm": "张^小东",
    }
    seen = 0
    for path in FILES:
        if path.name in expected:
            with path.open("rb") as stream:
                result = instance_ingest(stream=stream, source_ae_title="FOREIGN", door="dicomweb")
            seen += 1
            assert result.study is not None
            kept = metadata_of(Instance.objects.get(pk=result.instance.pk)) if result.instance else {}
            assert kept["00100010"]["Value"][0]["Ideographic"] == expected[path.name]
    assert seen >= 4


def test_files_sent_by_c_store_as_they_are(dicom: DicomServer) -> None:
    """Every transfer syntax over the wire: what is kept has the very bytes of the data set that was sent."""
    sent = 0
    for path in FILES:
        if path.parent.name != "test_files" or path.stat().st_size > 300_000 or path.suffix != ".dcm":
            continue
        sent += _send(dicom, path)
    assert sent > 50


def _send(server: DicomServer, path: Path) -> int:
    try:
        meta = pydicom.filereader.read_file_meta_info(path)
        ae = AE("FOREIGN")
        ae.add_requested_context(meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID)
        assoc = dialled(ae, server.port)
        status = assoc.send_c_store(path).Status
    except (pydicom.errors.InvalidDicomError, AttributeError, ValueError, KeyError):
        return 0  # the sending library itself cannot make a request of it
    assoc.release()
    assert status == 0 or 0xA900 <= status <= 0xCFFF
    return status == 0
