"""Rules, with real receivers where something is sent. Not covered: the pages (test_rule_pages.py), Celery's clock."""

# ruff: noqa: F811  fixtures of another module

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pydicom.uid import CTImageStorage, generate_uid
from pynetdicom import AE, evt

from imaging.archive.arrivals import arrivals_note
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Study
from imaging.common.errors import Forbidden, InvalidInput
from imaging.common.hours import within
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Exam
from imaging.orders.services import exam_state_set
from imaging.orders.states import ExamState
from imaging.routing.models import ItemState, RoutingRule, RuleMoment, TransferJob, TransferKind, TransferState
from imaging.routing.rule_services import rule_save, rule_says
from imaging.routing.rules import daily_rules_run, is_daily_due, rule_preview
from imaging.routing.running import due_transfers_ring
from imaging.routing.windows import opens_at
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file, ct_slice
from tests.imaging.archive.scans import exam_of, relink, scanned
from tests.imaging.routing.test_transfers import IMAGES, Receiver, exam, receiver, study  # noqa: F401  fixtures
from tests.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet(settings: Any) -> None:
    settings.STUDY_QUIET_SECONDS = 0


@pytest.fixture
def planning() -> Iterator[tuple[RemoteNode, list[str]]]:
    """A second system that receives."""
    got: list[str] = []
    ae = AE("PLANNING")
    ae.add_supported_context(CTImageStorage)
    handlers = [(evt.EVT_C_STORE, lambda event: got.append(str(event.request.AffectedSOPInstanceUID)) or 0)]
    server = ae.start_server(("127.0.0.1", free_port()), block=False, evt_handlers=handlers)
    yield RemoteNode.objects.create(ae_title="PLANNING", host="127.0.0.1", port=server.server_address[1], is_destination=True), got
    server.shutdown()


def a_rule(*nodes: RemoteNode, **fields: Any) -> RoutingRule:
    chosen = nodes or [RemoteNode.objects.get(ae_title="ELSEWHERE")]
    return rule_save(user=people.pacs_admin(), rule=RoutingRule(**{"name": "To the other", **fields}), nodes=chosen)


def settle() -> None:
    Study.objects.update(has_news=True)
    arrivals_note()


def add_image(study: Study, **fields: Any) -> None:
    ds = ct_slice(StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=generate_uid(), **fields)
    instance_ingest(stream=as_file(ds), source_ae_title=fields.pop("source", "CT1"), door="dicom")
    settle()


def test_a_settled_study_goes_by_itself_and_what_comes_late_after_it(receiver: Receiver, study: Study) -> None:
    rule = a_rule()
    settle()
    assert len(receiver.got) == IMAGES
    settle()
    assert len(receiver.got) == IMAGES
    add_image(study)
    assert len(receiver.got) == IMAGES + 1
    assert len(set(receiver.got)) == IMAGES + 1
    assert rule.routed.get().images == IMAGES + 1
    assert set(TransferJob.objects.filter(kind=TransferKind.SEND).values_list("rule", "state")) == {(rule.pk, TransferState.DONE)}


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        ({"conditions": [["Modality", "CT"]]}, True),
        ({"conditions": [["Modality", "MR"]]}, False),
        ({"conditions": [["StudyDescription", "*"], ["ModalitiesInStudy", "CT"]]}, True),
        ({"conditions": [["SOPClassUID", str(CTImageStorage)]]}, True),
        ({"source_ae_titles": "MR1 CT1"}, True),
        ({"source_ae_titles": "MR1"}, False),
        ({"priorities": "routine"}, True),
        ({"priorities": "stat urgent"}, False),
        ({"is_protected": "yes"}, False),
        ({"is_protected": "no"}, True),
        ({"is_signed": "yes"}, False),
        ({"is_signed": "no"}, True),
        ({"is_active": False}, False),
        ({"moment": "signed"}, False),
    ],
)
def test_what_a_rule_is_for(receiver: Receiver, study: Study, fields: dict[str, Any], goes: bool) -> None:
    a_rule(**fields)
    settle()
    assert bool(receiver.got) == goes


def test_departments(receiver: Receiver, study: Study, exam: Exam) -> None:
    a_rule(departments=exam.department.code.lower())
    settle()
    assert len(receiver.got) == IMAGES


def test_only_the_images_that_fit(receiver: Receiver, study: Study) -> None:
    a_rule(conditions=[["InstanceNumber", "2"]], sends_whole_study=False)
    settle()
    assert receiver.got == [Instance.objects.get(instance_number=2).sop_instance_uid]


