"""The scrub, the orphans and the counted days. Not covered: months of scrubbing, a tier of millions of files."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import Settings

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.life.days import day_count, days_recount, full_on, growth, held_by_tier
from imaging.archive.life.duties import Pace, duty
from imaging.archive.life.fixity import finding_look_again, fixity_run
from imaging.archive.life.models import Duty, FindingKind, LooseFile, Outcome, StorageDay, StorageFinding, StorageRule, StudyTask, TaskKind
from imaging.archive.life.moving import instance_move
from imaging.archive.life.orphans import orphan_remove, orphan_take_in, orphans_run
from imaging.archive.life.rules import rules_run
from imaging.archive.life.work import task_add, tasks_run
from imaging.archive.models import Instance, Study
from imaging.archive.places import FAST, place_named
from imaging.common.errors import Conflict, Forbidden, InvalidInput
from tests import people
from tests.imaging.archive.objects import as_file
from tests.imaging.pictures import send, slice_of, stack

pytestmark = pytest.mark.django_db
OLD = "2020/01/01/0000/0123.dcm"


def break_file(instance: Instance) -> None:
    with place_named(instance.tier).local(instance.path) as path:
        content = bytearray(path.read_bytes())
        content[-5] ^= 0xFF
        path.write_bytes(content)


def test_the_scrub_finds_what_changed_and_what_is_gone_and_goes_round() -> None:
    stack(4)
    rows = list(Instance.objects.order_by("pk"))
    break_file(rows[1])
    place_named(FAST).remove(rows[2].path)
    assert fixity_run() == 4
    found = {finding.instance_id: finding.kind for finding in StorageFinding.objects.all()}
    assert found == {rows[1].pk: FindingKind.DAMAGED, rows[2].pk: FindingKind.MISSING}
    duty_row = Duty.objects.get(name="fixity")
    assert duty_row.cursor == ""
    assert duty_row.figures["files"] == 4
    assert duty_row.figures["bytes"] == sum(row.size_bytes for row in rows if row.pk != rows[2].pk)
    assert duty_row.round_ended_at is not None
    assert fixity_run() == 4
    assert StorageFinding.objects.count() == 2


def test_the_scrub_goes_on_where_it_was() -> None:
    stack(3)
    first = Instance.objects.order_by("pk")[0]
    with duty("fixity") as held:
        assert held is not None
        held.cursor = str(first.pk)
    assert fixity_run() == 2


def test_one_worker_at_a_time() -> None:
    with duty("fixity"):
        assert fixity_run() == 0
        Duty.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
        with duty("fixity") as taken_over:
            assert taken_over is not None


def test_a_damaged_file_is_repaired_from_a_copy_that_is_still_there(tiers: None) -> None:
    stack(1)
    instance_move(instance=Instance.objects.get(), tier="slow", pace=Pace(10**12))
    break_file(Instance.objects.get())
    fixity_run()
    assert StorageFinding.objects.get().outcome == Outcome.REPAIRED
    assert fixity_run() == 1
    assert StorageFinding.objects.count() == 1


def test_the_sender_s_copy_repairs_what_was_found(settings: Settings) -> None:
    ds = slice_of(1)
    send(ds)
    break_file(Instance.objects.get())
    assert send(ds).status.value == "duplicate"  # nobody has noticed yet
    fixity_run()
    assert send(ds).status.value == "stored"
    assert StorageFinding.objects.get().outcome == Outcome.REPAIRED
    fixity_run()
    assert StorageFinding.objects.filter(resolved_at=None).count() == 0


def test_looking_again_settles_only_what_is_in_order() -> None:
    stack(1)
    instance = Instance.objects.get()
    break_file(instance)
    fixity_run()
    finding = StorageFinding.objects.get()
    assert not finding_look_again(user=people.pacs_admin(), finding=finding)
    break_file(instance)  # the same bits once more
    assert finding_look_again(user=people.pacs_admin(), finding=finding)
    finding.refresh_from_db()
    assert finding.outcome == Outcome.WHOLE


def test_when_very_much_is_missing_the_checks_rest_until_it_is_back(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("imaging.archive.life.findings.MANY", 3)
    stack(4)
    folder = settings.ARCHIVE_DIR
    folder.rename(folder.parent / "unmounted")
    fixity_run()
    assert StorageFinding.objects.filter(resolved_at=None).count() == 4
    assert fixity_run() == 0
    folder.exists() and folder.rmdir()
    (folder.parent / "unmounted").rename(folder)
    assert fixity_run() == 4
    assert set(StorageFinding.objects.values_list("outcome", flat=True)) == {Outcome.WHOLE}


def test_a_file_without_a_row_is_found_and_taken_in() -> None:
    stack(1)
    place_named(FAST).put(OLD, [as_file(slice_of(7)).getvalue()])
    orphans_run()
    finding = StorageFinding.objects.get()
    assert (finding.kind, finding.path) == (FindingKind.ORPHAN, OLD)
    with pytest.raises(Forbidden):
        orphan_take_in(user=people.radiologist(), finding=finding)
    orphan_take_in(user=people.pacs_admin(), finding=finding)
    assert Instance.objects.count() == 2
    assert LooseFile.objects.filter(path=OLD).exists()
    orphans_run()
    assert StorageFinding.objects.filter(resolved_at=None).count() == 0


def test_files_of_today_copies_under_way_and_waiting_second_objects_are_no_orphans(tiers: None) -> None:
    uid = slice_of(1).SOPInstanceUID
    for value in (b"1", b"2"):
        send(slice_of(1, SOPInstanceUID=uid, PixelData=value * 32768, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.4"))
    LooseFile.objects.create(tier=FAST, path=OLD, remove_after=timezone.now() + dt.timedelta(days=1))
    place_named(FAST).put(OLD, [b"half"])
    orphans_run()
    assert StorageFinding.objects.count() == 0


def test_a_useless_file_goes_with_a_reason_and_never_one_that_is_known() -> None:
    place_named(FAST).put(OLD, [b"rubbish"])
    orphans_run()
    finding = StorageFinding.objects.get()
    with pytest.raises(InvalidInput):
        orphan_remove(user=people.pacs_admin(), finding=finding, reason="")
    stack(1)
    Instance.objects.update(path=OLD)
    with pytest.raises(Conflict):
        orphan_remove(user=people.pacs_admin(), finding=finding, reason="rubbish")
    Instance.objects.update(path="elsewhere")
    orphan_remove(user=people.pacs_admin(), finding=finding, reason="rubbish")
    finding.refresh_from_db()
    assert finding.outcome == Outcome.REMOVED


def test_days_are_counted_once_and_again_when_something_moved(tiers: None) -> None:
    study = stack(3)
    days_recount()
    assert held_by_tier() == {FAST: {"bytes": study.size_bytes, "studies": 1, "instances": 3}}
    task_add(study=study, kind=TaskKind.MOVE, tier_to="slow")
    tasks_run()
    days_recount()
    assert set(held_by_tier()) == {"slow"}
    (row,) = growth()
    assert (row.modality, row.bytes_a_day) == ("CT", study.size_bytes)


def test_an_archive_with_an_empty_quarter_is_counted_to_the_end() -> None:
    stack(1)
    Study.objects.update(first_received_at=timezone.now() - dt.timedelta(days=120))
    stack(1)
    for _turn in range(4):
        days_recount()
    assert StorageDay.objects.count() == 2
    day_count(day=timezone.localdate())
    assert StorageDay.objects.count() == 2


def test_when_a_tier_is_full() -> None:
    assert full_on(1000, 10) == timezone.localdate() + dt.timedelta(days=100)
    assert full_on(None, 10) is None
    assert full_on(10, 0) is None


def test_rules_move_and_compress_what_is_old_enough(tiers: None) -> None:
    study = stack(2)
    stack(1)
    Study.objects.filter(pk=study.pk).update(
        study_date="2020-01-01",
        first_received_at=timezone.now() - dt.timedelta(days=99),
        last_received_at=timezone.now() - dt.timedelta(days=99),
    )
    author = people.pacs_admin()
    StorageRule.objects.create(kind="move", name="Old", age_days=30, unviewed_days=60, tier_to="slow", author=author)
    StorageRule.objects.create(kind="compress", name="CT", modalities="CT", age_days=1, author=author)
    rules_run()
    rules_run()
    assert sorted(StudyTask.objects.values_list("kind", "study")) == [("compress", study.pk), ("move", study.pk)]
    tasks_run()
    instance = Instance.objects.filter(series__study=study)[0]
    assert (instance.tier, instance.transfer_syntax_uid) == ("slow", "1.2.840.10008.1.2.4.202")
    rules_run()
    assert StudyTask.objects.count() == 2


def test_a_rule_for_a_full_tier_waits_until_it_is_full(tiers: None) -> None:
    stack(1)
    Study.objects.update(last_received_at=timezone.now() - dt.timedelta(days=1))
    StorageRule.objects.create(kind="move", name="Full", fuller_than_percent=100, tier_to="slow", author=people.pacs_admin())
    rules_run()
    assert StudyTask.objects.count() == 0
    StorageRule.objects.update(fuller_than_percent=0)
    rules_run()
    assert StudyTask.objects.count() == 1


def test_orphans_in_every_tier_are_found(tiers_with_bucket: None) -> None:
    for name in ("slow", "far"):
        place_named(name).put(OLD, [b"x"])
    for _turn in range(3):
        orphans_run()
    assert set(StorageFinding.objects.values_list("tier", flat=True)) == {"slow", "far"}


def test_what_comes_in_lies_in_the_fast_tier(tiers: None) -> None:
    instance_ingest(stream=as_file(slice_of(1)), source_ae_title="CT1", door="dicom")
    assert Instance.objects.get().tier == FAST
