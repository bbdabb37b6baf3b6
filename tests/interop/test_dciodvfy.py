"""What Lightbox writes itself, read by dciodvfy of dicom3tools: it finds no error. Objects that it only corrects on their way out have no
error that they did not have when they came. Not covered: what devices send, which is theirs."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from imaging.archive.corrections.models import CorrectionKind
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.notes import note_of
from imaging.archive.corrections.overlay import file_out
from imaging.archive.corrections.reasons import REASONS
from imaging.archive.corrections.reject import images_reject
from imaging.archive.corrections.targets import Target
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.pixels import file_of
from imaging.viewer.objects.saving import objects_save
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.scans import exam_of, fresh, relink, scanned, send, slice_for
from tests.imaging.viewer.captures import made
from tests.imaging.viewer.objects import marked
from tests.imaging.viewer.planes import kept

pytestmark = pytest.mark.django_db
WHOLE_CT: dict[str, Any] = {
    "Manufacturer": "ACME", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "KVP": "120", "AcquisitionNumber": "1", "StudyID": "1",
    "ReferringPhysicianName": "", "PatientPosition": "HFS", "PixelSpacing": ["0.5", "0.5"], "SliceThickness": "5",
    "ImagePositionPatient": ["0", "0", "0"], "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"], "FrameOfReferenceUID": "1.2.3.4",
    "PositionReferenceIndicator": "", "BodyPartExamined": "HEAD", "RescaleIntercept": "-1024", "RescaleSlope": "1", "RescaleType": "HU",
}  # fmt: skip


@pytest.fixture(autouse=True)
def tool() -> None:
    if shutil.which("dciodvfy") is None:
        pytest.fail("dciodvfy is missing: apt-get install dicom3tools (config/setup/debian-test.txt)")


def errors_of(instance: Instance) -> list[str]:
    """In the file as it lies."""
    with file_of(instance) as file:
        return errors_in(Path(file.name))


def errors_in(path: Path) -> list[str]:
    assert path.is_file()
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False, timeout=60)
    said = (done.stdout + done.stderr).splitlines()
    assert said, "dciodvfy said nothing at all"
    return [line for line in said if line.startswith("Error")]


@pytest.mark.parametrize("code", sorted(REASONS))
def test_rejection_notes(code: str) -> None:
    exam = exam_of(people.lin_mei_hua())
    scanned(exam, series=2)
    images = list(Instance.objects.all()[:3])
    correction = images_reject(study=Study.objects.get(), instances=images, code=code, reason="moved 移动", user=people.pacs_admin())
    assert errors_of(note_of(correction=correction)) == []


def test_the_note_of_a_moved_study_and_of_one_without_order_and_patient() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    assert errors_of(note_of(correction=relink(Study.objects.get(), right))) == []
    nobody = dict.fromkeys(("PatientID", "PatientName", "PatientSex", "PatientBirthDate", "AccessionNumber"), "")
    (bare,) = send(slice_for(wrong, **nobody, StudyInstanceUID="1.2.3"))
    assert bare.study is not None
    note = note_of(
        correction=images_reject(study=bare.study, instances=[bare.instance], code="113037", reason="", user=people.pacs_admin())  # type: ignore[list-item]
    )
    assert errors_of(note) == []


def test_a_corrected_object_has_no_error_that_it_did_not_come_with() -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    sent: Dataset = slice_for(wrong, **WHOLE_CT)
    (stored,) = send(sent)
    assert stored.instance is not None
    assert errors_of(stored.instance) == []
    relink(Study.objects.get(), right)
    with file_out(fresh(stored.instance)) as path:
        assert errors_in(path) == []
    series_correct(
        user=people.pacs_admin(), kind=CorrectionKind.SPLIT, source=Study.objects.get(exam=right),
        series=list(Study.objects.get(exam=right).series.all()), target=Target(patient=right.patient), reason="once more",
    )  # fmt: skip
    with file_out(fresh(stored.instance)) as path:
        assert errors_in(path) == []


def test_what_readers_kept_as_presentation_states_key_objects_and_measurements() -> None:
    study, reader = marked.marked_study(4), people.radiologist()
    first, second, third, fourth = marked.slices(study)
    marked.key(reader, first, "Nodule 结节", area=[10, 20, 40, 60], rotation=90, flipped=True)
    marked.key(reader, second, inverted=True)
    for kind in (marked.LENGTH, marked.ANGLE, marked.ELLIPSE, marked.BOX):
        marked.mark(reader, third, kind)
    marked.mark(people.resident(), fourth, marked.LENGTH | {"values": {"length": 3.1, "unit": "cm Proj"}})
    uptake = {"modalityUnit": "Bq/mL", "suvMean": 4.5, "suvMax": 8.25, "suvUnit": "g/ml{SUVbw}"}
    marked.mark(reader, fourth, marked.ELLIPSE | {"values": marked.ELLIPSE["values"] | uptake})
    before = objects_save(user=reader, study=study)
    marked.mark(reader, first, marked.ANGLE)
    after = objects_save(user=reader, study=study)
    assert [row.kind for row in after] == ["presentation", "presentation", "presentation", "keys", "measurements"]
    for row in [*before, *after]:
        assert errors_of(row.instance) == []


def test_a_length_that_is_perhaps_at_the_detector() -> None:
    study, reader = marked.marked_study(1, Modality="DX", PixelSpacing=[0.2, 0.2]), people.radiologist()
    for kind in (marked.LENGTH, marked.ELLIPSE):
        marked.mark(reader, marked.slices(study)[0], kind)
    [measurements] = [row for row in objects_save(user=reader, study=study) if row.kind == "measurements"]
    assert "Perhaps at the plane of the detector" in marked.out_of(measurements).to_json()
    assert errors_of(measurements.instance) == []


def test_measurements_on_cut_planes_alone_and_beside_those_on_pictures() -> None:
    study, reader = marked.marked_study(3), people.radiologist()
    first, second, _third = marked.slices(study)
    uptake = kept.reading("1.2.3.77", "g/ml{SUVbw}", peak=7.5)
    for kind in (kept.LENGTH, kept.ANGLE, kept.ball(kept.reading(first.series.series_instance_uid), uptake)):
        kept.plane_mark(reader, first, kind, view=kept.VIEW | {"slab": "mip", "thickness": 10})
    before = objects_save(user=reader, study=study)
    marked.mark(people.resident(), second, marked.ELLIPSE)
    after = objects_save(user=reader, study=study)
    assert [row.kind for row in (*before, *after)] == ["measurements", "presentation", "measurements"]
    for row in (*before, *after):
        assert errors_of(row.instance) == []


def test_the_same_of_colours_and_of_a_study_without_order() -> None:
    coloured = pictures.send(pictures.colour_picture(pictures.colours(2), StudyInstanceUID="1.2.3.4", SpecificCharacterSet="ISO_IR 192"))
    assert coloured.study is not None
    marked.key(people.radiologist(), marked.slices(coloured.study)[0], frame=2, window_centre=None, window_width=None)
    marked.mark(people.radiologist(), marked.slices(coloured.study)[0], marked.BOX, frame=1)
    for row in objects_save(user=people.radiologist(), study=coloured.study):
        assert errors_of(row.instance) == []


def test_pictures_of_volumes_and_what_refers_to_them() -> None:
    plain, reader = marked.marked_study(1), people.radiologist()
    images = [made.kept(reader, plain, **look).instance for look in ({}, {"look": "solid", "preset": "bone"}, {"look": "through"})]
    whole = pictures.stack(1, **WHOLE_CT, LossyImageCompression="01", LossyImageCompressionRatio="12", PatientWeight="62")
    images.append(made.kept(reader, whole).instance)
    images += [row.instance for row in objects_save(user=reader, study=plain)]
    for image in images:
        assert errors_of(image) == []
