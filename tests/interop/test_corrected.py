"""Corrected objects on every way out of a running system: C-FIND, C-GET, C-MOVE, a transfer, WADO-RS, WADO frames. Programs that others
wrote ask. Not covered: what of it is drawn (tests/e2e), every transfer syntax (test_transcode)."""

import io
import json
from pathlib import Path

import pytest
from django.utils import timezone
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, JPEG2000Lossless, JPEGLSLossless, RLELossless, generate_uid
from pynetdicom import AE, evt

from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.notes import note_dataset
from imaging.archive.corrections.overlay import corrected_pieces, file_out
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.corrections.targets import Target
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, IntegrityCase, Study
from imaging.archive.pictures.transcode import EXPLICIT_LITTLE, IMPLICIT_LITTLE, file_as
from imaging.dimse.models import RemoteNode
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from tests import people
from tests.imaging.archive.objects import as_file
from tests.imaging.archive.scans import exam_of, fresh, relink, scanned, send, slice_for
from tests.interop.dicom_server import dcmtk
from tests.interop.test_retrieve import find, move, storage_node
from tests.rest import call
from tests.services import free_port

SECRET = ("00511207", "SMITH", "John", "told by the wrong patient")


@pytest.fixture
def right(dicom: DicomServer) -> Exam:
    """Two slices that were taken for John Smith and are Lin Mei-Hua's."""
    wrong, found = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    relink(Study.objects.get(), found)
    return found


def assert_right(ds: Dataset, exam: Exam) -> None:
    assert (ds.PatientID, str(ds.PatientName), ds.AccessionNumber) == ("00482913", "LIN^Mei-Hua=林美华", exam.accession_number)
    assert ds.StudyInstanceUID == exam.study_instance_uid
    (original,) = ds.OriginalAttributesSequence
    assert original.ModifiedAttributesSequence[0].PatientID == "00511207"


def test_find(dicom: DicomServer, right: Exam, tmp_path: Path) -> None:
    assert find(dicom, tmp_path, "QueryRetrieveLevel=STUDY", "PatientID=00511207", "StudyInstanceUID") == []
    (study,) = find(dicom, tmp_path, "QueryRetrieveLevel=STUDY", "PatientID=00482913", "StudyInstanceUID", "AccessionNumber")
    assert (study.StudyInstanceUID, study.AccessionNumber) == (right.study_instance_uid, right.accession_number)
    images = find(
        dicom, tmp_path, "QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={right.study_instance_uid}", "SOPInstanceUID", "PatientComments",
        "PatientWeight",
    )  # fmt: skip
    assert {image.SOPInstanceUID for image in images} == set(Instance.objects.values_list("sop_instance_uid", flat=True))
    assert not any(image.get("PatientComments") or image.get("PatientWeight") for image in images)


def test_get(dicom: DicomServer, right: Exam, tmp_path: Path) -> None:
    folder = tmp_path / "got"
    folder.mkdir()
    dcmtk(
        "getscu", "-S", "-aec", "LIGHTBOX", "-od", str(folder), "-k", "QueryRetrieveLevel=STUDY",
        "-k", f"StudyInstanceUID={right.study_instance_uid}", "127.0.0.1", str(dicom.port),
    )  # fmt: skip
    got = [dcmread(path) for path in folder.iterdir()]
    assert len(got) == 2
    for ds in got:
        assert_right(ds, right)


def test_move(dicom: DicomServer, right: Exam) -> None:
    got: list[Dataset] = []
    node = AE("ELSEWHERE")
    node.add_supported_context(CTImageStorage)
    port = free_port()
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=port, is_destination=True)
    taking = [(evt.EVT_C_STORE, lambda event: got.append(event.dataset) or 0)]
    server = node.start_server(("127.0.0.1", port), block=False, evt_handlers=taking)
    try:
        assert move(dicom, Study.objects.get(exam=right), "ELSEWHERE")[-1].Status == 0
    finally:
        server.shutdown()
    assert len(got) == 2
    for ds in got:
        assert_right(ds, right)


