"""Two peers at once, on the database that the suite runs on. Not covered: two hosts."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from pydicom.uid import generate_uid

from imaging.archive.corrections.follow import stragglers_follow
from imaging.archive.corrections.models import Correction, ReceivedName
from imaging.archive.intake.commit_queue import CommitQueue
from imaging.archive.intake.ingest import Commit, instance_ingest, place_then_index
from imaging.archive.models import Instance, IntegrityCase, Series, Study
from imaging.common.errors import WrongState
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.archive.scans import exam_of, relink, scanned, slice_for

pytestmark = pytest.mark.django_db(transaction=True)
PEERS = 6
EACH = 5


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Run `acts` at the same moment; what they raised."""
    start, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture(params=["each its own transaction", "one writer"])
def commit(request: pytest.FixtureRequest) -> Commit:
    if request.param == "each its own transaction":
        return place_then_index
    writer = CommitQueue()
    request.addfinalizer(writer.close)
    return writer.commit


def test_first_images_of_one_study_at_once_make_one_study(commit: Commit) -> None:
    study, series = generate_uid(), generate_uid()

    def send() -> None:
        for _ in range(EACH):
            stream = as_file(ct_slice(StudyInstanceUID=study, SeriesInstanceUID=series))
            instance_ingest(stream=stream, source_ae_title="CT1", door="dicom", commit=commit)

    assert together(*[send] * PEERS) == []
    assert Study.objects.get().instance_count == PEERS * EACH
    assert Series.objects.get().instance_count == PEERS * EACH
    assert Instance.objects.count() == PEERS * EACH
    assert IntegrityCase.objects.count() == 1


def test_the_same_object_at_once_is_one_copy(commit: Commit) -> None:
    ds = ct_slice()

    def send() -> None:
        instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom", commit=commit)

    assert together(*[send] * PEERS) == []
    assert Instance.objects.count() == 1
    assert Study.objects.get().instance_count == 1


def shown() -> dict[str, int]:
    return dict(Study.objects.values_list("study_instance_uid", "instance_count"))


def test_two_who_correct_the_same_study_at_once() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    other = exam_of(right.patient)
    scanned(wrong)
    source, series = Study.objects.get(), list(Series.objects.all())
    people.pacs_admin()
    raised = together(*[partial(relink, source, exam, series) for exam in (right, other)])
    assert [type(error) for error in raised] == [WrongState]
    assert Correction.objects.count() == 1
    assert sorted(shown().values()) == [0, 2]


def test_images_that_come_in_while_their_series_moves(commit: Commit) -> None:
    """Whichever comes first: in the end all are in one place, counted once, under names that can be told again."""
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    (first,) = scanned(wrong, slices=1)
    source, series = Study.objects.get(), list(Series.objects.all())
    people.pacs_admin()

    def send() -> None:
        for _ in range(EACH):
            stream = as_file(slice_for(wrong, SeriesInstanceUID=first.SeriesInstanceUID))
            instance_ingest(stream=stream, source_ae_title="CT1", door="dicom", commit=commit)

    assert together(*[send] * 3, partial(relink, source, right, series)) == []
    stragglers_follow(source)
    assert shown() == {wrong.study_instance_uid: 0, right.study_instance_uid: 1 + 3 * EACH}
    assert ReceivedName.objects.count() == Instance.objects.count() == 1 + 3 * EACH
