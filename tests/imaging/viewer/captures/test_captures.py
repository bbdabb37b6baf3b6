"""Pictures of the volume room as key images: who may, what is taken, and what then lies in the archive.

Not covered: how the viewer makes them (tests/e2e/test_captures.py), what dciodvfy says (tests/interop/test_dciodvfy.py).
"""

import io
import uuid
from functools import partial
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent
from imaging.archive.arrivals import arrival_note
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.pixels import file_of
from imaging.viewer.captures import services
from imaging.viewer.display_sets import display_sets
from imaging.viewer.models import KeyImage
from imaging.viewer.objects.saving import objects_save
from reporting.reports.key_images import key_images_of_exam
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.captures.made import UID, about, first_of, kept, png, sent
from tests.imaging.viewer.objects.marked import marked_study
from tests.races import race
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def object_of(key_image: KeyImage) -> Dataset:
    with file_of(key_image.instance) as file:
        return dcmread(file)


def test_the_picture_lies_in_the_archive_with_its_study_and_sources() -> None:
    study = marked_study(2, PatientWeight="62", PatientAge="034Y", FrameOfReferenceUID="1.2.3.4", PositionReferenceIndicator="")
    ds = object_of(kept(people.resident(), study))
    source = first_of(study)
    assert (ds.SOPClassUID.name, ds.Modality, ds.ConversionType) == ("Secondary Capture Image Storage", "CT", "WSD")
    assert (str(ds.PatientName), ds.PatientID, ds.StudyInstanceUID) == (study.patient_name, study.patient_id, study.study_instance_uid)
    assert (ds.AccessionNumber, ds.PatientAge, ds.PatientWeight) == (study.accession_number, "034Y", 62)
    assert (ds.FrameOfReferenceUID, ds.BurnedInAnnotation, list(ds.ImageType)) == ("1.2.3.4", "NO", ["DERIVED", "SECONDARY", "MPR"])
    [named] = ds.SourceImageSequence
    assert (named.ReferencedSOPClassUID, named.ReferencedSOPInstanceUID) == (source.sop_class_uid, source.sop_instance_uid)
    number = source.series.series_number
    assert ds.DerivationDescription == f"Oblique plane; maximum intensity slab of 10 mm; series {number} (CT) from -400 to 1000 HU"
    assert [code.CodeValue for code in ds.DerivationCodeSequence] == ["113072", "113078"]
    assert (list(ds.PixelSpacing), ds.LossyImageCompression) == ([0.75, 0.75], "00")
    assert ds.SeriesInstanceUID != source.series.series_instance_uid
    pixels = ds.pixel_array
    assert pixels.shape == (41, 63, 3)
    assert (pixels[0, 0].tolist(), pixels[-1, -1].tolist()) == ([255, 0, 0], [0, 0, 40])


def test_what_was_lost_before_is_said() -> None:
    study = marked_study(1, LossyImageCompression="01", LossyImageCompressionRatio="12", LossyImageCompressionMethod="ISO_10918_1")
    ds = object_of(kept(people.resident(), study))
    assert (ds.LossyImageCompression, ds.LossyImageCompressionRatio, ds.LossyImageCompressionMethod) == ("01", 12, "ISO_10918_1")


@pytest.mark.parametrize(
    ("changes", "words", "codes"),
    [
        ({"plane": "axial", "slab": "", "thickness": 0}, "Axial plane", ["113072"]),
        ({"slab": "minip", "thickness": 3.5}, "Oblique plane; minimum intensity slab of 3.5 mm", ["113072", "113079"]),
        ({"look": "through"}, "Maximum intensity projection through the volume", ["113078"]),
        ({"look": "solid", "preset": "bone"}, "Volume rendering, preset bone", ["113074"]),
        ({"look": "solid", "preset": "mip"}, "Volume rendering, preset mip", ["113078"]),
    ],
)
def test_how_it_was_made_is_told(changes: dict[str, Any], words: str, codes: list[str]) -> None:
    ds = object_of(kept(people.resident(), marked_study(1), **changes))
    assert ds.DerivationDescription.startswith(f"{words}; series ")
    assert [code.CodeValue for code in ds.DerivationCodeSequence] == codes


