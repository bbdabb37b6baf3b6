"""The integrity queue for people: proposals with their reasons, who is at a case, many at once, rejection notes of other systems.
Not covered: how it looks (tests/e2e), and the decisions themselves (test_services)."""

import datetime as dt
import io
from typing import Any

import pytest
from django.utils import timezone
from pydicom import dcmwrite
from pydicom.uid import generate_uid
from pytest_django import Settings

from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.notes import note_dataset
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import CaseKind, Decision, Instance, IntegrityCase, Study
from imaging.archive.queue.batch import cases_resolve
from imaging.archive.queue.claims import case_claim, holder_of
from imaging.archive.queue.proposals import Proposal, proposals
from imaging.archive.queue.services import case_reopen, case_resolve
from imaging.common.errors import Conflict, Forbidden, InvalidInput
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Exam
from tests import people
from tests.imaging.archive.corrections.test_pages import page
from tests.imaging.archive.scans import exam_of, scanned, send, slice_for
from tests.rest import call

pytestmark = pytest.mark.django_db


def unmatched(exam: Exam, **attributes: Any) -> IntegrityCase:
    """Images of `exam` that lost what names it."""
    lost = {"StudyInstanceUID": generate_uid(), "AccessionNumber": "", "PatientID": "WRONG1"}
    send(slice_for(exam, **{**lost, **attributes}))
    return IntegrityCase.objects.latest("pk")


def best(case: IntegrityCase, **how: Any) -> Proposal:
    return proposals(people.pacs_admin(), case, **how)[0]


def words(found: Proposal) -> tuple[set[str], set[str]]:
    return {str(word) for word in found.pros}, {str(word) for word in found.cons}


def test_the_likely_exam_stands_out_with_its_reasons() -> None:
    exam, _other = exam_of(people.lin_mei_hua()), exam_of(people.john_smith())
    now = timezone.localtime()
    found = best(unmatched(exam, PatientName="LIN^Mei-Hau", StudyTime=f"{now:%H%M%S}", BodyPartExamined="HEAD"))
    assert (found.exam, found.is_likely) == (exam, True)
    pros, cons = words(found)
    assert pros >= {"similar name", "same birth date", "same modality", "same body part"}
    assert cons == {"another patient number"}


def test_two_that_fit_alike_leave_it_to_the_person() -> None:
    exam = exam_of(people.lin_mei_hua())
    exam_of(exam.patient)
    found = proposals(people.pacs_admin(), unmatched(exam))
    assert len(found) == 2
    assert not any(one.is_likely for one in found)


def test_nothing_personal_is_weighed_of_whom_the_reader_may_not_know() -> None:
    exam = exam_of(people.the_mayor())
    case = unmatched(exam)
    found = best(case)
    assert found.patient.hidden
    personal = {"same name", "same birth date", "similar name", "another patient number"}
    assert not (words(found)[0] | words(found)[1]) & personal
    other = unmatched(exam_of(people.lin_mei_hua()))
    assert not words(best(other, is_masked=True))[0] & personal


def test_a_case_is_theirs_who_opened_it_until_taken_over_or_left(settings: Settings) -> None:
    case = unmatched(exam_of(people.lin_mei_hua()))
    first, second = people.pacs_admin(), people.technologist()
    assert page(first).get(f"/unmatched/{case.pk}/").status_code == 200
    shown = page(second).get(f"/unmatched/{case.pk}/").content.decode()
    assert "is at this case" in shown
    assert first.label in page(second).get("/unmatched/").content.decode()
    with pytest.raises(Conflict):
        case_resolve(user=second, case=case, decision=Decision.APART)
    page(second).post(f"/unmatched/{case.pk}/claim/")
    case.refresh_from_db()
    assert holder_of(case) == second
    with pytest.raises(Conflict):
        case_resolve(user=first, case=case, decision=Decision.APART)
    IntegrityCase.objects.filter(pk=case.pk).update(claimed_at=timezone.now() - dt.timedelta(seconds=settings.CASE_CLAIM_SECONDS + 1))
    case_resolve(user=first, case=case, decision=Decision.APART)
    case.refresh_from_db()
    assert (holder_of(case), case.resolved_by) == (None, first)
    with pytest.raises(Forbidden):
        case_claim(user=people.front_desk(), case=case)


def test_many_at_once_each_by_itself() -> None:
    now = f"{timezone.localtime():%H%M%S}"
    likely = unmatched(exam_of(people.lin_mei_hua()), StudyTime=now)
    strange = unmatched(exam_of(people.john_smith()), Modality="XA", PatientName="NOBODY^Here", PatientBirthDate="19000101", StudyTime=now)
    decided = cases_resolve(user=people.pacs_admin(), cases=[likely, strange], decision=Decision.LINK, reason="checked")
    assert decided.done == 1
    assert [case.pk for case, _why in decided.refused] == [strange.pk]
    likely.refresh_from_db()
    assert (likely.decision, likely.reason, likely.study.exam.patient.number) == ("link", "checked", "00482913")  # type: ignore[union-attr]
    with pytest.raises(InvalidInput):
        cases_resolve(user=people.pacs_admin(), cases=[], decision=Decision.APART)


