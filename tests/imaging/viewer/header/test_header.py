"""The header of an image: what is told of it, and to whom. Not covered: narrowing it (tests/e2e/test_viewer.py)."""

import re

import pytest
from django.test import Client
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.access.models import AuditEvent, User
from imaging.viewer.header.reading import LONGEST_VALUE, MOST_ROWS, Row, rows_of
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(ds: Dataset, frame: int = 1) -> list[Row]:
    return rows_of(ds.to_json_dict(), frame=frame)[0]


def header(user: User, **attributes: object) -> str:
    """The page of a slice with `attributes`."""
    sent = pictures.slice_of(1, **attributes)
    study = pictures.send(sent).study
    assert study is not None
    answer = signed_in(user).get(f"/viewer/{study.study_instance_uid}/header/{sent.SOPInstanceUID}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_attributes_are_named_as_the_standard_does_and_written_as_text() -> None:
    ds = Dataset()
    ds.PatientName, ds.ImageType, ds.SliceThickness = "Lin^Mei-Hua=林^美華", ["ORIGINAL", "PRIMARY"], "1.50"
    ds.add_new("PixelData", "OW", bytes(4))
    assert [(row.tag, row.name, row.vr, row.value, row.is_bulk) for row in told(ds)] == [
        ("0008,0008", "Image Type", "CS", "ORIGINAL\\PRIMARY", False),
        ("0010,0010", "Patient's Name", "PN", "Lin^Mei-Hua=林^美華", False),
        ("0018,0050", "Slice Thickness", "DS", "1.5", False),
        ("7FE0,0010", "Pixel Data", "OW", "", True),
    ]


def test_private_ones_are_named_as_far_as_their_creator_is_known() -> None:
    ds = Dataset()
    ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", "1000")
    ds.private_block(0x0021, "NOBODY KNOWS", create=True).add_new(0x01, "LO", "x")
    assert {row.tag: row.name for row in told(ds)} == {
        "0019,0010": "", "0019,100C": "B_value", "0021,0010": "", "0021,1001": "",
    }  # fmt: skip


def test_of_the_groups_of_single_frames_only_those_of_the_shown_one() -> None:
    ds = Dataset()
    ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset() for _ in range(3)])
    for number, item in enumerate(ds.PerFrameFunctionalGroupsSequence, start=1):
        item.FrameLabel = f"frame {number}"
    rows = told(ds, frame=2)
    assert [(row.depth, row.item, row.value) for row in rows] == [(0, 0, ""), (1, 2, ""), (2, 0, "frame 2")]
    assert len(told(ds, frame=9)) == 1


def test_nothing_is_too_long_too_many_or_too_deep_to_read() -> None:
    ds = Dataset()
    ds.ImageComments = "x" * 10_000
    inner = ds
    for _ in range(200):
        inner.ReferencedImageSequence = Sequence([Dataset()])
        inner = inner.ReferencedImageSequence[0]
    ds.SourceImageSequence = Sequence([Dataset() for _ in range(4 * MOST_ROWS)])
    rows, is_cut = rows_of(ds.to_json_dict())
    assert (len(rows), is_cut) == (MOST_ROWS, True)
    assert max(row.depth for row in rows) < 20
    assert [row.value for row in rows if not row.tag and not row.item] == ["…"], "what lies deeper is not passed over in silence"
    assert max(len(row.value) for row in rows) <= LONGEST_VALUE + 2


def test_it_is_read_with_a_look_and_what_the_sender_wrote_stays_text() -> None:
    page = header(people.radiologist(), SeriesDescription="<img src=x onerror=alert(1)>")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page
    assert "image 1" in page
    assert re.search(r"0010,0020.*?<bdi>00482913</bdi>", page, re.DOTALL)
    assert AuditEvent.objects.filter(act="images.view", user=people.radiologist()).exists()


def test_it_does_not_exist_for_who_may_not_see_the_image() -> None:
    exam = pictures.exam_of(people.the_mayor())
    study = pictures.stack_for(exam, 1)
    instance = study.series.get().instances.get()
    address = f"/viewer/{study.study_instance_uid}/header/{instance.sop_instance_uid}/"
    assert signed_in(people.radiologist()).get(address).status_code == 404
    assert signed_in(people.cashier()).get(address).status_code == 403
    other = pictures.stack_for(pictures.exam_of(people.lin_mei_hua(), "CT26071500077"), 1)
    assert signed_in(people.radiologist()).get(f"/viewer/{other.study_instance_uid}/header/{instance.sop_instance_uid}/").status_code == 404
