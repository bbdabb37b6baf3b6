"""C-MOVE as a lasting job, commitment asked of others, and notifications, all with pynetdicom at the other end.

Not covered: a Celery worker as a process of its own (tests/interop/test_kill.py kills one).
"""

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import (
    InstanceAvailabilityNotification,
    StorageCommitmentPushModel,
    StudyRootQueryRetrieveInformationModelMove,
)

from imaging.archive.arrivals import arrivals_note
from imaging.archive.models import Instance, Study
from imaging.dimse.models import RemoteNode
from imaging.dimse.moving import Move
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from imaging.routing.lease import job_claim
from imaging.routing.models import ItemState, TransferJob, TransferKind, TransferState
from imaging.routing.moves import move_begin
from imaging.routing.running import due_transfers_ring, transfer_run
from imaging.routing.services import transfer_send
from tests import people
from tests.imaging.routing.test_transfers import IMAGES, exam, make_due, study  # noqa: F401  fixtures
from tests.interop.dicom_server import dialled, dicom  # noqa: F401  a fixture
from tests.interop.test_retrieve import move, storage_node
from tests.services import free_port, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
WELL_KNOWN = "1.2.840.10008.1.20.1.1"


def jobs(kind: TransferKind) -> TransferJob:
    return TransferJob.objects.get(kind=kind)


def test_a_move_is_a_transfer_that_is_kept(dicom: DicomServer, study: Study) -> None:  # noqa: F811
    with storage_node() as (_node, got):
        assert move(dicom, study, "ELSEWHERE")[-1].Status == 0
    job = jobs(TransferKind.MOVE)
    assert (job.state, job.done, job.total, job.asked_by_ae_title) == (TransferState.DONE, IMAGES, IMAGES, "READER")
    assert len(got) == IMAGES
    client = Client()
    client.force_login(people.pacs_admin())
    assert "READER" in client.get("/transfers/").content.decode()
    assert "READER" in client.get(f"/transfers/{job.pk}/").content.decode()


def test_who_asked_is_named_to_the_destination_and_urgent_goes_first(study: Study) -> None:  # noqa: F811
    node = RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_destination=True)
    instances = list(Instance.objects.select_related("series__study"))
    low, high = (move_begin(Move(node, instances, "READER", 7, priority)) for priority in (2, 1))
    due = list(TransferJob.objects.order_by("priority", "pk").values_list("pk", flat=True))
    assert due == [high, low]


def test_what_a_killed_process_began_is_finished_by_a_worker(study: Study) -> None:  # noqa: F811
    originators: list[tuple[Any, Any]] = []

    def take(event: evt.Event) -> int:
        originators.append((event.request.MoveOriginatorApplicationEntityTitle, event.request.MoveOriginatorMessageID))
        return 0

    with node_with([(evt.EVT_C_STORE, take)], CTImageStorage) as node:
        key = move_begin(Move(node, list(Instance.objects.select_related("series__study")), "READER", 7, 0))
        assert job_claim(key) is not None
        first = TransferJob.objects.get(pk=key).items.order_by("pk").first()
        assert first is not None
        first.state = ItemState.DONE
        first.save()
        TransferJob.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
        due_transfers_ring()
    assert jobs(TransferKind.MOVE).state == TransferState.DONE
    assert originators == [("READER", 7)] * (IMAGES - 1)


def test_a_move_that_failed_is_tried_again_and_never_told_as_done(dicom: DicomServer, study: Study) -> None:  # noqa: F811
    with storage_node(status=0xA700) as (node, _got):
        final = move(dicom, study, "ELSEWHERE")[-1]
        assert (final.Status, final.NumberOfFailedSuboperations) == (0xA702, IMAGES)
        port = node.port
    job = jobs(TransferKind.MOVE)
    assert job.state == TransferState.RETRYING
    with node_with([(evt.EVT_C_STORE, lambda event: 0)], CTImageStorage, port=port, make=False):
        make_due(*TransferJob.objects.all())
        due_transfers_ring()
    job.refresh_from_db()
    assert (job.state, job.done) == (TransferState.DONE, IMAGES)


