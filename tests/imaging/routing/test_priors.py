"""Earlier studies of other archives: which are relevant, fetching them ahead, and looking for them on demand, over real sockets.

Not covered: archives that answer wrongly (tests/interop), the dialog in a browser.
"""

# ruff: noqa: F811  fixtures of another module

import datetime as dt
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind, StudyRootQueryRetrieveInformationModelMove

from imaging.access.models import AuditEvent
from imaging.archive.models import MatchState, Study
from imaging.common.errors import Conflict, Forbidden, InvalidInput
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.query import RemoteStudy
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.routing.models import TransferJob, TransferKind, TransferState
from imaging.routing.priors import archives, look_elsewhere, priors_chosen
from imaging.routing.relevance import is_relevant, regions_of
from imaging.routing.running import due_transfers_ring
from imaging.routing.services import transfer_fetch, transfer_prefetch
from tests import people
from tests.imaging.archive.objects import ct_slice
from tests.imaging.routing.test_transfers import IMAGES, exam, silent, study  # noqa: F401  fixtures
from tests.interop.dicom_server import dicom  # noqa: F401  a fixture
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)


def test_which_priors_are_worth_fetching(exam: Exam) -> None:
    this_year = timezone.localdate().strftime("%Y%m%d")
    offered = [
        RemoteStudy("1.2.1", this_year, ("CT",), "Abdomen"),
        RemoteStudy("1.2.2", this_year, ("MR",), "Head MR"),
        RemoteStudy("1.2.3", this_year, ("US",), "Thyroid"),
        RemoteStudy("1.2.4", "19990101", ("CT",), "Head"),
        RemoteStudy(exam.study_instance_uid, this_year, ("CT",), "Head"),
    ]
    assert {study.study_instance_uid for study in priors_chosen(exam, offered)} == {"1.2.1", "1.2.2"}


def test_priors_that_we_hold_count_among_the_newest(study: Study, exam: Exam, settings: LazySettings) -> None:
    settings.PRIORS_MOST = 1
    Study.objects.update(study_instance_uid="1.2.9")
    today = timezone.localdate()
    last_year = (today - dt.timedelta(days=300)).strftime("%Y%m%d")
    offered = [RemoteStudy("1.2.8", last_year, ("CT",), "Head", 3), RemoteStudy("1.2.9", today.strftime("%Y%m%d"), ("CT",), "Head", IMAGES)]
    assert priors_chosen(exam, offered) == []


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("CT HEAD", {"head"}),
        ("颅脑MR平扫", {"head"}),
        ("Hippocampus volumetry", set()),
        ("Mediastinum", {"chest"}),
        ("CT chest and abdomen", {"chest", "abdomen"}),
        ("", set()),
    ],
)
def test_regions_are_recognised_by_words_in_both_languages(text: str, regions: set[str]) -> None:
    assert regions_of(text) == regions


def test_a_like_modality_or_the_same_region_is_relevant() -> None:
    dx = {"modality": "DX", "regions": frozenset({"chest"})}
    assert is_relevant(**dx, other_modalities=("CR",), other_text="Hand")
    assert is_relevant(**dx, other_modalities=("CT",), other_text="Thorax")
    assert not is_relevant(**dx, other_modalities=("MR",), other_text="Knee")


def test_the_same_number_with_another_birth_date_is_somebody_else(exam: Exam) -> None:
    old = (timezone.localdate() - dt.timedelta(days=200)).strftime("%Y%m%d")
    prior = ct_slice(StudyDate=old, StudyDescription="CT head", ModalitiesInStudy="CT", PatientBirthDate="19010101")
    source = old_archive(prior, free_port())
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=source.server_address[1], holds_priors=True)
    (job,) = transfer_prefetch(exam=exam)
    source.shutdown()
    job.refresh_from_db()
    assert (job.state, job.total) == (TransferState.DONE, 0)


def test_nothing_is_fetched_for_an_exam_that_is_over(exam: Exam, silent: None) -> None:
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=free_port(), holds_priors=True)
    (job,) = transfer_prefetch(exam=exam)
    Exam.objects.update(state=ExamState.CANCELLED)
    due_transfers_ring()
    job.refresh_from_db()
    assert job.state == TransferState.CANCELLED


