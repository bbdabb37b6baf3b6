"""Looking in other archives on demand, from an exam and from the patient's page, under every number, over real sockets.

Not covered: the dialog in a browser, archives that answer wrongly (tests/interop).
"""

# ruff: noqa: F811  fixtures of another module

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage
from pynetdicom import AE, evt
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind, StudyRootQueryRetrieveInformationModelMove

from imaging.access.models import AuditEvent, User
from imaging.archive.models import Study
from imaging.common.errors import Conflict, Forbidden, InvalidInput
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import PeerLost
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from imaging.patients.merging import patient_merge, patient_unmerge
from imaging.patients.models import Patient, PatientIdentifier, PatientMerge
from imaging.routing.elsewhere import NUMBERS_ASKED, archives, look_elsewhere, numbers_of, studies_at
from imaging.routing.models import TransferJob, TransferKind, TransferState
from imaging.routing.services import transfer_fetch
from tests import people
from tests.imaging.archive.objects import ct_slice
from tests.imaging.routing.test_priors import old_archive
from tests.imaging.routing.test_transfers import exam, silent  # noqa: F401  fixtures
from tests.interop.dicom_server import dicom  # noqa: F401  a fixture
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old_pacs(dicom: DicomServer, exam: Exam) -> Any:
    """Another archive that holds one relevant study of the exam's patient."""
    old = (timezone.localdate() - dt.timedelta(days=200)).strftime("%Y%m%d")
    prior = ct_slice(StudyDate=old, StudyDescription="CT head", ModalitiesInStudy="CT")
    source = old_archive(prior, dicom.port)
    port = source.server_address[1]
    yield RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=port, holds_priors=True, may_store=True), prior
    source.shutdown()


def test_looking_in_other_archives_and_fetching_what_is_there(old_pacs: Any, exam: Exam) -> None:
    node, prior = old_pacs
    client, address = Client(), f"/exams/{exam.accession_number}/elsewhere/"
    client.force_login(people.radiologist())
    assert prior.StudyDescription in client.get(address).content.decode()
    answer = client.post(address, {"node": node.ae_title, "study": prior.StudyInstanceUID})
    job = TransferJob.objects.get(kind=TransferKind.FETCH)
    assert (answer.url, job.state, job.done, job.total) == (f"/transfers/{job.pk}/", TransferState.DONE, 1, 1)
    assert Study.objects.filter(study_instance_uid=prior.StudyInstanceUID).exists()
    assert "here already" in client.get(address).content.decode()
    acts = set(AuditEvent.objects.filter(patient_number=exam.patient.number).values_list("act", flat=True))
    assert {"transfer.look_elsewhere", "transfer.fetch"} <= acts
    assert f"/transfers/{job.pk}/" in client.get(f"/exams/{exam.accession_number}/transfers/").content.decode()


def test_a_study_that_is_not_this_patients_there_is_not_fetched(old_pacs: Any, exam: Exam) -> None:
    job = transfer_fetch(patient=exam.patient, exam=exam, node=old_pacs[0], study_instance_uid="1.2.3", user=people.radiologist())
    job.refresh_from_db()
    assert (job.state, "no such study" in job.error) == (TransferState.FAILED, True)


def test_who_may_fetch_what_and_once(old_pacs: Any, exam: Exam, silent: None) -> None:
    node, reader = old_pacs[0], people.radiologist()
    with pytest.raises(Forbidden):
        transfer_fetch(patient=exam.patient, exam=exam, node=node, study_instance_uid="1.2.3", user=people.clinician())
    with pytest.raises(InvalidInput):
        transfer_fetch(patient=exam.patient, exam=exam, node=node, study_instance_uid="*", user=reader)
    transfer_fetch(patient=exam.patient, exam=exam, node=node, study_instance_uid="1.2.3", user=reader)
    with pytest.raises(Conflict):
        transfer_fetch(patient=exam.patient, exam=exam, node=node, study_instance_uid="1.2.3", user=reader)
    node.holds_priors = False
    with pytest.raises(InvalidInput):
        transfer_fetch(patient=exam.patient, exam=exam, node=node, study_instance_uid="1.2.4", user=reader)