def test_nothing_goes_back_to_where_it_came_from(receiver: Receiver, study: Study) -> None:
    Instance.objects.update(source_ae_title="ELSEWHERE")
    a_rule()
    settle()
    assert (receiver.got, TransferJob.objects.filter(kind=TransferKind.SEND).count()) == ([], 0)


def test_two_rules_and_a_person_send_an_image_to_a_node_once(receiver: Receiver, study: Study) -> None:
    a_rule(conditions=[["InstanceNumber", "1"]], sends_whole_study=False)
    a_rule(name="All")
    settle()
    assert sorted(receiver.got) == sorted(Instance.objects.values_list("sop_instance_uid", flat=True))


def test_several_nodes_each_get_it(receiver: Receiver, planning: tuple[RemoteNode, list[str]], study: Study) -> None:
    a_rule(planning[0], RemoteNode.objects.get(ae_title="ELSEWHERE"))
    settle()
    assert (len(planning[1]), len(receiver.got)) == (IMAGES, IMAGES)


def test_a_protected_patient_goes_only_where_that_may_be_seen(receiver: Receiver, study: Study) -> None:
    patient = study.matched_patient
    assert patient is not None
    patient.is_protected = True
    patient.save()
    a_rule()
    settle()
    assert receiver.got == []
    RemoteNode.objects.update(may_see_protected=True)
    settle()
    assert len(receiver.got) == IMAGES


