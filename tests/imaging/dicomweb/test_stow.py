"""STOW-RS: each object has its own result, and none is lost or half kept.

Not covered: a disk that fills up during the request.
"""

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from imaging.archive.models import Instance, IntegrityCase
from imaging.archive.pictures.bulk import value_at
from imaging.archive.pictures.pixels import frame_decode, frame_read, header_for_pixels
from imaging.dicomweb.native_xml import from_xml, to_xml
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


def test_many_objects_of_a_new_series_ask_the_database_hardly_more_than_few(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    web = sender()
    web.post("/studies", [file_of(1, StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.1.1")])  # whatever is asked once
    with django_assert_max_num_queries(50) as few:
        web.post("/studies", [file_of(at, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1") for at in range(1, 3)])
    with django_assert_max_num_queries(len(few)):
        answer = web.post("/studies", [file_of(at, StudyInstanceUID="1.2.4", SeriesInstanceUID="1.2.4.1") for at in range(1, 21)])
    assert len(answer.json()["00081199"]["Value"]) == 20
    assert answer.json()["00081199"]["Value"][-1]["00081190"]["Value"][0].partition("/series/")[2].startswith("1.2.4.1/instances/")


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
    answer = sender().client.post("/dicomweb/studies", file_of(), content_type="application/dicom", headers={"Accept": "text/html"})
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
        ('multipart/related; type="application/dicom+json"; boundary=x', 400),
        ('multipart/related; type="text/plain"; boundary=x', 415),
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


# Metadata apart from bulk data


def apart(datasets: list[dict[str, Any]], bulk: list[tuple[str, str, bytes]], model: str = "application/dicom+json") -> Any:
    """Send data sets, and beside them bulk data as media type, location and bytes."""
    pieces = [("Content-Type: application/dicom+json", json.dumps(datasets).encode())]
    if model.endswith("xml"):
        pieces = [("Content-Type: application/dicom+xml", to_xml(dataset)) for dataset in datasets]
    pieces += [(f"Content-Type: {kind}\r\nContent-Location: {place}", body) for kind, place, body in bulk]
    body = b"".join(f"\r\n--x\r\n{head}\r\n\r\n".encode() + content for head, content in pieces) + b"\r\n--x--\r\n"
    return sender().client.post("/dicomweb/studies", body, content_type=f'multipart/related; type="{model}"; boundary=x')


def metadata(**attributes: object) -> dict[str, Any]:
    ds = pictures.slice_of(1, **attributes)
    del ds.PixelData
    return {**ds.to_json_dict(), "7FE00010": {"vr": "OW", "BulkDataURI": "pixels/1"}}


@pytest.mark.parametrize("model", ["application/dicom+json", "application/dicom+xml"])
def test_metadata_and_pixels_become_one_object(model: str) -> None:
    answer = apart([metadata()], [("application/octet-stream", "pixels/1", pictures.gradient(1).tobytes())], model)
    assert answer.status_code == 200, answer.content
    instance = Instance.objects.get()
    assert (instance.rows, instance.number_of_frames, instance.series.study.patient_name) == (128, 1, "LIN^Mei-Hua=林^美华")
    assert frame_read(instance, 1) == pictures.gradient(1).tobytes()


@pytest.mark.parametrize(
    ("kind", "mode", "photometric"),
    [("jpeg", "RGB", "YBR_FULL_422"), ("jpeg", "L", "MONOCHROME2"), ("png", "RGBA", "RGB"), ("png", "L", "MONOCHROME2")],
)
def test_a_photograph_is_described_by_itself(kind: str, mode: str, photometric: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (40, 30), 200 if mode == "L" else (200, 100, 50)).save(file, kind)
    answer = apart(
        [metadata(Rows=None, Columns=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.4")], [(f"image/{kind}", "pixels/1", file.getvalue())]
    )
    assert answer.status_code == 200, answer.content
    instance = Instance.objects.get()
    header = header_for_pixels(instance)
    assert (instance.rows, instance.columns, header.PhotometricInterpretation) == (30, 40, photometric)
    colour = frame_decode(instance, 1, header)[10, 10]
    assert np.allclose(colour, 200 if mode == "L" else (200, 100, 50), atol=3)


def test_each_data_set_has_its_own_result() -> None:
    alone, nothing = metadata(), {"00080018": {"vr": "UI", "Value": ["1.2.3"]}}
    good = metadata() | {"7FE00010": {"vr": "OW", "BulkDataURI": "pixels/2"}}
    answer = apart([alone, nothing, good], [("application/octet-stream", "pixels/2", pictures.gradient(1).tobytes())])
    assert (answer.status_code, Instance.objects.count()) == (202, 1)
    assert [item["00081197"]["Value"] for item in answer.json()["00081198"]["Value"]] == [[0xC000], [0xC000]]


def test_metadata_beyond_all_measure_are_refused(settings: Any) -> None:
    settings.STOW_METADATA_BYTES = 1000
    assert apart([metadata()], []).status_code == 413
    assert apart([{"00081140": [[]]}], []).status_code == 409  # type: ignore[dict-item]
    assert apart([[[[]]]], []).status_code == 400  # type: ignore[list-item]
    assert Instance.objects.count() == 0


def test_a_document_comes_with_its_metadata() -> None:
    ds = pictures.slice_of(1, SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", PixelData=None, MIMETypeOfEncapsulatedDocument="application/pdf")
    told = {**ds.to_json_dict(), "00420011": {"vr": "OB", "BulkDataURI": "document"}}
    assert apart([told], [("application/pdf", "document", b"%PDF-1.4 " + bytes(20_000))]).status_code == 200
    assert value_at(Instance.objects.get(), "00420011").startswith(b"%PDF-1.4")


def test_results_in_xml() -> None:
    answer = sender().client.post(
        "/dicomweb/studies", file_of(), content_type="application/dicom", headers={"Accept": "application/dicom+xml"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/dicom+xml")
    assert len(from_xml(io.BytesIO(answer.content))["00081199"]["Value"]) == 1


def test_a_png_that_would_not_fit_in_memory_is_refused(settings: Any) -> None:
    file = io.BytesIO()
    Image.effect_noise((200, 200), 90).save(file, "png")
    settings.STOW_METADATA_BYTES = 16_000
    answer = apart([metadata(Rows=None, Columns=None)], [("image/png", "pixels/1", file.getvalue())])
    assert (answer.status_code, Instance.objects.count()) == (409, 0)
    assert answer.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xA700]
