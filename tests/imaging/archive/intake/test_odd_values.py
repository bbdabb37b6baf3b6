"""Values that no device should send and some do. Not covered: character sets (tests/imaging/common) and damaged pixels (dicomweb)."""

import io

import pytest

from imaging.archive.intake.entry import IngestResult, Status
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Study
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.dicomweb.clients import Web

pytestmark = pytest.mark.django_db


def with_bytes(old: bytes, new: bytes, **attributes: object) -> IngestResult:
    """An object in whose file `old` is replaced by `new` of the same length."""
    content = as_file(ct_slice(**attributes)).read()
    assert content.count(old) == 1
    return instance_ingest(stream=io.BytesIO(content.replace(old, new)), source_ae_title="CT1", door="dicom")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"LIN^Mei", b"LIN\0Mei"),
        (b"LIN^Mei", b"LIN\x1bMei"),
        (b"Thorax scan", b"Thorax\0scan"),
        (b"ROOM 7 X", b"\0OOM 7\0X"),
        (b"1.5", b"NaN"),
    ],
)
def test_control_characters_and_bad_numbers_come_in(old: bytes, new: bytes) -> None:
    result = with_bytes(old, new, StudyDescription="Thorax scan", StationName="ROOM 7 X", SliceThickness="1.5")
    assert result.status is Status.STORED
    assert "\0" not in f"{Study.objects.get().patient_name}{Study.objects.get().study_description}"


@pytest.mark.parametrize(
    "query",
    [
        "studies?PatientName=a%00b", "studies?PatientID=%00x%00y", "studies?AccessionNumber=*%00*", "studies?StudyDate=%00",
        "instances?InstanceNumber=99999999999999999999", "instances?Rows=-99999999999", "series?SeriesNumber=1e3",
        "studies?PatientName=" + "%C3%A9" * 500, "studies?PatientName=%5C", "studies?PatientID=%25%5F%5C",
        "studies?PatientName=(%5B*&fuzzymatching=true",
    ],
)  # fmt: skip
def test_odd_searches_are_answered(query: str) -> None:
    instance_ingest(stream=as_file(ct_slice()), source_ae_title="CT1", door="dicom")
    assert Web(people.radiologist()).get(f"/{query}").status_code in {200, 204, 400}
