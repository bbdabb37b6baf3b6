"""The reading page: who opens it, what it tells its script, and what is written down.

Not covered here: what the script does with it (tests/e2e/test_viewer.py).
"""

import html
import json
import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from pydicom.uid import generate_uid

from imaging.access.models import AuditEvent, User
from imaging.archive.models import CaseKind, Decision, IntegrityCase, Study
from imaging.orders.models import Exam
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.django_db


def page(user: User, study: Study, asked: str = "") -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/viewer/{study.study_instance_uid}/{asked}")


def boot(user: User, study: Study, asked: str = "") -> dict[str, Any]:
    text = page(user, study, asked).content.decode()
    found = re.search(r'<script id="viewer-boot" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_no_key_does_two_things() -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 2)
    said = re.findall(r'data-key="([^"]+)"', page(people.radiologist(), study).content.decode())
    keys = [html.unescape(key) for keys in said for key in keys.split() if key != "…"]
    assert len(keys) > 40
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_the_page_names_the_patient_and_the_exam() -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 2)
    answer = page(people.radiologist(), study)
    assert answer.status_code == 200
    for text in ("LIN, Mei-Hua", "00482913", "CT26112200001", "/reports/CT26112200001/panel/", 'data-viewer="loading"'):
        assert text in answer.content.decode()


def test_only_here_may_styles_stand_in_attributes() -> None:
    study = pictures.stack(1)
    policy = page(people.radiologist(), study)["Content-Security-Policy"]
    assert "style-src-attr 'unsafe-inline'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    client = Client()
    assert "style-src-attr" not in client.get("/login/")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (people.radiologist, 200), (people.resident, 200), (people.technologist, 200), (people.pacs_admin, 200),
        (people.front_desk, 403), (people.cashier, 403), (people.manager, 403), (people.auditor, 403),
    ],
)  # fmt: skip
def test_who_opens_it(role: Any, status: int) -> None:
    assert page(role(), pictures.stack(1)).status_code == status


def test_somebody_not_signed_in_is_sent_to_sign_in() -> None:
    study = pictures.stack(1)
    answer = Client().get(f"/viewer/{study.study_instance_uid}/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")


@pytest.mark.parametrize("uid", ["1.2.3", "nothing", "1.2.3'"])
def test_a_study_that_is_not_there(uid: str) -> None:
    client = Client()
    client.force_login(people.radiologist())
    assert client.get(f"/viewer/{uid}/").status_code == 404


def test_a_protected_patients_study_opens_for_who_has_taken_the_exam() -> None:
    exam = pictures.exam_of(people.the_mayor())
    study = pictures.stack_for(exam, 1)
    assert page(people.radiologist(), study).status_code == 404
    exam.reader = people.radiologist()
    exam.save()
    assert page(people.radiologist(), study).status_code == 200


def test_opening_is_written_down() -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 1)
    page(people.radiologist(), study)
    row = AuditEvent.objects.get(act="images.view", door="page")
    assert (row.patient_number, row.accession_number) == ("00482913", "CT26112200001")


def test_clips_are_hung_apart_and_stills_together() -> None:
    series = {"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.3.1"}
    pictures.stack(2, **series)
    clip = pictures.slice_of(3, **series, NumberOfFrames=2, PixelData=pictures.gradient(1).tobytes() * 2)
    study = pictures.send(clip).study
    assert study is not None
    [entry] = boot(people.radiologist(), study)["studies"]
    assert [(one["frames"], one["instance"] is None) for one in entry["sets"]] == [(2, True), (2, False)]
    assert entry["sets"][0]["apart"] == [entry["sets"][1]["instance"]]


