"""Does every part answer? Read by /readyz, the supervisor and monitoring. Each door brings its own check, which really asks it."""

import threading
import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection

from imaging.common.tasks import HEARTBEAT_KEY

LOOPBACK = "127.0.0.1"
# Long for a server that lives, short enough for what asks us in its turn.
ANSWER_SECONDS = 2
# However often monitoring asks, the doors are asked at most once in this time.
FRESH_SECONDS = 1.0
Check = Callable[[], bool]


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _celery() -> bool:
    return cache.get(HEARTBEAT_KEY) is not None


class Health:
    """The checks by name, and what they found last."""

    def __init__(self, **checks: Check) -> None:
        self._checks = checks
        self._lock = threading.Lock()
        self._found: dict[str, bool] = {}
        self._asked_at = -FRESH_SECONDS

    def add(self, name: str, check: Check) -> None:
        """Let `check` tell whether `name` answers; it has to come back within ANSWER_SECONDS."""
        self._checks[name] = check

    def readiness(self) -> dict[str, bool]:
        """Each part by name, and whether it answers now. Callers at the same time share one round of questions."""
        with self._lock:
            if time.monotonic() - self._asked_at >= FRESH_SECONDS:
                self._found = {name: check() for name, check in self._checks.items()}
                self._asked_at = time.monotonic()
            return dict(self._found)


health = Health(web=lambda: True, database=_database, celery=_celery)


def address_to_ask(host: str) -> str:
    """Where to ask a server of ours that listens on `host`."""
    return LOOPBACK if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
