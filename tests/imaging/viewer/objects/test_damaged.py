"""Objects that any sender can store and that do not say what their class promises: they are said to be damaged, and nothing breaks.

Not covered: damaged pixels themselves (tests/imaging/archive/pictures).
"""

from collections.abc import Callable

import numpy as np
import pytest
from pydicom.dataset import Dataset

from imaging.archive.models import Study
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import marked_study, slices
from tests.imaging.viewer.objects.test_documents import page_of
from tests.rest import call, fault

pytestmark = pytest.mark.django_db
Damage = Callable[[Dataset], None]


def without(keyword: str, sequence: str = "") -> Damage:
    """Takes an attribute away, from the object or from the first item of one of its sequences."""
    return lambda ds: delattr(ds[sequence].value[0] if sequence else ds, keyword)


def with_bytes(ds: Dataset) -> None:
    """Four leads in an odd number of bytes."""
    ds.WaveformSequence[0].add_new(0x54001010, "OB", b"\1\2\3")


@pytest.mark.parametrize(
    "damage",
    [
        without("NumberOfWaveformChannels", "WaveformSequence"),
        without("SamplingFrequency", "WaveformSequence"),
        without("WaveformData", "WaveformSequence"),
        without("NumberOfWaveformSamples", "WaveformSequence"),
        with_bytes,
    ],
)
def test_a_damaged_curve_is_a_document_that_cannot_be_shown(damage: Damage) -> None:
    study = marked_study(1)
    sent = foreign.ecg(study, seconds=1)
    damage(sent)
    assert "cannot be shown" in page_of(study, sent)


def values_of(study: Study, sent: Dataset, query: str = "") -> tuple[int, str]:
    assert pictures.send(sent).instance is not None
    return fault(call(people.radiologist()).get(f"/api/studies/{study.study_instance_uid}/overlays/{sent.SOPInstanceUID}/{query}"))


def of_no_segment(ds: Dataset) -> None:
    del ds.SharedFunctionalGroupsSequence[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber


@pytest.mark.parametrize("damage", [without("Rows"), without("PerFrameFunctionalGroupsSequence"), of_no_segment])
@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL"])
def test_a_damaged_segmentation_gives_no_bits(damage: Damage, kind: str) -> None:
    study = marked_study(1)
    sent = foreign.segmentation([foreign.read(slices(study)[0])], np.ones((1, 128, 128, 1), np.uint8), kind=kind)
    damage(sent)
    status, code = values_of(study, sent, "?segment=1")
    assert status in {400, 404, 422}
    assert code


def test_a_damaged_map_gives_no_labels() -> None:
    study = marked_study(1)
    sent = foreign.segmentation([foreign.read(slices(study)[0])], np.ones((1, 128, 128, 1), np.uint8), kind="LABELMAP")
    del sent.Columns
    assert values_of(study, sent) == (422, "object-unreadable")


def test_a_damaged_dose_gives_no_values() -> None:
    study = marked_study(1)
    assert values_of(study, foreign.dose(study, np.ones((2, 8, 8)), Rows=None)) == (422, "object-unreadable")
