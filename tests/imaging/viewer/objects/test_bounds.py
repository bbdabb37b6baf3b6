"""Objects that are larger than what is drawn of them: memory follows what is drawn, and what goes beyond is refused with words.

Not covered: how long it takes.
"""

import gzip
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from pydicom.dataset import Dataset

from imaging.archive.models import Instance, Study
from imaging.archive.own_objects import content_item, reference
from imaging.viewer.objects import ecg, measurements_read, packing, reading, selectors
from imaging.viewer.objects.dose_read import dose_values
from imaging.viewer.objects.segments_read import segment_bits
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import marked_study, slices
from tests.imaging.viewer.objects.test_documents import page_of
from tests.imaging.viewer.objects.test_reading import says
from tests.rest import call, fault

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
CT = "1.2.840.10008.5.1.4.1.1.2"


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def stored(ds: Dataset) -> tuple[Instance, Dataset]:
    instance = pictures.send(ds).instance
    assert instance is not None
    return instance, reading.dataset_of(instance)


def test_of_a_recording_of_a_day_only_the_minute_that_is_drawn_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(1)
    instance, ds = stored(foreign.ecg(study, seconds=600))
    recording = 600 * 500 * 12 * 2
    assert peak(lambda: ecg.channels_of(ds)) < recording
    assert {channel.seconds for channel in ecg.channels_of(ds)} == {60}
    monkeypatch.setattr(reading, "LARGEST_VALUES", 2 * 500 * 12 * 2)
    cut = reading.dataset_of(instance)
    assert len(cut.WaveformSequence[0].WaveformData) == reading.LARGEST_VALUES
    assert {channel.seconds for channel in ecg.channels_of(cut)} == {2}


def test_a_curve_of_more_points_than_paper_has_keeps_its_lowest_and_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(1)
    monkeypatch.setattr(ecg, "MOST_POINTS", 1200)
    sent = foreign.ecg(study, seconds=10)
    samples = np.zeros((5000, 12), "<i2")
    samples[1234], samples[4999] = 200, -200
    sent.WaveformSequence[0].add_new(0x54001010, "OW", samples.tobytes())
    [curve, *_others] = ecg.paper_of(sent, in_rows=True).curves
    heights = [float(point.split(",")[1]) for point in curve.points.split()]
    assert len(heights) <= 200
    assert max(heights) - min(heights) == pytest.approx(20)


def test_what_a_device_says_of_every_beat_is_cut_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(1)
    monkeypatch.setattr(ecg, "MOST_SAID", 2)
    sent = foreign.ecg(study, seconds=1)
    sent.WaveformAnnotationSequence = [sent.WaveformAnnotationSequence[0]] * 3
    page = page_of(study, sent)
    assert page.count("QT interval") == 2
    assert "left out" in page


def test_values_without_end_make_no_object_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(1)
    windows = [Dataset() for _number in range(2)]
    for window in windows:
        table = Dataset()
        table.LUTDescriptor = [16384, 0, 16]
        table.add_new(0x00283006, "OW", bytes(32768))
        window.VOILUTSequence = [table]
    monkeypatch.setattr(reading, "MOST_VALUES", 1)
    told = says(study, foreign.presentation(study, slices(study)[0], SoftcopyVOILUTSequence=windows))
    assert "too large" in told["problem"]


def volume(study: Study, kind: str) -> tuple[Dataset, str]:
    if kind == "DOSE":
        return foreign.dose(study, np.ones((30, 64, 64))), ""
    masks = np.zeros((3, 128, 128, 1), np.uint8)
    masks[:, 10:20, 10:20] = 1
    return foreign.segmentation([foreign.read(one) for one in slices(study)], masks, kind=kind), "?segment=1"


