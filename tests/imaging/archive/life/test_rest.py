"""The storage by REST: as by the pages. Not covered: who may (tests/architecture), what the services do (beside this)."""

import pytest

from imaging.access.models import AuditEvent
from imaging.archive.life.fixity import fixity_run
from imaging.archive.life.models import DeletionProposal, LegalHold, StorageFinding, StorageRule, StudyTask, TaskKind, TaskState
from imaging.archive.life.orphans import orphans_run
from imaging.archive.life.work import task_add
from imaging.archive.models import Instance, Study
from imaging.archive.places import FAST, place_named
from tests import people
from tests.imaging.archive.objects import as_file
from tests.imaging.pictures import exam_of, slice_of, stack_for
from tests.rest import call, fault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiers")]
RULE = {"kind": "move", "name": "After a year", "tier_to": "slow", "age_days": 365, "begins_at": "22:00", "ends_at": "06:00"}


@pytest.fixture
def study() -> Study:
    return stack_for(exam_of(people.lin_mei_hua()), 2)


def rows(act: str) -> int:
    return AuditEvent.objects.filter(act=act, door="api").count()


def test_how_full_each_tier_is_and_what_is_under_way(study: Study) -> None:
    task = task_add(study=study, kind=TaskKind.MOVE, tier_to="slow")
    assert task is not None
    told = call(people.pacs_admin()).get("/api/storage/").json()
    assert [tier["name"] for tier in told["tiers"]] == ["fast", "slow"]
    assert (told["tasks"][0]["id"], told["tasks"][0]["total"], told["findings"]) == (task.pk, 2, [])
    assert told["tasks"][0]["accession_number"] in {"", study.accession_number}
    assert rows("storage.view") == 1


def test_a_task_is_stopped_and_tried_again(study: Study) -> None:
    task = task_add(study=study, kind=TaskKind.MOVE, tier_to="slow")
    assert task is not None
    client = call(people.pacs_admin())
    assert client.post(f"/api/storage/tasks/{task.pk}/stop/").status_code == 204
    assert fault(client.post(f"/api/storage/tasks/{task.pk}/stop/")) == (409, "wrong-state")
    StudyTask.objects.update(state=TaskState.FAILED)
    assert client.post(f"/api/storage/tasks/{task.pk}/retry/").status_code == 204
    assert StudyTask.objects.get().state == TaskState.QUEUED
    assert client.post(f"/api/storage/tasks/{task.pk}/burn/").status_code == 404


def test_rules_are_set_up_read_and_changed() -> None:
    client = call(people.pacs_admin())
    made = client.post("/api/storage/rules/", RULE)
    assert made.status_code == 201, made.content
    assert made.json()["is_active"] is True
    assert "works between 22:00 and 06:00" in made.json()["says"]
    (listed,) = client.get("/api/storage/rules/").json()["results"]
    address = f"/api/storage/rules/{listed['id']}/"
    assert client.get(address).json() == listed
    changed = client.put(address, {**RULE, "is_active": False, "age_days": None})
    assert (changed.json()["is_active"], changed.json()["age_days"]) == (False, None)
    assert StorageRule.objects.get().is_active is False
    assert rows("storage.rule") == 2


@pytest.mark.parametrize("wrong", [{"tier_to": ""}, {"kind": "burn"}, {"ends_at": None}, {"age_days": "x"}, {"tier_to": "nowhere"}])
def test_a_rule_that_is_none_is_refused_with_its_field(wrong: dict[str, object]) -> None:
    answer = call(people.pacs_admin()).post("/api/storage/rules/", {**RULE, **wrong})
    assert answer.status_code == 400, answer.content
    assert call(people.pacs_admin()).post("/api/storage/rules/", [1]).status_code == 400
    assert not StorageRule.objects.exists()


@pytest.mark.parametrize("what", ["exam", "patient", "study"])
def test_holds_are_placed_and_released(study: Study, what: str) -> None:
    client, exam = call(people.pacs_admin()), study.exam
    assert exam is not None
    number = {"exam": exam.accession_number, "patient": exam.patient.number, "study": study.study_instance_uid}[what]
    placed = client.post("/api/storage/holds/", {"what": what, "number": number, "reason": "court"})
    assert placed.status_code == 201, placed.content
    (listed,) = client.get("/api/storage/holds/").json()["results"]
    assert listed == placed.json()
    release = f"/api/storage/holds/{listed['id']}/release/"
    assert client.post(release, {"reason": " "}).status_code == 400
    assert client.post(release, {"reason": "closed"}).status_code == 204
    assert LegalHold.objects.get().released_at is not None
    assert (rows("storage.hold"), rows("storage.release")) == (1, 1)


def test_a_hold_on_nothing_is_refused() -> None:
    answer = call(people.pacs_admin()).post("/api/storage/holds/", {"what": "exam", "number": "NOPE", "reason": "court"})
    assert answer.status_code == 404


