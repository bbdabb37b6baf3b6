"""The manager's pages: today's board; workload, turnaround, revenue and rooms over any period; the exams behind a figure."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.common.csv import csv_response
from imaging.common.errors import NotFound
from reporting.dashboards.labels import GROUPS, member_label
from reporting.dashboards.models import Dimension
from reporting.dashboards.pages import PAGES, board_page, figures_page
from reporting.dashboards.periods import period_of
from reporting.dashboards.rows import LISTED_ROWS, rows_table
from reporting.dashboards.selectors import TITLES
from reporting.dashboards.tables import Panel


def panel_csv(found: list[Panel], key: str, name: str) -> HttpResponse:
    """One panel's table as a file. Raises NotFound for a table that the page does not have."""
    panel = next((panel for panel in found if panel.key == key), None)
    if panel is None:
        raise NotFound(_("This page has no such table."))
    return csv_response(name=f"{name}-{key}", head=panel.table.head, rows=panel.table.values)


class BoardView(ActRequiredMixin, TemplateView):
    """Today, live."""

    act = Act.DASHBOARD_VIEW
    template_name = "reporting/dashboards/board.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = board_page()
        if "csv" in request.GET:
            return panel_csv(list(context["panels"].values()), request.GET["csv"], "today")
        return self.render_to_response(self.get_context_data(**context, nav=nav_of("today"), period_query=""))


class BoardPartView(BoardView):
    """The board alone, for live news."""

    template_name = "reporting/dashboards/_board.html"


def nav_of(preset: str) -> list[dict[str, Any]]:
    """The choice of periods."""
    words = {"today": _("Today"), "week": _("7 days"), "month": _("Month"), "year": _("Year")}
    return [{"value": value, "label": label, "current": value == preset} for value, label in words.items()]


class FiguresView(ActRequiredMixin, TemplateView):
    """One of the pages over a period; `csv` gives one of its tables as a file."""

    act = Act.DASHBOARD_VIEW
    template_name = "reporting/dashboards/figures.html"
    page = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period, by, found, missing = figures_page(self.page, request.GET)
        if "csv" in request.GET:
            return panel_csv(found, request.GET["csv"], f"{self.page}-{period.first:%Y%m%d}-{period.last:%Y%m%d}")
        context = {
            "page": self.page, "title": PAGES[self.page][0], "period": period, "by": by, "panels": found, "missing": missing,
            "nav": nav_of(period.preset), "groups": [(group, Dimension(group).label) for group in GROUPS] if self.page != "rooms" else [],
        }  # fmt: skip
        return self.render_to_response(self.get_context_data(**context))


class ExamsView(ActRequiredMixin, TemplateView):
    """The exams behind a figure, by accession number and without any patient's name; `csv` gives them as a file."""

    act = Act.DASHBOARD_VIEW
    template_name = "reporting/dashboards/exams.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET
        period = period_of(asked, default="today")
        what, by, key = asked.get("what", "done"), asked.get("by", ""), asked.get("key", "")
        audit_list(user=person(request), act="exam.list", door="page", list=f"dashboard {what}")
        table, more = rows_table(user=request.user, what=what, period=period, dimension=by, key=key, hour=asked.get("hour", ""))
        if "csv" in asked:
            return csv_response(name=f"exams-{what}", head=table.head, rows=table.values)
        context = {
            "table": table, "title": TITLES.get(what, what), "period": period, "more": more, "limit": LISTED_ROWS, "by": by,
            "by_label": member_label(by, key),
        }  # fmt: skip
        return self.render_to_response(self.get_context_data(**context))
