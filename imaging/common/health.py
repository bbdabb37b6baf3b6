"""Is every door open? Read by /readyz, the supervisor and monitoring."""

import contextlib
import socket
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection

from imaging.common.tasks import HEARTBEAT_KEY

CONNECT_SECONDS = 1.0
LOOPBACK = "127.0.0.1"


def _answers(host: str, port: int) -> bool:
    target = LOOPBACK if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
    with contextlib.suppress(OSError), socket.create_connection((target, port), CONNECT_SECONDS):
        return True
    return False


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _celery() -> bool:
    return cache.get(HEARTBEAT_KEY) is not None


CHECKS: dict[str, Callable[[], bool]] = {
    "web": lambda: True,
    "database": _database,
    "dicom": lambda: _answers(settings.DICOM_HOST, settings.DICOM_PORT),
    "hl7": lambda: _answers(settings.HL7_HOST, settings.HL7_PORT),
    "celery": _celery,
}


def readiness() -> dict[str, bool]:
    """Each part by name, and whether it answers now."""
    return {name: check() for name, check in CHECKS.items()}
