"""The list of tasks that Celery needs; each slice holds its own."""

from imaging.archive.tasks import note_arrivals
from imaging.common.tasks import heartbeat
from imaging.dimse.tasks import answer_due_commitments

__all__ = ["answer_due_commitments", "heartbeat", "note_arrivals"]
