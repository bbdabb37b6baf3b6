"""Key images, views and measurements become DICOM objects, read back by pydicom and highdicom.

Not covered: marks of tools that are not built yet; what dciodvfy says of the objects (tests/interop/test_dciodvfy.py).
"""

from typing import Any

import highdicom as hd
import pytest

from imaging.access.models import AuditEvent
from imaging.archive.arrivals import arrival_note
from imaging.archive.events import images_deleting
from imaging.archive.models import Instance, Study
from imaging.common.errors import Forbidden, InvalidInput
from imaging.viewer.models import SavedKind, SavedObject
from imaging.viewer.objects.measurements_read import groups_of
from imaging.viewer.objects.saving import objects_save
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects.marked import ANGLE, BOX, ELLIPSE, LENGTH, key, mark, marked_study, saved, slices

pytestmark = pytest.mark.django_db


def test_a_key_image_is_in_the_selection_with_the_state_that_shows_it() -> None:
    study, reader = marked_study(), people.radiologist()
    first, second, _third = slices(study)
    key(reader, first, "Nodule 结节")
    key(reader, second, window_centre=40, window_width=400)
    objects = saved(reader, study)
    [selection], [state] = objects["keys"], objects["presentation"]
    shown = [item.ReferencedSOPSequence[0] for item in selection.ContentSequence if item.ValueType == "IMAGE"]
    assert [item.ReferencedSOPInstanceUID for item in shown] == [first.sop_instance_uid, second.sop_instance_uid]
    assert {item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in shown} == {state.SOPInstanceUID}
    assert "Nodule 结节" in [item.get("TextValue") for item in selection.ContentSequence]
    windows = {one.ReferencedImageSequence[0].ReferencedSOPInstanceUID: one.WindowWidth for one in state.SoftcopyVOILUTSequence}
    assert windows == {first.sop_instance_uid: 1500, second.sop_instance_uid: 400}
    read = hd.ko.KeyObjectSelectionDocument.from_dataset(selection)
    assert read.resolve_reference(first.sop_instance_uid)[0] == study.study_instance_uid


@pytest.mark.parametrize(
    ("rotation", "flipped", "turn", "corners"),
    [
        (0, False, (None, None), ([11, 21], [50, 80])),
        (90, False, (90, "N"), ([11, 80], [50, 21])),
        (180, False, (180, "N"), ([50, 80], [11, 21])),
        (0, True, (0, "Y"), ([50, 21], [11, 80])),
        (90, True, (270, "Y"), ([50, 80], [11, 21])),
    ],
)
def test_a_turned_part_of_a_picture_is_named_by_the_pixels_at_its_corners(
    rotation: int, flipped: bool, turn: tuple[Any, Any], corners: tuple[list[int], list[int]]
) -> None:
    study, reader = marked_study(1), people.radiologist()
    key(reader, slices(study)[0], rotation=rotation, flipped=flipped, area=[10, 20, 40, 60])
    [state] = saved(reader, study)["presentation"]
    assert (state.get("ImageRotation"), state.get("ImageHorizontalFlip")) == turn
    [area] = state.DisplayedAreaSelectionSequence
    assert (area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner) == corners


def test_what_a_state_can_say_once_only_parts_the_pictures() -> None:
    study, reader = marked_study(), people.radiologist()
    first, second, third = slices(study)
    key(reader, first)
    key(reader, first, window_centre=40)
    key(reader, second, inverted=True)
    mark(reader, third, LENGTH)
    states = saved(reader, study)["presentation"]
    assert [state.PresentationLUTShape for state in states] == ["IDENTITY", "IDENTITY", "INVERSE"]
    assert len({state.SeriesInstanceUID for state in states}) == 1
    assert [item.ReferencedSOPInstanceUID for item in states[0].ReferencedSeriesSequence[0].ReferencedImageSequence] == [
        first.sop_instance_uid, third.sop_instance_uid,
    ]  # fmt: skip
    assert (states[0].RescaleSlope, states[0].RescaleIntercept) == (1, 0)


def test_a_film_that_is_kept_in_inverse_is_shown_as_usual() -> None:
    study, reader = marked_study(1, PhotometricInterpretation="MONOCHROME1", RescaleSlope=None, RescaleIntercept=None), people.radiologist()
    key(reader, slices(study)[0])
    [state] = saved(reader, study)["presentation"]
    assert state.PresentationLUTShape == "INVERSE"
    assert "RescaleSlope" not in state


