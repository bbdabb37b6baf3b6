"""In which forms things come: coded otherwise, in XML, as ZIP, in ranges, for a page elsewhere; and what is said of them.

Not covered: how a browser plays a range of video.
"""

import io
import zipfile
from email.parser import BytesParser
from email.policy import HTTP
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array

from imaging.archive.models import Instance
from imaging.archive.pictures.encoders import ENCODERS
from imaging.dicomweb.native_xml import NAMESPACE, from_xml, to_xml
from imaging.dicomweb.ranges import ranges_of
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.clients import Web, content, parts
from tests.imaging.dicomweb.test_wado import first_of, path_of, stored, web

pytestmark = pytest.mark.django_db
JPEG_LS, HTJ2K = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.202"
XML = 'multipart/related; type="application/dicom+xml"'


@pytest.mark.parametrize("syntax", [*ENCODERS, "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"])
def test_an_object_comes_in_the_coding_that_was_asked_for(syntax: str) -> None:
    instance = first_of(pictures.stack(1))
    [(kind, body)] = parts(web().get(path_of(instance), f'multipart/related; type="application/dicom"; transfer-syntax={syntax}'))
    sent = pydicom.dcmread(io.BytesIO(body))
    assert (kind, sent.file_meta.TransferSyntaxUID) == (f"application/dicom; transfer-syntax={syntax}", syntax)
    assert np.array_equal(pixel_array(sent), pictures.gradient(1))


@pytest.mark.parametrize(
    ("accept", "kind", "beginning"),
    [
        ('multipart/related; type="image/jls"', "image/jls; transfer-syntax=1.2.840.10008.1.2.4.80", b"\xff\xd8"),
        ('multipart/related; type="image/jp2"', "image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90", b"\xff\x4f"),
        ('multipart/related; type="image/jphc"', "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201", b"\xff\x4f"),
        (f'multipart/related; type="image/jphc"; transfer-syntax={HTJ2K}', f"image/jphc; transfer-syntax={HTJ2K}", b"\xff\x4f"),
        ('multipart/related; type="image/dicom-rle"', "image/dicom-rle; transfer-syntax=1.2.840.10008.1.2.5", b"\2\0\0\0"),
        (
            'multipart/related; type="image/gif", multipart/related; type="image/jls"; q=0.5',
            f"image/jls; transfer-syntax={JPEG_LS}",
            b"\xff\xd8",
        ),
    ],
)
def test_frames_come_in_the_coding_that_was_asked_for(accept: str, kind: str, beginning: bytes) -> None:
    instance = first_of(pictures.stack(1))
    [(told, body)] = parts(web().get(f"{path_of(instance)}/frames/1", accept))
    assert (told, body[: len(beginning)]) == (kind, beginning)


def test_a_refusal_lists_what_there_is() -> None:
    instance = first_of(pictures.stack(1))
    answer = web().get(f"{path_of(instance)}/frames/1", 'multipart/related; type="image/gif"')
    assert answer.status_code == 406
    assert f"image/jls; transfer-syntax={JPEG_LS}" in answer.json()["detail"]


def test_metadata_in_xml_say_the_same_as_in_json() -> None:
    study = pictures.stack(2)
    address = f"/studies/{study.study_instance_uid}/metadata"
    found = [from_xml(io.BytesIO(body)) for kind, body in parts(web().get(address, XML)) if kind == "application/dicom+xml"]
    assert found == web().json(address)


def test_xml_names_its_attributes_and_escapes_what_it_must() -> None:
    dataset = {
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "LI<N^Mei&Hua^^Dr", "Ideographic": "林^美华"}]},
        "00081140": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2"]}}]},
        "00104000": {"vr": "LT", "Value": ["a\x0bb\x1b"]},
        "00280010": {"vr": "US", "Value": [4]},
        "00090010": {"vr": "LO"},
    }
    root = ElementTree.fromstring(to_xml(dataset))  # noqa: S314  our own
    assert root.tag == f"{{{NAMESPACE}}}NativeDicomModel"
    assert [one.get("keyword") for one in root] == ["ReferencedImageSequence", None, "PatientName", "PatientComments", "Rows"]
    assert from_xml(io.BytesIO(to_xml(dataset))) == dataset | {"00104000": {"vr": "LT", "Value": ["ab"]}}


