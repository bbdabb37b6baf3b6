"""Plans that are kept with a connection. Not covered: how much they save (`make bench`)."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction

from imaging.archive.models import Study
from imaging.common.plans import planned_once

pytestmark = pytest.mark.django_db
FOUND = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%imaging_study%%'"


def ask(times: int, **options: Any) -> None:
    for number in range(times):
        with planned_once(**options):
            assert not list(Study.objects.filter(study_instance_uid=f"1.2.{number}"))


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute(FOUND)
        return int(cursor.fetchone()[0])


def test_a_question_asked_again_keeps_its_plan_where_that_is_wanted(settings: LazySettings) -> None:
    ask(3)
    if connection.vendor == "postgresql":
        before = kept()
        assert before == 1
        ask(3, is_wanted=False)
        settings.DATABASE_PREPARES = False
        ask(3)
        assert kept() == before


def test_what_fails_within_leaves_the_connection_as_it_was() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), planned_once(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing")
    assert not Study.objects.filter(study_description__icontains="%").exists()
    if connection.vendor == "postgresql":
        assert connection.connection.prepare_threshold is None
