"""The index commit: what it costs, and what is left when the database or the disk goes away. Not covered: races (test_races.py)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from pydicom.dataset import Dataset

from imaging.archive.intake.commit_queue import CommitQueue
from imaging.archive.intake.entry import Entry, IngestResult, Status
from imaging.archive.intake.index import IndexAway, index_now
from imaging.archive.intake.ingest import Commit, instance_ingest, place_then_index
from imaging.archive.models import Instance, InstanceMetadata, Series, Study
from imaging.common.errors import StorageRefused
from tests.imaging.archive.objects import as_file, ct_slice


@pytest.mark.django_db(transaction=True)
class TestIndexAway:
    """While the database is away, senders try again and again: none of that may be left on the disk."""

    @pytest.fixture(params=["plain", "queue"])
    def commit(self, request: pytest.FixtureRequest) -> Iterator[Commit]:
        if request.param == "plain":
            yield place_then_index
            return
        writer = CommitQueue()
        yield writer.commit
        writer.close()

    def test_what_is_surely_not_indexed_leaves_no_file(
        self, commit: Commit, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_arguments: object) -> None:
            raise OperationalError("the database has gone")

        monkeypatch.setattr("imaging.archive.intake.index.index_plain", away)
        for _ in range(3):
            with pytest.raises(IndexAway):
                instance_ingest(stream=as_file(ct_slice()), source_ae_title="CT1", door="dicom", commit=commit)
        assert [path for path in Path(settings.ARCHIVE_DIR).rglob("*") if path.is_file()] == []

    def test_a_file_that_the_disk_does_not_take_is_not_indexed(
        self, commit: Commit, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        instance_ingest(stream=as_file(ct_slice()), source_ae_title="CT1", door="dicom")
        held = Instance.objects.get()
        again = ct_slice(StudyInstanceUID=held.series.study.study_instance_uid, SeriesInstanceUID=held.series.series_instance_uid)
        monkeypatch.setattr("imaging.archive.intake.spool.os.fsync", full)
        with pytest.raises(StorageRefused):
            instance_ingest(stream=as_file(again), source_ae_title="CT1", door="dicom", commit=commit)
        assert Study.objects.get().instance_count == Instance.objects.count() == 1
        assert len([path for path in Path(settings.ARCHIVE_DIR).rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_further_images_of_a_series_cost_as_many_statements_however_many_come(django_assert_num_queries: Any) -> None:
    def entries(count: int) -> list[Entry]:
        return [entry_of(ct_slice(StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.4", InstanceNumber=number)) for number in range(count)]

    index_now(entries(1))
    trips = 2 if connection.vendor == "postgresql" else 4  # PostgreSQL takes two statements at once
    for count in (1, 20):
        new = entries(count)
        with django_assert_num_queries(trips + 2):  # and the transaction's two, which are a savepoint's in a test
            results = index_now(new)
        assert [result.instance.sop_instance_uid for result in results if result.instance] == [entry.sop_instance_uid for entry in new]
    study = Study.objects.get()
    assert (study.instance_count, Series.objects.get().instance_count, InstanceMetadata.objects.count()) == (22, 22, 22)
    assert study.size_bytes == sum(Instance.objects.values_list("size_bytes", flat=True))


def entry_of(ds: Dataset) -> Entry:
    """A durable file of `ds`, not indexed yet."""
    kept: list[Entry] = []

    def keep(entry: Entry, place: Callable[[], object]) -> IngestResult:
        place()
        kept.append(entry)
        return IngestResult(Status.STORED, None)

    instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom", commit=keep)
    return kept[0]
