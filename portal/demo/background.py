"""Celery's worker and clock as threads of this process, over the memory broker: production runs the same tasks in
processes of their own (deploy/)."""

import threading

from celery import Celery
from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController, state


class Background:
    """A worker that does one task after another, and the schedule. `stop` waits for the task at hand."""

    def __init__(self, app: Celery) -> None:
        self._worker = WorkController(
            app=app,
            hostname="demo@localhost",
            pool="solo",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._doing = threading.Thread(target=self._worker.start, name="worker", daemon=True)
        # The plain scheduler keeps its times in memory and no file.
        self._clock = EmbeddedService(app, thread=True, scheduler_cls=Scheduler)

    @property
    def alive(self) -> bool:
        return self._doing.is_alive() and self._clock.is_alive()

    def start(self) -> None:
        state.should_stop = None
        self._doing.start()
        self._clock.start()

    def stop(self) -> None:
        self._clock.service.stop()
        state.should_stop = 0  # the worker looks at it between two tasks
        self._doing.join(10)
        self._clock.join(10)