def test_wado_rs(dicom: DicomServer, right: Exam) -> None:
    client, root = call(people.radiologist()), f"/dicomweb/studies/{right.study_instance_uid}"
    whole = client.get(root, headers={"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}).getvalue()
    told = client.get(f"{root}/metadata", headers={"Accept": "application/dicom+json"}).getvalue()
    for body in (whole, told):
        outside = body.split(b"ELIXEM")[0]
        assert "林美华".encode() in outside
        assert b"told by the wrong patient" in outside  # among the originals, and only there
    for ds in json.loads(told):
        assert ds["00100020"]["Value"] == ["00482913"]
        assert "00104000" not in ds
        assert ds["04000561"]["Value"][0]["04000550"]["Value"][0]["00104000"]["Value"] == ["told by the wrong patient"]
    image = fresh(Instance.objects.order_by("pk")[0])
    one = f"{root}/series/{image.series.series_instance_uid}/instances/{image.sop_instance_uid}"
    for tag in ("00100010", "00100020", "00104000", "00080050"):
        assert client.get(f"{one}/bulkdata/{tag}", headers={"Accept": "application/octet-stream"}).status_code == 404
    assert client.get(f"{one}/frames/1", headers={"Accept": "application/octet-stream"}).status_code == 200
    searched = client.get(f"{root}/instances?includefield=all").json()
    assert not any(word in json.dumps([{k: v for k, v in row.items() if k != "04000561"} for row in searched]) for word in SECRET)


def test_a_rejected_image_goes_nowhere(dicom: DicomServer, right: Exam, tmp_path: Path) -> None:
    study = Study.objects.get(exam=right)
    gone = Instance.objects.order_by("pk")[0]
    images_reject(study=study, instances=[gone], code=QUALITY, reason="", user=people.pacs_admin())
    with storage_node() as (_node, got):
        move(dicom, study, "ELSEWHERE")
    assert got == [Instance.objects.order_by("pk")[1].sop_instance_uid]
    assert len(find(dicom, tmp_path, "QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={study.study_instance_uid}", "SOPInstanceUID")) == 1


@pytest.mark.parametrize("may_reject", [True, False])
def test_a_rejection_note_by_c_store(dicom: DicomServer, right: Exam, tmp_path: Path, may_reject: bool) -> None:
    """The right is the node's; without it the note is taken and a person asked. The next association sees what was done."""
    RemoteNode.objects.create(ae_title="PACS2", host="127.0.0.1", may_store=True, may_reject=may_reject)
    study = Study.objects.get(exam=right)
    image = Instance.objects.order_by("pk")[0]
    before = {"series": image.series_id, "hidden": image.series_id, "uid": image.series.series_instance_uid, "correction": None}
    asked = Correction(
        kind=CorrectionKind.REJECT, source=study, code=QUALITY, reason="blurred", actor="PACS2", created_at=timezone.now(),
        before={"series": [before]},
    )  # fmt: skip
    dcmwrite(tmp_path / "note.dcm", note_dataset(study=study, correction=asked), enforce_file_format=True)
    dcmtk("storescu", "-aet", "PACS2", "-aec", "LIGHTBOX", "127.0.0.1", str(dicom.port), str(tmp_path / "note.dcm"))
    shown = find(dicom, tmp_path, "QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={study.study_instance_uid}", "SOPInstanceUID")
    assert len(shown) == (0 if may_reject else 3)
    assert IntegrityCase.objects.filter(resolved_at=None).count() == (0 if may_reject else 1)


@pytest.mark.django_db
@pytest.mark.parametrize("syntax", [EXPLICIT_LITTLE, IMPLICIT_LITTLE])
def test_a_receiver_that_takes_only_plain_ones_gets_the_correction_too(syntax: str) -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, slices=1)
    relink(Study.objects.get(), right)
    ds = dcmread(io.BytesIO(b"".join(file_as(fresh(Instance.objects.get()), syntax))))
    assert ds.file_meta.TransferSyntaxUID == syntax
    assert_right(ds, right)


@pytest.mark.django_db
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"])
def test_pixels_pass_as_they_are_stored(syntax: str, tmp_path: Path) -> None:
    """Compressed, implicit and deflated files: all of the pixels, none of them coded again, and DCMTK reads the result."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = slice_for(wrong, Rows=64, Columns=64, PixelData=bytes(range(256)) * 32)
    stored = Dataset()
    stored.update(sent)
    stored.file_meta = sent.file_meta
    if syntax.startswith("1.2.840.10008.1.2.4") or syntax == RLELossless:
        stored.compress(syntax, encoding_plugin={RLELossless: "pydicom", JPEGLSLossless: "pyjpegls"}.get(syntax, "pylibjpeg"))  # type: ignore[call-overload]
    else:
        stored.file_meta.TransferSyntaxUID = syntax  # type: ignore[assignment]
    pixels = stored.PixelData
    instance_ingest(stream=as_file(stored), source_ae_title="CT1", door="dicom")
    relink(Study.objects.get(), right)
    with file_out(fresh(Instance.objects.get())) as path:
        ds = dcmread(path)
        dcmtk("dcmdump", str(path))
    assert_right(ds, right)
    assert ds.file_meta.TransferSyntaxUID == syntax
    assert ds.PixelData == pixels


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["GB18030", "ISO 2022 IR 6\\ISO 2022 IR 58", "ISO_IR 100", "ISO_IR 192"])
def test_what_stays_of_a_text_is_the_same_text(charset: str) -> None:
    """Everything goes out in UTF-8, whatever the device wrote, also what pydicom alone would spoil."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    text = "Müller" if charset == "ISO_IR 100" else "头颅平扫"
    ds = slice_for(wrong, SpecificCharacterSet=charset.split("\\"), SeriesDescription="", PatientName="SMITH^John")
    marked = as_file(ds).getvalue()
    codings = {"GB18030": "gb18030", "ISO_IR 100": "latin_1", "ISO_IR 192": "utf_8"}
    raw = text.encode(codings[charset]) if charset in codings else b"\x1b$)A" + text.encode("gb2312")
    raw += b" " * (len(raw) % 2)
    at = marked.index(b"\x08\x00\x3e\x10LO\x00\x00")
    changed = marked[:at] + b"\x08\x00\x3e\x10LO" + len(raw).to_bytes(2, "little") + raw + marked[at + 8 :]
    instance_ingest(stream=io.BytesIO(changed), source_ae_title="CT1", door="dicom")
    relink(Study.objects.get(), right)
    out = dcmread(io.BytesIO(b"".join(corrected_pieces(fresh(Instance.objects.get())))))
    assert (out.SpecificCharacterSet, out.SeriesDescription) == ("ISO_IR 192", text)


@pytest.mark.django_db
def test_references_between_objects_follow() -> None:
    """A series of its own that refers to images names them as they are called now."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent = scanned(wrong, slices=1)
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sent[0].SOPClassUID, sent[0].SOPInstanceUID
    send(slice_for(wrong, SeriesInstanceUID=generate_uid(), ReferencedImageSequence=[item]))
    relink(Study.objects.get(), right)
    first, second = (fresh(one) for one in Instance.objects.order_by("pk"))
    ds = dcmread(io.BytesIO(b"".join(corrected_pieces(second))))
    assert ds.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.sop_instance_uid


@pytest.mark.django_db
def test_corrections_on_corrections_say_what_the_file_said() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, slices=1)
    relink(Study.objects.get(), right)
    study = Study.objects.get(exam=right)
    series_correct(
        user=people.pacs_admin(), kind=CorrectionKind.SPLIT, source=study, series=list(study.series.all()),
        target=Target(patient=right.patient), reason="another day",
    )  # fmt: skip
    ds = dcmread(io.BytesIO(b"".join(corrected_pieces(fresh(Instance.objects.get())))))
    assert (ds.PatientID, ds.AccessionNumber) == ("00482913", "")
    assert ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0].PatientID == "00511207"
    assert Correction.objects.count() == 2