@pytest.mark.parametrize("kind", ["DOSE", "BINARY", "FRACTIONAL"])
def test_what_lies_over_a_volume_comes_packed_and_plain_only_as_far_as_it_is_small(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(3)
    sent, query = volume(study, kind)
    pictures.send(sent)
    address = f"/api/studies/{study.study_instance_uid}/overlays/{sent.SOPInstanceUID}/{query}"
    plain = call(people.radiologist()).get(address)
    monkeypatch.setattr(packing, "LARGEST", 4000)
    packed = call(people.radiologist()).get(address, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert packed.get("X-Highest") == plain.get("X-Highest")
    assert fault(call(people.radiologist()).get(address)) == (400, "invalid-input")
    monkeypatch.setattr(packing, "LARGEST", 20)
    assert fault(call(people.radiologist()).get(address, headers={"accept-encoding": "gzip"})) == (400, "invalid-input")


def test_a_volume_is_held_plane_by_plane() -> None:
    study = marked_study(1)
    instance, ds = stored(foreign.dose(study, np.ones((100, 128, 128))))
    assert peak(lambda: [len(plane) for plane in dose_values(instance, ds)[0]]) < 2 * MEGABYTE
    sent = foreign.segmentation([foreign.read(slices(study)[0])], np.ones((1, 128, 128, 1), np.uint8))
    sent.PerFrameFunctionalGroupsSequence = list(sent.PerFrameFunctionalGroupsSequence) * 200
    sent.NumberOfFrames, sent.PixelData = 200, sent.PixelData * 200
    instance, ds = stored(sent)
    assert peak(lambda: sum(len(plane) for plane in segment_bits(instance, ds, 1))) < 2 * MEGABYTE


def test_planes_that_the_file_does_not_hold_are_not_made_up() -> None:
    study = marked_study(1)
    sent = foreign.segmentation([foreign.read(slices(study)[0])], np.ones((1, 128, 128, 1), np.uint8))
    sent.PerFrameFunctionalGroupsSequence = list(sent.PerFrameFunctionalGroupsSequence) * 9
    sent.NumberOfFrames = 9
    pictures.send(sent)
    address = f"/api/studies/{study.study_instance_uid}/overlays/{sent.SOPInstanceUID}/?segment=1"
    assert fault(call(people.radiologist()).get(address)) == (406, "cannot-decode")


def test_contours_are_drawn_once_however_many_structures_take_their_number() -> None:
    study = marked_study(1)
    sent = foreign.structure_set(study, {"GTV": [[10, 10, 4, 30, 10, 4, 30, 40, 4]]})
    sent.StructureSetROISequence = list(sent.StructureSetROISequence) * 3
    assert [len(one["contours"]) for one in says(study, sent)["structures"]] == [1, 0, 0]


def test_planes_are_told_once_however_many_segments_take_their_number() -> None:
    study = marked_study(1)
    sent = foreign.segmentation([foreign.read(slices(study)[0])], np.ones((1, 128, 128, 1), np.uint8))
    sent.SegmentSequence = list(sent.SegmentSequence) * 3
    assert [len(one["planes"]) for one in says(study, sent)["segments"]] == [1, 0, 0]


def test_a_line_that_is_said_of_many_pictures_is_drawn_as_far_as_points_go(monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(1)
    monkeypatch.setattr(measurements_read, "MOST_POINTS", 10)
    image = content_item("IMAGE", "SELECTED FROM", ReferencedSOPSequence=[reference(CT, f"1.2.{number}") for number in range(4)])
    line = content_item("SCOORD", "INFERRED FROM", GraphicType="POLYLINE", GraphicData=[1, 2, 3, 4], ContentSequence=[image])
    told = says(study, foreign.report(study, *[line] * 3))
    assert [len(group["shapes"]) for group in told["groups"]] == [4]


def test_pictures_without_end_are_named_and_asked_for_as_far_as_one_question_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    study = marked_study(1)
    monkeypatch.setattr(selectors, "MOST_NAMED", 2)
    named = [reference(CT, f"1.2.3.{number}") for number in range(4)]
    image = content_item("IMAGE", "CONTAINS", ReferencedSOPSequence=named)
    sent = foreign.report(study, image, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.59", Modality="KO")
    pictures.send(sent)
    answer = call(people.radiologist()).get(f"/api/studies/{study.study_instance_uid}/objects/{sent.SeriesInstanceUID}/").json()
    assert (len(answer["objects"][0]["keys"]), answer["elsewhere"]) == (4, ["1.2.3.0", "1.2.3.1"])


def test_a_dose_beyond_all_numbers_is_said_and_hides_nothing_else() -> None:
    study = marked_study(1)
    grid = foreign.dose(study, np.ones((2, 8, 8)), ImagePositionPatient=["0", "0", "-1e308"], GridFrameOffsetVector=["1e308", "1.1e308"])
    assert "planes lie" in says(study, grid)["problem"]