def test_documents_open_and_segmentations_are_no_pictures() -> None:
    uids = {"StudyInstanceUID": "1.2.3"}
    document = pictures.slice_of(1, **uids, SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", PixelData=None, Rows=None, Columns=None)
    document.EncapsulatedDocument = b"%PDF-1.4"
    pictures.send(document)
    study = pictures.send(pictures.slice_of(1, **uids, SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", SeriesInstanceUID=generate_uid())).study
    assert study is not None
    sets = boot(people.radiologist(), study)["studies"][0]["sets"]
    assert {one["kind"] for one in sets} == {"document", "segmentation"}
    assert all((one["open"] is not None) == (one["kind"] == "document") for one in sets)


def test_priors_are_those_of_the_same_patient_that_may_be_seen() -> None:
    patient = people.lin_mei_hua()
    study = pictures.stack_for(pictures.exam_of(patient), 1)
    pictures.stack_for(pictures.exam_of(patient, "CT25010100001"), 1, StudyDate="20250101")
    pictures.stack_for(pictures.exam_of(people.john_smith(), "CT25010100002"), 1)
    entries = boot(people.radiologist(), study)["studies"]
    assert [entry["mark"].partition(" ")[0] for entry in entries] == ["", "PRIOR"]
    assert "1 Jan 2025" in entries[1]["heading"]


def test_under_which_numbers_the_objects_of_each_study_may_come() -> None:
    patient = people.lin_mei_hua()
    study = pictures.stack_for(pictures.exam_of(patient), 1)
    prior = pictures.stack_for(pictures.exam_of(patient, "CT25010100001"), 1, StudyDate="20250101")
    IntegrityCase.objects.create(study=prior, kind=CaseKind.OTHER_PATIENT, decision=Decision.ADD_SECOND, details={"patient_id": "TMP-1"})
    IntegrityCase.objects.create(study=study, kind=CaseKind.OTHER_PATIENT, details={"patient_id": "TMP-2"})
    said = [entry["patientIds"] for entry in boot(people.radiologist(), study)["studies"]]
    assert said == [["00482913"], ["00482913", "TMP-1"]]
    nobody = pictures.stack(1, PatientID="", PatientName="")
    assert boot(people.radiologist(), nobody)["studies"][0]["patientIds"] == []


def test_a_further_screen_has_no_report_and_takes_no_other_exam() -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 1)
    second = page(people.radiologist(), study, "?screen=2").content.decode()
    for left_out in ("data-report", "reading-next", "/reading/next/", "data-ahead"):
        assert left_out not in second
    assert "LIN, Mei-Hua" in second
    for first in ("?screen=1", "?screen=9", "?screen=x", ""):
        assert 'data-report aria-label="Report"' in page(people.radiologist(), study, first).content.decode()


def test_the_page_speaks_chinese() -> None:
    user = people.radiologist()
    user.language = "zh-hans"
    user.save()
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 1)
    assert '<html lang="zh-CN"' in page(user, study).content.decode()


def beside(user: User, exam: Exam) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/exams/{exam.accession_number}/images/")


def test_the_time_line_leads_to_the_images() -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    assert "No images have come in yet." in beside(people.radiologist(), exam).content.decode()
    study = pictures.stack_for(exam, 2)
    assert f"/viewer/{study.study_instance_uid}/" in beside(people.radiologist(), exam).content.decode()
    assert beside(people.front_desk(), exam).status_code == 403


def test_a_protected_patients_images_are_not_spoken_of_before_the_exam_is_taken() -> None:
    exam = pictures.exam_of(people.the_mayor())
    study = pictures.stack_for(exam, 2)
    told = beside(people.radiologist(), exam).content.decode()
    assert "open to who takes the exam" in told
    assert study.study_instance_uid not in told
    assert beside(people.resident(), exam).status_code == 404
    Exam.objects.update(reader=people.radiologist())
    assert study.study_instance_uid in beside(people.radiologist(), exam).content.decode()


def test_an_exam_without_images_yet_says_what_is_awaited() -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    client = Client()
    client.force_login(people.radiologist())
    answer = client.get(f"/viewer/{exam.study_instance_uid}/")
    text = answer.content.decode()
    assert answer.status_code == 404
    assert 'data-viewer="error"' in text
    assert f"No images have come in for exam {exam.accession_number}" in text
    assert f"/exams/{exam.accession_number}/" in text


def test_a_page_that_is_asked_for_by_script_does_not_answer_with_the_sign_in_page() -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    for headers in ({"HX-Request": "true"}, {"X-Requested-With": "fetch"}):
        answer = Client().post(f"/reports/{exam.accession_number}/draft/", headers=headers)
        assert (answer.status_code, "Location" in answer) == (401, False)
