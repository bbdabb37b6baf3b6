"""Doorbells of this slice; the rows are the truth."""

from celery import shared_task

from imaging.routing.running import due_transfers_ring, transfer_run


@shared_task(name="routing.run_transfer")
def run_transfer(pk: int) -> None:
    transfer_run(pk=pk)


@shared_task(name="routing.run_due_transfers")
def run_due_transfers() -> None:
    due_transfers_ring()
