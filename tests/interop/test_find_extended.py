"""Extended negotiation of C-FIND and how far a search looks. Not covered: what it costs in a large archive."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation
from pynetdicom.sop_class import PatientRootQueryRetrieveInformationModelFind as PatientFind
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as StudyFind

from imaging.archive.intake.ingest import instance_ingest
from imaging.dimse import commands as c
from imaging.dimse.server import DicomServer
from tests import people
from tests.bench.client import PENDING
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.dicomweb.clients import Web
from tests.interop.dicom_server import dialled, dicom  # noqa: F401  a fixture
from tests.interop.raw import RawPeer, taken_apart

pytestmark = pytest.mark.django_db(transaction=True)


def store(**fields: str) -> None:
    instance_ingest(stream=as_file(ct_slice(**fields)), source_ae_title="CT1", door="dicom")


def ask(server: DicomServer, extension: bytes = b"", level: str = "STUDY", **keys: str) -> tuple[list[str], Dataset, bytes]:
    """Patient IDs found, the final answer, and what was granted of `extension`."""
    ae = AE("READER")
    model = PatientFind if level == "PATIENT" else StudyFind
    ae.add_requested_context(model)
    wish = SOPClassExtendedNegotiation()
    wish.sop_class_uid, wish.service_class_application_information = StudyFind, extension
    assoc = dialled(ae, server.port, ext_neg=[wish] if extension else [])
    ds = Dataset()
    ds.SpecificCharacterSet, ds.QueryRetrieveLevel, ds.PatientID = "ISO_IR 192", level, ""
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    answers = list(assoc.send_c_find(ds, model))
    granted = assoc.acceptor.sop_class_extended.get(StudyFind, b"")
    assoc.release()
    return sorted(str(found.PatientID) for _status, found in answers if found), answers[-1][0], granted


def test_what_is_granted_is_what_is_done(dicom: DicomServer) -> None:  # noqa: F811
    store(PatientID="A", PatientName="LIN^Mei-Hua=林^美华")
    assert ask(dicom, bytes([1, 0, 1, 1]), PatientName="hua lin")[::2] == (["A"], bytes([1, 0, 1, 0]))
    assert ask(dicom, bytes([1, 0, 1, 1]), PatientName="lmh")[0] == ["A"]
    assert ask(dicom, PatientName="hua lin")[::2] == ([], b"")


def test_a_date_and_a_time_are_one_span_where_that_was_agreed(dicom: DicomServer) -> None:  # noqa: F811
    store(PatientID="A", StudyDate="20260301", StudyTime="090000")
    store(PatientID="B", StudyDate="20260302", StudyTime="090000")
    keys = {"StudyDate": "20260301-20260303", "StudyTime": "100000-120000"}
    assert ask(dicom, bytes([1, 1]), **keys)[0] == ["B"]
    assert ask(dicom, **keys)[0] == []


def test_a_search_that_names_nothing_looks_at_the_newest_and_says_so(dicom: DicomServer, settings: LazySettings) -> None:  # noqa: F811
    settings.SEARCH_STUDIES = 1
    for number in "AB":
        store(PatientID=number, StudyDescription="HEAD")
    found, final, _granted = ask(dicom, StudyDescription="*EAD")
    assert (found, final.Status) == (["B"], 0xA700)
    assert "newest 1 studies" in final.ErrorComment
    assert ask(dicom, PatientID="A", StudyDescription="*EAD")[0] == ["A"]
    web = Web(people.radiologist())
    assert "newest 1 studies" in web.get("/studies?StudyDescription=*EAD")["Warning"]


def test_patients_are_gathered_from_the_newest_studies_that_fit(dicom: DicomServer, settings: LazySettings) -> None:  # noqa: F811
    settings.SEARCH_STUDIES = 2
    for patient_id, name in (("A", "LIN^A"), ("B", "LIN^B"), ("B", "LIN^B"), ("C", "CHEN^C")):
        store(PatientID=patient_id, PatientName=name)
    found, final, _granted = ask(dicom, level="PATIENT", PatientName="LIN*")
    assert (found, final.Status) == (["B"], 0xA700)
    assert ask(dicom, level="PATIENT", PatientID="A")[0] == ["A"]


def test_matches_that_wait_to_be_sent_together_all_come_and_in_order(dicom: DicomServer) -> None:  # noqa: F811
    for number in range(45):
        store(PatientID=f"{number:03d}", StudyDate="20260301", StudyDescription="x" * 64)
    keys = {"QueryRetrieveLevel": b"STUDY", "StudyDate": b"20260301", "PatientID": b"", "StudyDescription": b"", "StudyInstanceUID": b""}
    with RawPeer(dicom.port, StudyFind) as peer:
        assert [answer["00100020"] for answer in peer.find(keys)] == [f"{number:03d}".encode() for number in reversed(range(45))]


def test_a_query_taken_back_ends_as_cancelled_and_the_association_lives(dicom: DicomServer) -> None:  # noqa: F811
    for number in range(45):
        store(PatientID=f"{number:03d}", StudyDate="20260301")
    keys = {"QueryRetrieveLevel": b"STUDY", "StudyDate": b"20260301", "PatientID": b""}
    with RawPeer(dicom.port, StudyFind) as peer:
        peer.send({c.FIELD: c.C_FIND_RQ, c.PRIORITY: 0}, keys)
        peer.send({c.FIELD: c.C_CANCEL_RQ, c.ANSWERS_ID: 1}, None)
        statuses = [command[c.STATUS] for command, _data in until_final(peer)]
        assert (statuses[-1], set(statuses[:-1]) | {c.Status.PENDING}) == (c.Status.CANCELLED, {c.Status.PENDING})
        assert len(statuses) <= 45
        assert len(peer.find({**keys, "PatientID": b"001"})) == 1


def test_what_only_the_stored_object_says_is_returned_but_not_matched_on(dicom: DicomServer) -> None:  # noqa: F811
    store(PatientID="A", StudyInstanceUID="1.2.1", ProtocolName="Head", KVP="120", ConvolutionKernel="H30")
    for level, keys, statuses in (
        ("SERIES", {"ProtocolName": b""}, {0xFF00}),
        ("SERIES", {"ProtocolName": b"Thorax"}, {0xFF01}),
        ("IMAGE", {"ProtocolName": b"", "KVP": b"", "ConvolutionKernel": b""}, {0xFF00}),
        ("IMAGE", {"KVP": b"80"}, {0xFF01}),
        ("STUDY", {"Modality": b"MR"}, {0xFF01}),
    ):
        with RawPeer(dicom.port, StudyFind) as peer:
            peer.send({c.FIELD: c.C_FIND_RQ, c.PRIORITY: 0}, {"QueryRetrieveLevel": level.encode(), "StudyInstanceUID": b"1.2.1", **keys})
            *matches, _final = until_final(peer)
        assert {command[c.STATUS] for command, _data in matches} == statuses, keys
        told = taken_apart(matches[0][1])
        held = {"ProtocolName": b"Head", "KVP": b"120", "ConvolutionKernel": b"H30"}
        assert all(told[f"{tag_for_keyword(keyword):08X}"] == held[keyword] for keyword in keys if keyword in held and level == "IMAGE")


def until_final(peer: RawPeer) -> Iterator[tuple[c.Command, bytes]]:
    for command, data in peer.messages():
        yield command, data
        if command[c.STATUS] not in PENDING:
            return


def test_what_a_key_cannot_have_is_named(dicom: DicomServer) -> None:  # noqa: F811
    final = ask(dicom, StudyInstanceUID="*")[1]
    assert final.Status == 0
    final = ask(dicom, SpecificCharacterSet="ISO_IR 192", StudyInstanceUID="1.2.x")[1]
    assert (final.Status, final.OffendingElement) == (0xA900, 0x0020000D)
