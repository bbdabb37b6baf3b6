"""The shared cache, which nothing may depend on: while Redis is away each process remembers for itself, and pictures are still read."""

import logging
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)
AWAY_SECONDS = 5.0


class ForgivingRedisCache(RedisCache):
    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("while-redis-is-away", {})

    def _ask(self, act: str, *arguments: Any, **named: Any) -> Any:
        """Redis that does not answer is left alone for a while, so that nobody waits for it each time."""
        if time.monotonic() < ForgivingRedisCache.away_until:
            return getattr(self._own, act)(*arguments, **named)
        try:
            return getattr(RedisCache, act)(self, *arguments, **named)
        except RedisError as error:
            ForgivingRedisCache.away_until = time.monotonic() + AWAY_SECONDS
            logger.warning("The shared cache does not answer: %s", error)
            return getattr(self._own, act)(*arguments, **named)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("add", key, value, timeout, version=version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", key, value, timeout, version=version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version=version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", key, delta, version=version))

    def clear(self) -> None:
        self._ask("clear")
