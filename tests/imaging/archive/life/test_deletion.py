"""Retention, legal hold and deletion in two phases: nothing goes that must stay, and what went is told.

Not covered: the pages (test_pages.py).
"""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from django.utils import timezone
from pytest_django import Settings

from imaging.access.models import AuditEvent
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.life.deletion import (
    deletion_approve,
    deletion_propose,
    deletion_withdraw,
    deletions_run,
    item_keep,
)
from imaging.archive.life.holds import hold_place, hold_release, holds_on
from imaging.archive.life.loose import loose_sweep
from imaging.archive.life.models import DeletionItem, DeletionProposal, ItemState, LooseFile, ProposalState, StorageRule
from imaging.archive.life.retention import retention_of
from imaging.archive.life.rules import rule_preview, rules_run
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.pixels import frame_read
from imaging.archive.places import FAST, place_named
from imaging.archive.selectors import studies_for_system, studies_visible_to
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.patients.merging import patient_merge
from imaging.viewer.models import Annotation, KeyImage
from tests import people
from tests.imaging.archive.objects import ct_slice
from tests.imaging.archive.scans import exam_of as exam_for
from tests.imaging.archive.scans import relink, scanned
from tests.imaging.pictures import exam_of, send, slice_of, stack, stack_for

pytestmark = pytest.mark.django_db


def rule(**fields: Any) -> StorageRule:
    values = {"kind": "delete", "name": "Fifteen years", "keep_years": 15, "author": people.pacs_admin()} | fields
    return StorageRule.objects.create(**values)


def approved(studies: list[Study]) -> DeletionProposal:
    proposal = deletion_propose(user=people.pacs_admin(), studies=studies, reason="Sent twice")
    return deletion_approve(user=people.manager(), proposal=proposal, seen_items=len(studies))


def later(days: int = 15) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False)


def old_study(day: str, born: str = "19680412", **attributes: Any) -> Study:
    result = send(slice_of(1, StudyDate=day, PatientBirthDate=born, **attributes))
    assert result.study is not None
    return result.study


def test_adults_are_kept_so_many_years_and_the_reason_is_told() -> None:
    kept = retention_of(old_study("20100302"), [rule()])
    assert kept.until == dt.date(2025, 3, 2)
    assert "Fifteen years" in kept.reason
    assert "15 years" in kept.reason


def test_children_are_kept_longer() -> None:
    kept = retention_of(old_study("20100302", born="20090101"), [rule(child_keep_until_age=28)])
    assert kept.until == dt.date(2037, 1, 1)
    assert "child" in kept.reason
    grown = retention_of(old_study("20100302", born="19910101"), [rule(child_keep_until_age=28)])
    assert grown.until == dt.date(2025, 3, 2)


def test_whose_age_is_not_known_is_kept_like_a_newborn() -> None:
    assert retention_of(old_study("20100302", born=""), [rule(child_keep_until_age=28)]).until == dt.date(2038, 3, 2)


def test_the_longest_rule_that_fits_wins_and_without_one_it_is_for_ever() -> None:
    study = old_study("20100302")
    rules = [rule(), rule(name="CT", modalities="CT MR", keep_years=30), rule(name="US", modalities="US", keep_years=50)]
    assert retention_of(study, rules).until == dt.date(2040, 3, 2)
    assert retention_of(study, [rules[2]]).until is None
    assert retention_of(study, []).until is None


def test_patient_class_is_that_of_the_order() -> None:
    inpatient = stack_for(exam_of(people.lin_mei_hua(), order={"patient_class": "I"}), 1, StudyDate="20000101")
    assert retention_of(inpatient, [rule(patient_classes="O E")]).until is None
    assert retention_of(inpatient, [rule(patient_classes="I")]).until == dt.date(2015, 1, 1)


def test_a_rule_proposes_and_deletes_nothing_by_itself() -> None:
    old, young = old_study("20000101"), old_study("20260101")
    one = rule()
    assert rule_preview(one)[:2] == (2, 1)
    assert DeletionItem.objects.count() == 0
    rules_run()
    rules_run()
    item = DeletionItem.objects.get()
    assert (item.study, item.state) == (old, ItemState.WAITING)
    assert item.size_bytes == old.size_bytes or item.size_bytes > 0
    with later(400):
        deletions_run()
    assert Instance.objects.count() == 2
    assert young.series.get().instances.count() == 1


