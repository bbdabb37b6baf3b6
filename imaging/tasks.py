"""The list of tasks that Celery needs; each slice holds its own."""

from imaging.archive.tasks import note_arrivals
from imaging.common.tasks import heartbeat
from imaging.dimse.tasks import answer_due_commitments
from imaging.routing.tasks import clean_transfers, run_daily_rules, run_due_transfers, run_transfer

__all__ = [
    "answer_due_commitments",
    "clean_transfers",
    "heartbeat",
    "note_arrivals",
    "run_daily_rules",
    "run_due_transfers",
    "run_transfer",
]