def test_colours_have_a_state_of_their_own_kind() -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.send(pictures.colour_picture(pictures.colours(2), StudyInstanceUID=exam.study_instance_uid)).study
    assert study is not None
    reader = people.radiologist()
    key(reader, slices(study)[0], frame=2, window_centre=None, window_width=None)
    objects = saved(reader, study)
    [state], [selection] = objects["presentation"], objects["keys"]
    assert state.SOPClassUID.name == "Color Softcopy Presentation State Storage"
    assert "PresentationLUTShape" not in state
    assert len(state.ICCProfile) > 128
    assert selection.ContentSequence[-1].ReferencedSOPSequence[0].ReferencedFrameNumber == 2


def test_measurements_are_read_by_highdicom_with_place_value_and_unit() -> None:
    study, reader = marked_study(), people.radiologist()
    first, second, _third = slices(study)
    length, ellipse = mark(reader, first, LENGTH), mark(reader, second, ELLIPSE)
    [report] = saved(reader, study)["measurements"]
    read = hd.sr.ComprehensiveSR.from_dataset(report).content
    [group] = read.get_image_measurement_groups()
    assert group.tracking_uid == f"2.25.{length.uid.int}"
    [number] = group.get_measurements()
    assert (number.name.meaning, number.value, number.unit.value) == ("Length", 60.0, "mm")
    place = report.ContentSequence[-1].ContentSequence[0].ContentSequence[-1].ContentSequence[0]
    assert (place.GraphicType, list(place.GraphicData)) == ("POLYLINE", [20.5, 64, 80.5, 64])
    assert place.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first.sop_instance_uid
    [region] = read.get_planar_roi_measurement_groups()
    assert region.tracking_uid == f"2.25.{ellipse.uid.int}"
    assert region.reference_type.meaning == "Image Region"
    assert region.roi.graphic_type.value == "ELLIPSE"
    assert region.roi.value.tolist() == [[50, 70], [50, 40], [40, 55], [60, 55]]
    told = {one.name.meaning: (one.value, one.unit.value) for one in region.get_measurements()}
    assert told["Mean"] == (-210.5, "[hnsf'U]")
    assert told["Area"] == (471.2, "mm2")


@pytest.mark.parametrize(("unit", "name"), [("g/ml{SUVbw}", "SUVbw"), ("g/ml{SUVlbm}", "SUVlbm"), ("cm2/ml{SUVbsa}", "SUVbsa")])
def test_uptake_is_reported_beside_the_activity(unit: str, name: str) -> None:
    study, reader = marked_study(2), people.radiologist()
    first, second = slices(study)
    read = {"value": 32685.0, "modalityUnit": "Bq/mL", "suv": 8.0, "suvUnit": unit}
    mark(reader, first, {"tool": "Probe", "points": [[40, 50]], "values": read})
    uptake = {"modalityUnit": "Bq/mL", "suvMean": 4.5, "suvMax": 8.25, "suvUnit": unit}
    mark(reader, second, ELLIPSE | {"values": ELLIPSE["values"] | uptake})
    [report] = saved(reader, study)["measurements"]
    read_back = hd.sr.ComprehensiveSR.from_dataset(report).content
    [point] = read_back.get_image_measurement_groups()
    assert [(one.name.meaning, one.value, one.unit.value) for one in point.get_measurements()][1] == (name, 8.0, unit)
    [region] = read_back.get_planar_roi_measurement_groups()
    told = {(one.name.meaning, one.derivation.meaning): (one.value, one.unit.value) for one in region.get_measurements() if one.derivation}
    assert told == {(name, "Mean"): (4.5, unit), (name, "Maximum"): (8.25, unit)}


def test_marks_are_drawn_in_the_state_with_their_reading() -> None:
    study, reader = marked_study(1), people.radiologist()
    [only] = slices(study)
    for kind in (LENGTH, ANGLE, BOX):
        mark(reader, only, kind)
    [state] = saved(reader, study)["presentation"]
    [drawn] = state.GraphicAnnotationSequence
    assert [(one.GraphicType, one.NumberOfGraphicPoints) for one in drawn.GraphicObjectSequence] == [
        ("POLYLINE", 2), ("POLYLINE", 3), ("POLYLINE", 5),
    ]  # fmt: skip
    assert [one.UnformattedTextValue for one in drawn.TextObjectSequence] == ["60.0 mm", "90.0°", "600 px²"]
    assert drawn.GraphicLayer == state.GraphicLayerSequence[0].GraphicLayer


