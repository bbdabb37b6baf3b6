"""Doorbells of this slice; the rows are the truth."""

from celery import shared_task

from imaging.routing.cleaning import transfers_clean
from imaging.routing.rules import daily_rules_run
from imaging.routing.running import due_transfers_ring, transfer_run_next


@shared_task(name="routing.run_transfer")
def run_transfer(pk: int = 0) -> None:
    """Whatever transfer the bell was rung for, the one whose turn it is comes first."""
    transfer_run_next()


@shared_task(name="routing.run_due_transfers")
def run_due_transfers() -> None:
    due_transfers_ring()


@shared_task(name="routing.clean_transfers")
def clean_transfers() -> None:
    transfers_clean()


@shared_task(name="routing.run_daily_rules")
def run_daily_rules() -> None:
    daily_rules_run()
