"""The storage pages as the PACS administrator and the second person use them. Not covered: how they look (tests/e2e/test_every_page.py)."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from imaging.access.models import User
from imaging.archive.life.deletion import deletion_propose, deletions_run
from imaging.archive.life.fixity import fixity_run
from imaging.archive.life.holds import hold_place
from imaging.archive.life.models import DeletionProposal, LegalHold, StorageFinding, StorageRule, StudyTask, TaskKind, TaskState
from imaging.archive.life.orphans import orphans_run
from imaging.archive.life.work import task_add, tasks_run
from imaging.archive.models import Instance
from imaging.archive.places import FAST, place_named
from tests import people
from tests.imaging.archive.objects import as_file
from tests.imaging.pictures import exam_of, slice_of, stack, stack_for

pytestmark = pytest.mark.django_db


def page(user: User, address: str) -> str:
    answer = signed_in(user).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, address: str, **values: object) -> int:
    return signed_in(user).post(address, values).status_code


def test_the_storage_page_tells_tiers_work_and_findings(tiers: None) -> None:
    stack(2)
    for instance in Instance.objects.all():
        place_named(FAST).remove(instance.path)
    fixity_run()
    task_add(study=stack(1), kind=TaskKind.MOVE, tier_to="slow", reason="A year old")
    shown = page(people.pacs_admin(), "/storage/")
    assert "slow" in shown
    assert "A year old" in shown
    assert "The file is gone" in shown
    assert "Work under way" in signed_in(people.pacs_admin()).get("/storage/?part=storage", HTTP_HX_REQUEST="true").content.decode()


def test_a_tier_that_does_not_answer_or_is_not_set_up_is_told(tiers: None, settings: object) -> None:
    settings.STORAGE_TIERS = ["slow=/proc/nowhere"]  # type: ignore[attr-defined]
    assert "does not answer" in page(people.pacs_admin(), "/storage/")


def test_only_who_may_opens_them() -> None:
    for address in ("/storage/", "/storage/rules/", "/storage/rules/new/", "/storage/holds/"):
        assert signed_in(people.manager()).get(address).status_code == 403
        assert signed_in(people.pacs_admin()).get(address).status_code == 200
        assert Client().get(address).status_code == 302
    assert signed_in(people.radiologist()).get("/storage/deletions/").status_code == 403
    assert signed_in(people.manager()).get("/storage/deletions/").status_code == 200


def test_a_rule_is_tried_then_kept_then_changed(tiers: None) -> None:
    admin = people.pacs_admin()
    stack(1, StudyDate="20000101")
    values = {"kind": "delete", "name": "Fifteen years", "is_active": "on", "keep_years": 15}
    tried = signed_in(admin).post("/storage/rules/new/", {**values, "try": "1"}).content.decode()
    assert "it fits 1 now" in tried
    assert StorageRule.objects.count() == 0
    assert post(admin, "/storage/rules/new/", **values) == 302
    rule = StorageRule.objects.get()
    assert "Fifteen years" in page(admin, "/storage/rules/")
    assert post(admin, f"/storage/rules/{rule.pk}/", **{**values, "keep_years": 30}) == 302
    rule.refresh_from_db()
    assert rule.keep_years == 30
    assert "needs this" in signed_in(admin).post("/storage/rules/new/", {"kind": "move", "name": "x"}).content.decode()
    assert signed_in(admin).get("/storage/rules/999/").status_code == 404


def test_a_hold_by_number_shows_on_the_exam_and_is_released_with_a_reason() -> None:
    admin, exam = people.pacs_admin(), exam_of(people.lin_mei_hua())
    stack_for(exam, 1)
    assert post(admin, "/storage/holds/", what="exam", number=exam.accession_number, reason="Court 12/26") == 302
    assert "Court 12/26" in page(people.radiologist(), f"/exams/{exam.accession_number}/storage/")
    assert "Legal hold on the images" in page(people.radiologist(), f"/exams/{exam.accession_number}/")
    hold = LegalHold.objects.get()
    assert post(admin, f"/storage/holds/{hold.pk}/release/", reason="") == 422 or LegalHold.objects.filter(released_at=None).exists()
    assert post(admin, f"/storage/holds/{hold.pk}/release/", reason="Closed") == 302
    assert "Closed" in page(admin, "/storage/holds/")
    assert post(admin, "/storage/holds/", what="patient", number="nobody", reason="x") == 404


def test_by_hand_from_the_exam_to_the_tombstone() -> None:
    admin, manager, exam = people.pacs_admin(), people.manager(), exam_of(people.lin_mei_hua())
    stack_for(exam, 2)
    assert post(admin, f"/exams/{exam.accession_number}/storage/delete/", reason="Wrong patient scanned") == 302
    proposal = DeletionProposal.objects.get()
    assert "Proposed for deletion" in page(admin, f"/exams/{exam.accession_number}/storage/")
    shown = page(manager, f"/storage/deletions/{proposal.pk}/")
    assert "Wrong patient scanned" in shown
    assert "LIN" not in shown
    assert "LIN" in page(admin, f"/storage/deletions/{proposal.pk}/")
    assert post(admin, f"/storage/deletions/{proposal.pk}/approve/", seen=1) == 403
    assert post(manager, f"/storage/deletions/{proposal.pk}/approve/", seen=1) == 302
    with time_machine.travel(timezone.now() + dt.timedelta(days=15), tick=False):
        deletions_run()
    told = page(admin, f"/exams/{exam.accession_number}/storage/")
    assert "2 images deleted on" in told
    assert "Wrong patient scanned" in told
    assert "Approved by" in page(manager, f"/storage/deletions/{proposal.pk}/")


def test_a_protected_patient_is_named_to_nobody_who_may_not_know() -> None:
    admin, mayor = people.pacs_admin(), people.the_mayor()
    study = stack_for(exam_of(mayor), 1)
    proposal = deletion_propose(user=admin, studies=[study], reason="x")
    hold_place(user=admin, reason="y", patient=people.john_smith())
    task_add(study=study, kind=TaskKind.COMPRESS)
    for user, address in (
        (admin, f"/storage/deletions/{proposal.pk}/"),
        (people.manager(), f"/storage/deletions/{proposal.pk}/"),
        (admin, "/storage/"),
    ):
        shown = page(user, address)
        assert "rotected" in shown
        assert mayor.number not in shown
        assert mayor.name.partition("^")[0] not in shown


def test_one_study_is_taken_off_a_list_and_the_rest_stopped() -> None:
    proposal = deletion_propose(user=people.pacs_admin(), studies=[stack(1), stack(1)], reason="x")
    item = proposal.items.first()
    assert item is not None
    assert post(people.manager(), f"/storage/items/{item.pk}/keep/", reason="needed for a study") == 302
    assert "needed for a study" in page(people.manager(), f"/storage/deletions/{proposal.pk}/")
    assert post(people.manager(), f"/storage/deletions/{proposal.pk}/withdraw/", reason="") == 302
    assert proposal.items.filter(state="kept").count() == 2


def test_findings_are_seen_to() -> None:
    admin = people.pacs_admin()
    for name, content in (("a", as_file(slice_of(1)).getvalue()), ("b", b"rubbish")):
        place_named(FAST).put(f"2020/01/01/0000/{name}.dcm", [content])
    orphans_run()
    take, drop = StorageFinding.objects.order_by("path")
    assert post(admin, f"/storage/findings/{take.pk}/take-in/") == 302
    assert post(admin, f"/storage/findings/{drop.pk}/remove/", reason="rubbish") == 302
    assert StorageFinding.objects.filter(resolved_at=None).count() == 0
    assert Instance.objects.count() == 1
    place_named(FAST).remove(Instance.objects.get().path)
    fixity_run()
    lost = StorageFinding.objects.get(resolved_at=None)
    assert post(admin, f"/storage/findings/{lost.pk}/look-again/") == 302
    assert post(admin, f"/storage/findings/{lost.pk}/burn/") == 404


def test_work_is_stopped_and_tried_again(tiers: None) -> None:
    admin = people.pacs_admin()
    task = task_add(study=stack(1), kind=TaskKind.MOVE, tier_to="slow")
    assert task is not None
    assert post(admin, f"/storage/tasks/{task.pk}/stop/") == 302
    tasks_run()
    assert Instance.objects.get().tier == FAST
    StudyTask.objects.update(state=TaskState.FAILED)
    assert post(admin, f"/storage/tasks/{task.pk}/retry/") == 302
    tasks_run()
    assert Instance.objects.get().tier == "slow"
