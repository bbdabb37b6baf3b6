"""kill -9 at every step of a move, a compression and a deletion: nothing is lost, nothing is doubled, nothing stays for ever.

A step is a statement to the database or an opening, renaming or removing of a stored file; the worker dies right before it. Not covered:
the machine losing power, a bucket (its copy is one request).
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from imaging.archive.commitment import file_is_whole
from imaging.archive.life.deletion import deletion_approve, deletion_propose, deletions_run
from imaging.archive.life.loose import loose_sweep
from imaging.archive.life.models import (
    DeletionItem,
    DeletionProposal,
    Duty,
    ItemState,
    LooseFile,
    StorageFinding,
    StudyTask,
    TaskKind,
    TaskState,
)
from imaging.archive.life.work import task_add, tasks_run
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.pixels import frame_decode, header_for_pixels
from imaging.archive.scratch import spool_clean
from tests import people
from tests.imaging.pictures import stack

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
STEPS = 400
FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir"}


class Death:
    """Kills this process before its `at`-th step."""

    def __init__(self, at: int, root: str) -> None:
        self.left, self.root = at, root

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_file(self, event: str, args: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS and str(args[0]).startswith(self.root):
            self.step()

    def on_statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.step()
        return execute(sql, params, many, context)


def dies_at(step: int, act: Callable[[], object], root: Path) -> bool:
    """Run `act` in a process of its own, which dies at `step`; False when it came to its end."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    # A browser test before this one leaves an event loop in the parent, and Django keeps other connections where one runs: `close_all` has
    # not seen all. One that is shared would stay in its transaction when the child dies, and hold up whatever comes next.
    for shared in connections.all(initialized_only=True):
        shared.connection = None
    try:
        death = Death(step, str(root))
        sys.addaudithook(death.on_file)
        with connection.execute_wrapper(death.on_statement):
            act()
    except BaseException:
        os._exit(1)
    os._exit(0)


def pixels() -> dict[str, bytes]:
    return {
        one.sop_instance_uid: frame_decode(one, 1, header_for_pixels(one)).tobytes() for one in Instance.objects.select_related("metadata")
    }


def until_done(act: Callable[[], object], root: Path, check: Callable[[], None]) -> int:
    """Let `act` die at the first step, then at the second ...; its next run goes on with what the last one left. How often it died."""
    for step in range(1, STEPS):
        died = dies_at(step, act, root)
        check()
        Duty.objects.update(leased_until=None)  # a dead worker's turn runs out
        if not died:
            return step - 1
    raise AssertionError("it never came to its end")


def files_of(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.glob("**/*") if path.is_file()}


def all_swept(*roots: Path) -> None:
    """A day later only what the index knows is left, in every tier."""
    LooseFile.objects.update(remove_after=timezone.now() - timedelta(seconds=1))
    loose_sweep()
    spool_clean()
    left = {name for root in roots for name in files_of(root)}
    assert left == set(Instance.objects.values_list("path", flat=True))
    assert LooseFile.objects.count() == 0


@pytest.mark.parametrize("kind", [TaskKind.MOVE, TaskKind.COMPRESS])
def test_a_worker_killed_at_every_step_of_its_work_loses_nothing(kind: TaskKind, tiers: None, tmp_path: Path) -> None:
    study = stack(3)
    before = pixels()
    digests = dict(Instance.objects.values_list("sop_instance_uid", "dataset_sha256"))
    task_add(study=study, kind=kind, tier_to="slow" if kind == TaskKind.MOVE else "")

    def nothing_is_lost() -> None:
        assert all(file_is_whole(one) for one in Instance.objects.all())
        assert pixels() == before

    assert until_done(tasks_run, tmp_path, nothing_is_lost) > 10
    assert StudyTask.objects.get().state == TaskState.DONE
    assert dict(Instance.objects.values_list("sop_instance_uid", "dataset_sha256")) == digests
    assert StorageFinding.objects.count() == 0
    study.refresh_from_db()
    assert study.size_bytes == sum(Instance.objects.values_list("size_bytes", flat=True))
    all_swept(Path(settings.ARCHIVE_DIR), tmp_path / "slow")


def test_a_deletion_killed_at_every_step_is_done_wholly_or_not_at_all(tiers: None, tmp_path: Path) -> None:
    kept, going = stack(1), stack(2)
    proposal = deletion_propose(user=people.pacs_admin(), studies=[going], reason="Sent twice")
    deletion_approve(user=people.manager(), proposal=proposal, seen_items=1)
    DeletionProposal.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    def whole_or_gone() -> None:
        left = Instance.objects.filter(series__study=going)
        assert left.count() in {0, 2}
        assert all(file_is_whole(one) for one in Instance.objects.all())
        assert (left.count() == 0) == (DeletionItem.objects.get().state == ItemState.DELETED)

    assert until_done(deletions_run, tmp_path, whole_or_gone) > 10
    LooseFile.objects.update(remove_after=timezone.now() - timedelta(seconds=1))
    until_done(loose_sweep, tmp_path, lambda: None)
    all_swept(Path(settings.ARCHIVE_DIR), tmp_path / "slow")
    assert Study.objects.get(pk=kept.pk).instance_count == 1
    assert len(files_of(Path(settings.ARCHIVE_DIR))) == 1
