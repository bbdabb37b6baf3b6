"""Live lists: services announce a topic, open pages that listen to it fetch themselves again."""

import json
import logging
import time
from functools import cache, partial

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
CHANNEL = "lightbox:live"
AWAY_SECONDS = 5.0
TOPICS = frozenset({"worklist", "reading", "report", "transfers", "billing", "dashboard", "exams", "unmatched", "messages", "storage"})


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


class _Line:
    """A broker that does not answer is left alone for a while: storing images must not wait for it once for each piece of news."""

    away_until = 0.0


def _publish(topic: str, detail: dict[str, object]) -> None:
    if time.monotonic() < _Line.away_until:
        return
    try:
        _redis().publish(CHANNEL, json.dumps({"topic": topic, **detail}))
    except redis.RedisError as error:
        _Line.away_until = time.monotonic() + AWAY_SECONDS
        logger.warning("Live news lost, pages ask again by themselves: %s", error)


def announce(topic: str, **detail: object) -> None:
    """Tell open pages, once the transaction has committed, that what `topic` shows has changed. No patient data goes in `detail`."""
    if topic not in TOPICS:
        raise ValueError(f"unknown live topic {topic!r}")
    transaction.on_commit(partial(_publish, topic, detail))
