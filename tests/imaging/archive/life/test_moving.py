"""Studies that change their tier: nothing is lost, readers go on, and what is opened comes back. Not covered: bandwidth of a real line."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django import Settings

from imaging.archive.life.duties import Pace
from imaging.archive.life.loose import loose_sweep
from imaging.archive.life.models import LooseFile, StorageFinding, StudyTask, TaskKind, TaskState
from imaging.archive.life.recall import study_viewed
from imaging.archive.life.work import task_add, task_run, tasks_run
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.bulk import value_at
from imaging.archive.pictures.pixels import file_chunks, frame_decode, frame_read, header_for_pixels
from imaging.archive.pictures.transcode import file_as
from imaging.archive.places import FAST, place_named
from imaging.scheduling.events import step_booked
from imaging.scheduling.models import ScheduledStep
from tests import people
from tests.imaging.pictures import exam_of, send, slice_of, stack, stack_for

pytestmark = pytest.mark.django_db


def contents(study: Study) -> dict[str, bytes]:
    return {one.sop_instance_uid: b"".join(file_chunks(one)) for one in Instance.objects.filter(series__study=study)}


def moved(study: Study, tier: str) -> StudyTask:
    task = task_add(study=study, kind=TaskKind.MOVE, tier_to=tier, reason="test")
    assert task is not None
    tasks_run()
    task.refresh_from_db()
    return task


@pytest.mark.parametrize("tier", ["slow", "far"])
def test_a_moved_study_is_read_as_before(tiers_with_bucket: None, settings: Settings, tier: str) -> None:
    study = stack(3)
    before = contents(study)
    frames = [frame_read(one, 1) for one in Instance.objects.order_by("pk")]
    plain = [b"".join(file_as(one, "1.2.840.10008.1.2")) for one in Instance.objects.order_by("pk")]
    task = moved(study, tier)
    assert (task.state, task.done, task.left_alone) == (TaskState.DONE, 3, 0)
    study.refresh_from_db()
    assert study.tier == tier
    assert set(Instance.objects.values_list("tier", flat=True)) == {tier}
    assert contents(study) == before
    rows = list(Instance.objects.order_by("pk"))
    assert [frame_read(one, 1) for one in rows] == frames
    assert [b"".join(file_as(one, "1.2.840.10008.1.2")) for one in rows] == plain
    assert frame_decode(rows[0], 1, header_for_pixels(rows[0])).shape == (128, 128)
    assert value_at(rows[0], "7FE00010") == frames[0]


def test_the_old_file_stays_for_its_readers_and_goes_then(tiers: None, settings: Settings) -> None:
    instance = stack(1).series.get().instances.get()
    moved(instance.series.study, "slow")
    assert frame_read(instance, 1)  # a reader that knew the old place
    loose_sweep()
    assert frame_read(instance, 1)
    settings.OLD_COPY_SECONDS = 0
    LooseFile.objects.update(remove_after=instance.received_at)
    assert loose_sweep() == 1
    assert place_named(FAST).paths("", 10) == []
    assert LooseFile.objects.count() == 0
    assert frame_read(Instance.objects.get(), 1)


def test_a_damaged_file_is_not_moved_and_is_told(tiers: None) -> None:
    study = stack(2)
    first = Instance.objects.order_by("pk")[0]
    with place_named(FAST).local(first.path) as path:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    task = moved(study, "slow")
    assert (task.state, task.left_alone) == (TaskState.DONE, 1)
    assert list(Instance.objects.order_by("pk").values_list("tier", flat=True)) == [FAST, "slow"]
    study.refresh_from_db()
    assert study.tier == FAST
    assert StorageFinding.objects.get().instance == first


def test_a_place_that_does_not_answer_is_asked_again_later(tiers: None, settings: Settings) -> None:
    study = stack(1)
    settings.STORAGE_TIERS = ["slow=/proc/nowhere"]
    task = moved(study, "slow")
    assert (task.state, task.attempts) == (TaskState.RETRYING, 1)
    assert task.next_attempt_at is not None
    assert task.error
    assert contents(study)


def test_a_turn_that_is_over_goes_on_where_it_was(tiers: None) -> None:
    study = stack(3)
    task = task_add(study=study, kind=TaskKind.MOVE, tier_to="slow")
    assert task is not None
    assert task_add(study=study, kind=TaskKind.MOVE, tier_to="slow") is None
    task_run(task=task, pace=Pace(10**12, seconds=0))
    assert Instance.objects.filter(tier="slow").count() == 0
    tasks_run()
    task.refresh_from_db()
    assert (task.state, task.done) == (TaskState.DONE, 3)


def test_objects_that_stay_are_looked_at_once_however_many_turns_it_takes(tiers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    study = stack(3, Rows=4, Columns=4, PixelData=bytes(range(32)))  # too small to be worth compressing
    task = task_add(study=study, kind=TaskKind.COMPRESS)
    assert task is not None
    for _turn in range(4):
        turn = Pace(10**12)
        monkeypatch.setattr(turn, "note", lambda _size, turn=turn: setattr(turn, "_seconds", 0))  # over after its first object
        task_run(task=StudyTask.objects.get(), pace=turn)
    task.refresh_from_db()
    assert (task.state, task.done, task.left_alone) == (TaskState.DONE, 3, 3)


def test_the_same_object_sent_again_is_one_copy_wherever_it_lies(tiers: None) -> None:
    ds = slice_of(1)
    first = send(ds)
    assert first.study is not None
    moved(first.study, "slow")
    assert send(ds).status.value == "duplicate"
    place_named("slow").remove(Instance.objects.get().path)
    assert send(ds).status.value == "stored"
    assert Instance.objects.get().tier == FAST
    assert frame_read(Instance.objects.get(), 1)


def test_new_images_of_a_moved_study_bring_its_mark_back(tiers: None) -> None:
    study = stack(1)
    moved(study, "slow")
    series = study.series.get().series_instance_uid
    send(slice_of(9, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=series))
    study.refresh_from_db()
    assert study.tier == FAST


def test_an_opened_study_comes_back(tiers: None) -> None:
    patient = people.lin_mei_hua()
    study = stack_for(exam_of(patient), 2)
    moved(study, "slow")
    client = Client()
    client.force_login(people.radiologist())
    assert client.get(f"/viewer/{study.study_instance_uid}/").status_code == 200
    tasks_run()
    study.refresh_from_db()
    assert study.tier == FAST
    assert study.last_viewed_at is not None


def test_who_is_booked_gets_their_newest_studies_back(tiers: None, settings: Settings) -> None:
    settings.RECALL_STUDIES = 1
    patient = people.lin_mei_hua()
    studies = [stack_for(exam_of(patient, f"CT2611220000{at}"), 1, StudyDate=f"2026010{at}") for at in (1, 2)]
    for study in studies:
        moved(study, "slow")
    step_booked.send(sender=ScheduledStep, step=SimpleNamespace(exam=SimpleNamespace(patient=patient)), before=None)
    assert [task.study for task in StudyTask.objects.filter(state=TaskState.QUEUED)] == [studies[1]]


def test_a_look_is_noted_once_an_hour(tiers: None) -> None:
    study = stack(1)
    study_viewed(study=study)
    first = Study.objects.get().last_viewed_at
    study_viewed(study=Study.objects.get())
    assert Study.objects.get().last_viewed_at == first
    Study.objects.update(last_viewed_at=first - dt.timedelta(hours=2) if first else None)
    study_viewed(study=Study.objects.get())
    assert Study.objects.get().last_viewed_at != first