def test_archives_that_are_away_are_told_beside_those_that_answer(old_pacs: Any, exam: Exam) -> None:
    RemoteNode.objects.create(ae_title="GONE", host="127.0.0.1", port=free_port(), holds_priors=True)
    gone, there = look_elsewhere(exam.patient, archives()).archives
    assert ("does not answer" in gone.error, there.lacking, there.error) == (True, 1, "")


def test_a_protected_patient_is_looked_for_by_nobody_who_may_not_know(old_pacs: Any, exam: Exam) -> None:
    exam.patient.is_protected = True
    exam.patient.save()
    client = Client()
    client.force_login(people.radiologist())
    assert client.get(f"/exams/{exam.accession_number}/elsewhere/").status_code == 404
    assert client.get(f"/api/exams/{exam.accession_number}/elsewhere/").status_code == 404


def test_over_rest(old_pacs: Any, exam: Exam) -> None:
    client, address = Client(), f"/api/exams/{exam.accession_number}/elsewhere/"
    client.force_login(people.radiologist())
    (found,) = client.get(address).json()["results"]
    values = {"node": found["holders"][0]["node"], "study_instance_uid": found["study_instance_uid"]}
    answer = client.post(address, values, content_type="application/json")
    assert (answer.status_code, answer.json()["kind"]) == (202, "fetch")


def test_a_resident_follows_what_they_fetch(old_pacs: Any, exam: Exam) -> None:
    client = Client()
    client.force_login(people.resident())
    answer = client.post(f"/exams/{exam.accession_number}/elsewhere/", {"node": "OLDPACS", "study": old_pacs[1].StudyInstanceUID})
    assert client.get(answer.url).status_code == 200
    assert answer.url in client.get(f"/exams/{exam.accession_number}/transfers/").content.decode()


def test_beside_an_exam_there_is_nothing_where_nothing_can_be_sent_or_asked(exam: Exam) -> None:
    client, address = Client(), f"/exams/{exam.accession_number}/transfers/"
    client.force_login(people.pacs_admin())
    Study.objects.all().delete()
    assert client.get(address).content.strip() == b""
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=104, holds_priors=True)
    assert b"Look in other archives" in client.get(address).content


@dataclass
class Archive:
    """An archive that finds studies by their exact Patient ID and moves them to us; it writes down what it was asked."""

    node: RemoteNode
    holds: list[Dataset] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        self.asked.append(str(event.identifier.PatientID))
        for ds in [one for one in self.holds if one.PatientID == event.identifier.PatientID]:
            answer = Dataset()
            for keyword in ("StudyInstanceUID", "StudyDate", "StudyDescription", "ModalitiesInStudy", "PatientID", "PatientBirthDate"):
                setattr(answer, keyword, ds.get(keyword))
            answer.IssuerOfPatientID = ds.get("IssuerOfPatientID", "")
            answer.QueryRetrieveLevel, answer.NumberOfStudyRelatedInstances = "STUDY", ds.get("NumberOfStudyRelatedInstances", 1)
            yield 0xFF00, answer

    def move(self, event: evt.Event, our_port: int) -> Iterator[Any]:
        found = [ds for ds in self.holds if ds.StudyInstanceUID == event.identifier.StudyInstanceUID]
        yield "127.0.0.1", our_port
        yield len(found)
        for ds in found:
            yield 0xFF00, ds

    def hold(self, **elements: Any) -> Dataset:
        date = (timezone.localdate() - dt.timedelta(days=200)).strftime("%Y%m%d")
        ds = ct_slice(**{"StudyDate": date, "StudyDescription": "CT head", "ModalitiesInStudy": "CT", **elements})
        self.holds.append(ds)
        return ds


@pytest.fixture
def archive(dicom: DicomServer) -> Iterator[Callable[[str], Archive]]:
    servers = []

    def start(ae_title: str = "REGION") -> Archive:
        port = free_port()
        node = RemoteNode.objects.create(ae_title=ae_title, host="127.0.0.1", port=port, holds_priors=True, may_store=True)
        found, ae = Archive(node), AE(ae_title)
        ae.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
        ae.add_supported_context(StudyRootQueryRetrieveInformationModelMove)
        ae.add_requested_context(CTImageStorage)
        handlers = [(evt.EVT_C_FIND, found.find), (evt.EVT_C_MOVE, found.move, [dicom.port])]
        servers.append(ae.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers))
        return found

    yield start
    for server in servers:
        server.shutdown()


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def patient() -> Patient:
    found = people.lin_mei_hua()
    PatientIdentifier.objects.create(patient=found, value="R-77", issuer="REGION", kind="MR")
    return found


