"""Setting up deadlines: by page and by REST, undone, recorded, and shown on the reading list at once.

Not covered: how the time left goes on by itself on an open page (tests/e2e/test_reading_list.py).
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imaging.access.models import AuditEvent, User
from imaging.common.errors import Forbidden, InvalidInput
from imaging.orders.models import Exam, Priority
from reporting.deadlines.models import DeadlineRule
from reporting.deadlines.selectors import deadlines_now
from reporting.deadlines.services import deadline_delete, deadline_restore, deadline_save
from reporting.reading.rows import open_rows
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _rules() -> None:
    stories.deadlines()


def client(user: User) -> Client:
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


def rule(minutes: int, **fields: Any) -> DeadlineRule:
    return deadline_save(user=people.pacs_admin(), rule=DeadlineRule(minutes=minutes, **fields))


def minutes_for(exam: Exam) -> float:
    deadline = deadlines_now().of(exam)
    assert deadline is not None
    return (deadline.due_at - deadline.begins_at) / MINUTE


def test_a_new_rule_counts_at_once_and_is_recorded() -> None:
    exam = stories.finished_exam(priority=Priority.URGENT)
    assert minutes_for(exam) == 120
    made = rule(45, priority="urgent", modalities="ct")
    assert (made.modalities, minutes_for(exam)) == ("CT", 45)
    assert AuditEvent.objects.get(act="reading.deadline").detail["changed"]["minutes"] == "45"


def test_a_rule_that_names_the_modality_goes_before_one_that_does_not() -> None:
    rule(5)
    exam = stories.finished_exam(priority=Priority.URGENT)
    assert minutes_for(exam) == 120
    exam.modality = "OT"
    assert minutes_for(exam) == 5


def test_without_a_fitting_rule_the_setting_counts() -> None:
    DeadlineRule.objects.all().delete()
    assert minutes_for(stories.finished_exam()) == 1440


def test_what_is_overdue_comes_before_what_is_urgent() -> None:
    stat = stories.emergency_exam()
    routine = stories.finished_exam()
    Exam.objects.filter(pk=routine.pk).update(completed_at=timezone.now() - dt.timedelta(days=10))
    rows = open_rows(people.radiologist())
    assert [row.exam for row in rows] == [routine, stat]
    assert [row.level for row in rows] == ["over", ""]
    text = client(people.radiologist()).get("/reading/").content.decode()
    assert 'class="overdue"' in text
    assert "1 overdue" in text


def test_a_deleted_rule_can_be_had_back_unless_its_place_is_taken() -> None:
    admin, made = people.pacs_admin(), rule(45, priority="urgent", modalities="CT")
    deadline_delete(user=admin, rule=made)
    other = rule(50, priority="urgent", modalities="CT")
    with pytest.raises(InvalidInput, match="already"):
        deadline_restore(user=admin, rule=made)
    deadline_delete(user=admin, rule=other)
    deadline_restore(user=admin, rule=made)
    assert DeadlineRule.objects.filter(deleted_at=None, priority="urgent", modalities="CT").get().minutes == 45


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10**6}, "minutes"),
        ({"minutes": 10, "modalities": "CT, <b>"}, "modalities"),
        ({"minutes": 10, "priority": "soon"}, "priority"),
        ({"minutes": 10, "patient_class": "E", "modalities": "MR CT"}, "modalities"),  # the same as CT MR
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        deadline_save(user=people.manager(), rule=DeadlineRule(**fields))
    assert refused.value.field == field


@pytest.mark.parametrize("who", [people.resident, people.radiologist, people.technologist, people.auditor])
def test_who_reads_does_not_say_by_when(who: Any) -> None:
    with pytest.raises(Forbidden):
        deadline_save(user=who(), rule=DeadlineRule(minutes=10))
    assert client(who()).get("/deadlines/").status_code == 403
    assert client(who()).get("/api/deadlines/").status_code == 403


def test_the_page_keeps_changes_deletes_and_restores() -> None:
    admin = client(people.manager())
    assert "By when reports are due" in admin.get("/deadlines/").content.decode()
    answer = admin.post("/deadlines/", {"patient_class": "I", "priority": "", "modalities": "us", "minutes": "90"})
    made = DeadlineRule.objects.get(patient_class="I", modalities="US")
    assert answer.url == f"/deadlines/?kept={made.pk}"
    admin.post(f"/deadlines/{made.pk}/", {"patient_class": "I", "modalities": "US", "minutes": "30", "in_working_time": "on"})
    made.refresh_from_db()
    assert (made.minutes, made.in_working_time) == (30, True)
    gone = admin.get(admin.post(f"/deadlines/{made.pk}/delete/").url).content.decode()
    assert f"/deadlines/{made.pk}/restore/" in gone
    assert admin.get(f"/deadlines/{made.pk}/").status_code == 404
    admin.post(f"/deadlines/{made.pk}/restore/")
    assert admin.get(f"/deadlines/{made.pk}/").status_code == 200
    refused = admin.post("/deadlines/", {"modalities": "US", "patient_class": "I", "minutes": "5"})
    assert refused.status_code == 422
    assert "change that one" in refused.content.decode()


def test_the_same_by_rest() -> None:
    admin = client(people.pacs_admin())
    made = admin.post("/api/deadlines/", {"modalities": "US", "minutes": 90}, content_type="application/json")
    assert made.status_code == 201, made.content
    address = f"/api/deadlines/{made.json()['id']}/"
    assert admin.patch(address, {"minutes": 20}, content_type="application/json").json()["minutes"] == 20
    assert admin.post("/api/deadlines/", {"modalities": "US", "minutes": 5}, content_type="application/json").status_code == 400
    assert admin.delete(address).status_code == 204
    assert [one["minutes"] for one in admin.get("/api/deadlines/deleted/").json()["results"]] == [20]
    assert admin.post(f"{address}restore/").status_code == 200
    assert 20 in [one["minutes"] for one in admin.get("/api/deadlines/").json()["results"]]
