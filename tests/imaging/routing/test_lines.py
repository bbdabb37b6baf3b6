"""A node's bandwidth, shared by all workers, and speed. The clock is not the wall's: pauses are counted, not waited for.

Not covered: how fast a real line is.
"""

# ruff: noqa: F811  fixtures of another module

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from imaging.archive.models import Study
from imaging.dimse.lines import Line, line_take, rate_of
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.routing.models import TransferState
from tests.imaging.routing.test_transfers import IMAGES, Receiver, exam, receiver, send, study  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db(transaction=True)
NOON = dt.datetime(2026, 7, 3, 12, tzinfo=dt.UTC)
MBIT = 125_000


def a_node(**fields: object) -> RemoteNode:
    return RemoteNode.objects.create(ae_title="SLOW", host="127.0.0.1", is_destination=True, **fields)


def test_two_workers_share_one_line() -> None:
    node = a_node(max_mbit=8)
    with time_machine.travel(NOON, tick=False) as clock:
        assert line_take(node=node.pk, octets=8 * MBIT) == 0
        assert line_take(node=node.pk, octets=8 * MBIT) == pytest.approx(1)
        assert line_take(node=node.pk, octets=8 * MBIT) == pytest.approx(2)
        clock.shift(dt.timedelta(seconds=10))
        assert line_take(node=node.pk, octets=1) == 0


def test_what_is_sent_waits_for_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    node, waited = a_node(max_mbit=8), [0.0]
    monkeypatch.setattr("imaging.dimse.lines.pause", waited.append)
    with time_machine.travel(NOON, tick=False):
        line = Line(node)
        for _ in range(80):
            line.send(MBIT)
    assert max(waited) == pytest.approx(10 - 0.5, abs=0.2)
    assert len(waited) < 30


def test_no_limit_costs_no_row() -> None:
    line = Line(a_node())
    line.send(10**9)
    assert not NodeLine.objects.exists()


def test_the_limit_may_hold_at_some_hours_only() -> None:
    node = a_node(max_mbit=20, max_mbit_from=dt.time(7), max_mbit_to=dt.time(19))
    local = timezone.localtime().replace(hour=12, minute=0)
    with time_machine.travel(local, tick=False):
        assert rate_of(node) == 20 * MBIT
    with time_machine.travel(local.replace(hour=21), tick=False):
        assert rate_of(node) is None


def test_a_line_taken_by_a_wrong_clock_is_free() -> None:
    node = a_node(max_mbit=1)
    NodeLine.objects.create(node=node, taken_until=timezone.now() + dt.timedelta(days=1))
    assert line_take(node=node.pk, octets=MBIT) == 0


def test_a_study_over_a_limited_line_arrives_whole_and_its_speed_is_told(
    receiver: Receiver, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("imaging.dimse.lines.pause", waited.append)
    monkeypatch.setattr("imaging.dimse.lines.PORTION_SECONDS", 0)
    RemoteNode.objects.update(max_mbit=1)
    job = send(study)
    assert (job.state, job.done) == (TransferState.DONE, IMAGES)
    assert (job.bytes_done, job.bytes_total) == (study.size_bytes, study.size_bytes)
    assert job.bytes_a_second > 0
    assert len(waited) >= IMAGES