def test_every_number_is_asked_for_and_each_study_shown_once(archive: Any, patient: Patient) -> None:
    one, two = archive("ONE"), archive("TWO")
    both = one.hold(PatientID=patient.number, NumberOfStudyRelatedInstances=5)
    one.hold(PatientID="R-77", StudyInstanceUID=both.StudyInstanceUID, SeriesInstanceUID=both.SeriesInstanceUID)
    two.hold(PatientID="R-77", StudyInstanceUID=both.StudyInstanceUID, NumberOfStudyRelatedInstances=9)
    only = two.hold(PatientID="R-77", StudyDate="20200101")
    found = look_elsewhere(patient, archives())
    assert set(one.asked) == {number.value for number in numbers_of(patient)} == set(two.asked)
    assert one.asked[0] == patient.number
    assert [each.study.study_instance_uid for each in found.studies] == [both.StudyInstanceUID, only.StudyInstanceUID]
    assert [holder.node.ae_title for holder in found.studies[0].holders] == ["TWO", "ONE"]
    assert {number.value for number in found.studies[0].holders[1].under} == {patient.number, "R-77"}
    assert [(told.lacking, told.held, told.strangers) for told in found.archives] == [(1, 0, 0), (2, 0, 0)]


def test_another_birth_date_or_issuer_is_somebody_else_and_is_told(archive: Any, patient: Patient) -> None:
    region = archive()
    region.hold(PatientID="R-77", IssuerOfPatientID="OTHER CITY")
    region.hold(PatientID="R-77", PatientBirthDate="19010101")
    ours = region.hold(PatientID="R-77", IssuerOfPatientID="region")
    answer = studies_at(region.node, patient)
    assert ([study.study_instance_uid for study in answer.studies], answer.strangers) == ([ours.StudyInstanceUID], 2)
    shown = page(people.radiologist()).get(f"/patients/{patient.pk}/elsewhere/").content.decode()
    assert "another birth date or issuer" in shown
    assert ours.StudyInstanceUID in shown


def test_a_national_number_means_the_same_person_whoever_wrote_it_down(archive: Any, patient: Patient) -> None:
    PatientIdentifier.objects.create(patient=patient, value="110101199001011237", issuer="STATE", kind="NI")
    region = archive()
    region.hold(PatientID="110101199001011237", IssuerOfPatientID="ANY HOSPITAL")
    assert len(studies_at(region.node, patient).studies) == 1


def test_a_number_that_would_ask_for_others_is_not_asked_for(archive: Any, patient: Patient) -> None:
    for number in ("*", "R-7?", "A\\B"):
        PatientIdentifier.objects.create(patient=patient, value=number, issuer="EVIL", kind="U")
    for number in range(NUMBERS_ASKED):
        PatientIdentifier.objects.create(patient=patient, value=f"X{number}", issuer="MANY", kind="U")
    region = archive()
    studies_at(region.node, patient)
    assert not [value for value in region.asked if set(value) & set("*?\\")]
    assert (len(region.asked), region.asked[0]) == (NUMBERS_ASKED, patient.number)


