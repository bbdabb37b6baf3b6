"""The light page: who gets it, what it tells, what is written down.

Not covered here: drawing, fingers and how it looks (tests/e2e/test_phone.py).
"""

import json
import re
from typing import Any

import pytest
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.archive.queue.reconcile import study_link
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.viewer.services import key_image_add
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
TABLET = "Mozilla/5.0 (iPad; CPU OS 12_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.0 Safari/604.1"
DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def referred(**fields: Any) -> Exam:
    """An exam of Mrs Lin that the clinician has ordered."""
    return pictures.exam_of(people.lin_mei_hua(), order={"referrer": people.clinician()}, **fields)


def address(exam: Exam) -> str:
    return f"/exams/{exam.accession_number}/light/"


def boot_of(content: str) -> dict[str, Any]:
    found = re.search(r'<script id="viewer-boot" type="application/json">(.*?)</script>', content, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_the_patient_the_series_and_the_way_to_the_report_are_there() -> None:
    exam = referred()
    study = pictures.stack_for(exam, 2)
    image = study.series.get().instances.first()
    assert image is not None
    key = key_image_add(user=people.radiologist(), instance=image, frame=1, look={"window_centre": 40.0, "window_width": 400.0}, caption="")
    content = signed_in(people.clinician()).get(address(exam)).content.decode()
    for said in ("LIN, Mei-Hua", "00482913", exam.accession_number, f"/reports/{exam.accession_number}/panel/"):
        assert said in content
    boot = boot_of(content)
    assert [one["frames"] for one in boot["studies"][0]["sets"]] == [2]
    assert boot["keyImages"] == [{"id": key.pk, "instance": image.sop_instance_uid, "frame": 1, "window": [40.0, 400.0]}]
    assert boot["studies"][0]["patientIds"] == ["00482913"]


@pytest.mark.parametrize(
    ("state", "first"), [(ExamState.FINAL, "report"), (ExamState.PRELIMINARY, "report"), (ExamState.COMPLETED, "images")]
)
def test_a_report_that_is_out_is_shown_first(state: str, first: str) -> None:
    exam = referred()
    pictures.stack_for(exam, 1)
    Exam.objects.filter(pk=exam.pk).update(state=state)
    assert f'data-shows="{first}"' in signed_in(people.clinician()).get(address(exam)).content.decode()


def test_without_images_it_says_what_is_awaited() -> None:
    content = signed_in(people.clinician()).get(address(referred())).content.decode()
    assert "No images have come in yet." in content
    assert boot_of(content)["studies"] == []


def test_a_study_that_was_linked_to_another_exam_opens_that_one() -> None:
    """A wrong worklist line: the images carry the number that the first exam waits for, and are the second patient's."""
    awaiting, linked = pictures.exam_of(people.lin_mei_hua()), pictures.exam_of(people.john_smith(), "CT26071500099")
    study = pictures.stack_for(awaiting, 1)
    study_link(study=study, exam=linked)
    answer = signed_in(people.radiologist()).get(f"/viewer/{study.study_instance_uid}/light/")
    assert answer["Location"] == address(linked)


def test_a_study_that_is_still_awaited_opens_its_exam() -> None:
    exam = referred()
    assert signed_in(people.clinician()).get(f"/viewer/{exam.study_instance_uid}/light/")["Location"] == address(exam)


def test_a_clinician_sees_their_own_patients_only() -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 1)
    client = signed_in(people.clinician())
    assert client.get(address(exam)).status_code == 404
    assert client.get(f"/viewer/{study.study_instance_uid}/light/").status_code == 404


def test_a_protected_patient_is_closed_until_the_exam_is_taken() -> None:
    mayor = people.the_mayor()
    exam = pictures.exam_of(mayor, order={"referrer": people.clinician()})
    pictures.stack_for(exam, 1)
    for user in (people.clinician(), people.radiologist(), people.technologist(), people.pacs_admin()):
        answer = signed_in(user).get(address(exam))
        assert answer.status_code == 404
        assert mayor.number not in answer.content.decode()
    exam.reader = people.radiologist()
    exam.save()
    assert signed_in(people.radiologist()).get(address(exam)).status_code == 200


