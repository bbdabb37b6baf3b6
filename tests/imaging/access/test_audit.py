"""The audit chain. Not covered: an attacker who can rewrite the whole table from the first row."""

import pytest
from django.db import DatabaseError, transaction

from imaging.access.audit import audit_look, audit_record, broken_links
from imaging.access.models import AuditEvent
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


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_or_delete_a_row() -> None:
    event = audit_record(act="study.view", door="page", user=people.radiologist())
    for change in (lambda: AuditEvent.objects.update(actor="nobody"), lambda: AuditEvent.objects.filter(pk=event.pk).delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert AuditEvent.objects.get().actor == event.actor