def test_a_destination_that_comes_back_while_the_peer_waits(dicom: DicomServer, study: Study, settings: LazySettings) -> None:  # noqa: F811
    settings.DICOM_MOVE_WAIT_SECONDS = 60
    port = free_port()
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=port, is_destination=True)
    ae = AE("READER")
    ae.add_requested_context(StudyRootQueryRetrieveInformationModelMove)
    assoc = dialled(ae, dicom.port)
    ds = Dataset()
    ds.QueryRetrieveLevel, ds.StudyInstanceUID = "STUDY", study.study_instance_uid
    answers = assoc.send_c_move(ds, "ELSEWHERE", StudyRootQueryRetrieveInformationModelMove)
    first, _identifier = next(answers)
    assert (first.Status, first.NumberOfRemainingSuboperations) == (0xFF00, IMAGES)
    until_retrying()
    with node_with([(evt.EVT_C_STORE, lambda event: 0)], CTImageStorage, port=port, make=False):
        make_due(*TransferJob.objects.all())
        due_transfers_ring()
        final = [status for status, _identifier in answers][-1]
    assoc.release()
    assert (final.Status, final.NumberOfCompletedSuboperations) == (0, IMAGES)


def until_retrying() -> None:
    wait_for(lambda: TransferJob.objects.filter(state=TransferState.RETRYING).exists(), "the first attempt to fail")


@contextlib.contextmanager
def node_with(handlers: list[Any], *classes: str, port: int = 0, make: bool = True, **fields: Any) -> Iterator[RemoteNode]:
    """A node that supports `classes`; `make` sets it up with us as ELSEWHERE."""
    ae, at = AE("ELSEWHERE"), port or free_port()
    for uid in classes:
        ae.add_supported_context(uid)
    server = ae.start_server(("127.0.0.1", at), block=False, evt_handlers=handlers)
    try:
        if make:
            RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=at, is_destination=True, **fields)
        yield RemoteNode.objects.get(ae_title="ELSEWHERE")
    finally:
        server.shutdown()


class Archive:
    """Takes CT and questions for commitment; answers on the same association, on a new one, or not at all."""

    def __init__(self) -> None:
        self.asked: list[Dataset] = []
        self.status = 0

    def handlers(self, answer: Callable[[evt.Event], None] | None = None) -> list[Any]:
        def act(event: evt.Event) -> tuple[int, None]:
            self.asked.append(event.action_information)
            if answer is not None and self.status == 0:
                threading.Thread(target=answer, args=(event,), daemon=True).start()
            return self.status, None

        return [(evt.EVT_C_STORE, lambda event: 0), (evt.EVT_N_ACTION, act)]

    def report(self, *, failed: int = 0, reason: int = 0x0112) -> Dataset:
        told, asked = Dataset(), self.asked[-1]
        told.TransactionUID = asked.TransactionUID
        references = list(asked.ReferencedSOPSequence)
        told.ReferencedSOPSequence = references[failed:]
        if failed:
            told.FailedSOPSequence = references[:failed]
            for item in told.FailedSOPSequence:
                item.FailureReason = reason
        return told


def call_with_report(server: DicomServer, report: Dataset, kind: int = 1, calling: str = "ELSEWHERE") -> int:
    """The archive calls us, as SCP of commitment."""
    ae = AE(calling)
    ae.add_requested_context(StorageCommitmentPushModel)
    role = build_role(StorageCommitmentPushModel, scu_role=False, scp_role=True)
    assoc = dialled(ae, server.port, ext_neg=[role])
    assert assoc.accepted_contexts[0].as_scp
    status = assoc.send_n_event_report(report, kind, StorageCommitmentPushModel, WELL_KNOWN)[0].Status
    assoc.release()
    return int(status)


def send(study: Study) -> None:  # noqa: F811
    transfer_send(study=study, node=RemoteNode.objects.get(ae_title="ELSEWHERE"), user=people.radiologist())


def test_after_sending_the_archive_says_on_the_same_association_what_it_keeps(study: Study, exam: Exam) -> None:  # noqa: F811
    archive = Archive()

    def answer(event: evt.Event) -> None:
        event.assoc.send_n_event_report(archive.report(), 1, StorageCommitmentPushModel, WELL_KNOWN)

    with node_with(archive.handlers(answer), CTImageStorage, StorageCommitmentPushModel, is_asked_for_commitment=True):
        send(study)
    job = jobs(TransferKind.COMMIT)
    assert (job.state, job.done, job.failed) == (TransferState.DONE, IMAGES, 0)
    assert exam.events.get(kind="commitment_received").params == {"ae_title": "ELSEWHERE", "images": IMAGES}


