"""Which document a person may have."""

from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.common.errors import NotFound
from reporting.reports.models import ReportVersion
from reporting.reports.selectors import versions_visible_to


def version_visible(*, user: Person, accession: str, number: int | None = None) -> ReportVersion:
    """Version `number` of the report, the newest one by default, if `user` may read it. Raises NotFound."""
    related = ("report__exam__patient", "report__exam__procedure", "report__exam__order", "report__exam__department")
    versions = versions_visible_to(user).select_related(*related).filter(report__exam__accession_number=accession).order_by("number")
    version = versions.last() if number is None else versions.filter(number=number).first()
    if version is None:
        raise NotFound(_("There is no such version of a report for %(accession)s.") % {"accession": accession})
    return version