def test_the_same_is_not_saved_twice_and_what_is_new_names_what_it_replaces() -> None:
    study, reader = marked_study(), people.radiologist()
    mark(reader, slices(study)[0], LENGTH)
    before = objects_save(user=reader, study=study)
    assert [row.pk for row in objects_save(user=people.resident(), study=study)] == [row.pk for row in before]
    mark(reader, slices(study)[0], ANGLE)
    [report] = saved(reader, study)["measurements"]
    [replaced] = report.PredecessorDocumentsSequence
    named = {one.ReferencedSOPInstanceUID for series in replaced.ReferencedSeriesSequence for one in series.ReferencedSOPSequence}
    assert named == {row.instance.sop_instance_uid for row in before}
    assert list(SavedObject.objects.filter(kind=SavedKind.MEASUREMENTS).order_by("pk").values_list("version", flat=True)) == [1, 2]


def test_who_measured_is_told_when_it_was_not_who_saved() -> None:
    study, reader = marked_study(), people.radiologist()
    mark(people.resident(), slices(study)[0], LENGTH)
    [report] = saved(reader, study)["measurements"]
    [group] = report.ContentSequence[-1].ContentSequence
    assert [item.PersonName for item in group.ContentSequence if item.ValueType == "PNAME"] == [people.resident().label]
    assert [item.PersonName for item in report.ContentSequence if item.ValueType == "PNAME"] == [reader.label]


def test_a_length_at_the_detector_says_so() -> None:
    study, reader = marked_study(1), people.radiologist()
    mark(reader, slices(study)[0], LENGTH | {"values": {"length": 60.0, "unit": "mm Proj"}})
    [report] = saved(reader, study)["measurements"]
    number = report.ContentSequence[-1].ContentSequence[0].ContentSequence[-1]
    assert number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    assert "detector" in number.ContentSequence[0].TextValue


PERHAPS = "Perhaps at the plane of the detector: the picture does not tell how its Pixel Spacing was measured"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"Modality": "DX", "PixelSpacing": [0.2, 0.2]}, [PERHAPS]),
        ({"Modality": "DX", "PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "GEOMETRY"}, []),
        ({"Modality": "DX", "PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.3, 0.3]}, []),
        ({"Modality": "CT", "PixelSpacing": [0.2, 0.2]}, []),
    ],
)
def test_a_length_that_is_perhaps_at_the_detector_says_so(said: dict[str, Any], wanted: list[str]) -> None:
    reader, study = people.radiologist(), marked_study(1, **said)
    for kind in (LENGTH, ANGLE):
        mark(reader, slices(study)[0], kind)
    [report] = saved(reader, study)["measurements"]
    length, angle = (group.ContentSequence[-1] for group in report.ContentSequence[-1].ContentSequence)
    comments = [item for item in length.ContentSequence if item.ValueType == "TEXT"]
    assert [(item.ConceptNameCodeSequence[0].CodeValue, item.TextValue) for item in comments] == [("121106", text) for text in wanted]
    assert [item for item in angle.ContentSequence if item.ValueType == "TEXT"] == []
    values = [group["values"][0].get("note") for group in groups_of(report)["groups"]]
    assert values == ["perhaps" if wanted else "", ""]


def test_it_is_audited_and_is_no_news_of_the_exam() -> None:
    study, reader = marked_study(), people.radiologist()
    arrival_note(study_id=study.pk)
    mark(reader, slices(study)[0], LENGTH)
    rows = objects_save(user=reader, study=study)
    event = AuditEvent.objects.get(act="objects.save")
    assert event.detail["objects"] == [row.instance.sop_instance_uid for row in rows]
    assert event.user == reader
    arrival_note(study_id=study.pk)
    study.refresh_from_db()
    assert study.exam is not None
    assert study.exam.events.filter(kind__in=["images_stored", "images_late"]).count() == 1


def test_what_lies_in_words_stays_a_line_of_the_state() -> None:
    study, reader = marked_study(1), people.radiologist()
    key(reader, slices(study)[0], "line 1\nline 2 \\ end")
    assert saved(reader, study)["presentation"][0].ContentDescription == "line 1 line 2 end"


def test_saved_objects_go_with_their_images() -> None:
    study, reader = marked_study(), people.radiologist()
    mark(reader, slices(study)[0], LENGTH)
    rows = objects_save(user=reader, study=study)
    images_deleting.send(sender=Study, study=study, instances=Instance.objects.filter(series__study=study), keep={rows[0].instance_id})
    assert [row.pk for row in SavedObject.objects.all()] == [rows[0].pk]


def test_nothing_marked_and_nobody_who_may() -> None:
    study = marked_study()
    with pytest.raises(InvalidInput):
        objects_save(user=people.radiologist(), study=study)
    mark(people.radiologist(), slices(study)[0], LENGTH)
    with pytest.raises(Forbidden):
        objects_save(user=people.technologist(), study=study)
    assert not SavedObject.objects.exists()
    assert Study.objects.get().instance_count == 3
