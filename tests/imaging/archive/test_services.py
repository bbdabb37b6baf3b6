"""A person decides about images, and can take it back. Not covered: pages and REST (test_pages.py)."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent
from imaging.archive.ingest import instance_ingest
from imaging.archive.models import Decision, Instance, IntegrityCase, MatchState, Study
from imaging.archive.pixels import frame_read
from imaging.archive.services import case_reopen, case_resolve
from imaging.common.errors import Forbidden, InvalidInput, WrongState
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


def test_an_object_of_another_patient_can_only_be_kept_out() -> None:
    ds = ct_slice()
    receive(ds)
    receive(ct_slice(StudyInstanceUID=ds.StudyInstanceUID, PatientID="1", SOPInstanceUID=generate_uid()))
    case = IntegrityCase.objects.get(kind="mixed")
    with pytest.raises(InvalidInput):
        case_resolve(user=people.pacs_admin(), case=case, decision=Decision.ACCEPT_SECOND)