@pytest.mark.parametrize(
    "text", ["<a", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<NativeDicomModel><DicomAttribute/></NativeDicomModel>"]
)
def test_xml_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="Native DICOM Model"):
        from_xml(io.BytesIO(text.encode()))


def test_a_search_in_xml() -> None:
    pictures.stack(1, PatientID="A1")
    [(_kind, body)] = parts(web().get("/studies?PatientID=A1", XML))
    assert from_xml(io.BytesIO(body))["00100020"] == {"vr": "LO", "Value": ["A1"]}
    assert web().get("/studies?PatientID=none", XML).status_code == 204


def test_who_does_not_read_utf8_is_told_so() -> None:
    pictures.stack(1)
    assert web().get("/studies", "application/dicom+json", **{"Accept-Charset": "iso-8859-1"}).status_code == 406
    assert web().get("/studies?charset=utf-8", "application/dicom+json").status_code == 200


def test_a_study_as_a_zip_file() -> None:
    study = pictures.stack(3)
    answer = web().get(f"/studies/{study.study_instance_uid}", "application/zip")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(content(answer))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"S00001/I00000{number}.dcm" for number in (1, 2, 3)]
        assert [pydicom.dcmread(archive.open(name)).InstanceNumber for name in archive.namelist()] == [1, 2, 3]


# Ranges


def video() -> tuple[Instance, bytes]:
    stream = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 8
    ds = pictures.slice_of(1, SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.4.1", NumberOfFrames=10)
    ds.PixelData = encapsulate([stream], has_bot=False)
    ds["PixelData"].VR = "OB"
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    instance = pictures.send(ds).instance
    assert instance is not None
    return instance, stream


def test_a_video_is_given_as_itself_and_in_ranges() -> None:
    instance, stream = video()
    address = f"{path_of(instance)}/rendered"
    whole = web().get(address, "video/mp4")
    assert (whole["Content-Type"], whole["Accept-Ranges"], content(whole)) == ("video/mp4", "bytes", stream)
    for asked, told, wanted in (
        ("bytes=0-9", f"bytes 0-9/{len(stream)}", stream[:10]),
        ("bytes=100-", f"bytes 100-{len(stream) - 1}/{len(stream)}", stream[100:]),
        ("bytes=-5", f"bytes {len(stream) - 5}-{len(stream) - 1}/{len(stream)}", stream[-5:]),
    ):
        part = web().get(address, "*/*", Range=asked)
        assert (part.status_code, part["Content-Range"], content(part)) == (206, told, wanted)
    beyond = web().get(address, "*/*", Range=f"bytes={len(stream)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(stream)}")
    assert web().get(address, "image/jpeg").status_code == 406


def test_several_ranges_come_in_one_answer() -> None:
    instance, stream = video()
    answer = web().get(f"{path_of(instance)}/rendered", "video/mp4", Range="bytes=0-3, 100-109, -2, 99999-")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (206, "multipart/byteranges")
    body = content(answer)
    assert int(answer["Content-Length"]) == len(body)
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {answer['Content-Type']}\r\n\r\n".encode() + body)
    size = len(stream)
    assert [(part["Content-Type"], part["Content-Range"], part.get_payload(decode=True)) for part in message.iter_parts()] == [
        ("video/mp4", f"bytes 0-3/{size}", stream[:4]),
        ("video/mp4", f"bytes 100-109/{size}", stream[100:110]),
        ("video/mp4", f"bytes {size - 2}-{size - 1}/{size}", stream[-2:]),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bytes=0-0", [range(1)]),
        ("bytes=90-", [range(90, 100)]),
        ("bytes=-500", [range(100)]),
        ("bytes=50-60,0-9", [range(50, 61), range(10)]),
        ("bytes=0-9,200-", [range(10)]),
        ("bytes=200-", []),
        ("bytes=-0", []),
        ("bytes=100-,-0", []),
        ("bytes=0-9,5-", None),
        ("bytes=0-9,0-9", None),
        (f"bytes={','.join(f'{at}-{at}' for at in range(0, 100, 2))}", None),
        ("bytes=9-0", None),
        ("bytes=-", None),
        ("bytes=1-2,", None),
        ("bytes=1-2;3-4", None),
        ("items=0-1", None),
        ("bytes", None),
        (f"bytes=0-{10**30}", None),
        ("", None),
    ],
)
def test_ranges_that_are_asked_for(text: str, expected: list[range] | None) -> None:
    assert ranges_of(text, 100) == expected


