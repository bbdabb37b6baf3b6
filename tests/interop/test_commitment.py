"""Storage commitment asked for by a modality that others wrote. Not covered: asking others for it (tests/imaging/routing)."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, generate_uid
from pynetdicom import AE, evt
from pynetdicom.sop_class import StorageCommitmentPushModel

from imaging.archive import commitment
from imaging.archive.models import CommitmentRequest, Instance, Study
from imaging.archive.scratch import archive_folder
from imaging.dimse.models import RemoteNode
from imaging.dimse.server import DicomServer
from imaging.dimse.services import due_commitments_answer
from tests.interop.dicom_server import dialled
from tests.services import free_port, wait_for

COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1"


def commit(server: DicomServer, references: list[tuple[str, str]], *, stay: bool) -> tuple[int, list[tuple[int, Dataset]]]:
    reports: list[tuple[int, Dataset]] = []

    def take(event: evt.Event) -> tuple[int, None]:
        reports.append((event.event_type, event.event_information))
        return 0, None

    ae = AE("CT1")
    ae.add_requested_context(StorageCommitmentPushModel)
    handlers = [(evt.EVT_N_EVENT_REPORT, take)]
    assoc = dialled(ae, server.port, evt_handlers=handlers)
    ds = Dataset()
    ds.TransactionUID = generate_uid()
    ds.ReferencedSOPSequence = []
    for sop_class, uid in references:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
        ds.ReferencedSOPSequence.append(item)
    status = assoc.send_n_action(ds, 1, StorageCommitmentPushModel, COMMITMENT_INSTANCE)[0].Status
    if stay:
        until_answered()
    assoc.release()
    return int(status), reports


def until_answered() -> None:
    wait_for(lambda: CommitmentRequest.objects.filter(state="answered").exists(), "the commitment report")


def test_commitment_on_the_same_association(dicom: DicomServer, study: Study) -> None:
    held = [(row.sop_class_uid, row.sop_instance_uid) for row in Instance.objects.all()]
    status, reports = commit(dicom, held, stay=True)
    assert status == 0
    ((kind, report),) = reports
    assert (kind, len(report.ReferencedSOPSequence)) == (1, 3)


def test_a_request_is_answered_once_however_long_reading_the_files_takes(
    dicom: DicomServer, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commitment, "FIRST_SECONDS", -1)
    due_meanwhile: list[list[int]] = []
    whole = commitment.file_is_whole

    def slow(instance: Instance) -> bool:
        due_meanwhile.append(commitment.commitments_due())
        return whole(instance)

    monkeypatch.setattr(commitment, "file_is_whole", slow)
    _status, reports = commit(dicom, [(row.sop_class_uid, row.sop_instance_uid) for row in Instance.objects.all()], stay=True)
    assert (due_meanwhile, len(reports)) == ([[], [], []], 1)


def test_commitment_tells_what_is_missing_or_damaged(dicom: DicomServer, study: Study) -> None:
    damaged, wrong_class, good = Instance.objects.order_by("pk")
    file = archive_folder() / damaged.path
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    references = [
        (good.sop_class_uid, good.sop_instance_uid),
        (damaged.sop_class_uid, damaged.sop_instance_uid),
        ("1.2.840.10008.5.1.4.1.1.4", wrong_class.sop_instance_uid),
        (CTImageStorage, "1.2.3"),
    ]
    _status, ((kind, report),) = commit(dicom, references, stay=True)
    assert kind == 2
    assert [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence] == [good.sop_instance_uid]
    assert [item.FailureReason for item in report.FailedSOPSequence] == [0x0110, 0x0119, 0x0112]


def test_a_peer_that_left_is_called(dicom: DicomServer, study: Study) -> None:
    held = [(row.sop_class_uid, row.sop_instance_uid) for row in Instance.objects.all()]
    commit(dicom, held, stay=False)
    reports: list[int] = []
    ae = AE("CT1")
    ae.add_supported_context(StorageCommitmentPushModel, scu_role=True, scp_role=True)
    port = free_port()

    def take(event: evt.Event) -> tuple[int, None]:
        reports.append(event.event_type)
        return 0, None

    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_N_EVENT_REPORT, take)])
    RemoteNode.objects.create(ae_title="CT1", host="127.0.0.1", port=port, may_commit=True)
    CommitmentRequest.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
    assert due_commitments_answer() == 1
    server.shutdown()
    assert reports == [1]
    assert CommitmentRequest.objects.get().state == "answered"


def test_a_peer_that_is_away_is_tried_again(dicom: DicomServer, study: Study) -> None:
    commit(dicom, [(CTImageStorage, "1.2.3")], stay=False)
    RemoteNode.objects.create(ae_title="CT1", host="127.0.0.1", port=free_port())
    CommitmentRequest.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
    assert due_commitments_answer() == 0
    request = CommitmentRequest.objects.get()
    assert (request.state, request.attempts) == ("checked", 1)
    assert "CT1" in request.error
