"""A person decides about images, and can take it back. Not covered: pages and REST (test_pages.py)."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Decision, Instance, IntegrityCase, MatchState, Study
from imaging.archive.pictures.pixels import frame_read, metadata_of
from imaging.archive.queue.asking import decisions_for
from imaging.archive.queue.services import case_reopen, case_resolve
from imaging.archive.scratch import archive_folder
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.dimse.models import RemoteNode
from imaging.routing.models import TransferItem, TransferJob
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db
FIRST, SECOND = bytes(range(32)), bytes(32)


def receive(ds: Dataset) -> None:
    instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")


@pytest.fixture
def unmatched() -> IntegrityCase:
    receive(ct_slice(PatientID="unknown"))
    return IntegrityCase.objects.get()


@pytest.fixture
def two_contents() -> IntegrityCase:
    ds = ct_slice()
    receive(ds)
    ds.PixelData = SECOND
    receive(ds)
    return IntegrityCase.objects.get(kind="content")


def test_link_to_an_exam_and_take_it_back(unmatched: IntegrityCase) -> None:
    people.ct1()
    exam = order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()
    case_resolve(user=people.technologist(), case=unmatched, decision=Decision.LINK, exam=exam)
    study = Study.objects.get()
    assert (study.exam, study.match_state, study.patient_id) == (exam, MatchState.MATCHED, "unknown")
    assert exam.events.filter(kind="images_matched", user=people.technologist()).exists()
    case_reopen(user=people.technologist(), case=unmatched)
    study.refresh_from_db()
    assert (study.exam, study.match_state) == (None, MatchState.UNMATCHED)
    assert [row.act for row in AuditEvent.objects.filter(act__startswith="archive").order_by("pk")] == ["archive.decide", "archive.reopen"]


def test_keep_apart(unmatched: IntegrityCase) -> None:
    case_resolve(user=people.pacs_admin(), case=unmatched, decision=Decision.APART, reason="teaching")
    assert Study.objects.get().match_state == MatchState.APART


def test_the_second_takes_the_place_of_the_first_and_gives_it_back(two_contents: IntegrityCase) -> None:
    case_resolve(user=people.pacs_admin(), case=two_contents, decision=Decision.ACCEPT_SECOND)
    assert frame_read(Instance.objects.get(), 1) == SECOND
    case_reopen(user=people.pacs_admin(), case=two_contents)
    assert frame_read(Instance.objects.get(), 1) == FIRST


def test_keep_the_first(two_contents: IntegrityCase) -> None:
    case_resolve(user=people.pacs_admin(), case=two_contents, decision=Decision.DISCARD_SECOND)
    assert frame_read(Instance.objects.get(), 1) == FIRST
    assert not IntegrityCase.objects.filter(kind="content", resolved_at=None).exists()


def test_deciding_twice_is_said(unmatched: IntegrityCase) -> None:
    case_resolve(user=people.pacs_admin(), case=unmatched, decision=Decision.APART)
    with pytest.raises(WrongState):
        case_resolve(user=people.technologist(), case=unmatched, decision=Decision.APART)


@pytest.mark.parametrize("decision", [Decision.ACCEPT_SECOND, Decision.LINK])
def test_a_decision_has_to_fit(unmatched: IntegrityCase, decision: Decision) -> None:
    with pytest.raises(InvalidInput):
        case_resolve(user=people.pacs_admin(), case=unmatched, decision=decision)


def test_who_may_not(unmatched: IntegrityCase) -> None:
    for person in (people.front_desk(), people.radiologist(), people.auditor()):
        with pytest.raises(Forbidden):
            case_resolve(user=person, case=unmatched, decision=Decision.APART)


@pytest.fixture
def corrected() -> list[IntegrityCase]:
    """A study whose patient number was corrected at the scanner after the first image: each later image waits."""
    first = ct_slice(PatientID="wrong")
    receive(first)
    for number in range(3):
        receive(ct_slice(StudyInstanceUID=first.StudyInstanceUID, SeriesInstanceUID=generate_uid(), InstanceNumber=number + 2))
    return list(IntegrityCase.objects.filter(kind="mixed").order_by("pk"))


def test_an_object_of_another_patient_cannot_take_the_firsts_place(corrected: list[IntegrityCase]) -> None:
    with pytest.raises(InvalidInput):
        case_resolve(user=people.pacs_admin(), case=corrected[0], decision=Decision.ACCEPT_SECOND)


def test_the_same_patient_after_all_is_taken_in_with_all_alike_and_taken_out_again(corrected: list[IntegrityCase]) -> None:
    study = Study.objects.get()
    case_resolve(user=people.pacs_admin(), case=corrected[0], decision=Decision.ADD_SECOND, alike=True)
    study.refresh_from_db()
    assert (study.instance_count, study.series_count, study.patient_id) == (4, 4, "wrong")
    assert not IntegrityCase.objects.filter(kind="mixed", resolved_at=None).exists()
    for instance in Instance.objects.all():
        assert frame_read(instance, 1) == FIRST
        assert metadata_of(instance)["00080018"]["Value"] == [instance.sop_instance_uid]
    later = ct_slice(StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=generate_uid())
    receive(later)
    assert Instance.objects.filter(sop_instance_uid=later.SOPInstanceUID).exists()
    case_reopen(user=people.pacs_admin(), case=corrected[1])
    study.refresh_from_db()
    assert (study.instance_count, study.series_count, Instance.objects.count()) == (2, 2, 2)
    assert IntegrityCase.objects.filter(kind="mixed", resolved_at=None).count() == 3
    assert all((archive_folder() / case.quarantine_path).is_file() for case in corrected)


def test_one_alone_can_be_decided(corrected: list[IntegrityCase]) -> None:
    case_resolve(user=people.pacs_admin(), case=corrected[1], decision=Decision.DISCARD_SECOND)
    assert IntegrityCase.objects.filter(kind="mixed", resolved_at=None).count() == 2


def test_what_has_been_used_is_not_taken_out(corrected: list[IntegrityCase]) -> None:
    case_resolve(user=people.pacs_admin(), case=corrected[0], decision=Decision.ADD_SECOND)
    node = RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=1, is_destination=True)
    job = TransferJob.objects.create(kind="send", study=Study.objects.get(), node=node)
    TransferItem.objects.create(job=job, instance=Instance.objects.order_by("-pk")[0])
    with pytest.raises(Conflict):
        case_reopen(user=people.pacs_admin(), case=corrected[0])
    assert Study.objects.get().instance_count == Instance.objects.count() == 2


def test_a_lost_second_file_is_said_and_stops_no_other(corrected: list[IntegrityCase]) -> None:
    (archive_folder() / corrected[1].quarantine_path).unlink()
    with pytest.raises(Conflict):
        case_resolve(user=people.pacs_admin(), case=corrected[1], decision=Decision.ADD_SECOND)
    case_resolve(user=people.pacs_admin(), case=corrected[0], decision=Decision.ADD_SECOND, alike=True)
    assert list(IntegrityCase.objects.filter(kind="mixed", resolved_at=None)) == [corrected[1]]


def test_the_same_uid_in_another_series_can_only_be_kept_out() -> None:
    ds = ct_slice()
    receive(ds)
    ds.SeriesInstanceUID = generate_uid()
    receive(ds)
    assert decisions_for(IntegrityCase.objects.get(kind="series")) == [Decision.DISCARD_SECOND]
