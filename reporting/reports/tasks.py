"""Doorbells of this slice; the rows are the truth."""

from celery import shared_task

from reporting.reports.actions.release import abandoned_release


@shared_task(name="reports.release_abandoned")
def release_abandoned() -> None:
    abandoned_release()
