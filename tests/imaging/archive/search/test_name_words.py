"""Search words of studies stored by an earlier version, and what is counted for who asks.

Not covered: how long filling takes in an archive of millions.
"""

import io

import pytest
from django.core.management import call_command
from pydicom.uid import CTImageStorage, SecondaryCaptureImageStorage
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as StudyFind

from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Study, StudyNameWord
from imaging.archive.search.extras import EXTRA_TAGS, PATIENT_INSTANCES, PATIENT_SERIES, PATIENT_STUDIES, SOP_CLASSES
from imaging.archive.search.name_words import names_fill
from imaging.dimse.server import DicomServer
from imaging.patients.models import Patient
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.dicomweb.clients import Web
from tests.interop.dicom_server import dicom  # noqa: F401  a fixture
from tests.interop.raw import RawPeer

pytestmark = pytest.mark.django_db(transaction=True)


def store(**fields: str) -> Study:
    instance_ingest(stream=as_file(ct_slice(**fields)), source_ae_title="CT1", door="dicom")
    return Study.objects.latest("pk")


def run(**options: int) -> str:
    out = io.StringIO()
    call_command("index_names", stdout=out, **options)
    return out.getvalue()


def test_studies_of_an_earlier_version_are_found_by_pinyin_afterwards() -> None:
    for number in range(3):
        store(PatientID=f"{number}", PatientName="LIN^Mei-Hua=林^美华")
    before = set(StudyNameWord.objects.values_list("study", "word"))
    StudyNameWord.objects.exclude(word="lin").delete()
    StudyNameWord.objects.create(study=Study.objects.earliest("pk"), word="somebody-else")
    assert "Done: 3 studies" in run(batch=2)
    assert set(StudyNameWord.objects.values_list("study", "word")) == before
    assert "0 words added" in run()


def test_it_goes_on_where_it_stopped() -> None:
    first, second = store(PatientID="1"), store(PatientID="2")
    StudyNameWord.objects.all().delete()
    filled = names_fill(after=0, most=1)
    assert filled is not None
    assert (filled.last, filled.studies) == (first.pk, 1)
    assert "Done: 1 studies" in run(after=filled.last)
    assert StudyNameWord.objects.filter(study=second).exists()
    assert names_fill(after=second.pk, most=1) is None


def counted(server: DicomServer, **keys: str) -> dict[str, object]:
    """SOP classes and the patient's counts, as a system that asks by C-FIND is told of study 1.2.1."""
    with RawPeer(server.port, StudyFind) as peer:
        asked = {"QueryRetrieveLevel": b"STUDY", "StudyInstanceUID": b"1.2.1", "SOPClassesInStudy": b""}
        names = ("NumberOfPatientRelatedStudies", "NumberOfPatientRelatedSeries", "NumberOfPatientRelatedInstances")
        found = peer.find({**asked, **dict.fromkeys(names, b""), **{key: value.encode() for key, value in keys.items()}})
    return {tag: value for answer in found for tag, value in answer.items() if tag in EXTRA_TAGS}


def test_counts_leave_out_what_was_rejected(dicom: DicomServer) -> None:  # noqa: F811
    study = store(PatientID="1", StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.1.1")
    store(PatientID="1", StudyInstanceUID="1.2.1", SeriesInstanceUID="1.2.1.2", SOPClassUID=SecondaryCaptureImageStorage)
    store(PatientID="1", StudyInstanceUID="1.2.2")
    store(PatientID="2", StudyInstanceUID="1.2.3")
    all_of_it = {PATIENT_STUDIES: b"2", PATIENT_SERIES: b"3", PATIENT_INSTANCES: b"3"}
    assert counted(dicom) == {**all_of_it, SOP_CLASSES: f"{CTImageStorage}\\{SecondaryCaptureImageStorage}".encode()}
    second = list(Instance.objects.filter(series__series_instance_uid="1.2.1.2"))
    images_reject(study=study, instances=second, code=QUALITY, reason="moved", user=people.pacs_admin())
    left = {PATIENT_STUDIES: b"2", PATIENT_SERIES: b"2", PATIENT_INSTANCES: b"2"}
    assert counted(dicom) == {**left, SOP_CLASSES: CTImageStorage.encode()}
    [answer] = Web(people.radiologist()).json(f"/studies?StudyInstanceUID=1.2.1&includefield={SOP_CLASSES},{PATIENT_INSTANCES}")
    assert (answer[SOP_CLASSES]["Value"], answer[PATIENT_INSTANCES]["Value"]) == ([CTImageStorage], [2])


def test_counts_leave_out_what_the_asker_may_not_see(dicom: DicomServer) -> None:  # noqa: F811
    """Two studies under one number, one of them matched to a protected patient: the other system is told of one."""
    store(PatientID="1", StudyInstanceUID="1.2.1")
    other = store(PatientID="1", StudyInstanceUID="1.2.2")
    vip = people.john_smith()
    Patient.objects.filter(pk=vip.pk).update(is_protected=True)
    Study.objects.filter(pk=other.pk).update(matched_patient=vip)
    assert (counted(dicom)[PATIENT_STUDIES], counted(dicom)[PATIENT_INSTANCES]) == (b"1", b"1")
    assert counted(dicom, StudyInstanceUID="1.2.2") == {}
    [answer] = Web(people.radiologist()).json(f"/studies?StudyInstanceUID=1.2.1&includefield={PATIENT_STUDIES}")
    assert answer[PATIENT_STUDIES]["Value"] == [1]