def test_many_at_once_by_page_and_rest() -> None:
    exam = exam_of(people.lin_mei_hua())
    one, two, three = (unmatched(exam) for _number in range(3))
    client = page(people.technologist())
    assert client.post("/unmatched/decide/", {"case": [one.pk, two.pk], "decision": "apart", "reason": "training"}).status_code == 302
    assert IntegrityCase.objects.filter(decision="apart").count() == 2
    assert client.post("/unmatched/decide/", {"decision": "apart"}).status_code == 400
    assert client.post("/unmatched/decide/", {"case": ["x"], "decision": "apart"}).status_code == 400
    answer = call(people.pacs_admin()).post("/api/unmatched/decide/", {"cases": [three.pk, one.pk], "decision": "apart"}, format="json")
    assert answer.json()["done"] == 1
    assert [row["case"] for row in answer.json()["refused"]] == [one.pk]
    claimed = call(people.pacs_admin()).post(f"/api/unmatched/{one.pk}/claim/", {}, format="json")
    assert claimed.status_code == 200


def test_narrowing_by_number_name_and_sender() -> None:
    unmatched(exam_of(people.lin_mei_hua()))
    secret = unmatched(exam_of(people.the_mayor()), PatientID="00900001")
    client = page(people.pacs_admin())
    assert "WRONG1" in client.get("/unmatched/?q=lin").content.decode()
    assert "WRONG1" in client.get("/unmatched/?q=WRONG1&source=CT1").content.decode()
    assert "WRONG1" not in client.get("/unmatched/?source=CT9").content.decode()
    assert f"case-{secret.pk}" not in client.get("/unmatched/?q=qian").content.decode()


def test_pictures_and_differences_of_two_objects_under_one_uid() -> None:
    exam = exam_of(people.lin_mei_hua())
    (sent,) = scanned(exam, slices=1)
    sent.ImageComments, sent.PixelData = "another", bytes(32)
    send(sent)
    case = IntegrityCase.objects.get(kind=CaseKind.OTHER_CONTENT)
    client = page(people.pacs_admin())
    held, waiting = (client.get(f"/unmatched/{case.pk}/pictures/{side}/") for side in ("held", "waiting"))
    assert held["Content-Type"] == waiting["Content-Type"] == "image/jpeg"
    assert held.content != waiting.content
    assert "ImageComments" in client.get(f"/unmatched/{case.pk}/").content.decode()
    assert client.get(f"/unmatched/{case.pk}/pictures/nothing/").status_code == 404


def test_belongs_to_this_exam_and_says_so_too() -> None:
    exam = exam_of(people.lin_mei_hua())
    case = unmatched(exam, PatientID="00511207", PatientName="SMITH^John", PatientSex="M")
    sent_as = case.study.study_instance_uid  # type: ignore[union-attr]
    case_resolve(user=people.pacs_admin(), case=case, decision=Decision.CORRECT, exam=exam, reason="checked by phone")
    assert Study.objects.get(exam=exam).patient_id == "00482913"
    assert Correction.objects.get().reason == "checked by phone"
    case.refresh_from_db()
    case_reopen(user=people.pacs_admin(), case=case)
    assert Study.objects.get(study_instance_uid=sent_as).instance_count == 1
    with pytest.raises(Forbidden):
        case_resolve(user=people.technologist(), case=case, decision=Decision.CORRECT, exam=exam)


def rejecting_note(exam: Exam, source: str) -> None:
    """The note that another system would send of the first image of the exam's study."""
    study = Study.objects.get(exam=exam)
    image = Instance.objects.filter(series__study=study).order_by("pk")[0]
    before = {"series": image.series_id, "hidden": image.series_id, "uid": image.series.series_instance_uid, "correction": None}
    asked = Correction(
        kind=CorrectionKind.REJECT, source=study, code=QUALITY, reason="blurred", actor="PACS2", created_at=timezone.now(),
        before={"series": [before]},
    )  # fmt: skip
    target = io.BytesIO()
    dcmwrite(target, note_dataset(study=study, correction=asked), enforce_file_format=True)
    target.seek(0)
    instance_ingest(stream=target, source_ae_title=source, door="dicom")


@pytest.fixture
def exam() -> Exam:
    found = exam_of(people.lin_mei_hua())
    scanned(found, slices=2)
    return found


def test_a_system_with_the_right_to_rejects_at_once(exam: Exam) -> None:
    RemoteNode.objects.create(ae_title="PACS2", host="192.0.2.9", may_store=True, may_reject=True)
    rejecting_note(exam, "PACS2")
    correction = Correction.objects.get()
    assert (correction.actor, correction.code, correction.images, correction.user) == ("PACS2", QUALITY, 2, None)
    assert Study.objects.get(exam=exam).instance_count == 0  # the note is not shown either
    case = IntegrityCase.objects.get()
    assert (case.decision, case.resolved_by) == ("reject", None)
    case_reopen(user=people.pacs_admin(), case=case)
    assert Study.objects.get(exam=exam).instance_count == 2


def test_without_the_right_a_person_decides(exam: Exam) -> None:
    RemoteNode.objects.create(ae_title="PACS2", host="192.0.2.9", may_store=True)
    rejecting_note(exam, "PACS2")
    case = IntegrityCase.objects.get()
    assert (case.kind, case.resolved_at, Correction.objects.count()) == (CaseKind.REJECTION, None, 0)
    shown = page(people.pacs_admin()).get(f"/unmatched/{case.pk}/").content.decode()
    assert "Quality: blurred, cut off, repeated" in shown
    case_resolve(user=people.pacs_admin(), case=case, decision=Decision.REJECT)
    assert Study.objects.get(exam=exam).instance_count == 0


def test_a_note_about_a_protected_patient_waits_where_the_node_may_not_see_them() -> None:
    exam = exam_of(people.the_mayor())
    scanned(exam, slices=1)
    RemoteNode.objects.create(ae_title="PACS2", host="192.0.2.9", may_store=True, may_reject=True)
    rejecting_note(exam, "PACS2")
    assert not Correction.objects.exists()
    assert IntegrityCase.objects.get().resolved_at is None
