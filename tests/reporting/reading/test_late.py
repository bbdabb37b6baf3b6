"""Images that come after signing: a task for who signed, until the report stands or is amended.

Not covered: the panel with its buttons in a browser (tests/e2e/test_reading_list.py).
"""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from imaging.access.models import AuditEvent, User
from imaging.archive.arrivals import arrival_note, arrivals_note
from imaging.archive.models import Study
from imaging.archive.own_objects import own_object_store
from imaging.archive.queue.reconcile import study_link
from imaging.common.errors import Conflict, Forbidden, NotFound, WrongState
from imaging.orders.models import Exam
from imaging.viewer.objects.keys_write import keys_write
from reporting.reading.late import late_images_reopen, late_images_settle
from reporting.reading.models import LateImages, LateOutcome
from reporting.reading.rows import late_rows
from reporting.reports.services import addendum_write, report_addend, report_sign
from tests import people
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def signed(exam: Exam, user: User) -> Study:
    """Two images are here when `user` signs."""
    study = pictures.stack_for(exam, 2)
    arrival_note(study_id=study.pk)
    report_sign(report=stories.written(exam, user), user=user, password=people.PASSWORD)
    return study


def more_come(exam: Exam, count: int, minutes: int = 1) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes), tick=False):
        study = pictures.stack_for(exam, count)
        arrival_note(study_id=study.pk)


@pytest.fixture
def exam() -> Exam:
    exam = pictures.exam_of(people.lin_mei_hua())
    signed(exam, people.radiologist())
    return exam


def test_images_after_signing_are_a_task_of_the_signer(exam: Exam) -> None:
    assert not LateImages.objects.exists()
    more_come(exam, 3)
    task = LateImages.objects.get()
    assert (task.signer, task.images, task.outcome) == (people.radiologist(), 3, LateOutcome.OPEN)
    more_come(exam, 2, minutes=2)
    assert LateImages.objects.get().images == 5
    assert [row.exam for row in late_rows(people.radiologist())] == [exam]


def arrive(exam: Exam, count: int, at: dt.datetime) -> None:
    """The images come at `at`; the study has not settled two seconds later, when it is looked at."""
    with time_machine.travel(at, tick=False):
        pictures.stack_for(exam, count)
    with time_machine.travel(at + dt.timedelta(seconds=2), tick=False):
        arrivals_note()


def test_the_task_is_there_while_images_still_come_and_counts_each_once(exam: Exam) -> None:
    begun = timezone.now() + dt.timedelta(minutes=1)
    arrive(exam, 3, begun)
    assert LateImages.objects.get().images == 3
    assert "3 images came after the report was signed" in panel(people.radiologist(), exam)
    arrive(exam, 2, begun + dt.timedelta(seconds=10))
    last_at = LateImages.objects.get().last_at
    with time_machine.travel(begun + dt.timedelta(minutes=1), tick=False):
        arrivals_note()
    task = LateImages.objects.get()
    assert (task.images, task.last_at) == (5, last_at)
    assert [event.params["images"] for event in exam.events.filter(kind="images_late")] == [5]


def test_what_was_looked_at_is_no_task_again_once_the_study_has_settled(exam: Exam) -> None:
    begun = timezone.now() + dt.timedelta(minutes=1)
    arrive(exam, 3, begun)
    with time_machine.travel(begun + dt.timedelta(seconds=5), tick=False):
        late_images_settle(user=people.radiologist(), task=LateImages.objects.get())
    with time_machine.travel(begun + dt.timedelta(minutes=1), tick=False):
        arrivals_note()
    assert LateImages.objects.get().outcome == LateOutcome.STANDS


def test_what_lightbox_writes_itself_after_signing_is_not_late(exam: Exam) -> None:
    study = Study.objects.get(exam=exam)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=30), tick=False):
        own_object_store(keys_write(study=study, key_images=[], states={}, user=people.radiologist(), at=timezone.now()))
        arrivals_note()
    assert not LateImages.objects.exists()
    more_come(exam, 3)
    assert LateImages.objects.get().images == 3


def test_before_signing_there_is_none() -> None:
    exam = pictures.exam_of(people.john_smith())
    pictures.stack_for(exam, 2)
    more_come(exam, 3)
    assert not LateImages.objects.exists()


