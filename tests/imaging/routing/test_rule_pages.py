"""Rules, nodes that are away and what is done to many transfers, on pages and over REST. Not covered: how they look (tests/e2e)."""

import datetime as dt

import pytest
from django.utils import timezone

from imaging.access.models import AuditEvent
from imaging.dimse.lines import node_away
from imaging.dimse.models import NodeLine, RemoteNode
from imaging.routing.models import ItemState, Routed, RoutingRule, RuleMoment, TransferItem, TransferJob, TransferState
from imaging.routing.rules import rules_apply, rules_follow
from imaging.routing.selectors import transfers_shown
from tests import people
from tests.imaging.routing.test_pages import page, study_of
from tests.rest import fault

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.routing.services.ring", lambda *_: None)


@pytest.fixture
def node() -> RemoteNode:
    return RemoteNode.objects.create(ae_title="ELSEWHERE", host="192.0.2.1", is_destination=True)


def test_a_rule_is_tried_then_kept_then_changed(node: RemoteNode) -> None:
    study_of(people.lin_mei_hua())
    client = page(people.pacs_admin())
    values = {
        "name": "Heads", "moment": "settled", "key_0": "Modality", "value_0": "CT", "nodes": [node.pk], "days": ["1", "5"],
        "priorities": ["routine"], "is_active": "on", "sends_whole_study": "on", "window_from": "20:00", "window_to": "06:00",
    }  # fmt: skip
    tried = client.post("/transfers/rules/new/", {**values, "try": "1"}).content.decode()
    assert "it fits 1." in tried
    assert "LIN" in tried
    assert not RoutingRule.objects.exists()
    assert client.post("/transfers/rules/new/", values).status_code == 302
    rule = RoutingRule.objects.get()
    assert (rule.conditions, rule.days, rule.priorities, list(rule.nodes.all())) == ([["Modality", "CT"]], "15", "routine", [node])
    listed = client.get("/transfers/rules/").content.decode()
    assert "Modality = CT" in listed
    assert "20:00" in listed
    assert 'value="CT"' in client.get(f"/transfers/rules/{rule.pk}/").content.decode()
    client.post(f"/transfers/rules/{rule.pk}/", {**values, "value_0": "MR"})
    rule.refresh_from_db()
    assert rule.conditions == [["Modality", "MR"]]


def test_what_is_wrong_with_a_rule_is_said_where_it_is(node: RemoteNode) -> None:
    client = page(people.pacs_admin())
    refused = client.post("/transfers/rules/new/", {"name": "Heads", "moment": "settled", "key_0": "StudyDate", "value_0": "yesterday"})
    assert refused.status_code == 422
    assert "Say where the images go." in refused.content.decode()
    refused = client.post(
        "/transfers/rules/new/", {"name": "Heads", "moment": "settled", "key_0": "StudyDate", "value_0": "yesterday", "nodes": [node.pk]}
    )
    assert "is not a date or time" in refused.content.decode()


def test_rules_over_rest(node: RemoteNode) -> None:
    client = page(people.pacs_admin())
    values = {"name": "Heads", "conditions": [["Modality", "CT"]], "nodes": ["ELSEWHERE"]}
    made = client.post("/api/transfers/rules/", values, content_type="application/json")
    assert (made.status_code, made.json()["nodes"]) == (201, ["ELSEWHERE"])
    address = f"/api/transfers/rules/{made.json()['id']}/"
    assert client.patch(address, {"is_active": False}, content_type="application/json").json()["is_active"] is False
    assert client.get(address).json()["nodes"] == ["ELSEWHERE"]
    wrong = client.patch(address, {"conditions": [["Nonsense", "1"]]}, content_type="application/json")
    assert wrong.status_code == 400
    assert len(client.get("/api/transfers/rules/").json()["results"]) == 1


def test_a_node_that_is_away_is_told_and_tried_at_once(node: RemoteNode) -> None:
    TransferJob.objects.create(kind="send", node=node)
    node_away(node=node, error="does not answer")
    shown = page(people.radiologist()).get("/transfers/").content.decode()
    assert "ELSEWHERE has not answered since" in shown
    assert "Try now" not in shown
    client = page(people.pacs_admin())
    assert "Try now" in client.get("/transfers/").content.decode()
    client.post(f"/transfers/nodes/{node.pk}/try/")
    assert NodeLine.objects.get().next_try_at <= timezone.now()


def test_all_that_failed_for_a_node_is_tried_again(node: RemoteNode) -> None:
    other = RemoteNode.objects.create(ae_title="OTHER", host="192.0.2.1")
    jobs = [TransferJob.objects.create(kind="send", node=one, state=TransferState.FAILED) for one in (node, other)]
    client = page(people.pacs_admin())
    assert "Try all of these again" in client.get("/transfers/?state=failed&node=ELSEWHERE").content.decode()
    client.post("/transfers/retry/", {"node": "ELSEWHERE"})
    assert [TransferJob.objects.get(pk=job.pk).state for job in jobs] == [TransferState.QUEUED, TransferState.FAILED]
    assert page(people.radiologist()).post("/transfers/retry/").status_code == 403
    answer = client.post("/api/transfers/retry/", {}, content_type="application/json")
    assert answer.json() == {"retried": 1}


