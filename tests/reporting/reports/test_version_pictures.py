"""The key images that went out with a report, for who reads it.

Not covered: the PDF (tests/reporting/documents), and drawing (tests/imaging/viewer/test_api.py).
"""

import uuid
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.archive.corrections.models import CorrectionKind
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.corrections.targets import Target
from imaging.archive.events import images_deleting
from imaging.archive.models import Instance, Study
from imaging.archive.queue.reconcile import study_link
from imaging.orders.models import Exam
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.services import key_image_add, key_image_remove, key_image_update
from reporting.reports.models import ReportVersion, SignedPicture
from reporting.reports.services import report_sign
from tests import people
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def panel(user: User, accession: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/reports/{accession}/panel/").content.decode()


def marked(exam_study: object, number: int) -> KeyImage:
    image = exam_study.series.get().instances.order_by("instance_number")[number]  # type: ignore[attr-defined]
    return key_image_add(user=people.radiologist(), instance=image, frame=1, look={}, caption="")


def signed(*marks: int) -> tuple[Exam, Study, list[KeyImage]]:
    """A signed report with these slices of three as key images."""
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 3)
    images = [marked(study, number) for number in marks]
    report_sign(report=stories.preliminary(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    return exam, study, images


def address(exam: Exam, at: int, number: int = 0) -> str:
    number = number or ReportVersion.objects.filter(report__exam=exam).latest("number").number
    return f"/reports/{exam.accession_number}/versions/{number}/pictures/{at}/"


def test_those_that_went_out_are_shown_and_no_later_ones() -> None:
    exam, study, _images = signed(0, 1)
    marked(study, 2)
    text = panel(people.clinician(), exam.accession_number)
    assert [address(exam, at) in text for at in (1, 2, 3)] == [True, True, False]


def test_they_stay_as_they_were_signed_whatever_is_measured_said_or_removed_later() -> None:
    exam, _study, [image] = signed(0)
    client = Client()
    client.force_login(people.clinician())
    before = client.get(address(exam, 1))
    assert (before.status_code, before["Content-Type"]) == (200, "image/jpeg")
    Annotation.objects.create(
        uid=uuid.uuid4(), study=image.study, instance=image.instance, frame=1, tool="Length", author=people.resident(),
        points=[[10, 10], [100, 100]], values={"length": 127.3, "unit": "mm"}, data={}, view={},
    )  # fmt: skip
    key_image_update(user=people.resident(), key_image=image, caption="Not what was signed")
    assert client.get(address(exam, 1)).content == before.content
    assert "Not what was signed" not in panel(people.clinician(), exam.accession_number)
    key_image_remove(user=people.radiologist(), key_image=image)
    assert client.get(address(exam, 1)).content == before.content
    assert AuditEvent.objects.filter(act="images.view", user=people.clinician()).exists()


def test_what_is_not_there_or_not_for_them_is_not_found() -> None:
    exam, _study, _images = signed(0)
    somebody = people.staff("clinician", "other")
    asked = [(people.clinician(), address(exam, 2)), (people.clinician(), address(exam, 1, 9)), (somebody, address(exam, 1))]
    for user, where in asked:
        client = Client()
        client.force_login(user)
        assert client.get(where).status_code == 404, where


def test_of_rejected_images_none_is_shown() -> None:
    exam, study, _images = signed(0)
    images_reject(study=study, instances=list(Instance.objects.all()), code=QUALITY, reason="", user=people.pacs_admin())
    assert address(exam, 1) not in panel(people.clinician(), exam.accession_number)


def test_the_words_of_arrows_are_signed_with_them() -> None:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 1)
    image = marked(study, 0)
    mark = Annotation.objects.create(
        uid=uuid.uuid4(), study=study, instance=image.instance, frame=1, tool="ArrowAnnotate", author=people.radiologist(),
        points=[[30, 30], [60, 60]], values={}, data={"label": "nodule 8 mm"}, view={},
    )  # fmt: skip
    report_sign(report=stories.preliminary(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    client = Client()
    client.force_login(people.radiologist())
    live = client.get(f"/api/key-images/{image.pk}/picture/").content
    assert client.get(address(exam, 1)).content == live
    mark.data = {"label": ""}
    mark.save()
    assert client.get(f"/api/key-images/{image.pk}/picture/").content != live


def test_an_image_that_is_another_patient_s_by_now_is_not_shown_under_the_report() -> None:
    exam, study, _images = signed(0)
    Study.objects.filter(pk=study.pk).update(matched_patient=people.john_smith())
    page = panel(people.radiologist(), exam.accession_number)
    assert (address(exam, 1) in page, "given it to another patient" in page) == (False, True)
    client = Client()
    client.force_login(people.radiologist())
    assert client.get(address(exam, 1)).status_code == 404


def kept_of(study: Study) -> set[int]:
    """What may not be deleted of `study`."""
    keep: set[int] = set()
    images_deleting.send(sender=Study, study=study, instances=Instance.objects.filter(series__study=study), keep=keep)
    return keep


def give_to_another(study: Study) -> None:
    series_correct(
        user=people.pacs_admin(), kind=CorrectionKind.RELINK, source=study, series=list(study.series.all()),
        target=Target(exam=pictures.exam_of(people.john_smith(), "CT26112299001")), reason="wrong patient",
    )  # fmt: skip


def test_objects_of_a_signed_report_stay_whatever_became_of_the_key_image_and_who_removed_it_is_told() -> None:
    _exam, study, [image, other] = signed(0, 1)
    key_image_remove(user=people.resident(), key_image=image)
    key_image_update(user=people.resident(), key_image=other, in_report=False)
    assert list(AuditEvent.objects.filter(user=people.resident()).order_by("pk").values_list("act", flat=True)) == [
        "images.key-remove",
        "images.key-out",
    ]
    assert kept_of(study) == {image.instance_id, other.instance_id}


def test_they_stay_too_where_they_were_given_to_another_patient_since() -> None:
    """The correction may be taken back, and the report is to show them then."""
    _exam, study, [image] = signed(0)
    give_to_another(study)
    now = Instance.objects.get(pk=image.instance_id).series.study
    assert now != study
    key_image_remove(user=people.radiologist(), key_image=KeyImage.objects.get(pk=image.pk))
    assert kept_of(now) == {image.instance_id}


def test_they_stay_too_where_the_whole_study_was_matched_in_place_to_another_patient_s_order() -> None:
    _exam, study, [image] = signed(0)
    key_image_remove(user=people.radiologist(), key_image=KeyImage.objects.get(pk=image.pk))
    study_link(study=study, exam=pictures.exam_of(people.john_smith(), "CT26112299001"), user=people.pacs_admin())
    assert kept_of(study) == {image.instance_id}


def test_those_of_versions_of_before_are_noted_by_the_upgrade() -> None:
    _exam, study, [image] = signed(0)
    give_to_another(study)
    SignedPicture.objects.all().delete()
    import_module("reporting.migrations.0005_pictures").pictures_note(apps, None)
    assert list(SignedPicture.objects.values_list("instance", flat=True).distinct()) == [image.instance_id]


def test_a_picture_that_lost_something_says_so_beside_it() -> None:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 2, LossyImageCompression="01", LossyImageCompressionRatio=10)
    marked(study, 0)
    report_sign(report=stories.preliminary(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    assert "Lossy 10:1" in panel(people.clinician(), exam.accession_number)
