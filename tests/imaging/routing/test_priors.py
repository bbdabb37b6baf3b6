"""Earlier studies of other archives: which are relevant, and fetching them ahead, over real sockets.

Not covered: archives that answer wrongly (tests/interop), looking on demand (test_elsewhere.py).
"""

# ruff: noqa: F811  fixtures of another module

import datetime as dt

import pytest
from django.conf import LazySettings
from django.utils import timezone
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind, StudyRootQueryRetrieveInformationModelMove

from imaging.archive.models import MatchState, Study
from imaging.archive.relevance import is_relevant, regions_of
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.query import RemoteStudy
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.routing.models import TransferJob, TransferKind, TransferState
from imaging.routing.priors import priors_chosen
from imaging.routing.running import due_transfers_ring
from imaging.routing.services import transfer_prefetch
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
