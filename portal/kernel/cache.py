"""Redis that may be away: what is only quicker with a cache goes on without, what must be counted says so.

Django's own raises on every call, sessions and page addresses included. Here reading finds nothing and writing is let
go; `add` and `incr`, by which limits count, still raise (see limits.Uncounted). Whoever has not answered is left alone
for a few seconds, so that nobody's page waits for one time-out after another.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.exceptions import RedisError

log = structlog.get_logger("portal.cache")
LEFT_ALONE = 5.0  # seconds

T = TypeVar("T")
# By server, until when it is left alone; shared by the caches of all threads.
_away: dict[str, float] = {}


class _Client(RedisCacheClient):
    """Django's makes a client for each call, at twice what the call costs; any number of threads may share one."""

    # Django's own, of which the types know nothing.
    _client: Any
    _get_connection_pool_index: Any
    _pool_class: Any
    _pool_options: Any
    _servers: Any

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._made[self._get_connection_pool_index(write)]

    @cached_property
    def _made(self) -> list[Any]:
        """By server."""
        return [
            self._client(connection_pool=self._pool_class.from_url(server, **self._pool_options))
            for server in self._servers
        ]


class Redis(RedisCache):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._class = _Client

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._or(default, lambda: super(Redis, self).get(key, default, version))

    def get_many(self, keys: Any, version: Any = None) -> Any:
        return self._or({}, lambda: super(Redis, self).get_many(keys, version))

    def has_key(self, key: Any, version: Any = None) -> bool:
        return self._or(False, lambda: super(Redis, self).has_key(key, version))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._or(None, lambda: super(Redis, self).set(key, value, timeout, version))

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        return self._or(list(data), lambda: super(Redis, self).set_many(data, timeout, version))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._or(False, lambda: super(Redis, self).touch(key, timeout, version))

    def delete(self, key: Any, version: Any = None) -> bool:
        return self._or(False, lambda: super(Redis, self).delete(key, version))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self._or(None, lambda: super(Redis, self).delete_many(keys, version))

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._asked(lambda: bool(super(Redis, self).add(key, value, timeout, version)))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return self._asked(lambda: int(super(Redis, self).incr(key, delta, version)))

    def counted(self, key: str, before: str, more: int, timeout: int) -> tuple[int, int]:
        """What `key` counts after adding `more`, and what `before` counted, in one go; for what `limits.counted` does
        step by step. Raises where the cache is away."""

        def ask() -> tuple[int, int]:
            mine, last = self.make_and_validate_key(key), self.make_and_validate_key(before)
            pipe = self._cache.get_client(mine, write=True).pipeline()
            pipe.get(last)
            pipe.set(mine, 0, ex=timeout, nx=True)
            pipe.incrby(mine, more)
            earlier, _set, now = pipe.execute()
            return now, int(earlier or 0)

        return self._asked(ask)

    def _or(self, otherwise: T, ask: Callable[[], T]) -> T:
        try:
            return self._asked(ask)
        except (RedisError, OSError):
            return otherwise

    def _asked(self, ask: Callable[[], T]) -> T:
        server = str(self._servers)  # type: ignore[attr-defined]  # as Django has it
        if _away.get(server, 0.0) > monotonic():
            raise ConnectionError("the cache did not answer just now")
        try:
            return ask()
        except (RedisError, OSError) as error:
            _away[server] = monotonic() + LEFT_ALONE
            log.warning("cache.away", error=type(error).__name__)
            raise
