"""Doorbells of this slice; the rows are the truth."""

from celery import shared_task

from imaging.archive.arrivals import arrivals_note
from imaging.archive.life.days import days_recount
from imaging.archive.life.deletion import deletions_run
from imaging.archive.life.fixity import fixity_run
from imaging.archive.life.loose import loose_sweep
from imaging.archive.life.orphans import orphans_run
from imaging.archive.life.rules import rules_run
from imaging.archive.life.work import tasks_run
from imaging.archive.scratch import spool_clean


@shared_task(name="archive.note_arrivals")
def note_arrivals() -> None:
    arrivals_note()


@shared_task(name="archive.clean_spool")
def clean_spool() -> None:
    spool_clean()


@shared_task(name="archive.run_storage_rules")
def run_storage_rules() -> None:
    rules_run()


@shared_task(name="archive.run_storage_tasks")
def run_storage_tasks() -> None:
    tasks_run()


@shared_task(name="archive.run_deletions")
def run_deletions() -> None:
    deletions_run()


@shared_task(name="archive.check_fixity")
def check_fixity() -> None:
    fixity_run()


@shared_task(name="archive.find_orphans")
def find_orphans() -> None:
    orphans_run()


@shared_task(name="archive.sweep_files")
def sweep_files() -> None:
    loose_sweep()


@shared_task(name="archive.count_storage")
def count_storage() -> None:
    days_recount()
