"""Query, move and get by programs that others wrote. Hierarchies of enhanced relational retrieval are not covered."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.pixels import pixel_array
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MultiFrameTrueColorSecondaryCaptureImageStorage,
)
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import (
    PatientRootQueryRetrieveInformationModelGet,
    PatientRootQueryRetrieveInformationModelMove,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from imaging.access.models import AuditEvent
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.life.compression import instance_compress
from imaging.archive.life.duties import Pace
from imaging.archive.models import Instance, Study
from imaging.dimse.lines import PIECE_BYTES
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.dimse.server import DicomServer
from imaging.patients.models import PatientIdentifier
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file, ct_slice
from tests.interop.dicom_server import dcmtk, dialled
from tests.services import free_port

LARGE_BYTES = 1 << 20


def find(server: DicomServer, folder: Path, *keys: str, model: str = "-S") -> list[Dataset]:
    arguments = [part for key in keys for part in ("-k", key)]
    dcmtk("findscu", model, "-X", "-od", str(folder), "-aec", "LIGHTBOX", *arguments, "127.0.0.1", str(server.port))
    found = [dcmread(path, force=True) for path in sorted(folder.glob("rsp*.dcm"))]
    for path in folder.glob("rsp*.dcm"):
        path.unlink()
    return found


def test_find_at_every_level(dicom: DicomServer, study: Study, tmp_path: Path) -> None:
    uid = study.study_instance_uid
    (patient,) = find(dicom, tmp_path, "QueryRetrieveLevel=PATIENT", "PatientID=00482913", "PatientName", model="-P")
    assert str(patient.PatientName) == "LIN^Mei-Hua=林^美华"
    (found,) = find(dicom, tmp_path, "QueryRetrieveLevel=STUDY", "PatientName=LIN*", "StudyInstanceUID", "NumberOfStudyRelatedInstances")
    assert (found.StudyInstanceUID, int(found.NumberOfStudyRelatedInstances)) == (uid, 3)
    assert len(find(dicom, tmp_path, "QueryRetrieveLevel=SERIES", f"StudyInstanceUID={uid}", "SeriesInstanceUID", "Modality")) == 2
    images = find(dicom, tmp_path, "QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={uid}", "SOPInstanceUID", "BitsStored", "InstanceNumber")
    assert sorted(int(image.InstanceNumber) for image in images) == [1, 2, 3]
    assert {image.BitsStored for image in images} == {12}


def test_find_answers_in_the_characters_it_was_asked_in(dicom: DicomServer, study: Study, tmp_path: Path) -> None:
    (found,) = find(dicom, tmp_path, "SpecificCharacterSet=GB18030", "QueryRetrieveLevel=STUDY", "StudyDescription", "StudyInstanceUID")
    assert (found.SpecificCharacterSet, found.StudyDescription) == ("GB18030", "头颅CT")


def test_a_query_without_a_level_is_refused(dicom: DicomServer, study: Study) -> None:
    said = dcmtk("findscu", "-S", "-d", "-aec", "LIGHTBOX", "-k", "PatientID=1", "127.0.0.1", str(dicom.port))
    assert "0xa900" in said.lower()


def test_a_protected_patients_studies_are_not_there_for_systems(dicom: DicomServer, study: Study, tmp_path: Path) -> None:
    mayor = people.the_mayor()
    PatientIdentifier.objects.create(patient=mayor, value="00482913", issuer="HOSPITAL")
    assert find(dicom, tmp_path, "QueryRetrieveLevel=STUDY", "PatientID=00482913", "StudyInstanceUID") == []
    RemoteNode.objects.create(ae_title="FINDSCU", host="127.0.0.1", may_see_protected=True)
    assert len(find(dicom, tmp_path, "QueryRetrieveLevel=STUDY", "PatientID=00482913", "StudyInstanceUID")) == 1


def test_every_query_and_retrieval_is_recorded(dicom: DicomServer, study: Study, tmp_path: Path) -> None:
    for _ in range(2):
        find(dicom, tmp_path, "QueryRetrieveLevel=STUDY", "PatientID=00482913", "StudyInstanceUID")
    with storage_node():
        move(dicom, study, "ELSEWHERE")
    asked, sent = AuditEvent.objects.order_by("pk")
    assert (asked.act, asked.door, asked.actor, asked.patient_number) == ("images.find", "dicom", "FINDSCU@127.0.0.1", "00482913")
    assert (sent.act, sent.actor, sent.study_instance_uid) == ("images.retrieve", "READER@127.0.0.1", study.study_instance_uid)
    assert sent.detail == {"node": "ELSEWHERE", "images": 3}


@pytest.mark.parametrize(("asks", "receives", "objects"), [(False, True, 0), (True, False, 0), (True, True, 3)])
def test_a_protected_patients_images_go_only_where_both_may_see_them(
    dicom: DicomServer, study: Study, asks: bool, receives: bool, objects: int
) -> None:
    PatientIdentifier.objects.create(patient=people.the_mayor(), value="00482913", issuer="HOSPITAL")
    RemoteNode.objects.create(ae_title="READER", host="127.0.0.1", may_see_protected=asks)
    with storage_node() as (node, got):
        RemoteNode.objects.filter(pk=node.pk).update(may_see_protected=receives)
        assert move(dicom, study, "ELSEWHERE")[-1].Status == 0
    assert len(got) == objects


def test_dcmtk_gets_a_study(dicom: DicomServer, study: Study, tmp_path: Path) -> None:
    keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={study.study_instance_uid}"]
    dcmtk("getscu", "-S", "-od", str(tmp_path), "-aec", "LIGHTBOX", *keys, "127.0.0.1", str(dicom.port))
    assert len(list(tmp_path.glob("CT*"))) == 3


def test_a_compressed_object_is_decompressed_for_who_cannot_take_it(dicom: DicomServer, tmp_path: Path) -> None:
    source = Path(str(get_testdata_file("MR_small_RLE.dcm")))
    with source.open("rb") as stream:
        instance_ingest(stream=stream, source_ae_title="MR1", door="dicom")
    uid = Study.objects.get().study_instance_uid
    keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid}"]
    dcmtk("getscu", "-S", "-od", str(tmp_path), "-aec", "LIGHTBOX", *keys, "127.0.0.1", str(dicom.port))
    (got,) = [dcmread(path) for path in tmp_path.glob("MR*")]
    assert got.file_meta.TransferSyntaxUID in (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
    assert (got.pixel_array == dcmread(source).pixel_array).all()


@pytest.mark.parametrize("planes", [0, 1])
def test_colour_that_was_compressed_here_arrives_in_its_colours(dicom: DicomServer, tmp_path: Path, planes: int) -> None:
    """By C-GET and by C-MOVE, at receivers that know nothing of HTJ2K."""
    instance = pictures.send(pictures.colour_picture(pictures.colours(2), planes=planes)).instance
    assert instance is not None
    instance_compress(instance=instance, pace=Pace(10**12))
    keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={instance.series.study.study_instance_uid}"]
    dcmtk("getscu", "-S", "-od", str(tmp_path), "-aec", "LIGHTBOX", *keys, "127.0.0.1", str(dicom.port))
    [path] = tmp_path.glob("SC*")
    taken = [dcmread(path)]
    with storage_node(objects=taken):
        assert move(dicom, instance.series.study, "ELSEWHERE")[-1].Status == 0
    assert len(taken) == 2
    for ds in taken:
        assert (ds.PhotometricInterpretation, ds.PlanarConfiguration) == ("RGB", planes)
        assert (pixel_array(ds, raw=True) == pictures.colours(2)).all()


@contextlib.contextmanager
def storage_node(status: int = 0, objects: list[Dataset] | None = None) -> Iterator[tuple[RemoteNode, list[str]]]:
    """A node that takes (or refuses) CT and captures in colour as Implicit VR Little Endian, and what it was sent."""
    got: list[str] = []

    def take(event: evt.Event) -> int:
        got.append(str(event.request.AffectedSOPInstanceUID))
        if objects is not None:
            event.dataset.file_meta = event.file_meta
            objects.append(event.dataset)
        return status

    ae = AE("ELSEWHERE")
    ae.add_supported_context(CTImageStorage)
    ae.add_supported_context(MultiFrameTrueColorSecondaryCaptureImageStorage, ImplicitVRLittleEndian)
    port = free_port()
    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, take)])
    try:
        yield RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=port, is_destination=True), got
    finally:
        server.shutdown()


def move(server: DicomServer, study: Study, destination: str) -> list[Dataset]:
    ae = AE("READER")
    ae.add_requested_context(StudyRootQueryRetrieveInformationModelMove)
    assoc = dialled(ae, server.port)
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.StudyInstanceUID = "STUDY", study.study_instance_uid
    answers = [status for status, _ds in assoc.send_c_move(ds, destination, StudyRootQueryRetrieveInformationModelMove)]
    assoc.release()
    return answers


def test_move_sends_everything_and_counts_truly(dicom: DicomServer, study: Study) -> None:
    with storage_node() as (_node, got):
        answers = move(dicom, study, "ELSEWHERE")
    assert len(got) == 3
    assert answers[-1].Status == 0
    for answer in answers[:-1]:
        told = (answer.NumberOfRemainingSuboperations, answer.NumberOfCompletedSuboperations, answer.NumberOfFailedSuboperations)
        assert sum(told) == 3
    assert (answers[-1].NumberOfCompletedSuboperations, answers[-1].NumberOfFailedSuboperations) == (3, 0)


def test_move_never_says_done_for_what_was_refused(dicom: DicomServer, study: Study) -> None:
    with storage_node(status=0xA700):
        answers = move(dicom, study, "ELSEWHERE")
    assert answers[-1].Status == 0xA702
    assert answers[-1].NumberOfFailedSuboperations == 3


def test_move_to_an_unknown_place_is_a801(dicom: DicomServer, study: Study) -> None:
    assert move(dicom, study, "NOWHERE")[-1].Status == 0xA801


def test_move_to_a_node_that_is_away(dicom: DicomServer, study: Study) -> None:
    RemoteNode.objects.create(ae_title="AWAY", host="127.0.0.1", port=free_port(), is_destination=True)
    answers = move(dicom, study, "AWAY")
    assert (answers[-1].Status, answers[-1].NumberOfFailedSuboperations) == (0xA702, 3)
    assert "does not answer" in answers[-1].ErrorComment


@pytest.mark.parametrize(
    ("model", "level"),
    [
        (PatientRootQueryRetrieveInformationModelGet, "PATIENT"),
        (StudyRootQueryRetrieveInformationModelGet, "STUDY"),
        (PatientRootQueryRetrieveInformationModelMove, "PATIENT"),
    ],
)
def test_a_retrieval_that_is_taken_back_stops_and_tells_what_is_left(dicom: DicomServer, study: Study, model: str, level: str) -> None:
    for number in range(60):
        ds = ct_slice(StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=f"1.2.3.{number}")
        instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    total, got = Instance.objects.count(), []
    ae = AE("READER")
    ae.add_requested_context(model)
    ae.add_requested_context(CTImageStorage)
    handlers = [(evt.EVT_C_STORE, lambda event: got.append(event) or 0)]
    roles = [build_role(CTImageStorage, scp_role=True)]
    assoc = dialled(ae, dicom.port, ext_neg=roles, evt_handlers=handlers)
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.PatientID, ds.StudyInstanceUID = level, study.patient_id, study.study_instance_uid
    with storage_node() as (_node, moved):
        is_move = model == PatientRootQueryRetrieveInformationModelMove
        answers = assoc.send_c_move(ds, "ELSEWHERE", model, msg_id=7) if is_move else assoc.send_c_get(ds, model, msg_id=7)
        statuses = []
        for answer, _identifier in answers:
            statuses.append(answer)
            if len(statuses) == 3:
                assoc.send_c_cancel(7, query_model=model)
    assoc.release()
    status = statuses[-1]
    assert (status.Status, status.NumberOfFailedSuboperations) == (0xFE00, 0)
    assert status.NumberOfCompletedSuboperations == len(moved if is_move else got) < total
    assert status.NumberOfRemainingSuboperations == total - status.NumberOfCompletedSuboperations


def test_get_keeps_to_the_bandwidth_of_its_node(dicom: DicomServer, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("imaging.dimse.lines.pause", waited.append)
    monkeypatch.setattr("imaging.dimse.lines.PORTION_SECONDS", 0)
    large = ct_slice(StudyInstanceUID=study.study_instance_uid, Rows=1024, Columns=512, PixelData=bytes(LARGE_BYTES))
    instance_ingest(stream=as_file(large), source_ae_title="CT1", door="dicom")
    got: list[Dataset] = []
    RemoteNode.objects.create(ae_title="READER", host="127.0.0.1", max_mbit=1)
    assert get_study(dicom, study, got) == (0, 4)
    assert max(len(ds.PixelData) for ds in got) == LARGE_BYTES
    assert max(waited) > LARGE_BYTES / 125_000 / 2
    assert len(waited) > LARGE_BYTES / PIECE_BYTES
    RemoteNode.objects.update(max_mbit=None)
    NodeLine.objects.all().delete()
    assert get_study(dicom, study, []) == (0, 4)
    assert not NodeLine.objects.exists()


def get_study(dicom: DicomServer, study: Study, got: list[Dataset]) -> tuple[int, int]:
    """Fetch a study by C-GET; the final status, and how many sub-operations it tells as completed."""
    ae = AE("READER")
    ae.add_requested_context(StudyRootQueryRetrieveInformationModelGet)
    ae.add_requested_context(CTImageStorage)
    roles = [build_role(CTImageStorage, scp_role=True)]
    handlers = [(evt.EVT_C_STORE, lambda event: got.append(event.dataset) or 0)]
    assoc = dialled(ae, dicom.port, ext_neg=roles, evt_handlers=handlers)
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.StudyInstanceUID = "STUDY", study.study_instance_uid
    status = [answer for answer, _identifier in assoc.send_c_get(ds, StudyRootQueryRetrieveInformationModelGet)][-1]
    assoc.release()
    return status.Status, status.NumberOfCompletedSuboperations


def test_find_can_be_cancelled(dicom: DicomServer, study: Study) -> None:
    for _ in range(60):
        instance_ingest(stream=as_file(ct_slice()), source_ae_title="CT1", door="dicom")
    ae = AE("READER")
    ae.add_requested_context(StudyRootQueryRetrieveInformationModelFind)
    assoc = dialled(ae, dicom.port)
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.StudyInstanceUID = "STUDY", ""
    answers = []
    for status, _identifier in assoc.send_c_find(ds, StudyRootQueryRetrieveInformationModelFind, msg_id=7):
        if not answers:
            assoc.send_c_cancel(7, query_model=StudyRootQueryRetrieveInformationModelFind)
        answers.append(status.Status)
    assoc.release()
    assert answers[-1] in (0xFE00, 0x0000)
