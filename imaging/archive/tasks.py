"""Doorbells of this slice; the rows are the truth."""

from celery import shared_task

from imaging.archive.arrivals import arrivals_note
from imaging.archive.spool import spool_clean


@shared_task(name="archive.note_arrivals")
def note_arrivals() -> None:
    arrivals_note()


@shared_task(name="archive.clean_spool")
def clean_spool() -> None:
    spool_clean()
