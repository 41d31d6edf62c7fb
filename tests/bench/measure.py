"""How a rate is measured: in processor time, so that a busy machine does not spoil it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 3.0


@dataclass(frozen=True)
class Row:
    """`rate` is per second of one core, `beside` what it is compared with, `goal` what the ratio must reach."""

    what: str
    rate: float
    beside: float
    goal: float | None = None

    @property
    def ratio(self) -> float:
        return self.rate / self.beside


def rate(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """How often `work` can be done in a second of one core, all threads of this process together."""
    work()
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        work()
        done += 1
    return done / spent
