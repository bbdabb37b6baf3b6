"""The manager's pages as data: what each shows for a period and a grouping."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.common.errors import InvalidInput
from reporting.dashboards import panels
from reporting.dashboards.board import board
from reporting.dashboards.labels import GROUPS
from reporting.dashboards.models import Dimension
from reporting.dashboards.periods import Period, period_of
from reporting.dashboards.services import days_ensure
from reporting.dashboards.tables import Panel

ENSURED_DAYS = 62
Build = Callable[[Period, str], list[Panel]]

PAGES: dict[str, tuple[Any, Build]] = {
    "workload": (
        gettext_lazy("Workload"),
        lambda period, by: [panels.exams_by_day(period), panels.workload_by(period, by), panels.exams_by_hour(period)],
    ),
    "turnaround": (
        gettext_lazy("Turnaround"),
        lambda period, by: [
            panels.by_step(period), panels.by_class(period), panels.report_time_by_day(period), panels.turnaround_by(period, by)
        ],
    ),
    "revenue": (gettext_lazy("Revenue"), lambda period, by: [panels.revenue_by_day(period), panels.revenue_by(period, by)]),
    "rooms": (gettext_lazy("Rooms"), lambda period, by: [panels.rooms_used(period), panels.rooms_by_hour(period)]),
}  # fmt: skip


def dimension_of(asked: str) -> str:
    """By what a page is grouped. Raises InvalidInput for what it cannot be grouped by."""
    if asked and asked not in GROUPS:
        raise InvalidInput(_("Group by one of: %(groups)s.") % {"groups": ", ".join(GROUPS)}, field="by")
    return asked or Dimension.MODALITY


def figures_page(page: str, asked: Mapping[str, str]) -> tuple[Period, str, list[Panel], int]:
    """Everything that a page shows for what was asked: its period, grouping and panels, and how many days are still to be counted."""
    period, by = period_of(asked), dimension_of(asked.get("by", ""))
    missing = days_ensure(first=period.first, last=period.last, at_most=ENSURED_DAYS)
    return period, by, PAGES[page][1](period, by), missing


def board_page() -> dict[str, Any]:
    """Today's board, after the days that it compares with have been counted."""
    today = timezone.localdate()
    days_ensure(first=today - dt.timedelta(days=ENSURED_DAYS - 1), last=today, at_most=ENSURED_DAYS)
    return board()
