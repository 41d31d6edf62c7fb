"""The services that production uses, tried where the run has them."""

import os
import time
from uuid import uuid4

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.core.cache import cache
from django.db import connection


@pytest.mark.redis
def test_the_cache_is_redis_and_counts_for_every_process() -> None:
    key = uuid4().hex
    cache.add(key, 0, 30)
    assert [cache.incr(key) for _ in range(3)] == [1, 2, 3]
    assert cache.get(key) == 3
    cache.delete(key)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_database_is_postgresql_behind_its_pool() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 140000
    assert connection.pool is not None


@pytest.mark.rabbitmq
def test_a_task_goes_through_rabbitmq() -> None:
    queue = f"zikao-test-{uuid4().hex}"
    app = Celery(queue, broker=os.environ["RABBITMQ_URL"], set_as_current=False)
    app.conf.update(task_default_queue=queue, task_queue_expires=60, worker_hijack_root_logger=False)
    done: list[int] = []

    @app.task(name="remember", ignore_result=True)
    def remember(number: int) -> None:
        done.append(number)

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        for number in range(3):
            remember.delay(number)
        deadline = time.monotonic() + 20
        while len(done) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert sorted(done) == [0, 1, 2]
    with app.connection() as broker:
        broker.default_channel.queue_delete(queue)
