"""Transfers to real nodes over sockets. Not covered: Celery itself (the suite runs tasks in place), several workers on several hosts."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pydicom.uid import CTImageStorage, generate_uid
from pynetdicom import AE, evt

from imaging.archive.corrections.reject import images_reject
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.thumbnails import thumbnail_path
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.orders.models import Exam
from imaging.routing.lease import job_claim
from imaging.routing.models import ItemState, TransferItem, TransferJob, TransferState
from imaging.routing.running import due_transfers_ring, transfer_run
from imaging.routing.services import transfer_cancel, transfer_retry, transfer_send, transfer_thumbnails
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.archive.intake.test_races import together
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head
from tests.interop.dicom_server import PAUSE
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)
IMAGES = 4


class Receiver:
    """A node that takes CT; it can be told to refuse."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.answer: Callable[[int], int] = lambda number: 0

    def take(self, event: evt.Event) -> int:
        status = self.answer(len(self.got))
        self.got.append(str(event.request.AffectedSOPInstanceUID))
        return status


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    port, found = free_port(), Receiver()
    ae = AE("ELSEWHERE")
    ae.add_supported_context(CTImageStorage)
    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, found.take)])
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=port, is_destination=True)
    yield found
    server.shutdown()


@pytest.fixture
def exam() -> Exam:
    people.ct1()
    return order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()


