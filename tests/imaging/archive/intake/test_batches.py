"""Many objects in one commit: each ends as it would alone. Not covered: the rate (tests/bench), races (test_races.py)."""

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.intake.entry import Entry, IngestResult, Status
from imaging.archive.intake.index import index_now
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, InstanceMetadata, Series, Study
from imaging.archive.selectors import instances_visible_to
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice

pytestmark = pytest.mark.django_db(transaction=True)


def entries_of(*objects: Dataset) -> list[Entry]:
    """The objects as durable files that wait for the index."""
    waiting: list[Entry] = []

    def keep(entry: Entry, place: Callable[[], object]) -> IngestResult:
        place()
        waiting.append(entry)
        return IngestResult(Status.STORED, None)

    for ds in objects:
        instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom", commit=keep)
    return waiting


def of(study: str, series: str, **attributes: Any) -> Dataset:
    return ct_slice(StudyInstanceUID=study, SeriesInstanceUID=series, **attributes)


def statuses(*objects: Dataset) -> list[Status]:
    return [result.status for result in index_now(entries_of(*objects))]


def test_each_of_a_mixed_batch_ends_as_it_would_alone() -> None:
    study, series, other, again = (generate_uid() for _ in range(4))
    assert statuses(of(study, series)) == [Status.STORED]
    first = of(study, series)
    assert statuses(
        of(study, series, SOPInstanceUID=again),
        first,
        of(other, generate_uid()),
        of(study, series, PatientID="99999999", PatientName="CHEN^Wei"),
        of(study, series, SOPInstanceUID=again),
        of(other, series),
        of(study, generate_uid()),
        first,
    ) == [
        Status.STORED,
        Status.STORED,
        Status.STORED,
        Status.QUARANTINED,
        Status.DUPLICATE,
        Status.QUARANTINED,
        Status.STORED,
        Status.DUPLICATE,
    ]
    counts = {row.study_instance_uid: (row.series_count, row.instance_count) for row in Study.objects.all()}
    assert counts == {study: (2, 4), other: (1, 1)}
    assert Series.objects.get(series_instance_uid=series).instance_count == 3
    assert Instance.objects.count() == InstanceMetadata.objects.count() == 5
    assert sum(Study.objects.values_list("size_bytes", flat=True)) == sum(Instance.objects.values_list("size_bytes", flat=True))


def test_a_rejected_image_that_is_sent_again_stays_rejected_beside_new_ones() -> None:
    study, series = generate_uid(), generate_uid()
    bad, good = of(study, series), of(study, series)
    assert statuses(bad, good) == [Status.STORED] * 2
    admin = people.pacs_admin()
    images_reject(
        study=Study.objects.get(),
        instances=[Instance.objects.get(sop_instance_uid=bad.SOPInstanceUID)],
        code=QUALITY,
        reason="moved",
        user=admin,
    )
    later = of(study, series)
    assert statuses(bad, later) == [Status.DUPLICATE, Status.STORED]
    shown = set(instances_visible_to(admin).values_list("sop_instance_uid", flat=True))
    assert shown == {good.SOPInstanceUID, later.SOPInstanceUID}
