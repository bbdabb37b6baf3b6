"""Work that waits for the night, by the hospital's clock: in a rule's own hours or the usual ones. Not covered: clocks set back."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config import environment
from imaging.archive.life import work
from imaging.archive.life.duties import Pace
from imaging.archive.life.fixity import fixity_run
from imaging.archive.life.hours import Hours
from imaging.archive.life.models import Duty, RuleKind, StorageRule, StudyTask, TaskKind, TaskState
from imaging.archive.life.work import task_add, tasks_run
from tests import people
from tests.imaging.pictures import stack

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiers")]
NIGHT = {"begins_at": dt.time(22), "ends_at": dt.time(6)}


def at(clock: str, day: int = 3) -> Any:
    moment = dt.datetime.combine(dt.date(2031, 3, day), dt.time.fromisoformat(clock), timezone.get_current_timezone())
    return time_machine.travel(moment, tick=False)


def rule(**fields: Any) -> StorageRule:
    return StorageRule.objects.create(author=people.pacs_admin(), **{"kind": RuleKind.COMPRESS, "name": "Compress", **fields})


def waiting(of: StorageRule | None, slices: int = 1, **fields: Any) -> StudyTask:
    task = task_add(study=stack(slices), kind=TaskKind.COMPRESS, rule=of, **fields)
    assert task is not None
    return task


def state(task: StudyTask) -> TaskState:
    task.refresh_from_db()
    return TaskState(task.state)


@pytest.mark.parametrize(
    ("begin", "end", "clock", "is_open"),
    [
        ("22:00", "06:00", "21:59", False), ("22:00", "06:00", "22:00", True), ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False), ("12:30", "13:00", "12:45", True), ("12:30", "13:00", "13:00", False),
    ],
)  # fmt: skip
def test_hours_go_over_midnight(begin: str, end: str, clock: str, is_open: bool) -> None:
    with at(clock):
        assert Hours(dt.time.fromisoformat(begin), dt.time.fromisoformat(end)).are_now() is is_open


def test_a_rule_works_in_its_own_hours(settings: Settings) -> None:
    settings.STORAGE_HOURS = "12:00-13:00"
    task = waiting(rule(**NIGHT))
    with at("12:30"):
        tasks_run()
        assert state(task) == TaskState.QUEUED
    with at("23:00"):
        tasks_run()
        assert state(task) == TaskState.DONE


def test_other_rules_work_in_the_usual_hours_and_what_people_ask_for_at_once(settings: Settings) -> None:
    settings.STORAGE_HOURS = "22:00-06:00"
    of_rule, asked, hurried = waiting(rule()), waiting(None), waiting(rule(name="Other"), urgent=True)
    with at("10:00"):
        tasks_run()
    assert [state(task) for task in (of_rule, asked, hurried)] == [TaskState.QUEUED, TaskState.DONE, TaskState.DONE]
    with at("02:00"):
        tasks_run()
    assert state(of_rule) == TaskState.DONE


def test_what_is_not_done_by_the_morning_goes_on_the_next_night(monkeypatch: pytest.MonkeyPatch) -> None:
    task = waiting(rule(**NIGHT), slices=3)
    compress = work.instance_compress
    with at("05:59") as clock:

        def slow(**arguments: Any) -> int:
            clock.shift(dt.timedelta(minutes=2))
            return compress(**arguments)

        monkeypatch.setattr(work, "instance_compress", slow)
        tasks_run()
    assert (state(task), task.done) == (TaskState.QUEUED, 1)
    monkeypatch.setattr(work, "instance_compress", compress)
    with at("22:30"):
        tasks_run()
    assert (state(task), task.done) == (TaskState.DONE, 3)


def test_the_scrub_rests_by_day(settings: Settings) -> None:
    settings.STORAGE_HOURS = "22:00-06:00"
    stack(2)
    with at("10:00"):
        assert fixity_run(Pace(10**12)) == 0
    with at("23:00"):
        assert fixity_run(Pace(10**12)) == 2
    assert Duty.objects.get(name="fixity").round_ended_at is not None


def test_the_pages_say_so(settings: Settings) -> None:
    settings.STORAGE_HOURS = "20:00-05:00"
    client = Client()
    client.force_login(people.pacs_admin())
    values = {"kind": "compress", "name": "At night", "is_active": "on", "begins_at": "22:00", "ends_at": "06:00"}
    assert client.post("/storage/rules/new/", values).status_code == 302
    kept = StorageRule.objects.get()
    assert "works between 22:00 and 06:00" in client.get("/storage/rules/").content.decode()
    page = client.get(f"/storage/rules/{kept.pk}/").content.decode()
    assert "works between 22:00 and 06:00" in page
    assert "between 20:00 and 05:00" in page
    task = waiting(kept)
    with at("12:00"):
        client.force_login(people.pacs_admin())
        assert "waits for its hours" in client.get("/storage/").content.decode()
    assert state(task) == TaskState.QUEUED


@pytest.mark.parametrize("hours", [{"begins_at": "22:00"}, {"ends_at": "06:00"}, {"begins_at": "22:00", "ends_at": "22:00"}])
def test_half_hours_are_refused(hours: dict[str, str]) -> None:
    client = Client()
    client.force_login(people.pacs_admin())
    assert client.post("/storage/rules/new/", {"kind": "compress", "name": "Half", **hours}).status_code == 200
    assert not StorageRule.objects.exists()


@pytest.mark.parametrize("text", ["22", "22:00", "22:00-25:00", "22:00-22:00", "22:00-23:00-24:00"])
def test_an_installation_says_when_its_hours_are_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(environment, "DECLARED", {})
    monkeypatch.setenv("LIGHTBOX_X", text)
    with pytest.raises(environment.BadSetting, match="LIGHTBOX_X"):
        environment.hours("LIGHTBOX_X", "", "")
    assert configured.STORAGE_HOURS == ""