def test_a_study_of_a_merged_record_is_found_and_fetched_from_the_patients_page(archive: Any, patient: Patient) -> None:
    retired = people.john_smith()
    number = retired.number
    region = archive()
    prior = region.hold(
        PatientID=number, PatientName=patient.name, PatientBirthDate=patient.birth_date.strftime("%Y%m%d"), PatientSex=patient.sex
    )
    patient_merge(survivor=patient, retired=retired, reason="the same person")
    client = page(people.radiologist())
    shown = client.get(f"/patients/{retired.pk}/elsewhere/").content.decode()
    assert number in shown
    answer = client.post(f"/patients/{patient.pk}/elsewhere/", {"node": "REGION", "study": prior.StudyInstanceUID})
    job = TransferJob.objects.get(kind=TransferKind.FETCH)
    assert (answer.url, job.state, job.done, job.error, job.exam) == (f"/transfers/{job.pk}/", TransferState.DONE, 1, "", None)
    assert Study.objects.get(study_instance_uid=prior.StudyInstanceUID).matched_patient == patient
    assert answer.url in client.get(f"/patients/{patient.pk}/transfers/").content.decode()
    assert patient.number in client.get(answer.url).content.decode()
    row = AuditEvent.objects.get(act="transfer.look_elsewhere")
    assert (row.patient_number, row.detail["nodes"]) == (patient.number, ["REGION"])
    assert f"MR {PatientIdentifier.objects.get(value=number).issuer}" in row.detail["numbers"]
    assert number not in str(row.detail)


def test_the_patients_page_leads_there_and_fetches_follow_merges(archive: Any, patient: Patient, silent: None) -> None:
    client = page(people.resident())
    assert client.get(f"/patients/{patient.pk}/transfers/").content.strip() == b""
    region = archive()
    assert f"/patients/{patient.pk}/transfers/" in client.get(f"/patients/{patient.pk}/").content.decode()
    assert f"/patients/{patient.pk}/elsewhere/" in client.get(f"/patients/{patient.pk}/transfers/").content.decode()
    job = transfer_fetch(patient=patient, node=region.node, study_instance_uid="1.2.3", user=people.resident())
    survivor = people.john_smith()
    patient_merge(survivor=survivor, retired=patient, reason="the same person")
    job.refresh_from_db()
    assert job.patient == survivor
    patient_unmerge(merge=PatientMerge.objects.get(), reason="two persons")
    job.refresh_from_db()
    assert job.patient == patient


def test_a_protected_patients_fetch_is_nobodys_business(archive: Any, patient: Patient, silent: None) -> None:
    job = transfer_fetch(patient=patient, node=archive().node, study_instance_uid="1.2.3", user=people.radiologist())
    patient.is_protected = True
    patient.save()
    assert page(people.resident()).get(f"/transfers/{job.pk}/").status_code == 404
    shown = page(people.pacs_admin()).get(f"/transfers/{job.pk}/").content.decode()
    assert patient.number not in shown
    assert patient.name.split("^")[0] not in shown
    for address in (f"/patients/{patient.pk}/elsewhere/", f"/api/patients/{patient.pk}/elsewhere/", f"/patients/{patient.pk}/transfers/"):
        assert page(people.pacs_admin()).get(address).status_code == 404
    assert page(people.pacs_admin()).get(f"/api/transfers/{job.pk}/").json()["study_instance_uid"] is None


def test_a_patient_over_rest(archive: Any, patient: Patient) -> None:
    region = archive()
    prior = region.hold(PatientID="R-77")
    client, address = page(people.technologist()), f"/api/patients/{patient.pk}/elsewhere/"
    (found,) = client.get(address).json()["results"]
    assert found["holders"] == [
        {"node": "REGION", "instances": 1, "under": [{"value": "R-77", "issuer": "REGION", "kind": "MR"}]},
    ]
    answer = client.post(address, {"node": "REGION", "study_instance_uid": prior.StudyInstanceUID}, content_type="application/json")
    assert (answer.status_code, answer.json()["kind"]) == (202, "fetch")
    assert client.post(address, {"node": "NOBODY", "study_instance_uid": "1.2"}, content_type="application/json").status_code == 404


def test_an_archive_that_is_away_is_told_in_the_readers_language(patient: Patient, settings: LazySettings) -> None:
    RemoteNode.objects.create(ae_title="GONE", host="127.0.0.1", port=free_port(), holds_priors=True)
    client = page(people.radiologist())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "无应答" in client.get(f"/patients/{patient.pk}/elsewhere/").content.decode()


def test_an_archive_whose_answers_never_end_is_left(archive: Any, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.dimse.scu.query.ENDLESS", 5)
    region = archive()
    for _ in range(20):
        region.hold(PatientID=patient.number)
    with pytest.raises(PeerLost, match="do not end"):
        studies_at(region.node, patient)