def test_two_people_a_time_of_grace_then_gone_and_told(settings: Settings, django_capture_on_commit_callbacks: Any) -> None:
    study = stack_for(exam_of(people.lin_mei_hua()), 2)
    paths = list(Instance.objects.values_list("path", flat=True))
    proposal = approved([study])
    deletions_run()
    assert Instance.objects.count() == 2
    with later():
        assert deletions_run() == 1
    assert Instance.objects.count() == 0
    item = DeletionItem.objects.get()
    assert (item.state, item.instance_count, item.kept_count) == (ItemState.DELETED, 2, 0)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DONE
    study.refresh_from_db()
    assert study.images_deleted_at is not None
    assert (study.instance_count, study.size_bytes, study.series.count()) == (0, 0, 0)
    assert study.exam is not None
    assert study.exam.events.filter(kind="images_deleted").count() == 1
    assert AuditEvent.objects.filter(act="storage.delete", study_instance_uid=study.study_instance_uid).count() == 1
    assert not studies_visible_to(people.radiologist()).exists()
    assert not studies_for_system(sees_protected=True).exists()
    assert all(place_named(FAST).size(path) for path in paths)
    LooseFile.objects.update(remove_after=timezone.now())
    assert loose_sweep() == 2
    assert place_named(FAST).paths("", 10) == []


def test_whoever_proposed_it_does_not_approve_it() -> None:
    proposal = deletion_propose(user=people.pacs_admin(), studies=[stack(1)], reason="x")
    with pytest.raises(Forbidden, match="second person"):
        deletion_approve(user=people.pacs_admin(), proposal=proposal, seen_items=1)
    with pytest.raises(Forbidden):
        deletion_approve(user=people.radiologist(), proposal=proposal, seen_items=1)
    rules_author = rule()
    old_study("20000101")
    rules_run()
    by_rule = DeletionProposal.objects.get(rule=rules_author)
    with pytest.raises(Forbidden, match="second person"):
        deletion_approve(user=people.pacs_admin(), proposal=by_rule, seen_items=1)


def test_what_was_approved_is_what_was_seen() -> None:
    proposal = deletion_propose(user=people.pacs_admin(), studies=[stack(1), stack(1)], reason="x")
    item_keep(user=people.manager(), item=proposal.items.first(), reason="needed")  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="changed"):
        deletion_approve(user=people.manager(), proposal=proposal, seen_items=2)
    deletion_approve(user=people.manager(), proposal=proposal, seen_items=1)
    with later():
        deletions_run()
    assert Instance.objects.count() == 1


def hold_on(what: str, study: Study) -> Any:
    patient, exam = study.matched_patient, study.exam
    thing: dict[str, Model | None] = {"patient": patient, "study": study, "exam": exam}
    return hold_place(user=people.pacs_admin(), reason="Court 12/26", **{what: thing[what]})  # type: ignore[arg-type]


@pytest.mark.parametrize("what", ["patient", "study", "exam"])
@pytest.mark.parametrize("when", ["before the proposal", "after the approval"])
def test_a_hold_beats_every_deleter(what: str, when: str) -> None:
    study = stack_for(exam_of(people.lin_mei_hua()), 1, StudyDate="20000101")
    if when == "before the proposal":
        hold_on(what, study)
        rule()
        rules_run()
        assert DeletionItem.objects.count() == 0
        with pytest.raises(Conflict, match="Court"):
            deletion_propose(user=people.pacs_admin(), studies=[study], reason="x")
    else:
        approved([study])
        hold_on(what, study)
        with later():
            deletions_run()
        assert DeletionItem.objects.get().state == ItemState.KEPT
        assert "Court" in DeletionItem.objects.get().note
    assert Instance.objects.count() == 1


def test_a_hold_reaches_images_that_only_carry_the_number_and_follows_a_merge() -> None:
    patient, other = people.lin_mei_hua(), people.john_smith()
    unmatched = send(ct_slice(PatientID=patient.number)).study
    assert unmatched is not None
    Study.objects.update(matched_patient=None)
    unmatched.refresh_from_db()
    hold = hold_place(user=people.pacs_admin(), reason="x", patient=patient)
    assert holds_on(unmatched).exists()
    patient_merge(user=people.pacs_admin(), survivor=other, retired=patient, reason="same")
    hold.refresh_from_db()
    assert hold.patient == other


