"""Celery's sign of life, read by /readyz."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

HEARTBEAT_KEY = "celery-heartbeat"
HEARTBEAT_SECONDS = 30


@shared_task(name="common.heartbeat")
def heartbeat() -> None:
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), HEARTBEAT_SECONDS)
