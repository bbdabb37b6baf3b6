"""The reading list and the panel beside it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.orders.looks import audit_exam_look
from reporting.reports.doors import person
from reporting.reports.panel import side_context
from reporting.reports.reading import VIEWS, in_view, open_rows, reading_row, signed_today
from reporting.reports.views import next_answer

SHOWN = 200


def list_context(request: HttpRequest) -> dict[str, Any]:
    """The rows of the tab and what the tabs count."""
    user = person(request)
    audit_list(user=user, act="exam.list", door="page", list="reading")
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "open"
    waiting, signed = open_rows(user), signed_today(user)
    modality = request.GET.get("modality", "")
    words = request.GET.get("q", "").lower().split()[:6]
    rows = signed if view == "signed" else in_view(waiting, view)
    rows = [row for row in rows if (not modality or row.exam.modality == modality) and row.holds(words)]
    return {
        "rows": rows[:SHOWN],
        "total": len(rows),
        "view": view,
        "q": request.GET.get("q", ""),
        "modality": modality,
        "modalities": sorted({row.exam.modality for row in waiting}),
        "counts": {name: len(in_view(waiting, name)) for name in VIEWS[:-1]} | {"signed": len(signed)},
        "free": any(row.is_free for row in waiting),
    }


class ReadingView(ActRequiredMixin, TemplateView):
    """What waits to be read, the most pressing first."""

    act = Act.REPORT_WRITE
    template_name = "reporting/reports/reading.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **list_context(self.request)}


class ReadingRowsView(ReadingView):
    """The rows alone, for live news."""

    template_name = "reporting/reports/_reading_rows.html"


class ReadingTabsView(ReadingView):
    """The tabs with their counts, for live news."""

    template_name = "reporting/reports/_reading_tabs.html"


class ReadingSideView(ActRequiredMixin, View):
    """An exam beside the list: why, earlier exams, pictures; for a protected one only that it waits."""

    act = Act.REPORT_WRITE

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        row = reading_row(person(request), accession)
        if row is None:
            raise NotFound(_("There is no exam %(accession)s.") % {"accession": accession})
        audit_exam_look(user=person(request), exam=row.exam, door="page")
        about = {} if row.card.hidden else side_context(person(request), row.exam)
        return render(request, "reporting/reports/_reading_side.html", {"row": row, "timeline": reverse("exam", args=[accession]), **about})


class ReadNextView(ActRequiredMixin, View):
    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        return next_answer(request)
