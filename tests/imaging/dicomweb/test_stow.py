"""STOW-RS: each object has its own result, and none is lost or half kept.

Not covered: a disk that fills up during the request, and clients that send metadata apart from its bulk data.
"""

import io
import json

import pytest

from imaging.archive.models import Instance, IntegrityCase
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file
from tests.imaging.dicomweb.clients import Web

pytestmark = pytest.mark.django_db


def file_of(number: int = 1, **attributes: object) -> bytes:
    return as_file(pictures.slice_of(number, **attributes)).getvalue()


def sender() -> Web:
    return Web(people.technologist())


def test_all_are_stored_and_can_be_fetched_at_once() -> None:
    answer = sender().post("/studies", [file_of(1, StudyInstanceUID="1.2.3"), file_of(2, StudyInstanceUID="1.2.3")])
    assert answer.status_code == 200
    items = answer.json()["00081199"]["Value"]
    assert Instance.objects.count() == len(items) == 2
    assert sender().get(items[0]["00081190"]["Value"][0].partition("/dicomweb")[2]).status_code == 200


def test_a_large_object_comes_in_pieces() -> None:
    answer = sender().post("/studies", [file_of(1, side=1024, PixelData=pictures.gradient(1, 1024).tobytes())])
    assert answer.status_code == 200
    assert Instance.objects.get().rows == 1024


def test_a_bad_object_stops_no_other() -> None:
    answer = sender().post("/studies", [b"not DICOM at all", file_of()])
    assert answer.status_code == 202
    assert answer.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xC000]
    assert len(answer.json()["00081199"]["Value"]) == Instance.objects.count() == 1


def test_a_refused_object_is_named() -> None:
    ds = pictures.slice_of(1, StudyInstanceUID=None)
    answer = sender().post("/studies", [as_file(ds).getvalue(), file_of()])
    [failed] = answer.json()["00081198"]["Value"]
    assert (failed["00081150"]["Value"], failed["00081155"]["Value"]) == ([ds.SOPClassUID], [ds.SOPInstanceUID])
    assert failed["00000902"]["Value"] == ["Not understood: its Study Instance UID is missing or no UID."]


def test_an_answer_that_cannot_be_given_is_refused_before_anything_is_stored() -> None:
    answer = sender().client.post(
        "/dicomweb/studies", file_of(), content_type="application/dicom", headers={"Accept": "application/dicom+xml"}
    )
    assert (answer.status_code, Instance.objects.count()) == (406, 0)


def test_nothing_stored_is_a_conflict() -> None:
    answer = sender().post("/studies", [b"nonsense"])
    assert (answer.status_code, Instance.objects.count()) == (409, 0)


def test_an_object_of_another_study_is_refused() -> None:
    answer = sender().post("/studies/1.2.3", [file_of(1, StudyInstanceUID="1.2.4")])
    assert answer.status_code == 409
    assert answer.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xA900]


def test_the_same_again_is_one_copy_and_other_content_waits_for_a_person() -> None:
    uids = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.1", "SOPInstanceUID": "1.2.3.1.1"}
    assert [sender().post("/studies", [file_of(1, **uids)]).status_code for _again in range(2)] == [200, 200]
    answer = sender().post("/studies", [file_of(2, **uids)])
    assert answer.status_code == 202
    assert answer.json()["00081199"]["Value"][0]["00081196"]["Value"] == [0xB000]
    assert (Instance.objects.count(), IntegrityCase.objects.filter(kind="content").count()) == (1, 1)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 415),
        ('multipart/related; type="application/dicom+json"; boundary=x', 415),
        ('multipart/related; type="application/dicom"', 400),
        ('multipart/related; type="application/dicom"; boundary=other', 400),
        ("", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(content_type: str, status: int) -> None:
    answer = sender().client.post("/dicomweb/studies", b"--x\r\n\r\nabc", content_type=content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_body_that_breaks_off_keeps_what_came_before() -> None:
    whole = (
        b"--x\r\nContent-Type: application/dicom\r\n\r\n" + file_of() + b"\r\n--x\r\nContent-Type: application/dicom\r\n\r\n" + file_of()
    )
    answer = sender().client.post("/dicomweb/studies", whole[:-500], content_type='multipart/related; type="application/dicom"; boundary=x')
    assert answer.status_code == 400
    assert Instance.objects.count() == 1


def test_one_object_without_multipart() -> None:
    answer = sender().client.post("/dicomweb/studies", file_of(), content_type="application/dicom")
    assert (answer.status_code, Instance.objects.count()) == (200, 1)


def test_who_does_not_send_images_in_cannot() -> None:
    answer = Web(people.radiologist()).post("/studies", [file_of()])
    assert (answer.status_code, Instance.objects.count()) == (403, 0)


def test_a_browser_session_needs_its_token() -> None:
    web = Web(people.technologist())
    web.client.handler.enforce_csrf_checks = True
    assert web.post("/studies", [file_of()]).status_code == 403


def test_summary_is_dicom_json() -> None:
    answer = sender().post("/studies/1.2.3", [file_of(1, StudyInstanceUID="1.2.3")])
    assert answer["Content-Type"] == "application/dicom+json"
    assert json.load(io.BytesIO(answer.content))["00081190"]["Value"][0].endswith("/dicomweb/studies/1.2.3")
