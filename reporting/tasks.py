"""The list of tasks that Celery needs; each slice holds its own."""

from reporting.dashboards.tasks import recount_days

__all__ = ["recount_days"]