def test_a_prior_that_broke_off_is_fetched_again(study: Study, exam: Exam) -> None:
    Study.objects.update(study_instance_uid="1.2.9")
    today = timezone.localdate().strftime("%Y%m%d")
    for count, chosen in ((IMAGES + 1, {"1.2.9"}), (IMAGES, set()), (None, set())):
        offered = [RemoteStudy("1.2.9", today, ("CT",), "Head", count)]
        assert {study.study_instance_uid for study in priors_chosen(exam, offered)} == chosen


def test_priors_are_asked_for_with_the_order_and_again_when_the_patient_comes_much_later(exam: Exam, silent: None) -> None:
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=free_port(), holds_priors=True)
    (job,) = transfer_prefetch(exam=exam)
    assert transfer_prefetch(exam=exam) == []
    TransferJob.objects.update(state=TransferState.DONE)
    assert transfer_prefetch(exam=exam) == []
    TransferJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - dt.timedelta(days=3))
    assert len(transfer_prefetch(exam=exam)) == 1


def test_priors_are_fetched_from_the_node_that_holds_them(dicom: DicomServer, exam: Exam) -> None:
    old = (timezone.localdate() - dt.timedelta(days=200)).strftime("%Y%m%d")
    prior = ct_slice(StudyDate=old, StudyDescription="CT head", ModalitiesInStudy="CT")
    source = old_archive(prior, dicom.port)
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=source.server_address[1], holds_priors=True, may_store=True)
    (job,) = transfer_prefetch(exam=exam)
    source.shutdown()
    job.refresh_from_db()
    assert (job.kind, job.state, job.done, job.error) == (TransferKind.PREFETCH, TransferState.DONE, 1, "")
    study = Study.objects.get(study_instance_uid=prior.StudyInstanceUID)
    assert (study.matched_patient, study.match_state) == (exam.patient, MatchState.PATIENT)


def old_archive(prior: Dataset, our_port: int):  # type: ignore[no-untyped-def]
    """Another archive with one study; it answers C-FIND and moves to us."""

    def find(event: evt.Event):  # type: ignore[no-untyped-def]
        answer = Dataset()
        for keyword in ("StudyInstanceUID", "StudyDate", "StudyDescription", "ModalitiesInStudy", "PatientID", "PatientBirthDate"):
            setattr(answer, keyword, prior.get(keyword))
        answer.QueryRetrieveLevel = "STUDY"
        yield 0xFF00, answer

    def move(event: evt.Event):  # type: ignore[no-untyped-def]
        yield "127.0.0.1", our_port
        yield 1
        yield 0xFF00, prior

    ae = AE("OLDPACS")
    ae.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
    ae.add_supported_context(StudyRootQueryRetrieveInformationModelMove)
    ae.add_requested_context(CTImageStorage)
    handlers = [(evt.EVT_C_FIND, find), (evt.EVT_C_MOVE, move)]
    return ae.start_server(("127.0.0.1", free_port()), block=False, evt_handlers=handlers)


@pytest.fixture
def old_pacs(dicom: DicomServer, exam: Exam) -> Any:
    """Another archive that holds one relevant study of the exam's patient."""
    old = (timezone.localdate() - dt.timedelta(days=200)).strftime("%Y%m%d")
    prior = ct_slice(StudyDate=old, StudyDescription="CT head", ModalitiesInStudy="CT")
    source = old_archive(prior, dicom.port)
    port = source.server_address[1]
    yield RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=port, holds_priors=True, may_store=True), prior
    source.shutdown()