@pytest.fixture
def study(exam: Exam) -> Study:
    series = generate_uid()
    for number in range(1, IMAGES + 1):
        ds = ct_slice(StudyInstanceUID=exam.study_instance_uid, SeriesInstanceUID=series, InstanceNumber=number)
        instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    return Study.objects.get()


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bell is lost: rows wait until somebody looks."""
    monkeypatch.setattr("imaging.routing.services.ring", lambda *_: None)


def node() -> RemoteNode:
    return RemoteNode.objects.get(ae_title="ELSEWHERE")


def send(study: Study) -> TransferJob:
    job = transfer_send(study=study, node=node(), user=people.radiologist())
    job.refresh_from_db()
    return job


def make_due(*jobs: TransferJob) -> None:
    """Time goes by: what is tried again later is due, and a node that rests has rested long enough."""
    past = timezone.now() - dt.timedelta(seconds=1)
    TransferJob.objects.filter(pk__in=[job.pk for job in jobs]).update(next_attempt_at=past)
    NodeLine.objects.filter(next_try_at__isnull=False).update(next_try_at=past)


def test_a_study_is_sent_and_told(receiver: Receiver, study: Study, exam: Exam) -> None:
    job = send(study)
    assert (job.state, job.total, job.done, job.failed) == (TransferState.DONE, IMAGES, IMAGES, 0)
    assert sorted(receiver.got) == sorted(Instance.objects.values_list("sop_instance_uid", flat=True))
    assert exam.events.get(kind="sent").params == {"ae_title": "ELSEWHERE", "images": IMAGES}


def test_a_lost_bell_loses_nothing(receiver: Receiver, study: Study, silent: None) -> None:
    job = send(study)
    assert job.state == TransferState.QUEUED
    assert due_transfers_ring() == 1
    job.refresh_from_db()
    assert job.state == TransferState.DONE


def test_a_refused_object_is_named_and_can_be_tried_again(receiver: Receiver, study: Study) -> None:
    receiver.answer = lambda number: 0xA900 if number == 1 else 0
    job = send(study)
    assert (job.state, job.done, job.failed) == (TransferState.FAILED, IMAGES - 1, 1)
    assert TransferItem.objects.get(state=ItemState.FAILED).error.startswith("A900")
    receiver.answer, receiver.got = (lambda number: 0), []
    transfer_retry(job=job, user=people.radiologist())
    job.refresh_from_db()
    assert (job.state, job.done) == (TransferState.DONE, IMAGES)
    assert len(receiver.got) == 1


def test_a_full_receiver_is_tried_later_and_goes_on_where_it_was(receiver: Receiver, study: Study) -> None:
    receiver.answer = lambda number: 0xA700 if number == 2 else 0
    job = send(study)
    assert job.state == TransferState.RETRYING
    assert job.next_attempt_at > timezone.now()
    assert "no room" in job.error
    receiver.answer, receiver.got = (lambda number: 0), []
    make_due(job)
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (TransferState.DONE, IMAGES)
    assert len(receiver.got) == IMAGES - 2


def test_a_node_that_is_away_rests_with_growing_pauses_and_costs_no_attempts(study: Study, exam: Exam, silent: None) -> None:
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_destination=True)
    job = send(study)
    pauses = []
    for _ in range(3):
        make_due(job)
        due_transfers_ring()
        job.refresh_from_db()
        pauses.append(NodeLine.objects.get().next_try_at - timezone.now())
        assert (job.state, job.attempts) == (TransferState.RETRYING, 0)
        assert due_transfers_ring() == 0
    assert pauses == sorted(pauses)
    assert pauses[2] > dt.timedelta(seconds=30)
    assert "does not answer" in NodeLine.objects.get().error


def test_what_waited_for_a_node_too_long_fails_and_is_told(study: Study, exam: Exam) -> None:
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_destination=True)
    job = send(study)
    assert job.expires_at > timezone.now() + dt.timedelta(days=2)
    TransferJob.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    due_transfers_ring()
    job.refresh_from_db()
    assert job.state == TransferState.FAILED
    assert exam.events.get(kind="send_failed").params["ae_title"] == "ELSEWHERE"


def test_a_killed_workers_transfer_is_taken_over(receiver: Receiver, study: Study, silent: None) -> None:
    job = send(study)
    assert job_claim(job.pk) is not None
    assert job_claim(job.pk) is None
    transfer_run(pk=job.pk)
    assert receiver.got == []
    TransferItem.objects.filter(job=job).order_by("pk")[:2]
    for item in job.items.order_by("pk")[:2]:
        TransferItem.objects.filter(pk=item.pk).update(state=ItemState.DONE)
    TransferJob.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    due_transfers_ring()
    job.refresh_from_db()
    assert (job.state, job.done) == (TransferState.DONE, IMAGES)
    assert len(receiver.got) == IMAGES - 2


def test_cancel_while_it_waits_and_retry(receiver: Receiver, study: Study, silent: None) -> None:
    job = transfer_cancel(job=send(study), user=people.radiologist())
    assert job.state == TransferState.CANCELLED
    assert due_transfers_ring() == 0
    with pytest.raises(WrongState):
        transfer_cancel(job=job, user=people.radiologist())
    assert transfer_retry(job=job, user=people.radiologist()).state == TransferState.QUEUED


def test_cancel_while_it_runs(receiver: Receiver, study: Study, silent: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.routing.progress.NOTE_SECONDS", 0)
    job = send(study)

    def cancel(number: int) -> int:
        TransferJob.objects.filter(pk=job.pk).update(cancel_requested=True)
        return 0

    receiver.answer = cancel
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert job.state == TransferState.CANCELLED
    assert len(receiver.got) == 1


def test_one_stopped_while_its_node_is_away_is_not_tried_again(study: Study, silent: None) -> None:
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_destination=True)
    job = send(study)
    TransferJob.objects.filter(pk=job.pk).update(cancel_requested=True)
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, due_transfers_ring()) == (TransferState.CANCELLED, 0)


@pytest.mark.parametrize(
    ("fault", "state", "attempts"),
    [(RuntimeError("of ours"), TransferState.RETRYING, 1), (SoftTimeLimitExceeded(), TransferState.QUEUED, 0)],
)
def test_whatever_goes_wrong_another_worker_goes_on_where_it_was(
    receiver: Receiver, study: Study, silent: None, monkeypatch: pytest.MonkeyPatch, fault: Exception, state: str, attempts: int
) -> None:
    job = send(study)
    with monkeypatch.context() as broken:
        broken.setattr("imaging.routing.progress.Progress.step", lambda _progress: (_ for _ in ()).throw(fault))
        transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.leased_until, len(receiver.got)) == (state, attempts, None, 1)
    assert "of ours" not in job.error
    make_due(job)
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, len(receiver.got)) == (TransferState.DONE, IMAGES, IMAGES)


def test_a_large_object_on_a_slow_line_is_waited_for_and_not_taken_over(
    receiver: Receiver, study: Study, silent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imaging.dimse.scu.store.REQUEST_SECONDS", 0.2)
    monkeypatch.setattr("imaging.dimse.scu.store.SLOWEST_BYTES_A_SECOND", 1)
    job = send(study)
    held: list[dt.timedelta] = []

    def late(_number: int) -> int:
        PAUSE.wait(0.5)
        held.append(TransferJob.objects.get().leased_until - timezone.now())
        return 0

    receiver.answer = late
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, len(receiver.got)) == (TransferState.DONE, IMAGES)
    assert min(held) > dt.timedelta(seconds=Instance.objects.order_by("size_bytes")[0].size_bytes)


def test_two_who_ask_at_once_send_once(receiver: Receiver, study: Study, silent: None) -> None:
    raised = together(*[lambda: transfer_send(study=study, node=node())] * 4)
    assert TransferJob.objects.count() == 1
    assert [type(error) for error in raised] == [Conflict] * 3


def test_who_may_send_and_stop(receiver: Receiver, study: Study, silent: None) -> None:
    with pytest.raises(Forbidden):
        transfer_send(study=study, node=node(), user=people.front_desk())
    job = send(study)
    with pytest.raises(Forbidden):
        transfer_cancel(job=job, user=people.technologist())
    assert transfer_cancel(job=job, user=people.pacs_admin()).state == TransferState.CANCELLED


def test_the_same_study_is_not_sent_twice_at_once(receiver: Receiver, study: Study, silent: None) -> None:
    send(study)
    with pytest.raises(Conflict):
        send(study)


def test_a_node_that_receives_nothing_is_said(receiver: Receiver, study: Study) -> None:
    RemoteNode.objects.update(is_destination=False)
    with pytest.raises(InvalidInput):
        send(study)


def test_small_pictures_are_ready(study: Study) -> None:
    job = transfer_thumbnails(study=study)
    job.refresh_from_db()
    assert (job.state, job.total, job.done) == (TransferState.DONE, 1, 1)
    assert any(thumbnail_path(instance, 1).is_file() for instance in Instance.objects.all())


def test_why_it_failed_is_told_in_each_readers_language(study: Study, exam: Exam, silent: None) -> None:
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=free_port(), is_destination=True)
    with override("zh-hans"):  # as a worker in another language
        job = send(study)
        due_transfers_ring()
    TransferJob.objects.update(expires_at=timezone.now() - dt.timedelta(hours=1))
    job.refresh_from_db()
    client = Client()
    client.force_login(people.radiologist())
    told = {"en": "does not answer", "zh-hans": "无应答"}
    for language, words in told.items():
        client.cookies["django_language"] = language
        for address in (f"/transfers/{job.pk}/", "/transfers/rows/", f"/api/transfers/{job.pk}/"):
            assert words in client.get(address).content.decode()
    with override("zh-hans"):
        due_transfers_ring()
    job.refresh_from_db()
    params = exam.events.get(kind="send_failed").params
    assert (job.state, job.why) == (TransferState.FAILED, "ELSEWHERE has not answered in all this time.")
    assert (params["error"], params["error_zh"] == params["error"]) == (job.why, False)


def test_why_an_object_was_not_taken_is_told_in_each_readers_language(receiver: Receiver, study: Study, silent: None) -> None:
    job = send(study)
    images_reject(study=study, instances=list(Instance.objects.all()), code="113001", reason="", user=people.pacs_admin())
    with override("zh-hans"):
        due_transfers_ring()
    item = job.items.first()
    assert item is not None
    assert item.why == "rejected since this was asked for"
    TransferItem.objects.filter(pk=item.pk).update(error="被拒用", error_values=None)  # as an older release kept it
    item.refresh_from_db()
    assert item.why == "被拒用"
