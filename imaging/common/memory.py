"""What is remembered for a short while, in Redis. When Redis is away nothing is remembered, and work goes on."""

import logging
from typing import Any

import redis
from django.core.cache import cache

logger = logging.getLogger(__name__)


def is_new(key: str, seconds: int) -> bool:
    """Remember `key`; True when nobody did before, or when nothing can be remembered."""
    try:
        return cache.add(key, 1, seconds)
    except redis.RedisError as error:
        logger.warning("Nothing is remembered: %s", error)
        return True


def is_known(key: str) -> bool:
    try:
        return cache.get(key) is not None
    except redis.RedisError:
        return False


def recall(key: str) -> Any:
    """What was remembered under `key`; None when nothing was, or nothing can be."""
    try:
        return cache.get(key)
    except redis.RedisError:
        return None


def remember(key: str, seconds: int, value: Any = 1) -> None:
    try:
        cache.set(key, value, seconds)
    except redis.RedisError as error:
        logger.warning("Nothing is remembered: %s", error)


def forget(key: str) -> None:
    try:
        cache.delete(key)
    except redis.RedisError as error:
        logger.warning("Nothing is remembered: %s", error)
