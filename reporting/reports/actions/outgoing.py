"""What submitting, signing and amending have in common: the text checked, the version made, everybody told."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.common.errors import Conflict
from reporting.reports.checks import report_problems
from reporting.reports.errors import Incomplete
from reporting.reports.models import Report, ReportVersion, VersionKind


def require_revision(*, report: Report, revision: int | None) -> None:
    """Raises Conflict when the draft is not the one that the caller saw; None asks nothing."""
    if revision is not None and revision != report.draft_revision:
        raise Conflict(_("The text changed after you saw it. Look at it again, then go on."), code="draft-changed")


def require_complete(*, report: Report) -> None:
    """Raises Incomplete, with everything that forbids sending the draft out."""
    errors = [problem for problem in report_problems(exam=report.exam, sections=report.draft_sections) if problem.is_error]
    if errors:
        raise Incomplete(errors[0].message if len(errors) == 1 else _("%(count)s things are still open.") % {"count": len(errors)}, errors)


def plain_sections(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sections that hold text, as a version keeps them."""
    return [{"key": part["key"], "title": part["title"], "text": part["text"].strip()} for part in sections if part["text"].strip()]


def latest_version(report: Report) -> ReportVersion | None:
    return versions_of(report).last()


def versions_of(report: Report) -> QuerySet[ReportVersion]:
    return ReportVersion.objects.filter(report=report).order_by("number")


def audit_version(*, act: str, version: ReportVersion, user: User, door: str) -> None:
    """The audit trail holds the hash of each version: a chain cannot be cut short unseen."""
    about = version.about
    audit_record(
        act=act, door=door, user=user, patient_number=about["patient_number"], accession_number=about["accession_number"],
        study_instance_uid=about["study_instance_uid"], version=version.number, kind=VersionKind(version.kind).value, hash=version.row_hash,
    )  # fmt: skip