def test_looking_in_other_archives_and_fetching_what_is_there(old_pacs: Any, exam: Exam) -> None:
    node, prior = old_pacs
    client, address = Client(), f"/exams/{exam.accession_number}/elsewhere/"
    client.force_login(people.radiologist())
    assert prior.StudyDescription in client.get(address).content.decode()
    answer = client.post(address, {"node": node.ae_title, "study": prior.StudyInstanceUID})
    job = TransferJob.objects.get(kind=TransferKind.FETCH)
    assert (answer.url, job.state, job.done, job.total) == (f"/transfers/{job.pk}/", TransferState.DONE, 1, 1)
    assert Study.objects.filter(study_instance_uid=prior.StudyInstanceUID).exists()
    assert "here already" in client.get(address).content.decode()
    acts = set(AuditEvent.objects.filter(patient_number=exam.patient.number).values_list("act", flat=True))
    assert {"transfer.look_elsewhere", "transfer.fetch"} <= acts
    assert f"/transfers/{job.pk}/" in client.get(f"/exams/{exam.accession_number}/transfers/").content.decode()


def test_a_study_that_is_not_this_patients_there_is_not_fetched(old_pacs: Any, exam: Exam) -> None:
    job = transfer_fetch(exam=exam, node=old_pacs[0], study_instance_uid="1.2.3", user=people.radiologist())
    job.refresh_from_db()
    assert (job.state, "no such study" in job.error) == (TransferState.FAILED, True)


def test_who_may_fetch_what_and_once(old_pacs: Any, exam: Exam, silent: None) -> None:
    node, reader = old_pacs[0], people.radiologist()
    with pytest.raises(Forbidden):
        transfer_fetch(exam=exam, node=node, study_instance_uid="1.2.3", user=people.clinician())
    with pytest.raises(InvalidInput):
        transfer_fetch(exam=exam, node=node, study_instance_uid="*", user=reader)
    transfer_fetch(exam=exam, node=node, study_instance_uid="1.2.3", user=reader)
    with pytest.raises(Conflict):
        transfer_fetch(exam=exam, node=node, study_instance_uid="1.2.3", user=reader)
    node.holds_priors = False
    with pytest.raises(InvalidInput):
        transfer_fetch(exam=exam, node=node, study_instance_uid="1.2.4", user=reader)


def test_archives_that_are_away_are_told_beside_those_that_answer(old_pacs: Any, exam: Exam) -> None:
    RemoteNode.objects.create(ae_title="GONE", host="127.0.0.1", port=free_port(), holds_priors=True)
    gone, there = look_elsewhere(exam.patient, archives())
    assert ("does not answer" in gone.error, len(there.lacking), there.error) == (True, 1, "")


def test_a_protected_patient_is_looked_for_by_nobody_who_may_not_know(old_pacs: Any, exam: Exam) -> None:
    exam.patient.is_protected = True
    exam.patient.save()
    client = Client()
    client.force_login(people.radiologist())
    assert client.get(f"/exams/{exam.accession_number}/elsewhere/").status_code == 404
    assert client.get(f"/api/exams/{exam.accession_number}/elsewhere/").status_code == 404


def test_over_rest(old_pacs: Any, exam: Exam) -> None:
    client, address = Client(), f"/api/exams/{exam.accession_number}/elsewhere/"
    client.force_login(people.radiologist())
    (found,) = client.get(address).json()["results"]
    (there,) = found["lacking"]
    values = {"node": found["node"], "study_instance_uid": there["study_instance_uid"]}
    answer = client.post(address, values, content_type="application/json")
    assert (answer.status_code, answer.json()["kind"]) == (202, "fetch")


def test_a_resident_follows_what_they_fetch(old_pacs: Any, exam: Exam) -> None:
    client = Client()
    client.force_login(people.resident())
    answer = client.post(f"/exams/{exam.accession_number}/elsewhere/", {"node": "OLDPACS", "study": old_pacs[1].StudyInstanceUID})
    assert client.get(answer.url).status_code == 200
    assert answer.url in client.get(f"/exams/{exam.accession_number}/transfers/").content.decode()


def test_beside_an_exam_there_is_nothing_where_nothing_can_be_sent_or_asked(exam: Exam) -> None:
    client, address = Client(), f"/exams/{exam.accession_number}/transfers/"
    client.force_login(people.pacs_admin())
    Study.objects.all().delete()
    assert client.get(address).content.strip() == b""
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=104, holds_priors=True)
    assert b"Look in other archives" in client.get(address).content
