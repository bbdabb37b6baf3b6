"""WADO-RS against objects that came in through the ingest service.

Not covered: objects larger than memory (only that answers are streamed), and clients that break off half-way.
"""

import base64
import io
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless, RLELossless

from imaging.access.models import AuditEvent
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Study
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.clients import Web, content, parts

pytestmark = pytest.mark.django_db
LITTLE = "1.2.840.10008.1.2.1"
OCTETS_ANY = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
DICOM_ANY = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def web() -> Web:
    return Web(people.radiologist())


def path_of(instance: Instance) -> str:
    series = instance.series
    return f"/studies/{series.study.study_instance_uid}/series/{series.series_instance_uid}/instances/{instance.sop_instance_uid}"


def first_of(study: Study) -> Instance:
    return Instance.objects.filter(series__study=study).order_by("instance_number")[0]


def stored(name: str) -> Instance:
    """One of pydicom's test files, taken in."""
    file = get_testdata_file(name, download=False)
    assert file is not None
    with Path(str(file)).open("rb") as stream:
        instance = instance_ingest(stream=stream, source_ae_title="TEST", door="dicom").instance
    assert instance is not None
    return instance


def test_a_series_comes_whole_in_the_order_of_its_images() -> None:
    study = pictures.stack(3)
    series = study.series.get()
    answer = web().get(f"/studies/{study.study_instance_uid}/series/{series.series_instance_uid}", DICOM_ANY)
    found = [pydicom.dcmread(io.BytesIO(body)) for _type, body in parts(answer)]
    assert [ds.InstanceNumber for ds in found] == [1, 2, 3]
    assert np.array_equal(found[1].pixel_array, pictures.gradient(2))


def test_one_instance_is_also_given_as_a_plain_file() -> None:
    instance = first_of(pictures.stack(1))
    answer = web().get(path_of(instance), "application/dicom; transfer-syntax=*")
    assert answer["Content-Type"] == f"application/dicom; transfer-syntax={LITTLE}"
    assert content(answer)[128:132] == b"DICM"


def test_metadata_are_those_of_ingest_with_addresses_of_bulk_data() -> None:
    study = pictures.stack(2)
    found = web().json(f"/studies/{study.study_instance_uid}/metadata")
    assert [ds["00200013"]["Value"] for ds in found] == [[1], [2]]
    assert found[0]["00083002"]["Value"] == [LITTLE]
    instance = first_of(study)
    address = f"http://testserver/dicomweb{path_of(instance)}/bulkdata/7FE00010"
    assert found[0]["7FE00010"]["BulkDataURI"] == address


