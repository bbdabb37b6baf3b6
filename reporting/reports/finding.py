"""Finding reports: by patient, accession number and state, page by page."""

from django.db.models import Q, QuerySet

from imaging.access.models import User
from imaging.common.fields import prefix_range
from imaging.common.typed import whole_number
from imaging.patients.models import SearchWord
from imaging.patients.selectors import question_parse
from reporting.reports.models import Report, ReportState
from reporting.reports.selectors import reports_visible_to

PAGE = 50


def reports_found(user: User, *, text: str = "", state: str = "", before: str = "") -> tuple[list[Report], int | None]:
    """A page of the reports that `user` may read, newest first, and the key from which the next page goes on (None: no more)."""
    reports = reports_visible_to(user)
    if state in ReportState.values:
        reports = reports.filter(state=state)
    if text:
        reports = reports.filter(_named(text))
    if (key := whole_number(before)) is not None:
        reports = reports.filter(pk__lt=key)
    rows = list(_full(reports)[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def _full(reports: QuerySet[Report]) -> QuerySet[Report]:
    return reports.select_related("exam__patient", "exam__procedure", "exam__reader", "author").order_by("-id")


def _named(text: str) -> Q:
    """The accession number, or every word one of the patient's."""
    question = question_parse(text)
    patients = Q()
    for word in question.words:
        patients &= Q(exam__patient__in=SearchWord.objects.filter(prefix_range("word", word)).values("patient"))
    named = Q(exam__accession_number=text.strip().upper())
    return named | patients if question.words else named
