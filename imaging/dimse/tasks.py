"""Doorbells of this slice; the rows are the truth."""

from celery import shared_task

from imaging.dimse.services import due_commitments_answer
from imaging.dimse.worklist_log import worklist_log_clean


@shared_task(name="dimse.answer_due_commitments")
def answer_due_commitments() -> None:
    due_commitments_answer()


@shared_task(name="dimse.clean_worklist_log")
def clean_worklist_log() -> None:
    worklist_log_clean()