def test_it_is_a_key_image_like_others() -> None:
    study, reader = marked_study(2), call(people.radiologist())
    answer = sent(reader, study)
    assert answer.status_code == 200, answer.content
    made = answer.json()["key_image"]
    assert (made["caption"], made["in_report"]) == ("Oblique · MIP 10 mm", True)
    assert [one["id"] for one in reader.get(f"/api/studies/{study.study_instance_uid}/key-images/").json()["results"]] == [made["id"]]
    drawn = np.asarray(Image.open(io.BytesIO(reader.get(made["picture"]).content)).convert("RGB"))
    assert drawn[3, 3, 0] > 240
    assert study.exam is not None
    assert [image.pk for image in key_images_of_exam(study.exam, chosen_only=True)] == [made["id"]]
    assert next(one for one in answer.json()["sets"] if one["number"] == "9104")["kind"] == "image"
    saved = objects_save(user=people.radiologist(), study=study)
    assert {row.kind for row in saved} == {"presentation", "keys"}
    assert reader.delete(made["picture"].removesuffix("picture/")).status_code == 204
    assert key_images_of_exam(study.exam) == []
    assert Instance.objects.filter(sop_instance_uid=made["instance"]).exists()


def test_several_are_one_series_and_other_modalities_another() -> None:
    study = marked_study(2)
    assert study.exam is not None
    pictures.stack_for(study.exam, 1, Modality="PT", SeriesInstanceUID=generate_uid())
    pet = Instance.objects.get(series__study=study, series__modality="PT")
    first, second = (object_of(kept(people.resident(), study)) for _ in range(2))
    both = about(study)["sources"] + [{"instance": pet.sop_instance_uid, "window": [0, 10], "unit": "g/ml{SUVbw}"}]
    fused = object_of(kept(people.resident(), study, sources=both))
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != fused.SeriesInstanceUID
    assert ((first.InstanceNumber, second.InstanceNumber), fused.Modality) == ((1, 2), "PT")
    assert "(PT) from 0 to 10 g/ml{SUVbw}" in fused.DerivationDescription
    assert len(fused.SourceImageSequence) == 2
    assert [one["frames"] for one in display_sets(study, root="") if one["number"] == "9104"] == [2, 1]


def test_sent_again_it_is_kept_once_also_when_it_was_taken_back() -> None:
    study, reader = marked_study(1), call(people.radiologist())
    first = sent(reader, study).json()["key_image"]
    assert sent(reader, study, picture=png(100, 100)).json()["key_image"]["id"] == first["id"]
    reader.delete(first["picture"].removesuffix("picture/"))
    assert sent(reader, study).json()["key_image"]["id"] == first["id"]
    assert reader.get(f"/api/studies/{study.study_instance_uid}/key-images/").json()["results"] == []
    assert Instance.objects.filter(series__study=study).count() == 2


def test_a_name_is_of_one_person_and_one_study() -> None:
    study, other = marked_study(1), pictures.stack(1)
    assert sent(call(people.radiologist()), study).status_code == 200
    assert fault(sent(call(people.resident()), study)) == (403, "forbidden")
    assert fault(sent(call(people.radiologist()), other)) == (403, "forbidden")
    assert KeyImage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_come_at_once_are_one() -> None:
    study, reader = marked_study(1), people.radiologist()
    keep = partial(services.capture_keep, user=reader, study=study, uid=UID, picture=png(), about=about(study))
    race(keep, keep)
    assert KeyImage.objects.count() == 1
    assert Instance.objects.filter(series__study=study).count() == 2


