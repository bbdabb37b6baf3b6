"""Every figure of the manager's pages as JSON: GET /api/dashboard/<page>/."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_list
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from reporting.dashboards.pages import PAGES, board_page, figures_page
from reporting.dashboards.periods import period_of
from reporting.dashboards.rows import rows_table
from reporting.dashboards.tables import Panel, Table

PERIOD = [
    OpenApiParameter("period", str, description="today, week, month or year; instead of from and to."),
    OpenApiParameter("from", OpenApiTypes.DATE),
    OpenApiParameter("to", OpenApiTypes.DATE),
    OpenApiParameter("by", str, description="department, modality, room, performer, reader or referrer."),
]


def table_json(table: Table) -> dict[str, Any]:
    """A table's head, kinds and rows; minutes are numbers, amounts text and exact."""
    columns = [{"label": str(column.label), "kind": column.kind} for column in table.columns]
    return {"columns": columns, "rows": [[_json(value) for value in row] for row in table.values]}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return None if value == "" else value


def panels_json(panels: list[Panel]) -> dict[str, Any]:
    return {panel.key: {"title": str(panel.title), "note": str(panel.note), **table_json(panel.table)} for panel in panels}


class TodayView(APIView):
    """Today's board: tiles, panels, and what needs a hand."""

    permission_classes = (MayAct,)
    act = Act.DASHBOARD_VIEW

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        shown = board_page()
        tiles = [{"label": t.label, "figure": t.figure, "unit": t.unit, "change": t.change, "note": t.note} for t in shown["tiles"]]
        hands = [
            {"what": hand.what, "count": hand.count, "oldest_minutes": hand.oldest and round(hand.oldest.total_seconds() / 60)}
            for hand in shown["hands"]
        ]
        panels = panels_json(list(shown["panels"].values()))
        return Response({"counted_at": timezone.localtime().isoformat(), "tiles": tiles, "panels": panels, "hands": hands})


class FiguresView(APIView):
    """Workload, turnaround, revenue or rooms over a period."""

    permission_classes = (MayAct,)
    act = Act.DASHBOARD_VIEW

    @extend_schema(parameters=PERIOD, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, page: str) -> Response:
        if page not in PAGES:
            raise NotFound(f"There are: {', '.join(['today', 'exams', *PAGES])}.")
        period, by, panels, missing = figures_page(page, request.query_params)
        about = {"from": period.first, "to": period.last, "by": by, "days_not_counted": missing}
        return Response({**about, "panels": panels_json(panels)})


class ExamsView(APIView):
    """The exams behind a figure, by accession number; no patient is named."""

    permission_classes = (MayAct,)
    act = Act.DASHBOARD_VIEW

    @extend_schema(
        parameters=[*PERIOD, OpenApiParameter("what", str), OpenApiParameter("key", str), OpenApiParameter("hour", str)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        period = period_of(asked, default="today")
        named = {name: asked.get(name, "") for name in ("key", "hour")}
        what = asked.get("what", "done")
        audit_list(user=caller(request), act="exam.list", door="api", list=f"dashboard {what}")
        table, more = rows_table(user=request.user, what=what, period=period, dimension=asked.get("by", ""), **named)
        return Response({"from": period.first, "to": period.last, "more": more, **table_json(table)})