def test_earlier_and_later(node: RemoteNode) -> None:
    job = TransferJob.objects.create(kind="send", node=node, priority=2)
    client = page(people.pacs_admin())
    for _ in range(3):
        client.post(f"/transfers/{job.pk}/earlier/")
    job.refresh_from_db()
    assert job.priority == 1
    answer = client.post(f"/api/transfers/{job.pk}/priority/", {"step": 3}, content_type="application/json")
    assert answer.json()["priority"] == 4
    TransferJob.objects.update(state=TransferState.DONE)
    assert client.post(f"/api/transfers/{job.pk}/priority/", {"step": 1}, content_type="application/json").status_code == 409


def test_small_pictures_do_not_crowd_the_list_and_nodes_narrow_it(node: RemoteNode) -> None:
    study = study_of(people.lin_mei_hua())
    TransferJob.objects.filter(study=study).delete()
    TransferJob.objects.create(kind="thumbnails", study=study)
    TransferJob.objects.create(kind="send", study=study, node=node)
    client = page(people.pacs_admin())
    assert client.get("/transfers/rows/").content.decode().count("<tr") == 1
    assert client.get("/transfers/rows/?kind=thumbnails").content.decode().count("<tr") == 1
    assert client.get("/transfers/rows/?node=NOBODY").content.decode().count("<tr") == 0
    assert len(client.get("/api/transfers/?node=ELSEWHERE").json()["results"]) == 1