def test_opening_writes_down_exam_and_images() -> None:
    exam = referred()
    pictures.stack_for(exam, 1)
    signed_in(people.clinician()).get(address(exam))
    rows = AuditEvent.objects.filter(accession_number=exam.accession_number, patient_number="00482913", door="page")
    assert set(rows.values_list("act", flat=True)) == {"exam.view", "images.view"}


def test_it_is_not_prepared_before_it_is_asked_for() -> None:
    exam = referred()
    viewer = f"/viewer/{pictures.stack_for(exam, 1).study_instance_uid}/"
    client = signed_in(people.clinician())
    preparing = {"sec-purpose": "prefetch;prerender", "user-agent": PHONE}
    client.get(f"{viewer}?full=1", headers={"user-agent": PHONE})
    before = AuditEvent.objects.count()
    assert client.get(address(exam), headers=preparing).status_code == 503
    assert client.get(f"{viewer}light/", headers=preparing).status_code == 503
    assert AuditEvent.objects.count() == before
    assert client.get(viewer, headers={"user-agent": PHONE}).status_code == 200, "still the whole viewer that was asked for"


@pytest.mark.parametrize("agent", [PHONE, TABLET])
def test_a_handheld_is_led_from_the_viewer_to_the_light_page(agent: str) -> None:
    exam = referred()
    study = pictures.stack_for(exam, 1)
    client = signed_in(people.clinician())
    answer = client.get(f"/viewer/{study.study_instance_uid}/", headers={"user-agent": agent}, follow=True)
    assert answer.redirect_chain[-1][0] == address(exam)
    assert not AuditEvent.objects.filter(act="images.view").exclude(accession_number=exam.accession_number).exists()


def test_a_browser_that_says_it_is_a_mobile_is_believed() -> None:
    study = pictures.stack_for(referred(), 1)
    client = signed_in(people.clinician())
    assert client.get(f"/viewer/{study.study_instance_uid}/", headers={"sec-ch-ua-mobile": "?1", "user-agent": DESK}).status_code == 302
    assert client.get(f"/viewer/{study.study_instance_uid}/", headers={"sec-ch-ua-mobile": "?0", "user-agent": DESK}).status_code == 200


def test_who_wants_the_whole_viewer_keeps_it_until_the_light_page_is_opened() -> None:
    exam = referred()
    viewer = f"/viewer/{pictures.stack_for(exam, 1).study_instance_uid}/"
    client = signed_in(people.radiologist())
    phone = {"user-agent": PHONE}
    assert [client.get(one, headers=phone).status_code for one in (viewer, f"{viewer}?full=1", viewer)] == [302, 200, 200]
    client.get(address(exam), headers=phone)
    assert client.get(viewer, headers=phone).status_code == 302


def test_a_study_that_belongs_to_no_exam_has_a_light_page_too() -> None:
    study = pictures.stack(1)
    content = signed_in(people.radiologist()).get(f"/viewer/{study.study_instance_uid}/light/").content.decode()
    assert study.patient_id in content
    assert "light-report" not in content


def test_on_a_phone_an_exam_without_images_is_found_by_its_planned_study() -> None:
    exam = referred()
    answer = signed_in(people.clinician()).get(f"/viewer/{exam.study_instance_uid}/", headers={"user-agent": PHONE}, follow=True)
    assert answer.status_code == 200
    assert "No images have come in yet." in answer.content.decode()


def test_it_speaks_chinese() -> None:
    user = people.clinician()
    user.language = "zh-hans"
    user.save()
    exam = referred()
    pictures.stack_for(exam, 1)
    assert "患者" in signed_in(user).get(address(exam)).content.decode()


def test_the_list_leads_to_it_but_not_for_a_patient_whom_one_may_not_see() -> None:
    exam = referred()
    hidden = pictures.exam_of(people.the_mayor(), "CT26112200002")
    content = signed_in(people.radiologist()).get("/exams/").content.decode()
    assert address(exam) in content
    assert address(hidden) not in content
    assert "/light/" not in signed_in(people.front_desk()).get("/exams/").content.decode()
