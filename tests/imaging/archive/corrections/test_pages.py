"""Corrections by page and by REST: the same acts, closed by default. Not covered: how the page looks (tests/e2e)."""

import json
from typing import Any

import pytest
from django.test import Client

from imaging.access import guardian_wrapper
from imaging.access.models import AuditEvent, User
from imaging.archive.corrections.models import Correction
from imaging.archive.corrections.reasons import QUALITY, SAFETY
from imaging.archive.models import Instance, Study
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Exam
from imaging.patients.protection import SEE_PROTECTED
from imaging.routing.models import ItemState, TransferItem, TransferJob
from imaging.routing.services import transfer_send
from tests import people
from tests.imaging.archive.scans import exam_of, relink, scanned
from tests.rest import call

pytestmark = pytest.mark.django_db


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def wrong() -> Exam:
    exam = exam_of(people.john_smith())
    scanned(exam, series=2)
    return exam


@pytest.fixture
def right() -> Exam:
    return exam_of(people.lin_mei_hua())


def address(study: Study) -> str:
    return f"/studies/{study.study_instance_uid}/corrections/"


def give(exam: Exam, **more: Any) -> dict[str, Any]:
    return {"wish": "give", "target": f"exam:{exam.accession_number}", "reason": "wrong patient", **more}


def test_giving_a_study_to_the_right_exam_and_taking_it_back(wrong: Exam, right: Exam) -> None:
    client, source = page(people.pacs_admin()), Study.objects.get()
    assert "Nothing was corrected so far" in client.get(address(source)).content.decode()
    assert client.post(address(source), give(right)).status_code == 302
    shown = client.get(address(source)).content.decode()
    assert "Nothing is left in this study" in shown
    assert right.accession_number in shown
    correction = Correction.objects.get()
    assert (correction.kind, correction.actor) == ("relink", people.pacs_admin().label)
    there = client.get(address(Study.objects.get(exam=right))).content.decode()
    assert "wrong patient" in there
    client.post(f"/corrections/{correction.pk}/undo/")
    assert Study.objects.get(exam=wrong).instance_count == 4


def test_some_series_move_and_an_accession_number_typed_is_enough(wrong: Exam, right: Exam) -> None:
    source = Study.objects.get()
    chosen = source.series.order_by("series_number")[0].series_instance_uid
    typed = {"wish": "give", "series": [chosen], "find": right.accession_number, "reason": "x"}
    page(people.pacs_admin()).post(address(source), typed)
    source.refresh_from_db()
    assert (source.series_count, Correction.objects.get().kind) == (1, "move")


def test_the_form_is_kept_when_it_is_refused(wrong: Exam) -> None:
    client, source = page(people.pacs_admin()), Study.objects.get()
    for bad in ({}, {"wish": "give"}, {"wish": "give", "target": "exam:NOTHING", "reason": "x"}, {"wish": "reject", "code": QUALITY}):
        answer = client.post(address(source), bad, headers={"HX-Request": "true"})
        assert answer.status_code in {400, 404}
        assert answer["X-Problem"]
    assert client.post(address(source), {"wish": "split", "series": ["x/../y"], "reason": "x"}).status_code == 400
    assert not Correction.objects.exists()


def test_rejected_for_quality_is_seen_here_and_nowhere_else(wrong: Exam) -> None:
    client, source = page(people.pacs_admin()), Study.objects.get()
    image, other = Instance.objects.order_by("pk")[:2]
    client.post(address(source), {"wish": "reject", "images": [image.sop_instance_uid], "code": QUALITY, "reason": "moved"})
    client.post(address(source), {"wish": "reject", "images": [other.sop_instance_uid], "code": SAFETY, "reason": "side"})
    safety, quality = Correction.objects.all()
    assert client.get(f"/corrections/{quality.pk}/pictures/{image.pk}/")["Content-Type"] == "image/jpeg"
    assert client.get(f"/corrections/{safety.pk}/pictures/{other.pk}/").status_code == 404
    root = f"/dicomweb/studies/{source.study_instance_uid}"
    told = call(people.radiologist()).get(f"{root}/metadata", headers={"Accept": "application/dicom+json"})
    assert len(json.loads(told.getvalue())) == 2
    uids = {one["00080018"]["Value"][0] for one in call(people.radiologist()).get(f"{root}/instances").json()}
    assert uids.isdisjoint({image.sop_instance_uid, other.sop_instance_uid})
    series = image.series.series_instance_uid
    for there in (f"{root}/series/{series}/instances/{image.sop_instance_uid}", f"{root}/instances/{image.sop_instance_uid}"):
        assert call(people.radiologist()).get(there).status_code == 404


