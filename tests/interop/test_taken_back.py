"""A correction that was taken back, told to a system that was sent the corrected images: over its own socket.

Not covered: what the other system does with the note; whether it hides what it names is its own business.
"""

from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, KeyObjectSelectionDocumentStorage
from pynetdicom import AE, evt

from imaging.access.models import AuditEvent
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.models import Instance, Study
from imaging.dimse.models import RemoteNode
from imaging.routing.models import TransferJob
from imaging.routing.running import transfer_run
from imaging.routing.services import transfer_send
from tests import people
from tests.imaging.archive.scans import exam_of, relink, scanned
from tests.rest import call
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)
Elsewhere = tuple[RemoteNode, list[Dataset]]


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """A system that takes images and notes, and what it was sent, in order."""
    got: list[Dataset] = []
    ae = AE("ELSEWHERE")
    for sop_class in (CTImageStorage, KeyObjectSelectionDocumentStorage):
        ae.add_supported_context(sop_class)
    port = free_port()
    server = ae.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda event: got.append(event.dataset) or 0)]
    )
    yield RemoteNode.objects.create(ae_title="ELSEWHERE", host="127.0.0.1", port=port, is_destination=True), got
    server.shutdown()


def ran(job: TransferJob) -> TransferJob:
    transfer_run(pk=job.pk)
    job.refresh_from_db()
    assert job.state == "done", list(job.items.values_list("error", "instance__sop_class_uid", "instance__series__rejection"))
    return job


def told(correction: int) -> TransferJob:
    answer = call(people.pacs_admin()).post(f"/api/corrections/{correction}/copies/", {"node": "ELSEWHERE"}, format="json")
    assert answer.status_code == 201, answer.content
    return ran(TransferJob.objects.get(pk=answer.json()["transfer"]))


def rejected(note: Dataset) -> set[str]:
    (study,) = note.CurrentRequestedProcedureEvidenceSequence
    return {one.ReferencedSOPInstanceUID for series in study.ReferencedSeriesSequence for one in series.ReferencedSOPSequence}


def holders(correction: int) -> list[dict[str, object]]:
    return list(call(people.pacs_admin()).get(f"/api/corrections/{correction}/copies/").json()["results"])


def test_who_has_the_corrected_images_is_told_that_they_are_none(elsewhere: Elsewhere) -> None:
    node, got = elsewhere
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    came = {ds.SOPInstanceUID for ds in scanned(wrong, slices=2)}
    correction = relink(Study.objects.get(), right)
    ran(transfer_send(study=Study.objects.get(exam=right), node=node, user=people.pacs_admin()))
    corrected = {ds.SOPInstanceUID for ds in got}
    assert len(corrected) == 2
    assert not corrected & came
    correction_undo(user=people.pacs_admin(), correction=correction)
    assert holders(correction.pk) == [{"ae_title": "ELSEWHERE", "can_be_told": True, "told_by": None}]
    got.clear()
    job = told(correction.pk)
    note, *images = got
    assert note.SOPClassUID == KeyObjectSelectionDocumentStorage
    assert rejected(note) == corrected
    assert (note.PatientID, note.StudyInstanceUID) == (right.patient.number, right.study_instance_uid)
    assert {(ds.SOPInstanceUID, ds.PatientID, ds.StudyInstanceUID) for ds in images} == {
        (uid, wrong.patient.number, wrong.study_instance_uid) for uid in came
    }
    assert holders(correction.pk)[0]["told_by"] == job.pk
    assert not Instance.objects.filter(series__rejection=None, sop_class_uid=KeyObjectSelectionDocumentStorage).exists()
    assert AuditEvent.objects.filter(act="archive.tell", detail__taken_back=True).count() == 1


def test_who_has_only_what_came_first_needs_to_be_told_nothing(elsewhere: Elsewhere) -> None:
    node, _got = elsewhere
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong, slices=1)
    ran(transfer_send(study=Study.objects.get(), node=node, user=people.pacs_admin()))
    correction = relink(Study.objects.get(), right)
    assert [one["ae_title"] for one in holders(correction.pk)] == ["ELSEWHERE"]
    correction_undo(user=people.pacs_admin(), correction=correction)
    assert holders(correction.pk) == []


def test_who_was_told_of_a_rejection_gets_the_images_again(elsewhere: Elsewhere) -> None:
    node, got = elsewhere
    exam = exam_of(people.john_smith())
    came = {ds.SOPInstanceUID for ds in scanned(exam, slices=2)}
    study = Study.objects.get()
    ran(transfer_send(study=study, node=node, user=people.pacs_admin()))
    correction = images_reject(study=study, instances=list(Instance.objects.all()), code=QUALITY, reason="", user=people.pacs_admin())
    told(correction.pk)
    correction_undo(user=people.pacs_admin(), correction=correction)
    assert holders(correction.pk)[0]["told_by"] is None
    got.clear()
    job = told(correction.pk)
    assert {ds.SOPInstanceUID for ds in got} == came
    assert holders(correction.pk)[0]["told_by"] == job.pk


def test_nothing_of_a_protected_patient_goes_to_who_may_not_see_them(elsewhere: Elsewhere) -> None:
    node, got = elsewhere
    wrong, right = exam_of(people.john_smith()), exam_of(people.the_mayor())
    scanned(wrong, slices=1)
    correction = relink(Study.objects.get(), right)
    node.may_see_protected = True
    node.save()
    ran(transfer_send(study=Study.objects.get(exam=right), node=node, user=people.pacs_admin()))
    correction_undo(user=people.pacs_admin(), correction=correction)
    node.may_see_protected = False
    node.save()
    got.clear()
    answer = call(people.pacs_admin()).post(f"/api/corrections/{correction.pk}/copies/", {"node": "ELSEWHERE"}, format="json")
    assert (answer.status_code, got) == (403, [])
