"""The Celery application: a doorbell only, since every job is a database row first (promise 2)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("lightbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["imaging", "reporting", "his_integration"])


@worker_ready.connect
def first_heartbeat(**_: Any) -> None:
    """Through the broker and back, so that /readyz need not wait for beat's first turn."""
    app.send_task("common.heartbeat")