def test_who_may_not_mark_or_see_keeps_nothing() -> None:
    study = marked_study(1)
    assert sent(call(people.technologist()), study).status_code == 403
    assert sent(call(people.clinician()), study).status_code in {403, 404}
    assert sent(call(), study).status_code in {401, 403}
    assert KeyImage.objects.count() == 0
    assert Study.objects.get(pk=study.pk).series_count == 1


@pytest.mark.parametrize(
    "picture",
    [
        b"", b"no picture", png()[:60], png(format="JPEG"), png(format="GIF"), png(mode="L"), png(2049, 20), png(20, 2049), png(15, 20),
    ],
)  # fmt: skip
def test_what_is_no_picture_of_a_screen_is_refused(picture: bytes) -> None:
    study = marked_study(1)
    assert sent(call(people.radiologist()), study, picture=picture).status_code in {400, 413}
    assert Instance.objects.filter(series__study=study).count() == 1


def test_a_picture_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LARGEST_PICTURE", 100)
    assert fault(sent(call(people.radiologist()), marked_study(1))) == (413, "too-large")


def test_a_study_has_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_IN_A_STUDY", 1)
    study = marked_study(1)
    assert sent(call(people.radiologist()), study).status_code == 200
    assert fault(sent(call(people.radiologist()), study, uuid.uuid4())) == (409, "conflict")


@pytest.mark.parametrize(
    "changes",
    [
        {"look": "inside"}, {"plane": "tilted"}, {"slab": "max"}, {"thickness": -1}, {"thickness": float("nan")}, {"spacing": 0},
        {"caption": "x" * 201}, {"caption": "a\nb"}, {"preset": "<b>"}, {"PatientName": "X"}, {"sources": []}, {"sources": {}},
        {"sources": [{"frame": 1}]}, {"sources": [{"instance": "1.2.3", "patient": "X"}]}, {"sources": [{"instance": "1.2.3"}]},
        {"sources": [{"instance": "1.2.3"}] * 3},
    ],
)  # fmt: skip
def test_what_is_said_of_it_is_read_strictly(changes: dict[str, Any]) -> None:
    study = marked_study(1)
    assert sent(call(people.radiologist()), study, said=about(study, **changes)).status_code in {400, 404}
    assert KeyImage.objects.count() == 0


@pytest.mark.parametrize("said", [[], "plane", None, {"look": "plane"}, {"a": "b" * 9000}])
def test_what_says_nothing_is_refused(said: Any) -> None:
    assert sent(call(people.radiologist()), marked_study(1), said={} if said is None else said).status_code == 400


def test_a_window_and_a_frame_are_of_the_picture() -> None:
    study = marked_study(1)
    [source] = about(study)["sources"]
    for wrong in ({"frame": 2}, {"frame": 0}, {"window": [1]}, {"window": [0, 1e300]}, {"unit": "mm"}, {"instance": ["1.2.3"]}):
        answer = sent(call(people.radiologist()), study, said=about(study, sources=[source | wrong]))
        assert answer.status_code in {400, 404}, wrong


def test_a_picture_of_another_study_is_none_of_its_sources() -> None:
    study, other = marked_study(1), pictures.stack(1)
    said = about(study, sources=[{"instance": first_of(other).sop_instance_uid}])
    assert sent(call(people.radiologist()), study, said=said).status_code == 404


def test_a_name_that_is_no_uuid_is_refused() -> None:
    assert fault(sent(call(people.radiologist()), marked_study(1), "1.2.3")) == (400, "invalid-input")


def test_it_is_audited_and_no_news_of_the_exam() -> None:
    study, reader = marked_study(1), people.radiologist()
    arrival_note(study_id=study.pk)
    made = kept(reader, study)
    event = AuditEvent.objects.get(act="images.capture")
    assert (event.user, event.study_instance_uid) == (reader, study.study_instance_uid)
    assert event.detail == {"image": made.instance.sop_instance_uid, "objects": [first_of(study).sop_instance_uid]}
    arrival_note(study_id=study.pk)
    assert study.exam is not None
    assert [event.params["images"] for event in study.exam.events.filter(kind="images_stored")] == [1]
