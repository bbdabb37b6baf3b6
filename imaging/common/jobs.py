"""Ringing the doorbell: the row is the truth, Celery only says that there is work (promise 2)."""

import logging
from functools import partial
from threading import Lock

from celery import Task, current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_loading = Lock()  # Celery's loader tells a second thread that all is loaded while the first one still loads


def _task(name: str) -> Task:
    """The task of that name; only workers load the tasks of their own accord, a web or DICOM process does it here."""
    with _loading:
        if name not in current_app.tasks:
            current_app.loader.import_default_modules()
    return current_app.tasks[name]


def _ring_now(name: str, args: tuple[object, ...]) -> None:
    try:
        _task(name).delay(*args)
    except OperationalError as error:
        logger.warning("Broker away, beat will find the row later: %s%s (%s)", name, args, error)


def ring(name: str, *args: object) -> None:
    """After the running transaction commits, ask a worker to run task `name`. A lost broker loses nothing: beat looks for due rows."""
    transaction.on_commit(partial(_ring_now, name, args))