def test_who_is_protected_after_a_transfer_was_asked_for_does_not_go(
    receiver: Receiver,
    study: Study,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imaging.routing.services.ring", lambda *_: None)
    a_rule()
    settle()
    patient = study.matched_patient
    assert patient is not None
    patient.is_protected = True
    patient.save()
    due_transfers_ring()
    job = TransferJob.objects.get(kind=TransferKind.SEND)
    assert (job.state, receiver.got, job.items.filter(state=ItemState.FAILED).count()) == (TransferState.FAILED, [], IMAGES)


def test_rejected_images_stay_here(receiver: Receiver, study: Study) -> None:
    a_rule()
    images_reject(user=people.pacs_admin(), study=study, instances=list(Instance.objects.all()), code=QUALITY, reason="blurred")
    settle()
    assert receiver.got == []


def test_what_a_correction_gives_to_a_study_goes_after_it(receiver: Receiver) -> None:
    wrong, right = exam_of(people.john_smith()), exam_of(people.lin_mei_hua())
    scanned(wrong)
    source = Study.objects.get()
    here = pictures.stack_for(right, 1)
    Study.objects.filter(pk=source.pk).update(has_news=False)
    a_rule()
    Study.objects.filter(pk=here.pk).update(has_news=True)
    arrivals_note()
    assert len(receiver.got) == 1
    relink(source, right)
    assert sorted(receiver.got) == sorted(Instance.objects.values_list("sop_instance_uid", flat=True))
    assert len(receiver.got) == 3


def test_a_node_that_is_off_gets_nothing(receiver: Receiver, study: Study) -> None:
    a_rule()
    RemoteNode.objects.update(is_active=False)
    settle()
    assert receiver.got == []


def test_a_rule_with_a_condition_that_is_no_key_any_more_sends_nothing(receiver: Receiver, study: Study) -> None:
    a_rule()
    RoutingRule.objects.update(conditions=[["FormerKey", "X"]])
    settle()
    assert receiver.got == []


def test_on_signing_and_late_images_after_that(receiver: Receiver, study: Study, exam: Exam) -> None:
    a_rule(moment="signed", is_signed="yes")
    settle()
    assert receiver.got == []
    Exam.objects.update(state=ExamState.READING)
    exam.refresh_from_db()
    exam_state_set(exam=exam, state=ExamState.FINAL, user=people.radiologist())
    assert len(receiver.got) == IMAGES
    add_image(study)
    assert len(receiver.got) == IMAGES + 1


def test_every_day_at_a_time(receiver: Receiver, study: Study) -> None:
    rule = a_rule(moment="daily", at_time=dt.time(22))
    settle()
    assert receiver.got == []
    evening = tomorrow(22)
    with time_machine.travel(evening - dt.timedelta(hours=1), tick=False):
        assert not is_daily_due(rule)
    with time_machine.travel(evening, tick=False):
        assert daily_rules_run() == 1
        assert len(receiver.got) == IMAGES
        rule.refresh_from_db()
        assert not is_daily_due(rule)
    with time_machine.travel(evening + dt.timedelta(days=1), tick=False):
        assert is_daily_due(rule)


def tomorrow(hour: int) -> dt.datetime:
    return timezone.localtime().replace(hour=hour, minute=0) + dt.timedelta(days=1)


def test_outside_its_hours_it_waits_for_them(receiver: Receiver, study: Study) -> None:
    day = tomorrow(12)
    with time_machine.travel(day, tick=False):
        a_rule(window_from=dt.time(20), window_to=dt.time(6))
        settle()
        job = TransferJob.objects.get(kind=TransferKind.SEND)
        assert (job.state, timezone.localtime(job.next_attempt_at).hour, receiver.got) == (TransferState.QUEUED, 20, [])
    with time_machine.travel(day + dt.timedelta(hours=9), tick=True):
        due_transfers_ring()
    assert len(receiver.got) == IMAGES


def test_the_end_of_its_hours_stops_it_after_the_object_at_hand(receiver: Receiver, study: Study) -> None:
    with time_machine.travel(tomorrow(5), tick=False) as clock:
        rule = a_rule(window_from=dt.time(20), window_to=dt.time(6))

        def late(number: int) -> int:
            if number == 1:
                clock.shift(dt.timedelta(hours=2))
            return 0

        receiver.answer = late
        settle()
        job = TransferJob.objects.get(rule=rule)
        assert (len(receiver.got), job.state, job.done, job.attempts) == (2, TransferState.QUEUED, 2, 0)
        assert timezone.localtime(job.next_attempt_at).hour == 20
        clock.shift(dt.timedelta(hours=14))
        due_transfers_ring()
    assert len(set(receiver.got)) == len(receiver.got) == IMAGES


def test_commitment_is_asked_where_the_rule_says_so(receiver: Receiver, study: Study) -> None:
    a_rule(asks_commitment=True)
    settle()
    assert TransferJob.objects.filter(kind=TransferKind.COMMIT).exists()


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(receiver: Receiver, study: Study) -> None:
    other = RemoteNode.objects.create(ae_title="OFF", host="127.0.0.1", is_active=False)
    here = RemoteNode.objects.get(ae_title="ELSEWHERE")
    told = rule_preview(RoutingRule(conditions=[["Modality", "CT"]]), [here, other])
    assert (told.looked, [one.pk for one in told.fitting]) == (1, [study.pk])
    assert told.nodes == [("ELSEWHERE", IMAGES, study.size_bytes, 0), ("OFF", 0, 0, 1)]
    assert rule_preview(RoutingRule(conditions=[["Modality", "MR"]]), [here]).fitting == []
    assert TransferJob.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"conditions": [["NumberOfStudyRelatedInstances", "1"]]}, "conditions"),
        ({"conditions": [["Nonsense", "1"]]}, "conditions"),
        ({"conditions": "x"}, "conditions"),
        ({"conditions": [["StudyDate", "yesterday"]]}, "StudyDate"),
        ({"moment": "daily"}, "at_time"),
        ({"window_from": dt.time(20)}, "window_to"),
        ({"days": "8"}, "days"),
        ({"priorities": "soon"}, "priorities"),
        ({"departments": "NOWHERE"}, "departments"),
        ({"priority": 10}, "priority"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_understood_is_not_kept(receiver: Receiver, fields: dict[str, Any], at_fault: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        a_rule(**fields)
    assert raised.value.field == at_fault
    assert not RoutingRule.objects.exists()


def test_only_who_manages_transfers_sets_up_rules(receiver: Receiver) -> None:
    with pytest.raises(Forbidden):
        rule_save(user=people.radiologist(), rule=RoutingRule(name="x"), nodes=RemoteNode.objects.all())
    with pytest.raises(InvalidInput):
        rule_save(user=people.pacs_admin(), rule=RoutingRule(name="x"), nodes=[])


@pytest.mark.parametrize(
    ("at", "first", "last", "inside"),
    [(12, 8, 18, True), (12, 8, 8, True), (18, 8, 18, False), (23, 20, 6, True), (5, 20, 6, True), (6, 20, 6, False), (12, 20, 6, False)],
)
def test_hours_go_over_midnight(at: int, first: int, last: int, inside: bool) -> None:
    assert within(dt.time(at), dt.time(first), dt.time(last)) == inside


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday = timezone.make_aware(dt.datetime(2026, 7, 3, 12))  # noqa: DTZ001
    rule = RoutingRule(days="5", window_from=dt.time(20), window_to=dt.time(6))
    assert opens_at(rule, friday) == friday.replace(hour=20)
    assert opens_at(rule, friday.replace(hour=21)) is None
    assert opens_at(rule, friday + dt.timedelta(hours=17)) is None
    assert opens_at(rule, friday + dt.timedelta(hours=19)) == friday.replace(hour=20) + dt.timedelta(days=7)
    assert "20:00" in rule_says(RoutingRule(moment=RuleMoment.SETTLED, window_from=dt.time(20), window_to=dt.time(6)))