def test_the_archive_calls_later_and_keeps_not_everything(dicom: DicomServer, study: Study, exam: Exam, settings: LazySettings) -> None:  # noqa: F811
    settings.COMMITMENT_STAY_SECONDS = 0
    archive = Archive()
    with node_with(archive.handlers(), CTImageStorage, StorageCommitmentPushModel, is_asked_for_commitment=True):
        send(study)
    job = jobs(TransferKind.COMMIT)
    assert job.state == TransferState.ASKED
    other = archive.report()
    other.TransactionUID = "1.2.3"
    assert call_with_report(dicom, other) == 0x0112
    assert call_with_report(dicom, archive.report(), calling="SOMEBODY") == 0x0112
    assert call_with_report(dicom, archive.report(failed=1), kind=2) == 0
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == (TransferState.FAILED, IMAGES - 1, 1)
    assert "0112" in job.items.get(state=ItemState.FAILED).why
    assert exam.events.filter(kind="commitment_refused").exists()
    assert call_with_report(dicom, archive.report()) == 0
    job.refresh_from_db()
    assert job.state == TransferState.FAILED


def test_an_archive_that_is_silent_is_asked_again_with_a_new_transaction(study: Study, settings: LazySettings) -> None:  # noqa: F811
    settings.COMMITMENT_STAY_SECONDS = 0
    archive = Archive()
    with node_with(archive.handlers(), CTImageStorage, StorageCommitmentPushModel, is_asked_for_commitment=True):
        send(study)
        TransferJob.objects.filter(kind=TransferKind.COMMIT).update(next_attempt_at=timezone.now() - dt.timedelta(seconds=1))
        due_transfers_ring()
        assert len({ds.TransactionUID for ds in archive.asked}) == 2
        archive.status = 0x0110
        TransferJob.objects.filter(kind=TransferKind.COMMIT).update(next_attempt_at=timezone.now() - dt.timedelta(seconds=1))
        due_transfers_ring()
    job = jobs(TransferKind.COMMIT)
    assert job.state == TransferState.RETRYING
    assert "0110" in job.why
    TransferJob.objects.filter(pk=job.pk).update(attempts=10, next_attempt_at=timezone.now() - dt.timedelta(seconds=1))
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, "not answered" in job.error) == (TransferState.FAILED, True)


def test_a_node_that_is_not_asked_may_not_report(dicom: DicomServer, settings: LazySettings) -> None:  # noqa: F811
    settings.DICOM_TRUST_LOOPBACK = False
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", may_commit=True)
    report = Dataset()
    report.TransactionUID, report.ReferencedSOPSequence = "1.2.3", []
    assert call_with_report(dicom, report) == 0x0124


def test_systems_that_want_to_know_are_told_what_is_here(study: Study, settings: LazySettings) -> None:  # noqa: F811
    settings.STUDY_QUIET_SECONDS = 0
    told: list[Dataset] = []

    def create(event: evt.Event) -> tuple[int, Dataset]:
        told.append(event.attribute_list)
        return 0, Dataset()

    with node_with([(evt.EVT_N_CREATE, create)], InstanceAvailabilityNotification, is_told_of_images=True):
        arrivals_note()
        Study.objects.update(has_news=True)
        arrivals_note()
    (notice,) = told
    assert notice.StudyInstanceUID == study.study_instance_uid
    (series,) = notice.ReferencedSeriesSequence
    assert len(series.ReferencedSOPSequence) == IMAGES
    assert {(item.InstanceAvailability, item.RetrieveAETitle) for item in series.ReferencedSOPSequence} == {("ONLINE", "LIGHTBOX")}
    assert jobs(TransferKind.NOTICE).state == TransferState.DONE


def test_a_system_that_is_away_is_told_later(study: Study, settings: LazySettings) -> None:  # noqa: F811
    settings.STUDY_QUIET_SECONDS = 0
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_told_of_images=True)
    arrivals_note()
    assert jobs(TransferKind.NOTICE).state == TransferState.RETRYING


def test_a_protected_patients_images_are_told_to_nobody_who_may_not_see_them(study: Study, settings: LazySettings) -> None:  # noqa: F811
    settings.STUDY_QUIET_SECONDS = 0
    patient = study.matched_patient
    assert patient is not None
    patient.is_protected = True
    patient.save()
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_told_of_images=True)
    arrivals_note()
    assert not TransferJob.objects.filter(kind=TransferKind.NOTICE).exists()
