"""The key images that went out with a report, for who reads it.

Not covered: the PDF (tests/reporting/documents), and drawing (tests/imaging/viewer/test_api.py).
"""

import pytest
from django.test import Client

from imaging.access.models import User
from imaging.viewer.models import KeyImage
from imaging.viewer.services import key_image_add, key_image_remove
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


def test_those_that_went_out_are_shown_and_no_later_or_removed_ones() -> None:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 3)
    kept, removed = marked(study, 0), marked(study, 1)
    report_sign(report=stories.preliminary(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    later = marked(study, 2)
    key_image_remove(user=people.radiologist(), key_image=removed)
    text = panel(people.clinician(), exam.accession_number)
    assert f"/api/key-images/{kept.pk}/picture/" in text
    assert not any(f"/api/key-images/{one.pk}/picture/" in text for one in (removed, later))
