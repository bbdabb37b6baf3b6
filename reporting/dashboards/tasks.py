"""Counting days, by the clock."""

from celery import shared_task

from reporting.dashboards.services import days_recount


@shared_task(name="dashboards.recount_days")
def recount_days() -> None:
    days_recount()