def test_the_report_stands_until_more_come_and_it_can_be_taken_back(exam: Exam) -> None:
    radiologist = people.radiologist()
    more_come(exam, 3)
    task = LateImages.objects.get()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5)):
        settled = late_images_settle(user=radiologist, task=task, note="Scout only")
        assert (settled.outcome, settled.settled_by, settled.note) == (LateOutcome.STANDS, radiologist, "Scout only")
        with pytest.raises(WrongState):
            late_images_settle(user=radiologist, task=task)
        assert late_images_reopen(user=radiologist, task=task).outcome == LateOutcome.OPEN
        late_images_settle(user=radiologist, task=task)
    more_come(exam, 1, minutes=10)
    assert LateImages.objects.get(outcome=LateOutcome.OPEN).images == 1
    with pytest.raises(WrongState):
        late_images_reopen(user=radiologist, task=task)
    assert set(exam.events.values_list("kind", flat=True)) >= {"late_settled", "late_reopened", "images_late"}
    assert AuditEvent.objects.filter(act="reading.late_settle", accession_number=exam.accession_number).count() == 2


def test_nobody_settles_what_they_have_not_seen(exam: Exam) -> None:
    more_come(exam, 3)
    seen = LateImages.objects.get().last_at
    more_come(exam, 1, minutes=2)
    with pytest.raises(Conflict, match="More images"):
        late_images_settle(user=people.radiologist(), task=LateImages.objects.get(), seen_last_at=seen)


def test_whoever_reads_the_report_is_told_until_it_is_settled(exam: Exam) -> None:
    exam.order.referrer = people.clinician()
    exam.order.save()
    more_come(exam, 3)
    said = "3 images came after the report was signed"
    panels = [panel(user, exam) for user in (people.clinician(), people.radiologist())]
    assert [said in page for page in panels] == [True, True]
    late_images_settle(user=people.radiologist(), task=LateImages.objects.get())
    assert said not in panel(people.clinician(), exam)


def panel(user: User, exam: Exam) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/reports/{exam.accession_number}/panel/").content.decode()


def test_an_addendum_settles_it(exam: Exam) -> None:
    radiologist = people.radiologist()
    more_come(exam, 3)
    report = addendum_write(report=exam.report, user=radiologist, text="Seen too.")
    report_addend(report=report, user=radiologist, password=people.PASSWORD)
    assert LateImages.objects.get().outcome == LateOutcome.AMENDED


def test_a_study_that_a_person_gives_to_a_signed_exam_is_late_whole(exam: Exam) -> None:
    other = pictures.stack(4, PatientID="999")
    study_link(study=other, exam=exam, user=people.technologist())
    assert LateImages.objects.get().images == 4


def test_who_may_not_sign_looks_only(exam: Exam) -> None:
    more_come(exam, 3)
    task = LateImages.objects.get()
    with pytest.raises(Forbidden):
        late_images_settle(user=people.resident(), task=task)
    client = Client()
    client.force_login(people.resident())
    assert "3 late images" in client.get("/reading/?view=late").content.decode()
    assert client.post(f"/reading/late/{task.pk}/stands/").status_code == 403
    assert client.get("/api/reading/late/").json()["results"][0]["images"] == 3


def test_a_hidden_patients_task_does_not_exist_for_others() -> None:
    exam = pictures.exam_of(people.the_mayor())
    signed(exam, people.radiologist())
    more_come(exam, 3)
    task, other = LateImages.objects.get(), people.staff("radiologist", "second")
    with pytest.raises(NotFound):
        late_images_settle(user=other, task=task)
    client = Client()
    client.force_login(people.resident())
    assert client.get("/api/reading/late/").json()["results"] == []
    assert late_images_settle(user=people.radiologist(), task=task).outcome == LateOutcome.STANDS


def test_settled_and_taken_back_by_rest(exam: Exam) -> None:
    more_come(exam, 3)
    task, client = LateImages.objects.get(), Client()
    client.force_login(people.radiologist())
    assert client.post(f"/api/reading/late/{task.pk}/stands/", {"note": "ok"}).json()["outcome"] == "stands"
    assert client.post(f"/api/reading/late/{task.pk}/reopen/").json()["outcome"] == ""