def test_a_range_of_something_else_is_not_joined_to_what_the_client_holds() -> None:
    instance = first_of(pictures.stack(1))
    first = web().get(path_of(instance), "application/dicom; transfer-syntax=*", Range="bytes=0-131")
    assert (first.status_code, len(content(first))) == (206, 132)
    same, other = (
        web().get(path_of(instance), "application/dicom; transfer-syntax=*", **{"Range": "bytes=128-131", "If-Range": etag})
        for etag in (first["ETag"], '"other"')
    )
    assert (same.status_code, content(same)) == (206, b"DICM")
    assert (other.status_code, len(content(other))) == (200, instance.size_bytes)


def test_video_is_not_turned_into_anything_else() -> None:
    instance, _stream = video()
    assert (
        web().get(path_of(instance), 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1').status_code == 406
    )
    assert parts(web().get(path_of(instance), 'multipart/related; type="application/dicom"'))


# What there is


def test_the_service_says_what_it_can() -> None:
    answer = web().client.options("/dicomweb", headers={"Accept": "application/json"})
    assert {"studies", "studies/{study}/metadata"} <= {operation["path"] for operation in answer.json()["operations"]}
    wadl = web().client.options("/dicomweb/", headers={"Accept": "application/vnd.sun.wadl+xml"})
    assert ElementTree.fromstring(wadl.content).tag.endswith("application")  # noqa: S314  our own
    instance = first_of(pictures.stack(1))
    one = web().client.options(f"/dicomweb{path_of(instance)}")
    assert (one.status_code, one["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_head_says_what_get_would_without_it() -> None:
    instance = first_of(pictures.stack(1))
    address = f"/dicomweb{path_of(instance)}"
    head, whole = (
        ask(address, headers={"Accept": "application/dicom; transfer-syntax=*"}) for ask in (web().client.head, web().client.get)
    )
    assert [head[name] for name in ("ETag", "Content-Type", "Content-Length")] == [
        whole[name] for name in ("ETag", "Content-Type", "Content-Length")
    ]
    assert content(head) == b""


def test_pages_of_other_origins_may_ask_only_where_they_are_named(settings: object) -> None:
    pictures.stack(1)
    origin = "https://viewer.example.org"
    assert "Access-Control-Allow-Origin" not in web().get("/studies", Origin=origin)
    settings.DICOMWEB_ORIGINS = [origin]  # type: ignore[attr-defined]
    before = Web().client.options("/dicomweb/studies", headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
    assert (before.status_code, before["Access-Control-Allow-Origin"]) == (204, origin)
    answer = web().get("/studies", Origin=origin)
    assert (answer["Access-Control-Allow-Origin"], "Access-Control-Allow-Credentials" in answer) == (origin, False)
    assert Web().get("/studies", Origin=origin).status_code == 401
    assert "Access-Control-Allow-Origin" not in web().get("/studies", Origin="https://evil.example")


# Pictures


def test_several_frames_are_rendered_one_by_one() -> None:
    instance = stored("SC_rgb_rle_2frame.dcm")
    found = parts(web().get(f"{path_of(instance)}/frames/1,2/rendered", "image/png"))
    assert [kind for kind, _body in found] == ["image/png", "image/png"]


def test_a_part_of_the_picture_can_be_turned_over() -> None:
    instance = first_of(pictures.stack(1))

    def seen(viewport: str) -> np.ndarray:
        answer = web().get(f"{path_of(instance)}/rendered?window=0,2000&viewport={viewport}", "image/png")
        return np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))

    whole = seen("128,128")
    assert np.array_equal(seen("128,128,,,,"), whole)
    assert np.array_equal(seen("128,128,0,0,-128,128"), whole[:, ::-1])
    assert np.array_equal(seen("128,128,0,0,128,-128"), whole[::-1])
    assert np.array_equal(seen("64,64,64,0,64,64"), whole[:64, 64:])
    assert web().get(f"{path_of(instance)}/rendered?viewport=64,64,500,0,10,10").status_code == 400


def test_words_are_burned_in_on_demand_only() -> None:
    instance = first_of(pictures.stack(1))
    plain, patient, both = (
        web().get(f"{path_of(instance)}/rendered{query}", "image/png").content
        for query in ("", "?annotation=patient", "?annotation=patient,technique")
    )
    assert len({plain, patient, both}) == 3
    assert web().get(f"{path_of(instance)}/rendered?annotation=everything").status_code == 400


def test_colour_can_bring_its_profile() -> None:
    instance = stored("SC_rgb_rle_2frame.dcm")
    with_profile = web().get(f"{path_of(instance)}/rendered?iccprofile=yes", "image/jpeg").content
    assert b"ICC_PROFILE" in with_profile
    assert b"ICC_PROFILE" not in web().get(f"{path_of(instance)}/rendered", "image/jpeg").content
    assert web().get(f"{path_of(instance)}/rendered?iccprofile=adobergb").status_code == 400


# WADO-URI


def wado(instance: Instance, query: str = "", user: object = None) -> object:
    series = instance.series
    names = f"studyUID={series.study.study_instance_uid}&seriesUID={series.series_instance_uid}&objectUID={instance.sop_instance_uid}"
    client = Web(user or people.radiologist()).client  # type: ignore[arg-type]
    return client.get(f"/wado?requestType=WADO&{names}{query}")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", "image/jpeg"), ("&contentType=image/png", "image/png"), ("&contentType=image/gif,image/*", "image/jpeg"),
        ("&contentType=application/dicom", "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"),
        (f"&contentType=application/dicom&transferSyntax={JPEG_LS}", f"application/dicom; transfer-syntax={JPEG_LS}"),
        ("&windowCenter=40&windowWidth=400&rows=64&columns=64&imageQuality=50&region=0.25,0.25,0.75,0.75&annotation=patient", "image/jpeg"),
    ],
)  # fmt: skip
def test_one_object_by_its_parameters(query: str, kind: str) -> None:
    answer = wado(first_of(pictures.stack(1)), query)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)  # type: ignore[attr-defined,index]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("&contentType=image/gif", 406), ("&anonymize=yes", 400), ("&windowCenter=1", 400), ("&region=0.5,0,0.1,1", 400), ("&rows=0", 400),
        ("&frameNumber=2", 404), ("&frameNumber=x", 400),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_met(query: str, status: int) -> None:
    assert wado(first_of(pictures.stack(1)), query).status_code == status  # type: ignore[attr-defined]


def test_protected_patients_do_not_exist_by_parameters_either() -> None:
    exam = pictures.exam_of(people.the_mayor())
    instance = first_of(pictures.stack_for(exam, 1))
    unknown = Instance(sop_instance_uid="1.2.3", series=instance.series)
    answers = [wado(one) for one in (instance, unknown)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, answers[0].json())] * 2  # type: ignore[attr-defined]
    assert wado(instance, user=people.front_desk()).status_code == 403  # type: ignore[attr-defined]
