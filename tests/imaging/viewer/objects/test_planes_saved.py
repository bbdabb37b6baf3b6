"""Measurements on cut planes in the report that is saved to the archive, read by highdicom; and such reports of other makers.

Not covered: what dciodvfy says of them (tests/interop/test_dciodvfy.py).
"""

from typing import Any

import highdicom as hd
import pytest
from pydicom.dataset import Dataset

from imaging.archive.corrections.models import CorrectionKind
from imaging.archive.models import Study
from imaging.archive.own_objects import code, content_item
from imaging.common.errors import InvalidInput
from imaging.viewer.models import SavedObject
from imaging.viewer.objects.saving import objects_save, objects_save_marked
from tests import people
from tests.imaging.archive.scans import exam_of, relink
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import LENGTH, mark, marked_study, saved, slices
from tests.imaging.viewer.objects.test_reading import address, says
from tests.imaging.viewer.planes import kept
from tests.rest import call

pytestmark = pytest.mark.django_db
PET = "1.2.3.77"


def report_of(*kinds: dict[str, Any], **changes: Any) -> Dataset:
    study, reader = marked_study(), people.radiologist()
    for kind in kinds:
        kept.plane_mark(reader, slices(study)[1], kind, **changes)
    [report] = saved(reader, study)["measurements"]
    return report


def test_a_length_has_its_places_in_the_patient() -> None:
    report = report_of(kept.LENGTH)
    assert report.SOPClassUID.name == "Comprehensive 3D SR Storage"
    [group] = hd.sr.Comprehensive3DSR.from_dataset(report).content.get_image_measurement_groups()
    [number] = group.get_measurements()
    assert (number.name.meaning, number.value, number.unit.value) == ("Length", 60.0, "mm")
    place = number[0].ContentSequence[0]
    assert (place.ValueType, place.GraphicType, place.GraphicData) == ("SCOORD3D", "POLYLINE", [10, 20, 2, 10, 20, 62])
    assert place.ReferencedFrameOfReferenceUID == kept.FRAME
    [evidence] = report.CurrentRequestedProcedureEvidenceSequence
    assert len(evidence.ReferencedSeriesSequence[0].ReferencedSOPSequence) == 1


def test_a_ball_is_a_volume_with_its_surface_and_what_was_read_of_each_series() -> None:
    study, reader = marked_study(), people.radiologist()
    picture = slices(study)[1]
    ct = picture.series.series_instance_uid
    ball = kept.ball(kept.reading(ct), kept.reading(PET, "g/ml{SUVbw}", peak=7.5))
    made = kept.plane_mark(reader, picture, ball)
    [report] = saved(reader, study)["measurements"]
    of_ct, of_pet = hd.sr.Comprehensive3DSR.from_dataset(report).content.get_volumetric_roi_measurement_groups()
    assert of_ct.tracking_uid == of_pet.tracking_uid == f"2.25.{made.uid.int}"
    surface = of_pet.roi
    assert (surface.graphic_type.value, surface.frame_of_reference_uid) == ("ELLIPSOID", kept.FRAME)
    assert surface[0].GraphicData[:6] == [11, 14.5, 6, 29, 14.5, 6]
    assert PET in [item.get("UID") for item in surface]
    told = {(one.name.meaning, one.derivation.meaning): (one.value, one.unit.value) for one in of_pet.get_measurements()}
    assert told == {
        ("SUVbw", "Mean"): (40.5, "g/ml{SUVbw}"), ("SUVbw", "Maximum"): (80.0, "g/ml{SUVbw}"),
        ("SUVbw", "Standard Deviation"): (3.25, "g/ml{SUVbw}"), ("SUVbw", "Peak Value Within ROI"): (7.5, "g/ml{SUVbw}"),
    }  # fmt: skip
    [diameter, mean, *_rest] = of_ct.get_measurements()
    assert (diameter.name.meaning, diameter.value, diameter.unit.value) == ("Diameter", 18.0, "mm")
    assert (mean.name.meaning, mean.derivation.meaning, mean.unit.value) == ("Attenuation Coefficient", "Mean", "[hnsf'U]")


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("g/ml{SUVlbm}", "SUVlbm"),
        ("cm2/ml{SUVbsa}", "SUVbsa"),
        ("Bq/ml", "Mean"),
        ("mg/ml", "Mean"),
        ("%", "Mean"),
        ("10*23/ml", "Mean"),
        ("", "Mean"),
    ],
)
def test_each_unit_has_its_quantity(unit: str, name: str) -> None:
    report = report_of(kept.ball(kept.reading(PET, unit)))
    [group] = hd.sr.Comprehensive3DSR.from_dataset(report).content.get_volumetric_roi_measurement_groups()
    mean = group.get_measurements()[1]
    assert (mean.name.meaning, mean.unit.value) == (name, unit or "1")


