"""Real threads against one database: everybody starts at the same moment, everybody's outcome is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Any

from django.db import connections


@dataclass(frozen=True)
class Outcome:
    """What each thread got, by its number: `values` of those that returned, `errors` of those that raised."""

    values: dict[int, Any]
    errors: dict[int, BaseException]


def threads(n: int, fn: Callable[[int], Any], *, within: float = 60) -> Outcome:
    """Run `fn(0)` … `fn(n - 1)`, each in a thread and a database connection of its own, let go together.

    Raises TimeoutError when they are not all done within `within` seconds (a deadlock). Needs
    `@pytest.mark.django_db(transaction=True)`: what the test prepared must be committed.
    """
    gate = Barrier(n)
    values: dict[int, Any] = {}
    errors: dict[int, BaseException] = {}

    def run(number: int) -> None:
        try:
            gate.wait(timeout=10)
            values[number] = fn(number)
        except BaseException as error:
            errors[number] = error
        finally:
            connections.close_all()

    workers = [Thread(target=run, args=(number,), daemon=True) for number in range(n)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(within)
    if any(worker.is_alive() for worker in workers):
        raise TimeoutError(f"{sum(w.is_alive() for w in workers)} of {n} threads still wait after {within} s")
    return Outcome(values, errors)
