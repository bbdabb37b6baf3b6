"""Redis and Celery. The broker holds no truth: rows do; a beat task rings again for rows that nobody took."""

from config import environment

REDIS_URL = environment.text(
    "LIGHTBOX_REDIS_URL", "redis://127.0.0.1:6379/0", "Redis or Valkey: Celery's broker, live lists and the cache."
)

CACHES = {
    "default": {
        "BACKEND": "imaging.common.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = environment.number("LIGHTBOX_TASK_SECONDS", 1800, "Longest time one background task may take.")
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + 60
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": CELERY_TASK_TIME_LIMIT + 300}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "transfers": {"task": "routing.run_due_transfers", "schedule": 10.0},
    "old_transfers": {"task": "routing.clean_transfers", "schedule": 3600.0},
    "routing_rules": {"task": "routing.run_daily_rules", "schedule": 60.0},
    "messages": {"task": "his_integration.send_due_messages", "schedule": 5.0},
    "replays": {"task": "his_integration.apply_due_messages", "schedule": 30.0},
    "commitments": {"task": "dimse.answer_due_commitments", "schedule": 5.0},
    "worklist-log": {"task": "dimse.clean_worklist_log", "schedule": 3600.0},
    "arrivals": {"task": "archive.note_arrivals", "schedule": 5.0},
    "spool": {"task": "archive.clean_spool", "schedule": 3600.0},
    "storage_rules": {"task": "archive.run_storage_rules", "schedule": 60.0},
    "storage_tasks": {"task": "archive.run_storage_tasks", "schedule": 30.0},
    "deletions": {"task": "archive.run_deletions", "schedule": 600.0},
    "fixity": {"task": "archive.check_fixity", "schedule": 60.0},
    "orphans": {"task": "archive.find_orphans", "schedule": 300.0},
    "old_files": {"task": "archive.sweep_files", "schedule": 60.0},
    "storage_days": {"task": "archive.count_storage", "schedule": 120.0},
    "days": {"task": "dashboards.recount_days", "schedule": 3600.0},
    "left_reports": {"task": "reports.release_abandoned", "schedule": 60.0},
    "heartbeat": {"task": "common.heartbeat", "schedule": 5.0},
}
