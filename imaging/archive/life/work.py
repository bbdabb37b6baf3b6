"""Working through the tasks of studies: one worker, gently, a turn at a time; what was interrupted goes on where it was."""

import datetime as dt
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from imaging.archive.commitment import file_is_whole
from imaging.archive.life.compression import SOURCES, LeftAlone, instance_compress
from imaging.archive.life.days import day_stale
from imaging.archive.life.duties import Pace, duty
from imaging.archive.life.findings import finding_open
from imaging.archive.life.hours import is_time_for, resting_rules
from imaging.archive.life.models import OPEN_TASKS, Duty, FindingKind, StorageRule, StudyTask, TaskKind, TaskState
from imaging.archive.life.moving import instance_move
from imaging.archive.life.switching import CopyDiffers
from imaging.archive.models import Instance, Study
from imaging.common.errors import Conflict
from imaging.common.jobs import ring
from imaging.common.live import announce

logger = logging.getLogger(__name__)
URGENT = 1
# Not a duty in turn: the row that adds up what compression has brought.
COMPRESSED_DUTY = "compressed"
ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(seconds=30), dt.timedelta(hours=2)
BATCH = 100


def task_add(
    *, study: Study, kind: TaskKind, tier_to: str = "", rule: StorageRule | None = None, reason: str = "", urgent: bool = False
) -> StudyTask | None:
    """Have it done; None when a task of this kind is open for the study already, which then goes where this one wanted to if urgent."""
    try:
        with transaction.atomic():
            task = StudyTask.objects.create(
                study=study, kind=kind, tier_to=tier_to, rule=rule, reason=reason[:200], priority=URGENT if urgent else 5,
                total=study.instance_count,
            )  # fmt: skip
    except IntegrityError:
        if urgent:
            rows = StudyTask.objects.filter(study=study, kind=kind, state__in=OPEN_TASKS)
            rows.update(tier_to=tier_to, priority=URGENT, reason=reason[:200], next_attempt_at=None, cursor=0, done=0)
        return None
    announce("storage")
    if urgent:
        ring("archive.run_storage_tasks")
    return task


def tasks_due() -> QuerySet[StudyTask]:
    """What may be worked on now, the next first; work of a rule only in its hours."""
    rows = StudyTask.objects.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=timezone.now()), state__in=OPEN_TASKS)
    if resting := resting_rules():
        rows = rows.exclude(Q(rule__in=resting) & ~Q(priority=URGENT))
    return rows.order_by("priority", "pk")


def tasks_run() -> int:
    """One turn of work; returns how many tasks were worked on. Another worker's turn is left alone."""
    worked = 0
    with duty("tasks") as held:
        if held is None:
            return 0
        pace = Pace(settings.STORAGE_WORK_BYTES_A_SECOND)
        while not pace.is_over and (task := tasks_due().select_related("study", "rule").first()):
            task_run(task=task, pace=pace)
            worked += 1
    return worked


def task_run(*, task: StudyTask, pace: Pace) -> None:
    """Work on `task` until it is done or the turn is over. What fails is tried again later."""
    StudyTask.objects.filter(pk=task.pk).update(state=TaskState.RUNNING)
    try:
        is_done = _objects_do(task, pace)
    except OSError as error:
        _postpone(task, str(error) or type(error).__name__)
        return
    if is_done:
        _finish(task)
    elif not _is_its_time(task):
        StudyTask.objects.filter(pk=task.pk, state=TaskState.RUNNING).update(state=TaskState.QUEUED)
    announce("storage")


def _is_its_time(task: StudyTask) -> bool:
    return task.priority == URGENT or is_time_for(task.rule)


def _objects_do(task: StudyTask, pace: Pace) -> bool:
    act = _ACTS[TaskKind(task.kind)]
    while batch := list(_left(task).filter(pk__gt=task.cursor).order_by("pk")[:BATCH]):
        for instance in batch:
            if pace.is_over or _is_stopped(task) or not _is_its_time(task):
                return False
            _one(task, instance, act, pace)
            task.cursor = instance.pk
    return True


def _is_stopped(task: StudyTask) -> bool:
    return not StudyTask.objects.filter(pk=task.pk, state=TaskState.RUNNING, tier_to=task.tier_to).exists()


