"""Transfers on pages and over REST. Not covered: sending for real (test_transfers.py)."""

import pytest
from django.test import Client

from imaging.access.models import User
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Study
from imaging.dimse.models import RemoteNode
from imaging.patients.models import Patient
from imaging.patients.services import access_list_add
from imaging.routing.models import TransferJob, TransferState
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.routing.services.ring", lambda *_: None)


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def study_of(patient: Patient) -> Study:
    people.ct1()
    exam = order_place(patient=patient, items=[head()]).exams.get()
    ds = ct_slice(StudyInstanceUID=exam.study_instance_uid, PatientID=patient.number, PatientName=patient.name)
    ds.PatientBirthDate, ds.PatientSex = patient.birth_date.strftime("%Y%m%d"), patient.sex
    instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    return Study.objects.get()


@pytest.fixture
def node() -> RemoteNode:
    return RemoteNode.objects.create(ae_title="ELSEWHERE", host="192.0.2.1", is_destination=True)


def test_sending_by_the_page(node: RemoteNode) -> None:
    study = study_of(people.lin_mei_hua())
    client = page(people.radiologist())
    assert "ELSEWHERE" in client.get(f"/transfers/send/{study.study_instance_uid}/").content.decode()
    answer = client.post(f"/transfers/send/{study.study_instance_uid}/", {"node": node.pk})
    job = TransferJob.objects.get()
    assert answer.url == f"/transfers/{job.pk}/"
    assert (job.state, job.total) == (TransferState.QUEUED, 1)
    assert "LIN" in client.get("/transfers/").content.decode()
    client.post(f"/transfers/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == TransferState.CANCELLED
    client.post(f"/transfers/{job.pk}/retry/")
    job.refresh_from_db()
    assert job.state == TransferState.QUEUED


def test_the_page_of_a_transfer_follows_its_progress(node: RemoteNode) -> None:
    study = study_of(people.lin_mei_hua())
    client = page(people.radiologist())
    client.post(f"/transfers/send/{study.study_instance_uid}/", {"node": node.pk})
    job = TransferJob.objects.get()
    address = f"/transfers/{job.pk}/"
    assert 'data-live="transfers" data-live-now data-live-src="?part=transfer"' in client.get(address).content.decode()
    TransferJob.objects.update(done=1, state=TransferState.DONE)
    part = client.get(f"{address}?part=transfer", headers={"HX-Request": "true"}).content.decode()
    assert "1 / 1" in part
    assert "<html" not in part


def test_an_exam_leads_to_sending_its_images_and_tells_where_they_went(node: RemoteNode) -> None:
    study = study_of(people.lin_mei_hua())
    assert study.exam is not None
    address = f"/exams/{study.exam.accession_number}/transfers/"
    assert f"/transfers/send/{study.study_instance_uid}/" in page(people.radiologist()).get(address).content.decode()
    page(people.radiologist()).post(f"/transfers/send/{study.study_instance_uid}/", {"node": node.pk})
    assert "ELSEWHERE" in page(people.resident()).get(address).content.decode()
    assert page(people.clinician()).get(address).status_code == 403


def test_bad_input_and_strangers(node: RemoteNode) -> None:
    study = study_of(people.lin_mei_hua())
    client = page(people.radiologist())
    assert client.post(f"/transfers/send/{study.study_instance_uid}/", {"node": 0}).status_code == 422
    assert client.get("/transfers/send/1.2.3/").status_code == 404
    assert client.get("/transfers/999999/").status_code == 404
    for person in (people.front_desk(), people.cashier(), people.clinician()):
        assert page(person).get("/transfers/").status_code == 403
        assert page(person).get(f"/transfers/send/{study.study_instance_uid}/").status_code == 403


def test_rest_sends_shows_stops_and_tries_again(node: RemoteNode) -> None:
    study = study_of(people.lin_mei_hua())
    client = call(people.pacs_admin())
    answer = client.post("/api/transfers/", {"study_instance_uid": study.study_instance_uid, "node": "ELSEWHERE"})
    assert answer.status_code == 202
    job = answer.json()["id"]
    assert fault(client.post("/api/transfers/", {"study_instance_uid": study.study_instance_uid, "node": "ELSEWHERE"})) == (409, "conflict")
    assert client.post("/api/transfers/", {"study_instance_uid": "1.2.3", "node": "ELSEWHERE"}).status_code == 400
    assert client.get(f"/api/transfers/{job}/").json()["study_instance_uid"] == study.study_instance_uid
    assert client.post(f"/api/transfers/{job}/cancel/").json()["state"] == "cancelled"
    assert client.post(f"/api/transfers/{job}/retry/").json()["state"] == "queued"
    assert [row["id"] for row in client.get("/api/transfers/?state=queued").json()["results"]] == [job]


def test_images_that_wait_for_their_exam_are_not_named_either(node: RemoteNode) -> None:
    mayor = people.the_mayor()
    instance_ingest(stream=as_file(ct_slice(PatientID=mayor.number, PatientName=mayor.name)), source_ae_title="CT1", door="dicom")
    job = TransferJob.objects.create(kind="send", study=Study.objects.get(), node=node, requested_by=people.resident())
    for user in (people.pacs_admin(), people.technologist()):
        for address in ("/transfers/", f"/transfers/{job.pk}/"):
            assert "QIAN" not in page(user).get(address).content.decode()
        assert call(user).get(f"/api/transfers/{job.pk}/").json()["study_instance_uid"] is None
    assert page(people.resident()).get(f"/transfers/{job.pk}/").status_code == 404


def test_a_protected_patients_images_go_to_no_system_that_may_not_see_them(node: RemoteNode) -> None:
    mayor, radiologist = people.the_mayor(), people.radiologist()
    study = study_of(mayor)
    access_list_add(patient=mayor, person=radiologist)
    wanted = {"study_instance_uid": study.study_instance_uid, "node": node.ae_title}
    assert fault(call(radiologist).post("/api/transfers/", wanted)) == (403, "forbidden")
    assert not TransferJob.objects.exists()
    RemoteNode.objects.update(may_see_protected=True)
    assert call(radiologist).post("/api/transfers/", wanted).status_code == 202


def test_a_protected_patient_is_not_named(node: RemoteNode) -> None:
    mayor = people.the_mayor()
    study = study_of(mayor)
    TransferJob.objects.create(kind="send", study=study, exam=study.exam, node=node)
    for address in ("/transfers/", f"/transfers/{TransferJob.objects.get().pk}/"):
        shown = page(people.pacs_admin()).get(address).content.decode()
        assert "QIAN" not in shown
        assert mayor.number not in shown
    assert call(people.pacs_admin()).get("/api/transfers/").json()["results"][0]["study_instance_uid"] is None
    assert page(people.radiologist()).get(f"/transfers/send/{study.study_instance_uid}/").status_code == 404
