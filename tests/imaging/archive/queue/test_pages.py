"""The queue's pages and REST. Not covered: how they look (tests/e2e)."""

import pytest
from django.test import Client
from pydicom.uid import generate_uid

from imaging.access.models import User
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Decision, IntegrityCase, MatchState, Study
from imaging.archive.selectors import studies_for_system
from imaging.orders.models import Exam
from imaging.patients.models import Patient
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.orders.test_services import head
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def exam() -> Exam:
    people.ct1()
    return order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()


@pytest.fixture
def case(exam: Exam) -> IntegrityCase:
    """Images under the exam's accession number with another person's name."""
    ds = ct_slice(AccessionNumber=exam.accession_number, PatientName="SMITH^John", PatientSex="M")
    instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    return IntegrityCase.objects.get()


def test_the_queue_shows_the_question_and_the_exam_that_may_be_meant(case: IntegrityCase, exam: Exam) -> None:
    client = page(people.technologist())
    assert "SMITH, John" in client.get("/unmatched/").content.decode()
    shown = client.get(f"/unmatched/{case.pk}/").content.decode()
    assert exam.accession_number in shown
    assert "LIN" in shown


def test_deciding_and_taking_back_by_the_page(case: IntegrityCase, exam: Exam) -> None:
    client = page(people.technologist())
    answer = client.post(f"/unmatched/{case.pk}/decide/", {"decision": "link", "accession_number": exam.accession_number})
    assert answer.status_code == 302
    assert Study.objects.get().exam == exam
    assert "SMITH, John" not in client.get("/unmatched/").content.decode()
    assert "SMITH, John" in client.get("/unmatched/?settled=1").content.decode()
    client.post(f"/unmatched/{case.pk}/reopen/")
    assert Study.objects.get().match_state == MatchState.UNMATCHED


def test_bad_input_is_said(case: IntegrityCase) -> None:
    client = page(people.technologist())
    assert client.post(f"/unmatched/{case.pk}/decide/", {"decision": "nonsense"}).status_code == 400
    assert client.post(f"/unmatched/{case.pk}/decide/", {"decision": "link"}).status_code == 400
    assert client.post(f"/unmatched/{case.pk}/decide/", {"decision": "link", "accession_number": "NOTHING"}).status_code == 404
    assert client.get("/unmatched/999999/").status_code == 404


def test_who_has_no_business_here(case: IntegrityCase) -> None:
    for person in (people.front_desk(), people.radiologist(), people.manager()):
        assert page(person).get("/unmatched/").status_code == 403
        assert page(person).get(f"/unmatched/{case.pk}/").status_code == 403
        assert call(person).get("/api/unmatched/").status_code == 403


def test_rest_lists_shows_decides_and_takes_back(case: IntegrityCase, exam: Exam) -> None:
    client = call(people.pacs_admin())
    (row,) = client.get("/api/unmatched/").json()["results"]
    assert (row["id"], row["kind"], row["decisions"]) == (case.pk, "patient", ["link", "correct", "apart", "await"])
    shown = client.get(f"/api/unmatched/{case.pk}/").json()
    assert shown["candidates"][0]["accession_number"] == exam.accession_number
    answer = client.post(f"/api/unmatched/{case.pk}/decide/", {"decision": "link", "accession_number": exam.accession_number})
    assert answer.json()["decision"] == Decision.LINK
    assert fault(client.post(f"/api/unmatched/{case.pk}/decide/", {"decision": "apart"})) == (409, "wrong-state")
    assert client.post(f"/api/unmatched/{case.pk}/reopen/").json()["resolved_at"] is None


@pytest.mark.parametrize("key", ["AccessionNumber", "StudyInstanceUID"])
def test_images_under_the_number_of_a_protected_exam_are_protected_whatever_name_they_bear(key: str) -> None:
    """A technologist who typed the patient anew at the scanner: a person decides, and until then nobody reads whose they are."""
    people.ct1()
    exam = order_place(patient=people.the_mayor(), items=[head()]).exams.get()
    value = {"AccessionNumber": exam.accession_number, "StudyInstanceUID": exam.study_instance_uid}[key]
    ds = ct_slice(**{key: value}, PatientID="12345", PatientName="CIAN^Zheng", PatientBirthDate="19550120", PatientSex="M")
    instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    case, study = IntegrityCase.objects.get(), Study.objects.get()
    assert study.matched_patient is None
    for user in (people.radiologist(), people.resident(), people.technologist(), people.pacs_admin()):
        assert call(user).get(f"/dicomweb/studies/{study.study_instance_uid}/metadata").status_code == 404
    assert call(people.radiologist()).get("/dicomweb/studies").status_code == 204
    assert not studies_for_system(sees_protected=False).exists()
    assert "CIAN" not in page(people.technologist()).get(f"/unmatched/{case.pk}/").content.decode()


def test_objects_that_ask_the_same_are_one_row_and_decided_together() -> None:
    first = ct_slice(PatientID="wrong")
    for ds in (
        first,
        *(ct_slice(StudyInstanceUID=first.StudyInstanceUID) for _ in range(3)),
        ct_slice(StudyInstanceUID=first.StudyInstanceUID, PatientID="other"),
    ):
        instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    client, rest = page(people.pacs_admin()), call(people.pacs_admin())
    assert client.get("/unmatched/?kind=mixed").content.decode().count('id="case-') == 2
    assert "× 3" in client.get("/unmatched/rows/?kind=mixed").content.decode()
    assert len(rest.get("/api/unmatched/?kind=mixed").json()["results"]) == 4
    case = IntegrityCase.objects.filter(kind="mixed").earliest("pk")
    assert "The same for 2 more objects like this" in client.get(f"/unmatched/{case.pk}/").content.decode()
    assert rest.get(f"/api/unmatched/{case.pk}/").json()["alike"] == 2
    client.post(f"/unmatched/{case.pk}/decide/", {"decision": "add", "alike": "1"})
    assert Study.objects.get().instance_count == 4
    assert "2 more objects" in client.get(f"/unmatched/{case.pk}/").content.decode()
    assert rest.post(f"/api/unmatched/{case.pk}/reopen/").status_code == 200
    assert rest.post(f"/api/unmatched/{case.pk}/decide/", {"decision": "add", "alike": True}).json()["decision"] == "add"
    assert Study.objects.get().instance_count == 4


def test_a_protected_patients_images_do_not_tell_whose_they_are() -> None:
    mayor: Patient = people.the_mayor()
    ds = ct_slice(PatientID=mayor.number, PatientName="QIAN^Zhengming", PatientBirthDate="19550120", PatientSex="M")
    ds.StudyInstanceUID = generate_uid()
    instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    case = IntegrityCase.objects.get()
    for address in ("/unmatched/", f"/unmatched/{case.pk}/"):
        shown = page(people.technologist()).get(address).content.decode()
        assert "QIAN" not in shown
        assert mayor.number not in shown
    row = call(people.technologist()).get(f"/api/unmatched/{case.pk}/").json()
    assert (row["is_masked"], row["patient_name"], row["patient_id"], row["sides"]) == (True, "", "", [])