def test_who_has_no_business_here(wrong: Exam, right: Exam) -> None:
    source = Study.objects.get()
    for person in (people.front_desk(), people.radiologist(), people.clinician(), people.manager()):
        assert page(person).get(address(source)).status_code == 403
        assert page(person).post(address(source), give(right)).status_code == 403
        assert call(person).get(f"/api{address(source)}").status_code == 403
    technologist = page(people.technologist())
    assert technologist.get(address(source)).status_code == 200
    assert technologist.post(address(source), give(right)).status_code == 403
    assert not Correction.objects.exists()


def test_a_protected_patients_study_does_not_exist_for_who_may_not_know(right: Exam) -> None:
    exam = exam_of(people.the_mayor())
    scanned(exam)
    source = Study.objects.get()
    assert page(people.pacs_admin()).get(address(source)).status_code == 404
    assert page(people.pacs_admin()).post(address(source), give(right)).status_code == 404
    guardian_wrapper.grant(user=people.pacs_admin(), permission=SEE_PROTECTED, to=exam.patient)
    relink(source, right)
    other = people.staff("pacsadmin", "another")
    shown = page(other).get(address(Study.objects.get(exam=right))).content.decode()
    assert "a study that you may not see" in shown
    assert "wrong patient chosen" not in shown  # what was typed may tell whose they were
    assert [word for word in ("QIAN", "钱", exam.accession_number, exam.patient.number) if word in shown] == []


def test_the_field_that_asks_where_finds_exams_patients_and_studies(wrong: Exam, right: Exam) -> None:
    client, source = page(people.pacs_admin()), Study.objects.get()
    found = client.get(f"{address(source)}targets/?q={right.accession_number}").content.decode()
    assert f"exam:{right.accession_number}" in found
    by_name = client.get(f"{address(source)}targets/?q=lin").content.decode()
    assert f"patient:{right.patient.pk}" in by_name
    assert AuditEvent.objects.filter(act="correction.find").exists()
    again = exam_of(wrong.patient)
    assert f"exam:{again.accession_number}" in client.get(f"{address(source)}targets/").content.decode()


def test_rest_does_the_same(wrong: Exam, right: Exam) -> None:
    client, source = call(people.pacs_admin()), Study.objects.get()
    made = client.post(f"/api{address(source)}", give(right), format="json")
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["images"], made.json()["undo_refused_because"]) == ("relink", 4, "")
    (row,) = client.get(f"/api{address(source)}").json()["results"]
    assert row["other_study"] == right.study_instance_uid
    assert client.post(f"/api/corrections/{row['id']}/undo/").json()["undone_at"]
    assert client.post(f"/api/corrections/{row['id']}/undo/").status_code == 409
    assert client.post(f"/api{address(source)}", {"wish": "give"}, format="json").status_code == 400


def test_systems_that_hold_the_earlier_images_are_told(wrong: Exam, right: Exam) -> None:
    node = RemoteNode.objects.create(ae_title="ELSEWHERE", host="192.0.2.1", is_destination=True)
    source, admin = Study.objects.get(), people.pacs_admin()
    earlier = transfer_send(study=source, node=node, user=admin)
    TransferItem.objects.filter(job=earlier).update(state=ItemState.DONE)
    TransferJob.objects.filter(pk=earlier.pk).update(state="done")
    correction = relink(source, right)
    client = page(admin)
    assert "ELSEWHERE" in client.get(f"/corrections/{correction.pk}/copies/").content.decode()
    assert client.post(f"/corrections/{correction.pk}/copies/", {"node": "ELSEWHERE"}).status_code == 302
    job = TransferJob.objects.exclude(pk=earlier.pk).get()
    first, *rest = job.items.order_by("pk").select_related("instance")
    correction.refresh_from_db()
    assert first.instance == correction.note
    assert (len(rest), job.study) == (4, Study.objects.get(exam=right))
    again = call(admin).post(f"/api/corrections/{correction.pk}/copies/", {"node": "ELSEWHERE"}, format="json")
    assert again.status_code == 409
    assert call(admin).get(f"/api/corrections/{correction.pk}/copies/").json()["results"][0]["told_by"] == job.pk


def test_a_node_gets_no_image_of_a_protected_patient_by_a_correction(wrong: Exam) -> None:
    node = RemoteNode.objects.create(ae_title="ELSEWHERE", host="192.0.2.1", is_destination=True)
    correction = relink(Study.objects.get(), exam_of(people.the_mayor()))
    page(people.pacs_admin()).post(f"/corrections/{correction.pk}/copies/", {"node": node.ae_title})
    assert TransferJob.objects.get().total == 1  # the note alone


def test_the_viewer_says_why_there_is_nothing_left(wrong: Exam, right: Exam) -> None:
    relink(Study.objects.get(), right)
    answer = page(people.radiologist()).get(f"/viewer/{wrong.study_instance_uid}/")
    assert answer.status_code == 404
    assert "given elsewhere or rejected by corrections" in answer.content.decode()
