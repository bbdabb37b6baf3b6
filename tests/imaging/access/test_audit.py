"""The audit chain. Not covered: an attacker who can rewrite the whole table from the first row."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from imaging.access import audit, chain
from imaging.access.audit import audit_look, audit_record
from imaging.access.chain import broken_links
from imaging.access.models import AuditEvent, AuditHead
from imaging.common.append_only import protect, release
from tests import people

pytestmark = pytest.mark.django_db


def rows() -> list[AuditEvent]:
    return list(AuditEvent.objects.order_by("id"))


def test_an_untouched_chain_has_no_broken_link() -> None:
    for number in range(3):
        audit_record(act="study.view", door="page", user=people.radiologist(), patient_number=str(number))
    assert list(broken_links(iter(rows()))) == []


def test_the_verifier_names_the_first_changed_row() -> None:
    for number in range(3):
        audit_record(act="study.view", door="page", user=people.radiologist(), patient_number=str(number))
    events = rows()
    events[1].patient_number = "somebody else"
    assert next(broken_links(iter(events))).pk == events[1].pk


def test_a_study_opened_twice_in_a_row_is_one_look() -> None:
    for _ in range(2):
        audit_look(user=people.radiologist(), act="study.view", door="dicomweb", key="1.2.3", study_instance_uid="1.2.3")
    assert AuditEvent.objects.count() == 1


def test_another_sight_of_the_same_patient_is_another_look() -> None:
    for masked in (True, False, False):
        audit_look(user=people.radiologist(), act="patient.view", door="page", key="1", patient_number="1", masked=masked)
    assert [event.detail["masked"] for event in rows()] == [True, False]


def test_a_look_that_could_not_be_written_is_written_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = {"user": people.radiologist(), "act": "study.view", "door": "page", "key": "1.2.3"}
    with monkeypatch.context() as broken:
        broken.setattr(audit, "chain_add", lambda *_args, **_kwargs: (_ for _ in ()).throw(DatabaseError("no room")))
        with pytest.raises(DatabaseError):
            audit_look(**looked)
    audit_look(**looked)
    assert AuditEvent.objects.count() == 1


def test_without_redis_every_look_is_written() -> None:
    away = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}}
    with override_settings(CACHES=away):
        for _ in range(2):
            audit_look(user=people.radiologist(), act="study.view", door="page", key="1.2.3")
    assert AuditEvent.objects.count() == 2


def test_a_system_looks_too() -> None:
    for peer in ("CT1@10.0.0.7", "CT2@10.0.0.8"):
        audit_look(actor=peer, act="worklist.find", door="dicom", key="today")
    assert [event.actor for event in rows()] == ["CT1@10.0.0.7", "CT2@10.0.0.8"]


@pytest.mark.django_db(transaction=True)
def test_rows_written_at_once_are_one_chain() -> None:
    def write(number: int) -> None:
        for step in range(5):
            audit_record(act="study.view", door="page", actor=f"writer {number}", step=step)
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert AuditEvent.objects.count() == 20
    call_command("verify_audit")


def test_links_of_another_process_come_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        if number % 2:  # this process knows nothing of the link before
            monkeypatch.setattr(chain._Seen, "link", chain.FIRST_LINK)
        audit_record(act="study.view", door="page", actor="A", number=number)
    assert [event.detail["number"] for event in rows()] == [0, 1, 2, 3]
    call_command("verify_audit")


def test_a_link_that_was_taken_back_is_followed_by_none() -> None:
    audit_record(act="study.view", door="page", actor="A")
    with contextlib.suppress(DatabaseError), transaction.atomic():
        audit_record(act="study.view", door="page", actor="B")
        raise DatabaseError
    audit_record(act="study.view", door="page", actor="C")
    assert [event.actor for event in rows()] == ["A", "C"]
    call_command("verify_audit")


def test_a_row_costs_one_trip_where_the_database_can_do_so() -> None:
    audit_record(act="study.view", door="page", user=people.radiologist())
    with CaptureQueriesContext(connection) as asked:
        event = audit_record(act="study.view", door="page", user=people.radiologist())
    said = [query["sql"] for query in asked if "imaging_user" not in query["sql"]]
    assert AuditEvent.objects.get(pk=event.pk).row_hash == event.row_hash
    assert len(said) == 1 or connection.vendor != "postgresql", said


@pytest.fixture
def unprotected() -> Iterator[None]:
    """What somebody could do who owns the database itself."""
    release(connection, "imaging_auditevent")
    yield
    protect(connection, "imaging_auditevent")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("unprotected")
def test_the_command_names_the_first_broken_link() -> None:
    first, second, third = [audit_record(act="study.view", door="page", actor="A", patient_number=str(number)) for number in range(3)]
    call_command("verify_audit")
    AuditEvent.objects.filter(pk=third.pk).delete()
    with pytest.raises(CommandError, match="at its end"):
        call_command("verify_audit")
    AuditEvent.objects.filter(pk=second.pk).update(patient_number="9")
    with pytest.raises(CommandError, match=f"row {second.pk} "):
        call_command("verify_audit")
    AuditEvent.objects.filter(pk=first.pk).delete()
    AuditHead.objects.update(last_hash=second.row_hash)
    with pytest.raises(CommandError, match=f"row {second.pk} "):
        call_command("verify_audit")


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_or_delete_a_row() -> None:
    event = audit_record(act="study.view", door="page", user=people.radiologist())
    for change in (lambda: AuditEvent.objects.update(actor="nobody"), lambda: AuditEvent.objects.filter(pk=event.pk).delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE imaging_auditevent CASCADE")
    assert AuditEvent.objects.get().actor == event.actor
