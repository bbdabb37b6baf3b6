"""The list of tasks that Celery needs; each slice holds its own."""

from reporting.dashboards.tasks import recount_days
from reporting.reports.tasks import release_abandoned

__all__ = ["recount_days", "release_abandoned"]
