"""What people change about the storage by its pages, apart from holds, deletions and findings, which have files of their own."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.life.models import OPEN_TASKS, StorageRule, StudyTask, TaskState
from imaging.common.errors import WrongState
from imaging.common.jobs import ring
from imaging.common.live import announce

RULE_FIELDS = (
    "kind", "name", "is_active", "modalities", "patient_classes", "min_size_mb", "age_days", "unviewed_days", "tier_from", "tier_to",
    "fuller_than_percent", "keep_years", "child_keep_until_age", "begins_at", "ends_at",
)  # fmt: skip


@transaction.atomic
def rule_save(*, user: User, rule: StorageRule, door: str = "page") -> StorageRule:
    """Set up a rule, or change one; whoever changes it last answers for it, and does not approve what it proposes. Raises Forbidden."""
    require(user, Act.STORAGE_MANAGE)
    before = StorageRule.objects.filter(pk=rule.pk).values(*RULE_FIELDS).first() or {}
    rule.author = user
    rule.save()
    after = {name: getattr(rule, name) for name in RULE_FIELDS}
    changed = {
        name: value.isoformat() if isinstance(value, dt.time) else value for name, value in after.items() if before.get(name) != value
    }
    audit_record(act="storage.rule", door=door, user=user, rule=rule.pk, changed=changed)
    announce("storage")
    return rule


@transaction.atomic
def task_retry(*, user: User, task: StudyTask, door: str = "page") -> None:
    """Try a failed task again at once. Raises Forbidden, WrongState."""
    require(user, Act.STORAGE_MANAGE)
    again = StudyTask.objects.filter(pk=task.pk, state__in=(TaskState.FAILED, TaskState.RETRYING))
    if StudyTask.objects.filter(study=task.study_id, kind=task.kind, state__in=OPEN_TASKS).exclude(pk=task.pk).exists():
        raise WrongState(_("Another task does this already."))
    if not again.update(state=TaskState.QUEUED, attempts=0, cursor=0, done=0, next_attempt_at=None, error="", finished_at=None):
        raise WrongState(_("This task does not wait to be tried again."))
    audit_record(act="storage.task_retry", door=door, user=user, task=task.pk)
    announce("storage")
    ring("archive.run_storage_tasks")


@transaction.atomic
def task_stop(*, user: User, task: StudyTask, door: str = "page") -> None:
    """Stop it; what is done stays done, each object is whole in one place. Raises Forbidden, WrongState."""
    require(user, Act.STORAGE_MANAGE)
    going = StudyTask.objects.filter(pk=task.pk, state__in=OPEN_TASKS)
    if not going.update(state=TaskState.CANCELLED, finished_at=timezone.now()):
        raise WrongState(_("This task is settled already."))
    audit_record(act="storage.task_stop", door=door, user=user, task=task.pk)
    announce("storage")
