"""Whose turn it is: urgency, age, nodes in turn, no more at once than a node takes, and a node that rests.

Not covered: real workers (the suite runs tasks in place), and how the rest grows (test_transfers.py).
"""

import datetime as dt

import pytest
from django.conf import LazySettings
from django.utils import timezone

from imaging.dimse.lines import node_away, node_back
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.routing.lease import job_claim, job_claim_next, jobs_due
from imaging.routing.models import TransferJob, TransferKind, TransferState
from imaging.routing.tasks import run_transfer
from tests.imaging.archive.intake.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)


def a_node(title: str, **fields: object) -> RemoteNode:
    return RemoteNode.objects.create(ae_title=title, host="127.0.0.1", is_destination=True, **fields)


def a_job(node: RemoteNode | None, priority: int = 5) -> TransferJob:
    kind = TransferKind.SEND if node else TransferKind.THUMBNAILS
    return TransferJob.objects.create(kind=kind, node=node, priority=priority, next_attempt_at=timezone.now())


def claimed() -> int | None:
    job = job_claim_next()
    return job.pk if job else None


def test_the_most_urgent_goes_first_whatever_bell_rang(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    monkeypatch.setattr("imaging.routing.running._run", lambda job: ran.append(job.pk))
    node = a_node("A", max_transfers=8)
    late, urgent = a_job(node, 9), a_job(node, 1)
    run_transfer(late.pk)
    assert ran[0] == urgent.pk


def test_nodes_take_turns() -> None:
    many, few = a_node("MANY", max_transfers=8), a_node("FEW", max_transfers=8)
    first = [a_job(many) for _ in range(3)]
    other = a_job(few)
    assert [claimed() for _ in range(3)] == [first[0].pk, other.pk, first[1].pk]


def test_no_more_at_once_than_the_node_takes() -> None:
    node = a_node("A", max_transfers=2)
    jobs = [a_job(node) for _ in range(4)]
    assert jobs_due() == [jobs[0].pk, jobs[1].pk]
    assert [claimed(), claimed(), claimed()] == [jobs[0].pk, jobs[1].pk, None]
    assert job_claim(jobs[2].pk, is_awaited=True) is None
    TransferJob.objects.filter(pk=jobs[0].pk).update(state=TransferState.DONE, leased_until=None)
    assert claimed() == jobs[2].pk


def test_workers_that_claim_at_the_same_moment_keep_to_it() -> None:
    node = a_node("A", max_transfers=2)
    for _ in range(6):
        a_job(node)
    together(*[job_claim_next] * 6)
    assert TransferJob.objects.filter(state=TransferState.RUNNING).count() == 2


def test_a_node_that_rests_is_left_alone_and_others_are_served() -> None:
    away, there = a_node("AWAY"), a_node("THERE")
    for _ in range(200):
        a_job(away, 1)
    job = a_job(there, 9)
    node_away(node=away, error="does not answer")
    assert jobs_due() == [job.pk]
    assert [claimed(), claimed()] == [job.pk, None]


def test_one_probe_opens_it_again_for_all() -> None:
    node = a_node("AWAY", max_transfers=3)
    jobs = [a_job(node) for _ in range(4)]
    node_away(node=node, error="does not answer")
    NodeLine.objects.update(next_try_at=timezone.now() - dt.timedelta(seconds=1))
    assert jobs_due() == [jobs[0].pk]
    assert [claimed(), claimed()] == [jobs[0].pk, None]
    assert node_back(node=node)
    assert [claimed(), claimed(), claimed()] == [jobs[1].pk, jobs[2].pk, None]
    assert NodeLine.objects.get().away_since is None


def test_those_that_fail_at_the_same_time_count_as_one_try() -> None:
    node = a_node("AWAY")
    node_away(node=node, error="does not answer")
    node_away(node=node, error="does not answer")
    assert NodeLine.objects.get().tries == 1


def test_transfers_leave_workers_for_other_work(settings: LazySettings) -> None:
    settings.TRANSFERS_AT_ONCE = 2
    jobs = [a_job(a_node(title), 1) for title in ("A", "B", "C")]
    own = a_job(None, 9)
    assert [claimed() for _ in range(4)] == [jobs[0].pk, jobs[1].pk, own.pk, None]
    assert job_claim(jobs[2].pk) is None
    assert job_claim(jobs[2].pk, is_awaited=True) is not None


def test_of_nodes_that_were_never_served_the_one_that_waits_longest_is_first() -> None:
    nodes = [a_node(title) for title in ("A", "B", "C")]
    jobs = [a_job(node) for node in reversed(nodes)]
    assert [claimed() for _ in jobs] == [job.pk for job in jobs]


def test_our_own_work_needs_no_node() -> None:
    job = a_job(None, 9)
    assert claimed() == job.pk