def test_errors_come_in_pages(node: RemoteNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.routing.views.FAILURES_SHOWN", 1)
    study = study_of(people.lin_mei_hua())
    job = TransferJob.objects.create(kind="send", study=study, node=node, state=TransferState.FAILED, total=1, failed=1)
    item = TransferItem.objects.create(job=job, instance=study.series.get().instances.get(), state=ItemState.FAILED, error="A900 no")
    client = page(people.pacs_admin())
    first = client.get(f"/transfers/{job.pk}/").content.decode()
    assert "A900 no" in first
    assert f"?after={item.pk}" in first
    assert "A900 no" not in client.get(f"/transfers/{job.pk}/?after={item.pk}").content.decode()


def test_speed_and_what_is_left_are_told(node: RemoteNode) -> None:
    job = TransferJob.objects.create(
        kind="send", node=node, state=TransferState.RUNNING, total=10, done=5, bytes_total=60_000_000, bytes_done=30_000_000,
        bytes_a_second=250_000,
    )  # fmt: skip
    client = page(people.pacs_admin())
    assert "244 KB/s" in client.get("/transfers/rows/").content.decode()
    shown = client.get(f"/transfers/{job.pk}/").content.decode()
    assert "3 min" in shown


def a_rule(node: RemoteNode, **fields: object) -> RoutingRule:
    rule = RoutingRule.objects.create(name="Heads", author=people.pacs_admin(), **fields)
    rule.nodes.add(node)
    return rule


def test_a_rule_is_deleted_its_transfers_go_on_saying_so_and_it_is_restored(node: RemoteNode) -> None:
    rule, client = a_rule(node), page(people.pacs_admin())
    states = (TransferState.DONE, TransferState.QUEUED, TransferState.RETRYING, TransferState.RUNNING)
    done, *open_ones = [TransferJob.objects.create(kind="send", node=node, rule=rule, state=state) for state in states]
    shown = client.get(f"/transfers/rules/{rule.pk}/").content.decode()
    assert "Stop its 3 transfers that have not ended" in shown
    client.post(f"/transfers/rules/{rule.pk}/delete/")
    assert [TransferJob.objects.get(pk=job.pk).state for job in open_ones] == list(states[1:])
    assert client.get(f"/transfers/rules/{rule.pk}/").status_code == 404
    assert client.post(f"/transfers/rules/{rule.pk}/delete/").status_code == 404
    for address in (f"/transfers/{done.pk}/", "/transfers/rows/", f"/api/transfers/{done.pk}/"):
        assert "rule Heads (deleted)" in client.get(address).content.decode()
    listed = client.get("/transfers/rules/").content.decode()
    assert f"/transfers/rules/{rule.pk}/restore/" in listed
    assert f"rule-{rule.pk}" not in listed
    client.post(f"/transfers/rules/{rule.pk}/restore/")
    assert client.get(f"/transfers/rules/{rule.pk}/").status_code == 200
    assert client.post(f"/transfers/rules/{rule.pk}/restore/").status_code == 404
    acts = list(AuditEvent.objects.filter(act__startswith="transfer.rule_").order_by("pk").values_list("act", flat=True))
    assert [act for act in acts if act != "transfer.rule_view"] == ["transfer.rule_delete", "transfer.rule_restore"]


def test_the_transfers_of_a_deleted_rule_stop_with_it(node: RemoteNode) -> None:
    rule, other = a_rule(node), a_rule(node)
    waiting = TransferJob.objects.create(kind="send", node=node, rule=rule)
    running = TransferJob.objects.create(kind="send", node=node, rule=rule, state=TransferState.RUNNING)
    theirs = TransferJob.objects.create(kind="send", node=node, rule=other)
    page(people.pacs_admin()).post(f"/transfers/rules/{rule.pk}/delete/", {"stop": "1"})
    for job in (waiting, running, theirs):
        job.refresh_from_db()
    assert (waiting.state, running.state, running.cancel_requested) == (TransferState.CANCELLED, TransferState.RUNNING, True)
    assert (theirs.state, theirs.cancel_requested) == (TransferState.QUEUED, False)
    assert AuditEvent.objects.get(act="transfer.rule_delete").detail["stopped"] == 2


def test_a_deleted_rule_sends_nothing(node: RemoteNode) -> None:
    rule = a_rule(node, conditions=[["Modality", "CT"]], deleted_at=timezone.now())
    study = study_of(people.lin_mei_hua())
    Routed.objects.create(rule=rule, study=study, node=node, at=timezone.now())
    assert rules_apply(study=study, moment=RuleMoment.SETTLED) == []
    rules_follow(study=study, series=list(study.series.all()))
    assert not TransferJob.objects.filter(kind="send").exists()
    RoutingRule.objects.update(deleted_at=None)
    assert len(rules_apply(study=study, moment=RuleMoment.SETTLED)) == 1


def test_deleting_and_restoring_a_rule_over_rest(node: RemoteNode) -> None:
    rule, client = a_rule(node), page(people.pacs_admin())
    job = TransferJob.objects.create(kind="send", node=node, rule=rule)
    address = f"/api/transfers/rules/{rule.pk}/"
    assert page(people.radiologist()).delete(address).status_code == 403
    assert client.delete(f"{address}?stop_transfers=maybe").status_code == 400
    assert client.delete(f"{address}?stop_transfers=true").status_code == 204
    job.refresh_from_db()
    assert job.state == TransferState.CANCELLED
    assert (client.get(address).status_code, client.delete(address).status_code) == (404, 404)
    assert client.get("/api/transfers/rules/").json()["results"] == []
    (gone,) = client.get("/api/transfers/rules/deleted/").json()["results"]
    assert (gone["id"], gone["deleted_at"] is None) == (rule.pk, False)
    assert client.post(f"{address}restore/").json()["deleted_at"] is None
    assert client.post(f"{address}restore/").status_code == 404


def test_a_node_that_is_away_is_told_and_tried_at_once_over_rest(node: RemoteNode) -> None:
    TransferJob.objects.create(kind="send", node=node)
    client, address = page(people.pacs_admin()), f"/api/transfers/nodes/{node.pk}/try/"
    assert fault(client.post(address)) == (409, "wrong-state")
    node_away(node=node, error="does not answer")
    (away,) = page(people.resident()).get("/api/transfers/nodes/").json()["results"]
    assert (away["id"], away["node"], away["waiting"], away["error"], away["tries"]) == (node.pk, "ELSEWHERE", 1, "does not answer", 1)
    assert page(people.resident()).post(address).status_code == 403
    assert client.post(address).status_code == 202
    assert NodeLine.objects.get().next_try_at <= timezone.now()
    assert AuditEvent.objects.get(act="transfer.try_node").door == "api"
    assert client.post("/api/transfers/nodes/0/try/").status_code == 404


def test_trying_a_transfer_again_tries_its_node_too_for_who_may(node: RemoteNode) -> None:
    resident = people.resident()
    job = TransferJob.objects.create(
        kind="send", node=node, state=TransferState.RETRYING, requested_by=resident, study=study_of(people.lin_mei_hua())
    )
    node_away(node=node, error="does not answer")
    page(resident).post(f"/transfers/{job.pk}/retry/")
    assert NodeLine.objects.get().next_try_at > timezone.now()
    TransferJob.objects.filter(pk=job.pk).update(state=TransferState.RETRYING)
    page(people.pacs_admin()).post(f"/transfers/{job.pk}/retry/")
    assert NodeLine.objects.get().next_try_at <= timezone.now()


def test_a_rest_that_is_over_is_not_told_as_a_time_to_come(node: RemoteNode) -> None:
    monday = timezone.now() + dt.timedelta(days=2)
    job = TransferJob.objects.create(kind="send", node=node, rule=a_rule(node), next_attempt_at=monday)
    node_away(node=node, error="does not answer")
    client = page(people.pacs_admin())
    assert "it is tried again at" in client.get("/transfers/away/").content.decode()
    NodeLine.objects.update(next_try_at=timezone.now() - dt.timedelta(minutes=1))
    assert "once a transfer is due. 1 transfer waits" in client.get("/transfers/away/").content.decode()
    (shown,) = transfers_shown(people.pacs_admin(), [job])
    assert shown.next_try_at == monday
