"""What was done with a report since a panel that is open was shown: who signed it, took it or gave it back."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.common.formats import clinical_moment
from imaging.common.typed import whole_number
from imaging.orders.models import Exam
from reporting.reports.models import Report, ReportState, ReportVersion, VersionKind
from reporting.reports.selectors import versions_visible_to


@dataclass(frozen=True)
class News:
    """`text` says who did what, and when. `is_version`: there is a newer version to read; `is_signed`: a signed one."""

    text: str
    is_version: bool = False
    is_signed: bool = False


def standing_of(user: Person, report: Report | None, version: ReportVersion | None) -> str:
    """Where the report stands, as a panel remembers it: its newest version and, for who writes reports, who holds it and its state.

    Saving a draft changes none of it.
    """
    number = version.number if version else 0
    if report is None or not may(user, Act.REPORT_WRITE):
        return f"{number}."
    since = int(report.locked_at.timestamp() * 1000) if report.locked_at else 0
    return f"{number}.{report.locked_by_id or 0}.{since}.{report.state}"


def news_since(user: User, exam: Exam, *, seen: str) -> News | None:
    """What came after the standing that the panel has `seen`; None when nothing did."""
    report = Report.objects.select_related("locked_by").filter(exam=exam).first()
    version = versions_visible_to(user).filter(report__exam=exam).order_by("-number").first()
    if report is None or standing_of(user, report, version) == seen:
        return None
    if version is not None and whole_number(seen.partition(".")[0]) != version.number:
        return News(_of_version(user, version), is_version=True, is_signed=version.signer_id is not None)
    return News(_of_holder(user, report))


def _of_version(user: User, version: ReportVersion) -> str:
    by, at = version.signer_id or version.author_id, version.signed_at or version.created_at
    values = {"name": version.signer_name or version.author_name, "when": clinical_moment(at)}
    if by == user.pk:
        told = {
            VersionKind.PRELIMINARY: _("You made this report preliminary at %(when)s, in another window."),
            VersionKind.FINAL: _("You signed this report at %(when)s, in another window."),
            VersionKind.ADDENDUM: _("You signed an addendum at %(when)s, in another window."),
            VersionKind.CORRECTED: _("You signed a corrected version at %(when)s, in another window."),
        }
    else:
        told = {
            VersionKind.PRELIMINARY: _("%(name)s made this report preliminary at %(when)s."),
            VersionKind.FINAL: _("%(name)s signed this report at %(when)s."),
            VersionKind.ADDENDUM: _("%(name)s signed an addendum at %(when)s."),
            VersionKind.CORRECTED: _("%(name)s signed a corrected version at %(when)s."),
        }
    return told[VersionKind(version.kind)] % values


def _of_holder(user: User, report: Report) -> str:
    if report.locked_by is None or report.locked_at is None:
        return _("Nobody is writing this report now.")
    values = {"name": report.locked_by.label, "when": clinical_moment(report.locked_at)}
    if report.state == ReportState.DRAFT and report.sent_back_reason:
        return _("This report was sent back at %(when)s; %(name)s goes on with it.") % values
    if report.locked_by_id == user.pk:
        return _("You took this report at %(when)s, in another window.") % values
    return _("%(name)s took this report at %(when)s.") % values