def test_a_released_hold_holds_no_more_and_says_who() -> None:
    study = stack(1)
    hold = hold_place(user=people.pacs_admin(), reason="x", study=study)
    with pytest.raises(InvalidInput):
        hold_release(user=people.pacs_admin(), hold=hold, reason=" ")
    hold_release(user=people.pacs_admin(), hold=hold, reason="Case closed")
    assert not holds_on(study).exists()
    with pytest.raises(WrongState):
        hold_release(user=people.pacs_admin(), hold=hold, reason="again")
    with pytest.raises(Forbidden):
        hold_place(user=people.radiologist(), reason="x", study=study)


def test_images_that_came_meanwhile_keep_the_study() -> None:
    study = stack(1)
    approved([study])
    with later(1):
        send(slice_of(2, StudyInstanceUID=study.study_instance_uid))
    with later():
        deletions_run()
    assert DeletionItem.objects.get().state == ItemState.KEPT
    assert Instance.objects.count() == 2


def test_a_rule_that_was_made_longer_keeps_what_it_proposed() -> None:
    old_study("20100101")
    one = rule()
    rules_run()
    deletion_approve(user=people.manager(), proposal=DeletionProposal.objects.get(), seen_items=1)
    StorageRule.objects.filter(pk=one.pk).update(keep_years=40)
    with later():
        deletions_run()
    assert DeletionItem.objects.get().state == ItemState.KEPT


def test_a_key_image_of_a_report_stays_with_its_object() -> None:
    study = stack(3)
    first, second, _third = Instance.objects.order_by("pk")
    who = people.radiologist()
    shown = KeyImage.objects.create(study=study, instance=first, author=who)
    KeyImage.objects.create(study=study, instance=second, author=who, in_report=False)
    Annotation.objects.create(uid="6f1c0a52-5a5c-4f3e-9a86-0a3b5b8f0001", study=study, instance=second, tool="Length", author=who)
    approved([study])
    with later():
        deletions_run()
    assert list(Instance.objects.all()) == [first]
    assert list(KeyImage.objects.all()) == [shown]
    assert frame_read(first, 1)
    assert DeletionItem.objects.get().kept_count == 1
    study.refresh_from_db()
    assert (study.instance_count, study.series.get().instance_count) == (1, 1)


def test_a_deleted_study_that_is_sent_again_is_there_again() -> None:
    study = stack(1)
    approved([study])
    with later():
        deletions_run()
    with later(20):
        send(slice_of(1, StudyInstanceUID=study.study_instance_uid))
    study.refresh_from_db()
    assert study.instance_count == 1
    assert studies_for_system(sees_protected=True).get() == study


def test_a_list_can_be_stopped_until_it_is_carried_out() -> None:
    proposal = approved([stack(1)])
    deletion_withdraw(user=people.manager(), proposal=proposal, reason="wait")
    with later():
        deletions_run()
    assert Instance.objects.count() == 1
    with pytest.raises(WrongState):
        deletion_withdraw(user=people.manager(), proposal=proposal, reason="wait")


def test_a_hold_goes_with_the_images_that_a_correction_takes_elsewhere() -> None:
    scanned(exam := exam_for(people.lin_mei_hua()))
    source = Study.objects.get()
    hold = hold_place(user=people.pacs_admin(), study=source, reason="Court 12/26")
    first = relink(source, exam_for(people.the_mayor()))
    second = relink(first.target, exam)
    for moved in (first.target, second.target):
        assert list(holds_on(moved)) == [hold]
    with pytest.raises(Conflict, match="Court 12/26"):
        deletion_propose(user=people.pacs_admin(), studies=[second.target], reason="Sent twice")
    correction_undo(user=people.pacs_admin(), correction=second)
    correction_undo(user=people.pacs_admin(), correction=first)
    assert not holds_on(Study.objects.get(pk=first.target_id)).exists()


def test_a_correction_of_deleted_images_is_not_taken_back() -> None:
    scanned(exam_for(people.lin_mei_hua()))
    correction = relink(Study.objects.get(), exam_for(people.the_mayor()))
    approved([Study.objects.get(pk=correction.target_id)])
    with later():
        assert deletions_run() == 1
    assert not Instance.objects.filter(series__study=correction.target).exists()
    with pytest.raises(Conflict, match="deleted since"):
        correction_undo(user=people.pacs_admin(), correction=correction)
