"""Live lists: services announce a topic, open pages that listen to it fetch themselves again."""

import json
import logging
from functools import cache, partial

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
CHANNEL = "lightbox:live"
TOPICS = frozenset({"worklist", "reading", "transfers", "billing", "dashboard", "exams", "unmatched", "messages"})


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def _publish(topic: str, detail: dict[str, object]) -> None:
    try:
        _redis().publish(CHANNEL, json.dumps({"topic": topic, **detail}))
    except redis.RedisError as error:
        logger.warning("Live news lost, pages ask again by themselves: %s", error)


def announce(topic: str, **detail: object) -> None:
    """Tell open pages, once the transaction has committed, that what `topic` shows has changed. No patient data goes in `detail`."""
    if topic not in TOPICS:
        raise ValueError(f"unknown live topic {topic!r}")
    transaction.on_commit(partial(_publish, topic, detail))
