"""A page that a browser prepares before it is asked for: no look, no act, and looked over when it is shown.

Not covered: the browser that does so (tests/e2e/test_next_case.py).
"""

import re

import pytest
from django.test import Client

from imaging.access.models import AuditEvent
from imaging.archive.looks import ahead_offer
from imaging.archive.models import Study
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from tests import people
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = pytest.mark.django_db
PREPARING = {"Sec-Purpose": "prefetch;prerender"}


@pytest.fixture
def study() -> Study:
    return pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 2)


@pytest.fixture
def reader() -> Client:
    client = Client()
    client.force_login(people.radiologist())
    return client


def address(study: Study) -> str:
    return f"/viewer/{study.study_instance_uid}/"


@pytest.fixture
def offered(study: Study) -> Study:
    """The study that comes next for the reader, as the list told their browser."""
    ahead_offer(user=people.radiologist(), studies=[study])
    return study


def mark_in(page: str) -> str:
    found = re.search(r'data-mark="(\w{64})"', page)
    assert found
    return found[1]


def looks(study: Study) -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(study_instance_uid=study.study_instance_uid).order_by("pk")
    return [(row.act, row.door) for row in rows]


def test_preparing_leaves_a_row_but_no_look_and_showing_leaves_the_look(offered: Study, reader: Client) -> None:
    study = offered
    page = reader.get(address(study), headers=PREPARING).content.decode()
    assert "data-uncompared" in page and "LIN" not in page.partition("</head>")[0]
    assert looks(study) == [("images.ahead", "page")]
    assert reader.post(f"{address(study)}shown/").status_code == 200
    assert looks(study) == [("images.ahead", "page"), ("images.view", "page")]


def test_a_page_that_is_seen_at_once_is_as_it_is(study: Study, reader: Client) -> None:
    page = reader.get(address(study)).content.decode()
    assert "data-uncompared" not in page and "LIN" in page.partition("</head>")[0]


@pytest.mark.parametrize("headers", [PREPARING, {"X-Purpose": "ahead"}])
def test_who_only_says_so_looks(study: Study, reader: Client, headers: dict[str, str]) -> None:
    """Of what does not come next, or not for this person."""
    ahead_offer(user=people.resident(), studies=[study])
    reader.get(address(study), headers=headers)
    reader.get(f"/dicomweb/studies/{study.study_instance_uid}/metadata", headers={**headers, "Accept": "application/dicom+json"})
    assert looks(study) == [("images.view", "page"), ("images.view", "dicomweb")]


def test_the_list_offers_what_comes_next_with_its_priors() -> None:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 1)
    earlier = pictures.exam_of(exam.patient, "CT24010100001")
    prior = pictures.stack_for(earlier, 1, StudyDate="20240101")
    Exam.objects.filter(pk=earlier.pk).update(state=ExamState.FINAL)
    reader = Client()
    reader.force_login(people.radiologist())
    assert reader.get("/reading/ahead/").json()["page"] == address(study)
    for one in (study, prior):
        root = f"/dicomweb/studies/{one.study_instance_uid}/metadata"
        reader.get(root, headers={**PREPARING, "Accept": "application/dicom+json"})
        assert looks(one) == [("images.ahead", "dicomweb")]


def test_images_fetched_ahead_are_no_look_either_by_the_browser_or_by_our_script(offered: Study, reader: Client) -> None:
    study = offered
    series = study.series.get()
    root = f"/dicomweb/studies/{study.study_instance_uid}/series/{series.series_instance_uid}/metadata"
    for headers in (PREPARING, {"X-Purpose": "ahead"}):
        assert reader.get(root, headers={**headers, "Accept": "application/dicom+json"}).status_code == 200
    assert looks(study) == [("images.ahead", "dicomweb")]
    reader.get(root, headers={"Accept": "application/dicom+json"})
    assert looks(study)[-1] == ("images.view", "dicomweb")


def test_a_page_that_nobody_sees_changes_nothing(study: Study, reader: Client) -> None:
    exam = Exam.objects.get()
    refused = reader.post(f"/reports/{exam.accession_number}/open/", {"panel": "1"}, headers=PREPARING)
    assert refused.status_code == 409
    assert "changes nothing" in refused.content.decode()
    assert reader.post(f"{address(study)}shown/", headers=PREPARING).status_code == 409
    exam.refresh_from_db()
    assert exam.state == ExamState.COMPLETED


def test_what_it_was_made_from_is_compared_but_for_the_state_that_taking_changes(study: Study, reader: Client) -> None:
    mark = mark_in(reader.get(address(study), headers=PREPARING).content.decode())
    reader.post(f"/reports/{Exam.objects.get().accession_number}/open/", {"panel": "1"})
    shown = reader.post(f"{address(study)}shown/")
    assert shown["X-Mark"] == mark
    assert "state-reading" in shown.content.decode()
    patient = study.matched_patient
    assert patient is not None
    patient.name = "LIN^Somebody Else"
    patient.save()
    assert reader.post(f"{address(study)}shown/")["X-Mark"] != mark


def test_another_reader_is_another_page(study: Study, reader: Client) -> None:
    mark = mark_in(reader.get(address(study), headers=PREPARING).content.decode())
    reader.force_login(people.resident())
    assert reader.post(f"{address(study)}shown/")["X-Mark"] != mark


def test_one_more_image_makes_another_page(study: Study, reader: Client) -> None:
    mark = mark_in(reader.get(address(study), headers=PREPARING).content.decode())
    pictures.stack_for(Exam.objects.get(), 3)
    assert reader.post(f"{address(study)}shown/")["X-Mark"] != mark


def test_who_may_not_see_it_any_more_is_not_confirmed(study: Study) -> None:
    client = Client()
    client.force_login(people.front_desk())
    assert client.post(f"{address(study)}shown/").status_code == 403
    assert Client().post(f"{address(study)}shown/").status_code in {302, 401}
    assert looks(study) == []


def test_only_the_two_pages_that_prepare_may_hold_such_rules(reader: Client, study: Study) -> None:
    for page in ("/reading/", address(study)):
        assert "'inline-speculation-rules'" in reader.get(page)["Content-Security-Policy"], page
    assert "speculation" not in reader.get("/reports/")["Content-Security-Policy"]
