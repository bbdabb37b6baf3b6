"""Promise 5: a signed report never changes, and a change behind our back is found. Not covered: an attacker who rewrites the whole chain
and the audit trail with it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from imaging.common.append_only import protect, release
from reporting.reports.models import Report, ReportVersion
from reporting.reports.services import report_sign
from reporting.reports.versions import broken_versions
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db
TABLE = "reporting_reportversion"


@pytest.fixture
def report() -> Report:
    made = stories.preliminary(stories.finished_exam(), people.resident())
    report_sign(report=made, user=people.radiologist(), password=people.PASSWORD)
    return made


@pytest.fixture
def meddle() -> object:
    """Somebody with the database's own powers takes the protection off."""
    release(connection, TABLE)
    yield
    protect(connection, TABLE)


@pytest.mark.parametrize(
    "harm",
    [
        lambda: ReportVersion.objects.update(sections=[]),
        lambda: ReportVersion.objects.all().delete(),
        lambda: ReportVersion.objects.first().save(),
        lambda: connection.cursor().execute("DELETE FROM reporting_reportversion"),
    ],
)
def test_the_database_refuses_to_change_or_remove_a_version(report: Report, harm: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        harm()
    assert report.versions.count() == 2


def test_an_untouched_chain_holds(report: Report) -> None:
    assert list(broken_versions(Report.objects.all())) == []


def test_changed_text_is_found(report: Report, meddle: object) -> None:
    ReportVersion.objects.filter(number=1).update(sections=[{"key": "findings", "title": "Findings", "text": "Other"}])
    assert list(broken_versions(Report.objects.all())) == [(report, 1)]


def test_a_changed_signer_is_found(report: Report, meddle: object) -> None:
    ReportVersion.objects.filter(number=2).update(signer=people.resident())
    assert list(broken_versions(Report.objects.all())) == [(report, 2)]


def test_a_removed_last_version_is_found(report: Report, meddle: object) -> None:
    ReportVersion.objects.filter(number=2).delete()
    assert list(broken_versions(Report.objects.all())) == [(report, 2)]


def test_the_command_names_what_does_not_hold(report: Report, meddle: object) -> None:
    call_command("verify_reports", stdout=StringIO())
    ReportVersion.objects.filter(number=1).update(author_name="Somebody else")
    with pytest.raises(CommandError, match=f"{report.exam.accession_number} from version 1"):
        call_command("verify_reports", stdout=StringIO())