def test_metadata_are_packed_for_who_takes_it() -> None:
    study = pictures.stack(2)
    answer = web().get(f"/studies/{study.study_instance_uid}/metadata", "application/dicom+json", **{"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert zlib.decompress(content(answer), zlib.MAX_WBITS | 16).startswith(b"[{")


def test_metadata_asked_for_again_follow_what_came_and_by_which_address() -> None:
    study = pictures.stack(2)
    path = f"/studies/{study.study_instance_uid}/metadata"
    first = web().json(path)
    assert web().json(path) == first
    assert web().client.get(f"/dicomweb{path}", secure=True).json()[0]["7FE00010"]["BulkDataURI"].startswith("https://testserver/")
    series = study.series.get().series_instance_uid
    pictures.send(pictures.slice_of(3, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=series))
    assert web().json(path)[:2] == first
    assert len(web().json(path)) == 3


def test_frames_are_read_by_their_place() -> None:
    instance = first_of(pictures.stack(1))
    [(kind, body)] = parts(web().get(f"{path_of(instance)}/frames/1", OCTETS_ANY))
    assert kind == f"application/octet-stream; transfer-syntax={LITTLE}"
    assert body == pictures.gradient(1).tobytes()


def test_compressed_frames_come_as_stored_as_pictures_or_decoded() -> None:
    ds = pictures.slice_of(1)
    ds.compress(JPEGLSLossless, generate_instance_uid=False)
    instance = pictures.send(ds).instance
    assert instance is not None
    address = f"{path_of(instance)}/frames/1"
    [(kind, body)] = parts(web().get(address, OCTETS_ANY))
    assert kind.endswith(str(JPEGLSLossless))
    assert body.startswith(b"\xff\xd8")
    [(kind, same)] = parts(web().get(address, 'multipart/related; type="image/jls"'))
    assert (kind.split(";")[0], same) == ("image/jls", body)
    [(kind, decoded)] = parts(web().get(address, 'multipart/related; type="application/octet-stream"'))
    assert decoded == pictures.gradient(1).tobytes()
    [(_kind, part)] = parts(web().get(path_of(instance), 'multipart/related; type="application/dicom"'))
    assert np.array_equal(pydicom.dcmread(io.BytesIO(part)).pixel_array, pictures.gradient(1))


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm", "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_rle_2frame.dcm", "SC_rgb_small_odd.dcm", "examples_ybr_color.dcm", "examples_palette.dcm",
        "image_dfl.dcm", "JPEG-lossy.dcm", "MR_small_bigendian.dcm", "693_J2KI.dcm", "rtdose_rle.dcm",
    ],
)  # fmt: skip
def test_pictures_of_every_coding_are_drawn(name: str) -> None:
    instance = stored(name)
    for number in {1, instance.number_of_frames}:
        answer = web().get(f"{path_of(instance)}/frames/{number}/rendered", "image/png")
        assert answer.status_code == 200, content(answer)
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.width == instance.columns
        assert picture.convert("L").getextrema()[1] > 0


def test_rendered_follows_window_and_viewport() -> None:
    instance = first_of(pictures.stack(1))
    answer = web().get(f"{path_of(instance)}/rendered?window=0,2,linear&viewport=64,64", "image/png")
    picture = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    assert picture.shape == (64, 64)
    assert (picture[60, 5], picture[60, 60]) == (0, 255)


@pytest.mark.parametrize("query", ["window=1", "window=0,0", "window=a,b", "viewport=0,0", "viewport=99999,1", "quality=0", "window=0,nan"])
def test_a_wish_that_cannot_be_read_is_named(query: str) -> None:
    answer = web().get(f"{path_of(first_of(pictures.stack(1)))}/rendered?{query}")
    assert answer.status_code == 400
    assert answer.json()["field"] == query.split("=", maxsplit=1)[0]


def test_thumbnails_are_made_once(tmp_path: Path) -> None:
    study = pictures.stack(3)
    address = f"/studies/{study.study_instance_uid}/thumbnail"
    first = web().get(address)
    assert first["Content-Type"] == "image/jpeg"
    [kept] = (tmp_path / "cache" / "thumbnails").rglob("*.jpg")
    kept.write_bytes(b"as kept")
    assert web().get(address).content == b"as kept"


def test_what_is_held_already_is_not_sent_again() -> None:
    address = f"{path_of(first_of(pictures.stack(1)))}/frames/1"
    first = web().get(address, OCTETS_ANY)
    assert first["Cache-Control"] == "private, no-cache"
    again = web().get(address, OCTETS_ANY, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = web().get(address, "*/*", **{"If-None-Match": '"something else"'})
    assert other.status_code == 200


@pytest.mark.parametrize("kind", ["whole", "segmented"])
def test_palettes_of_every_kind_are_drawn_and_can_be_fetched(kind: str) -> None:
    instance = pictures.send(pictures.palette_picture(kind)).instance
    assert instance is not None
    picture = np.asarray(Image.open(io.BytesIO(web().get(f"{path_of(instance)}/rendered", "image/png").content)))
    assert picture[5, 0].tolist() == [0, 255, 0]
    assert picture[5, -1].tolist() == [255, 0, 0]
    assert web().get(f"{path_of(instance)}/thumbnail").status_code == 200
    table = web().get(f"{path_of(instance)}/bulkdata/00281201", "application/octet-stream")
    assert table["Content-Type"] == "application/octet-stream"
    assert np.array_equal(np.frombuffer(content(table), "<u2"), np.arange(65536))


def test_a_large_look_up_table_is_used_though_the_metadata_only_point_to_it() -> None:
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType = [0, 0, 16], "US"
    item.add_new("LUTData", "OW", np.arange(65536, dtype="<u2")[::-1].tobytes())
    ds = pictures.slice_of(1, PixelRepresentation=0, RescaleSlope=None, RescaleIntercept=None, WindowCenter=None, WindowWidth=None)
    ds.PixelData = np.tile(np.linspace(0, 65535, pictures.SIDE), (pictures.SIDE, 1)).astype("<u2").tobytes()
    ds.ModalityLUTSequence = [item]
    instance = pictures.send(ds).instance
    assert instance is not None
    picture = np.asarray(Image.open(io.BytesIO(web().get(f"{path_of(instance)}/rendered", "image/png").content)))
    assert (picture[5, 0], picture[5, -1]) == (255, 0)


def damaged(**attributes: object) -> Dataset:
    ds = pictures.slice_of(1, **attributes)
    ds.compress(RLELossless, generate_instance_uid=False)
    ds.PixelData = ds.PixelData[:100] + bytes(len(ds.PixelData) - 100)
    return ds


def test_an_object_that_cannot_be_decoded_is_refused_before_the_answer_begins() -> None:
    instance = pictures.send(damaged()).instance
    assert instance is not None
    for accept in ("application/dicom", 'multipart/related; type="application/dicom"'):
        assert web().get(path_of(instance), accept).json()["code"] == "cannot-decode"
    assert parts(web().get(path_of(instance), DICOM_ANY))


def test_one_object_that_cannot_be_decoded_loses_no_other() -> None:
    study = pictures.stack(2, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1")
    pictures.send(damaged(StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1", InstanceNumber=3))
    found = parts(web().get(f"/studies/{study.study_instance_uid}", 'multipart/related; type="application/dicom"'))
    assert [kind.partition("transfer-syntax=")[2] for kind, _body in found] == [LITTLE, LITTLE, str(RLELossless)]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200), ('multipart/related; type="application/octet-stream"', 200), ("application/octet-stream", 200), ("image/png", 406),
        ('multipart/related; type="video/mp4"', 406),
    ],
)  # fmt: skip
def test_bulk_data_in_the_form_that_was_asked_for(accept: str, status: int) -> None:
    instance = first_of(pictures.stack(1))
    answer = web().get(f"{path_of(instance)}/bulkdata/7FE00010", accept)
    assert answer.status_code == status
    if status == 200:
        assert pictures.gradient(1).tobytes() in content(answer)


def test_compressed_pixels_as_bulk_data_come_frame_by_frame() -> None:
    instance = stored("SC_rgb_rle_2frame.dcm")
    address = f"{path_of(instance)}/bulkdata/7FE00010"
    kinds = [kind for kind, _body in parts(web().get(address, OCTETS_ANY))]
    assert kinds == [f"application/octet-stream; transfer-syntax={RLELossless}"] * 2
    [(_kind, body)] = parts(web().get(address, 'multipart/related; type="application/octet-stream"'))
    assert len(body) == 2 * 100 * 100 * 3


def test_bulk_data_are_given_one_by_one() -> None:
    instance = first_of(pictures.stack(1))
    [(_kind, body)] = parts(web().get(f"{path_of(instance)}/bulkdata/7FE00010"))
    assert body == pictures.gradient(1).tobytes()
    for path, status in (("7FE00020", 404), ("0008/../../x", 400), ("00081140/0/00081150", 404)):
        assert web().get(f"{path_of(instance)}/bulkdata/{path}").status_code == status


@pytest.mark.parametrize("frames", ["0", "2", "x", "1,,2", "1,9"])
def test_frames_that_are_not_there(frames: str) -> None:
    assert web().get(f"{path_of(first_of(pictures.stack(1)))}/frames/{frames}", OCTETS_ANY).status_code in {400, 404}


def test_forms_that_cannot_be_made_are_refused() -> None:
    instance = first_of(pictures.stack(1))
    for address, accept in (
        (path_of(instance), 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.50'),
        (f"{path_of(instance)}/frames/1", 'multipart/related; type="video/mp4"'),
        (f"{path_of(instance)}/rendered", "image/gif"),
        (f"{path_of(instance)}/metadata", "text/xml"),
    ):
        answer = web().get(address, accept)
        assert answer.status_code == 406
        assert answer.json()["code"] == "not-acceptable"


def test_a_damaged_picture_is_a_clear_answer() -> None:
    ds = pictures.slice_of(1)
    ds.compress(JPEGLSLossless, generate_instance_uid=False)
    ds.PixelData = ds.PixelData[:-300] + bytes(300)
    result = pictures.send(ds)
    assert result.instance is not None
    answer = web().get(f"{path_of(result.instance)}/rendered")
    assert answer.status_code in {200, 406}
    if answer.status_code == 406:
        assert answer.json()["code"] == "cannot-decode"


def test_an_object_without_a_picture_cannot_be_drawn() -> None:
    ds = pictures.slice_of(1, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11", PixelData=None, Rows=None, Columns=None)
    result = pictures.send(ds)
    assert result.instance is not None
    for ending in ("rendered", "thumbnail", "frames/1"):
        answer = web().get(f"{path_of(result.instance)}/{ending}")
        assert (answer.status_code, answer["Content-Type"]) in {(404, "application/problem+json"), (400, "application/problem+json")}


def test_a_file_that_is_gone_is_a_clear_answer(tmp_path: Path) -> None:
    instance = first_of(pictures.stack(1))
    (tmp_path / "archive" / instance.path).unlink()
    answer = web().get(f"{path_of(instance)}/frames/1", OCTETS_ANY)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_an_encapsulated_document_is_given_as_itself() -> None:
    ds = pictures.slice_of(1, SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", PixelData=None, Rows=None, Columns=None)
    ds.EncapsulatedDocument = b"%PDF-1.4 nothing more " + bytes(20_001)
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    result = pictures.send(ds)
    assert result.instance is not None
    answer = web().get(f"{path_of(result.instance)}/rendered", "application/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")


# Who may


@pytest.mark.parametrize("ending", ["", "/metadata", "/rendered", "/thumbnail", "/series", "/instances"])
def test_a_protected_patients_study_does_not_exist_for_others(ending: str) -> None:
    exam = pictures.exam_of(people.the_mayor())
    study = pictures.stack_for(exam, 1)
    address = f"/studies/{study.study_instance_uid}{ending}"
    assert web().get(address).status_code == 404
    exam.reader = people.radiologist()
    exam.save()
    assert web().get(address).status_code == 200


@pytest.mark.parametrize("role", [people.front_desk, people.cashier, people.manager, people.auditor])
def test_who_sees_no_images_is_told_so(role: object) -> None:
    study = pictures.stack(1)
    assert Web(role()).get(f"/studies/{study.study_instance_uid}").status_code == 403  # type: ignore[operator]


def test_nobody_gets_in_without_saying_who_they_are() -> None:
    answer = Web().get("/studies")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_basic_and_bearer_open_the_door() -> None:
    people.radiologist()
    pictures.stack(1)

    def basic(password: str) -> str:
        return "Basic " + base64.b64encode(f"radiologist:{password}".encode()).decode()

    for _again in range(2):
        assert Web(Authorization=basic(people.PASSWORD)).get("/studies").status_code == 200
    assert Web(Authorization=basic("wrong")).get("/studies").status_code == 401
    assert Web(Authorization="Basic ???").get("/studies").status_code == 401
    user = people.radiologist()
    user.set_password("another-long-password")
    user.save()
    assert Web(Authorization=basic(people.PASSWORD)).get("/studies").status_code == 401


def test_one_look_leaves_one_row() -> None:
    study = pictures.stack(2)
    for _again in range(3):
        web().get(f"/studies/{study.study_instance_uid}/metadata")
        web().get(f"/studies/{study.study_instance_uid}/thumbnail")
    [row] = AuditEvent.objects.filter(act="images.view")
    assert (row.user, row.door, row.study_instance_uid) == (people.radiologist(), "dicomweb", study.study_instance_uid)


@pytest.mark.parametrize(
    "path", ["/studies/1.2.3'%20OR", "/studies/..%2f..%2fetc", "/studies/1.2.3/series/x", "/studies/" + "1." * 60 + "1"]
)
def test_what_is_no_uid_is_refused_before_it_is_looked_up(path: str) -> None:
    answer = web().get(path)
    assert answer.status_code in {400, 404}
    assert b"Traceback" not in answer.content