def test_deletion_takes_two_people_here_too(study: Study) -> None:
    admin, manager = call(people.pacs_admin()), call(people.manager())
    assert study.exam is not None
    proposed = admin.post(f"/api/exams/{study.exam.accession_number}/storage/delete/", {"reason": "sent twice"})
    assert (proposed.status_code, proposed.json()["state"], proposed.json()["studies"]) == (201, "proposed", 1)
    address = f"/api/storage/deletions/{proposed.json()['id']}/"
    (listed,) = manager.get("/api/storage/deletions/").json()["results"]
    (item,) = manager.get(address).json()["items"]
    assert (listed["id"], item["images"]) == (proposed.json()["id"], 2)
    assert admin.post(f"{address}approve/", {"seen": 1}).status_code in {403, 409}
    assert manager.post(f"{address}approve/", {}).status_code == 400
    approved = manager.post(f"{address}approve/", {"seen": 1})
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    stopped = manager.post(f"{address}withdraw/", {"reason": "kept for teaching"})
    assert (stopped.status_code, stopped.json()["state"]) == (200, "withdrawn")
    assert (rows("storage.deletions"), rows("storage.deletion")) == (1, 1)
    assert DeletionProposal.objects.get().withdrawn_by == people.manager()


def test_one_study_is_taken_off_a_list(study: Study) -> None:
    assert study.exam is not None
    made = call(people.pacs_admin()).post(f"/api/exams/{study.exam.accession_number}/storage/delete/", {"reason": "sent twice"}).json()
    manager = call(people.manager())
    (item,) = manager.get(f"/api/storage/deletions/{made['id']}/").json()["items"]
    assert manager.post(f"/api/storage/items/{item['id']}/keep/", {"reason": "needed"}).status_code == 204
    assert manager.get(f"/api/storage/deletions/{made['id']}/").json()["items"][0]["state"] == "kept"


FINDINGS = "/api/storage/findings/"


def put(name: str, content: bytes) -> None:
    place_named(FAST).put(f"2020/01/01/0000/{name}.dcm", [content])


@pytest.fixture
def findings(study: Study) -> Study:
    """A file that is gone, one that has changed, and two that no object has."""
    put("a", as_file(slice_of(1)).getvalue())
    put("b", b"rubbish")
    first, second = (instance.path for instance in Instance.objects.order_by("pk"))
    place_named(FAST).remove(first)
    place_named(FAST).remove(second)
    place_named(FAST).put(second, [b"another"])
    orphans_run()
    fixity_run()
    return study


@pytest.mark.usefixtures("findings")
def test_findings_are_listed_and_narrowed() -> None:
    client = call(people.pacs_admin())
    kinds = [one["kind"] for one in client.get(FINDINGS).json()["results"]]
    assert sorted(kinds) == ["damaged", "missing", "orphan", "orphan"]
    [lost] = client.get(FINDINGS, {"kind": "missing"}).json()["results"]
    assert (lost["tier"], lost["source_ae_title"], lost["resolved_at"], lost["outcome"]) == ("fast", "CT1", None, "")
    assert lost == client.get(f"{FINDINGS}{lost['id']}/").json()
    assert client.get(FINDINGS, {"tier": "slow"}).json()["results"] == []
    assert client.get(FINDINGS, {"settled": True}).json()["results"] == []
    assert client.get(FINDINGS, {"page": 2}).json()["results"] == []
    for wrong in ({"kind": "burnt"}, {"page": 0}, {"settled": "perhaps"}, {"page": 10**9}):
        assert client.get(FINDINGS, wrong).status_code == 400
    assert client.get(f"{FINDINGS}999999/").status_code == 404
    assert AuditEvent.objects.filter(act="storage.findings", door="api", detail__kind="missing").count() == 1
    assert rows("storage.finding") == 1


@pytest.mark.usefixtures("findings")
def test_findings_are_seen_to_as_on_the_page() -> None:
    client = call(people.pacs_admin())
    take, drop = StorageFinding.objects.filter(kind="orphan").order_by("path")
    lost = StorageFinding.objects.get(kind="missing")
    taken = client.post(f"{FINDINGS}{take.pk}/take-in/")
    assert (taken.status_code, taken.json()["says"], taken.json()["finding"]["outcome"]) == (200, "Taken in.", "taken_in")
    assert client.post(f"{FINDINGS}{drop.pk}/remove/").status_code == 400
    removed = client.post(f"{FINDINGS}{drop.pk}/remove/", {"reason": "rubbish"})
    assert (removed.json()["finding"]["outcome"], removed.json()["finding"]["resolved_by"]) == ("removed", people.pacs_admin().label)
    looked = client.post(f"{FINDINGS}{lost.pk}/look-again/")
    assert (looked.status_code, looked.json()["finding"]["resolved_at"]) == (200, None)
    assert fault(client.post(f"{FINDINGS}{drop.pk}/remove/", {"reason": "again"})) == (409, "wrong-state")
    assert fault(client.post(f"{FINDINGS}{lost.pk}/take-in/")) == (409, "conflict")
    assert client.post(f"{FINDINGS}{take.pk}/look-again/").status_code == 409
    assert client.post(f"{FINDINGS}{lost.pk}/burn/").status_code == 404
    settled = client.get(FINDINGS, {"settled": True}).json()["results"]
    assert [one["id"] for one in settled] == sorted((take.pk, drop.pk), reverse=True)
    assert (rows("storage.orphan_taken_in"), rows("storage.orphan_removed"), rows("storage.look_again")) == (1, 1, 1)


def test_a_finding_names_no_protected_patient() -> None:
    mayor = people.the_mayor()
    stack_for(exam_of(mayor), 1)
    place_named(FAST).remove(Instance.objects.get().path)
    fixity_run()
    told = call(people.pacs_admin()).get(FINDINGS).content.decode()
    assert mayor.number not in told
    assert mayor.name.partition("^")[0] not in told
