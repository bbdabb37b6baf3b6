"""The database: SQLite in the data folder by default, PostgreSQL by LIGHTBOX_DATABASE_URL."""

from typing import Any

import dj_database_url

from config import environment
from config.settings.paths import DATA_DIR

DATABASE_URL = environment.text(
    "LIGHTBOX_DATABASE_URL",
    f"sqlite:///{DATA_DIR / 'lightbox.sqlite3'}",
    "Database, as sqlite:///path or postgres://user:password@host:port/name.",
)
DATABASE_LOCK_SECONDS = environment.number("LIGHTBOX_DATABASE_LOCK_SECONDS", 20, "How long a writer waits for another one (SQLite).")

DATABASE_POOL = environment.number(
    "LIGHTBOX_DATABASE_POOL", 0, "Connections to PostgreSQL that a process keeps open for its threads; 0 opens one for each piece of work."
)

DATABASE_PREPARES = environment.flag(
    "LIGHTBOX_DATABASE_PREPARES",
    True,
    "PostgreSQL keeps the plans of frequent questions with each connection; 0 behind a pooler that cannot pass that on.",
)

_database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL, conn_max_age=0))
if _database["ENGINE"].endswith("sqlite3"):
    # WAL lets readers go on beside the one writer; IMMEDIATE takes the write lock at BEGIN, so that none fails half-way as "locked".
    # synchronous=FULL: an acknowledged object's index row survives a power cut (promise 1).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_LOCK_SECONDS,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
elif DATABASE_POOL:
    # One that died with a restart of PostgreSQL is told from a live one before it is used, for a tenth of a millisecond.
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {"pool": {"min_size": 2, "max_size": DATABASE_POOL, "timeout": DATABASE_LOCK_SECONDS}}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