def _left(task: StudyTask) -> QuerySet[Instance]:
    """The objects that are not where, or as, they should be."""
    rows = Instance.objects.filter(series__study=task.study_id)
    return rows.exclude(tier=task.tier_to) if task.kind == TaskKind.MOVE else rows.filter(transfer_syntax_uid__in=SOURCES)


def _one(task: StudyTask, instance: Instance, act: Callable[[StudyTask, Instance, Pace], int], pace: Pace) -> None:
    """An object that stays as it is does not hold up the others; a place that does not answer does (OSError)."""
    counted: dict[str, object] = {"done": F("done") + 1, "cursor": instance.pk}
    try:
        saved = act(task, instance, pace)
        counted |= {"bytes_before": F("bytes_before") + instance.size_bytes, "bytes_after": F("bytes_after") + instance.size_bytes - saved}
    except (LeftAlone, Conflict) as reason:
        counted["left_alone"] = F("left_alone") + 1
        logger.info("%s stays as it is: %s", instance.sop_instance_uid, reason)
    except (CopyDiffers, FileNotFoundError) as error:
        if not damage_note(instance=instance):  # our file is in order: the other place is not
            raise OSError(str(error)) from error
        counted["left_alone"] = F("left_alone") + 1
        counted["error"] = str(error)[:400]
    StudyTask.objects.filter(pk=task.pk).update(**counted)


def damage_note(*, instance: Instance) -> bool:
    """Look at the file of `instance` by itself; True, and told, when it is gone or changed. One that was moved meanwhile is no fault."""
    held = Instance.objects.filter(pk=instance.pk, tier=instance.tier, path=instance.path).first()
    if held is None:
        return True
    if file_is_whole(held):
        return False
    finding_open(kind=FindingKind.DAMAGED, tier=held.tier, path=held.path, instance=held, size_bytes=held.size_bytes)
    return True


def _move(task: StudyTask, instance: Instance, pace: Pace) -> int:
    instance_move(instance=instance, tier=task.tier_to, pace=pace)
    return 0


def _compress(task: StudyTask, instance: Instance, pace: Pace) -> int:
    return instance_compress(instance=instance, pace=pace)


_ACTS: dict[TaskKind, Callable[[StudyTask, Instance, Pace], int]] = {TaskKind.MOVE: _move, TaskKind.COMPRESS: _compress}


@transaction.atomic
def _finish(task: StudyTask) -> None:
    done = StudyTask.objects.filter(pk=task.pk, state=TaskState.RUNNING, tier_to=task.tier_to)
    if not done.update(state=TaskState.DONE, finished_at=timezone.now()):
        return
    study = Study.objects.select_for_update().get(pk=task.study_id)
    if task.kind == TaskKind.COMPRESS:
        _add_up(StudyTask.objects.get(pk=task.pk))
    if task.kind == TaskKind.MOVE and not _left(task).exists():
        Study.objects.filter(pk=study.pk).update(tier=task.tier_to)
    day_stale(study=study)


def _add_up(task: StudyTask) -> None:
    Duty.objects.get_or_create(name=COMPRESSED_DUTY)
    row = Duty.objects.select_for_update().get(name=COMPRESSED_DUTY)
    more = {"objects": task.done - task.left_alone, "before": task.bytes_before, "after": task.bytes_after}
    row.figures = {name: row.figures.get(name, 0) + count for name, count in more.items()}
    row.save(update_fields=["figures"])


def _postpone(task: StudyTask, error: str) -> None:
    attempts = task.attempts + 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1))
    state = TaskState.FAILED if attempts >= ATTEMPTS else TaskState.RETRYING
    StudyTask.objects.filter(pk=task.pk, state=TaskState.RUNNING).update(
        state=state, attempts=attempts, next_attempt_at=timezone.now() + pause, error=error[:400],
        finished_at=timezone.now() if state == TaskState.FAILED else None,
    )  # fmt: skip
    announce("storage")


def compressed_until(studies: list[int]) -> dict[int, dt.datetime]:
    """By study: when it was last compressed as a whole."""
    rows = StudyTask.objects.filter(study__in=studies, kind=TaskKind.COMPRESS, state=TaskState.DONE)
    return dict(rows.values_list("study").annotate(Max("finished_at")))
