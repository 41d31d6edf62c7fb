"""Can this process do its work: are the database, the cache and the broker there? For probes; says no reasons."""

from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from kombu.connection import Connection

log = structlog.get_logger("portal.health")


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    key = f"health:{uuid4()}"
    cache.set(key, 1, timeout=5)
    if cache.get(key) != 1:
        raise RuntimeError("the cache forgets")
    cache.delete(key)


def _broker() -> None:
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:  # type: ignore[no-untyped-call]
        broker.connect()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "cache": _cache, "broker": _broker}


def ready() -> dict[str, bool]:
    """Each part by name, and whether it answers; why not stands in the log."""
    return {name: _answers(name, check) for name, check in CHECKS.items()}


def _answers(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:
        log.warning("health.failing", part=name, error=type(error).__name__)
        return False
    return True
