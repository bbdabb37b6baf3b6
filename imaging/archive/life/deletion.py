"""Deleting images in two phases: proposed, approved by a second person, carried out after a time of grace. What remains is the item.

A hold, new images, an open question or a running transfer keeps a study back at the last moment, whoever approved what.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.events import images_deleting
from imaging.archive.life.days import day_stale
from imaging.archive.life.holds import holds_on
from imaging.archive.life.loose import loose_leave
from imaging.archive.life.models import (
    OPEN_TASKS,
    DeletionItem,
    DeletionProposal,
    ItemState,
    ProposalState,
    RuleKind,
    StorageRule,
    StudyTask,
    TaskState,
)
from imaging.archive.life.retention import retention_of
from imaging.archive.models import Decision, Instance, IntegrityCase, Series, Study
from imaging.archive.pictures.thumbnails import thumbnails_forget
from imaging.archive.places import FAST
from imaging.common.errors import Conflict, Forbidden, InvalidInput, WrongState
from imaging.common.live import announce
from imaging.orders.services import exam_event_add

ITEMS = 1000


@transaction.atomic
def deletion_propose(*, user: User, studies: Iterable[Study], reason: str, door: str = "page") -> DeletionProposal:
    """Propose to delete the images of `studies` by hand; nothing happens before a second person approves.

    Raises Forbidden, InvalidInput, Conflict when a study is on hold or proposed already.
    """
    require(user, Act.STORAGE_MANAGE)
    if not reason.strip():
        raise InvalidInput(_("Say why these images are to be deleted."), field="reason")
    proposal = DeletionProposal.objects.create(reason=reason.strip()[:200], proposed_by=user)
    for study in studies:
        if (hold := holds_on(study).first()) is not None:
            raise Conflict(_("On legal hold: %(reason)s") % {"reason": hold.reason})
        if DeletionItem.objects.filter(study=study, state=ItemState.WAITING).exists():
            raise Conflict(_("The deletion of these images is proposed already."))
        item_add(proposal=proposal, study=study, reason=reason.strip())
        _audit("storage.propose", study, user, door, reason)
    announce("storage")
    return proposal


def item_add(*, proposal: DeletionProposal, study: Study, reason: str) -> DeletionItem:
    return DeletionItem.objects.create(
        proposal=proposal, study=study, reason=reason[:400], instance_count=study.instance_count, size_bytes=study.size_bytes
    )


@transaction.atomic
def rule_proposal(*, rule: StorageRule) -> DeletionProposal:
    """The list of `rule` that waits for approval and has room for more; made when there is none."""
    waiting = (
        DeletionProposal.objects.filter(rule=rule, state=ProposalState.PROPOSED).annotate(n=Count("items")).filter(n__lt=ITEMS).first()
    )
    return waiting or DeletionProposal.objects.create(rule=rule, rule_name=rule.name, reason=rule.name, proposed_by=rule.author)


@transaction.atomic
def deletion_approve(*, user: User, proposal: DeletionProposal, seen_items: int, door: str = "page") -> DeletionProposal:
    """A second person says yes to what they saw: `seen_items` studies. It is carried out when the time of grace is over.

    Raises Forbidden for whoever proposed it or set up its rule, WrongState, Conflict when the list has changed meanwhile.
    """
    require(user, Act.DELETION_APPROVE)
    locked = _locked(proposal)
    if locked.proposed_by_id == user.pk:
        raise Forbidden(_("A second person has to approve this: you proposed it, or set up its rule."))
    if locked.state != ProposalState.PROPOSED:
        raise WrongState(_("This list does not wait for approval any more."))
    if locked.items.filter(state=ItemState.WAITING).count() != seen_items or not seen_items:
        raise Conflict(_("The list has changed since you opened it; look at it again."))
    locked.state, locked.approved_by, locked.approved_at = ProposalState.APPROVED, user, timezone.now()
    locked.due_at = locked.approved_at + dt.timedelta(days=settings.DELETION_GRACE_DAYS)
    locked.save()
    audit_record(act="storage.approve", door=door, user=user, proposal=locked.pk, studies=seen_items)
    announce("storage")
    return locked


@transaction.atomic
def deletion_withdraw(*, user: User, proposal: DeletionProposal, reason: str, door: str = "page") -> DeletionProposal:
    """Stop it, before or after approval, until it is carried out. Its studies are kept."""
    require(user, Act.DELETION_APPROVE)
    locked = _locked(proposal)
    if locked.state not in {ProposalState.PROPOSED, ProposalState.APPROVED}:
        raise WrongState(_("This list is settled already."))
    for item in locked.items.filter(state=ItemState.WAITING):
        _keep(item, reason or _("The list was withdrawn."), user)
    locked.state, locked.withdrawn_by, locked.withdrawn_at = ProposalState.WITHDRAWN, user, timezone.now()
    locked.save()
    audit_record(act="storage.withdraw", door=door, user=user, proposal=locked.pk, reason=reason)
    announce("storage")
    return locked


@transaction.atomic
def item_keep(*, user: User, item: DeletionItem, reason: str, door: str = "page") -> DeletionItem:
    """Take one study off the list; the rule does not propose it again for a year."""
    require(user, Act.DELETION_APPROVE)
    _locked(item.proposal)
    locked = DeletionItem.objects.select_for_update(of=("self",)).select_related("study").get(pk=item.pk)
    if locked.state != ItemState.WAITING:
        raise WrongState(_("This study is settled already."))
    _keep(locked, reason or _("Taken off the list."), user)
    _audit("storage.keep", locked.study, user, door, reason)
    announce("storage")
    return locked


def _keep(item: DeletionItem, note: str, user: User | None = None) -> None:
    item.state, item.note, item.decided_by, item.decided_at = ItemState.KEPT, note[:400], user, timezone.now()
    item.save()


def _locked(proposal: DeletionProposal) -> DeletionProposal:
    return DeletionProposal.objects.select_for_update().get(pk=proposal.pk)


def deletions_run(limit: int = 200) -> int:
    """Carry out what is approved and due; returns how many studies were settled."""
    now = timezone.now()
    due = DeletionItem.objects.filter(
        state=ItemState.WAITING, proposal__state=ProposalState.APPROVED, proposal__due_at__lte=now
    ).order_by("pk")  # fmt: skip
    settled = sum(_tried(item) for item in due[:limit])
    for proposal in DeletionProposal.objects.filter(state=ProposalState.APPROVED, due_at__lte=now).exclude(items__state=ItemState.WAITING):
        DeletionProposal.objects.filter(pk=proposal.pk).update(state=ProposalState.DONE, finished_at=timezone.now())
        announce("storage")
    return settled


def _tried(item: DeletionItem) -> bool:
    """A study that something uses just now waits for the next turn."""
    try:
        item_execute(item_id=item.pk)
    except Conflict as reason:
        DeletionItem.objects.filter(pk=item.pk).update(note=str(reason)[:400])
        return False
    return True


@transaction.atomic
def item_execute(*, item_id: int) -> DeletionItem:
    """Delete the images of one study, or keep it when something forbids that now; all in one transaction.

    The files go a little later, by the sweep, whose rows are written here. Raises Conflict when the study is in use just now.
    """
    item = DeletionItem.objects.select_for_update(of=("self",)).select_related("proposal__rule", "proposal__approved_by").get(pk=item_id)
    proposal = item.proposal
    if item.state != ItemState.WAITING or proposal.state != ProposalState.APPROVED or (proposal.due_at or timezone.now()) > timezone.now():
        raise WrongState("this deletion is not due")
    study = Study.objects.select_for_update(of=("self",)).select_related("exam__order", "matched_patient").get(pk=item.study_id)
    with override(settings.LANGUAGE_CODE):
        forbidden = _forbidden(item, study)
    if forbidden:
        _keep(item, forbidden)
        _audit("storage.kept", study, None, "jobs", forbidden)
        return item
    _delete(item, study)
    return item


def _forbidden(item: DeletionItem, study: Study) -> str:
    """Why the images must stay after all; empty when nothing forbids it."""
    proposal = item.proposal
    if hold := holds_on(study).first():
        return _("On legal hold: %(reason)s") % {"reason": hold.reason}
    if study.last_received_at > proposal.proposed_at or study.instance_count > item.instance_count:
        return _("Images came after the deletion was proposed.")
    if IntegrityCase.objects.filter(study=study, resolved_at=None).exclude(quarantine_path="").exists():
        return _("An open question waits for a decision on the page Mismatch.")
    if proposal.rule_name:
        kept = retention_of(study, StorageRule.objects.filter(kind=RuleKind.DELETE, is_active=True))
        if kept.until is None or kept.until > timezone.localdate():
            return _("By the rules of today it is kept longer. %(reason)s") % {"reason": kept.reason}
    return ""


def _delete(item: DeletionItem, study: Study) -> None:
    StudyTask.objects.filter(study=study, state__in=OPEN_TASKS).update(state=TaskState.CANCELLED, finished_at=timezone.now())
    rows = Instance.objects.select_for_update().filter(series__study=study)
    keep: set[int] = set()
    images_deleting.send(sender=Study, study=study, instances=rows, keep=keep)
    going = list(rows.exclude(pk__in=keep))
    for instance in going:
        loose_leave(tier=instance.tier, path=instance.path)
        thumbnails_forget(instance)
    _forget_cases(study, [instance.pk for instance in going])
    Instance.objects.filter(pk__in=[instance.pk for instance in going]).delete()
    _recount(study)
    item.state, item.decided_at, item.decided_by = ItemState.DELETED, timezone.now(), item.proposal.approved_by
    item.instance_count, item.size_bytes, item.kept_count = len(going), sum(one.size_bytes for one in going), len(keep)
    item.note = ""
    item.save()
    day_stale(study=study)
    _audit("storage.delete", study, item.decided_by, "jobs", item.reason, images=len(going), proposal=item.proposal_id)
    if study.exam is not None:
        exam_event_add(exam=study.exam, kind="images_deleted", user=item.decided_by, images=len(going), reason=item.reason[:160])
    announce("storage")


def _forget_cases(study: Study, going: list[int]) -> None:
    """Decided questions stay as a record; the second objects that waited with them are images too, and go."""
    for case in IntegrityCase.objects.filter(study=study).exclude(quarantine_path=""):
        loose_leave(tier=case.details.get("tier", FAST), path=case.quarantine_path)
    IntegrityCase.objects.filter(study=study).update(quarantine_path="")
    IntegrityCase.objects.filter(study=study, resolved_at=None).update(
        resolved_at=timezone.now(), decision=Decision.APART, reason="The images were deleted."
    )  # no exam is looked for any more
    IntegrityCase.objects.filter(instance__in=going).update(instance=None)


def _recount(study: Study) -> None:
    for series in study.series.annotate(n=Count("instances")):
        if series.n:
            Series.objects.filter(pk=series.pk).update(instance_count=series.n)
        else:
            Series.objects.filter(pk=series.pk).delete()
    left = Instance.objects.filter(series__study=study).aggregate(n=Count("pk"), octets=Sum("size_bytes"))
    Study.objects.filter(pk=study.pk).update(
        instance_count=left["n"], noted_instance_count=left["n"], size_bytes=left["octets"] or 0, series_count=study.series.count(),
        images_deleted_at=timezone.now(), has_news=False,
    )  # fmt: skip


def _audit(act: str, study: Study, user: User | None, door: str, reason: str, **detail: Any) -> None:
    patient = study.matched_patient
    audit_record(
        act=act, door=door, user=user, patient_number=patient.number if patient else study.patient_id,
        accession_number=study.accession_number, study_instance_uid=study.study_instance_uid, reason=reason, **detail,
    )  # fmt: skip