def test_a_length_on_a_slab_says_so() -> None:
    report = report_of(kept.LENGTH, view=kept.VIEW | {"slab": "mip", "thickness": 12})
    number = report.ContentSequence[-1].ContentSequence[0].ContentSequence[-1]
    assert "maximum intensity slab of 12 mm" in number.ContentSequence[0].TextValue


def test_what_was_saved_is_read_back_with_places_and_derivations() -> None:
    study, reader = marked_study(), people.radiologist()
    mark(reader, slices(study)[0], LENGTH)
    kept.plane_mark(reader, slices(study)[1], kept.ANGLE)
    kept.plane_mark(people.resident(), slices(study)[1], kept.ball(kept.reading(PET, "g/ml{SUVbw}")))
    sets = call(reader).post(f"/api/studies/{study.study_instance_uid}/objects/", {}).json()["sets"]
    [series] = [one["series"] for one in sets if one["kind"] == "report"]
    on_picture, angle, ball = call(reader).get(address(study, series)).json()["objects"][0]["groups"]
    assert on_picture["shapes"][0]["instance"] == slices(study)[0].sop_instance_uid
    assert angle["shapes"] == [{"type": "POLYLINE", "places": kept.ANGLE["places"], "frameOfReference": kept.FRAME}]
    assert (ball["who"], ball["shapes"][0]["type"], len(ball["shapes"][0]["places"])) == (people.resident().label, "ELLIPSOID", 6)
    assert [value["name"] for value in ball["values"]] == ["Diameter", "SUVbw Mean", "SUVbw Maximum", "SUVbw Standard Deviation"]


def test_a_report_of_another_maker_with_a_polygon_in_the_patient() -> None:
    study = marked_study(1)
    value, corner = Dataset(), [[0.0, 0.0, 5.0], [10.0, 0.0, 5.0], [10.0, 10.0, 5.0], [0.0, 0.0, 5.0]]
    value.NumericValue, value.MeasurementUnitsCodeSequence = "50", [code("mm2", "mm2", "UCUM")]
    region = content_item(
        "SCOORD3D", "CONTAINS", code("111030", "Image Region"), GraphicType="POLYGON", GraphicData=[part for one in corner for part in one],
        ReferencedFrameOfReferenceUID="1.2.3.4.5",
    )  # fmt: skip
    number = content_item("NUM", "CONTAINS", code("42798000", "Area", "SCT"), MeasuredValueSequence=[value])
    group = content_item("CONTAINER", "CONTAINS", code("125007", "Measurement Group"), ContentSequence=[region, number])
    told = says(study, foreign.report(study, group, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.34"))
    assert told["groups"][0]["shapes"] == [{"type": "POLYGON", "places": corner, "frameOfReference": "1.2.3.4.5"}]


def test_one_without_a_frame_of_reference_stays_out_and_alone_is_nothing_to_save() -> None:
    study, reader = marked_study(), people.radiologist()
    kept.plane_mark(reader, slices(study)[0], kept.LENGTH, frame_of_reference="")
    assert objects_save_marked(user=reader, study=study) == []
    with pytest.raises(InvalidInput):
        objects_save(user=reader, study=study)


def test_on_signing_they_alone_are_worth_a_report_and_are_not_saved_twice() -> None:
    study, reader = marked_study(), people.radiologist()
    kept.plane_mark(reader, slices(study)[0], kept.LENGTH)
    [row] = objects_save_marked(user=reader, study=study)
    assert row.kind == "measurements"
    assert objects_save(user=reader, study=study) == [row]
    kept.plane_mark(reader, slices(study)[0], kept.ANGLE)
    objects_save(user=reader, study=study)
    assert sorted(SavedObject.objects.values_list("version", flat=True)) == [1, 2]


def test_after_a_correction_a_reading_is_of_the_series_as_it_is_called_now() -> None:
    study, reader = marked_study(), people.radiologist()
    picture = slices(study)[0]
    kept.plane_mark(reader, picture, kept.ball(kept.reading(picture.series.series_instance_uid)))
    right = exam_of(people.john_smith())
    relink(study, right, kind=CorrectionKind.RELINK)
    moved = Study.objects.get(exam=right)
    [series] = moved.series.filter(modality="CT")
    assert series.series_instance_uid != picture.series.series_instance_uid
    [report] = saved(people.radiologist(), moved)["measurements"]
    group = report.ContentSequence[-1].ContentSequence[0].ContentSequence
    assert [item.UID for item in group if item.ValueType == "UIDREF" and item.RelationshipType == "CONTAINS"] == [
        series.series_instance_uid
    ]
