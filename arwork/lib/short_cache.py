"""The cache: kept for a minute at most, and done without when its server does not answer.

Sessions stand in the database and are only copied here. Where Redis is away every page still works, a little slower:
what cannot be asked counts as absent, and for some seconds nobody asks again, so that an unreachable server does not
make every page wait. Because nothing lasts longer than a minute, a server that comes back with what it remembered
revives no session that ended meanwhile.

Values are JSON, as those of the sessions in the database: whoever could write into Redis would have a pickle run
what they please.
"""

import json
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

KEPT_SECONDS = 60
REST_SECONDS = 5.0
_OPTIONS = {"socket_timeout": 1, "socket_connect_timeout": 1}
T = TypeVar("T")

log = logging.getLogger(__name__)


class JsonSerializer:
    """Values as JSON. What JSON has no word for is refused when it is set, not misread when it is got."""

    def dumps(self, value: Any) -> bytes | int:
        """Whole numbers as they are, so that Redis itself can count them up."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """Raises `ValueError` for what is no JSON."""
        return json.loads(data)


class ShortCache(RedisCache):
    """Django's Redis cache, brief and dispensable."""

    _asked_again_at = 0.0  # by the monotonic clock; one a process and thread is enough

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = _OPTIONS | {"serializer": JsonSerializer, "retry": Retry(NoBackoff(), 0)} | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options})

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int:
        """Seconds a value is kept: what was asked for, at most a minute."""
        wanted = super().get_backend_timeout(timeout)
        return KEPT_SECONDS if wanted is None else min(int(wanted), KEPT_SECONDS)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """What is kept under `key`; `default` also for what an older version wrote another way."""
        try:
            return self._sparing(lambda: super(ShortCache, self).get(key, default, version), otherwise=default)
        except ValueError:
            return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._sparing(lambda: super(ShortCache, self).set(key, value, timeout, version), otherwise=None)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._sparing(lambda: bool(super(ShortCache, self).add(key, value, timeout, version)), otherwise=True)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._sparing(lambda: bool(super(ShortCache, self).delete(key, version)), otherwise=False)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._sparing(lambda: bool(super(ShortCache, self).has_key(key, version)), otherwise=False)

    def _sparing(self, ask: Callable[[], T], *, otherwise: T) -> T:
        if time.monotonic() < ShortCache._asked_again_at:
            return otherwise
        try:
            return ask()
        except redis.RedisError:
            ShortCache._asked_again_at = time.monotonic() + REST_SECONDS
            log.warning("the cache does not answer; doing without it")
            return otherwise
