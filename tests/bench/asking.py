"""How a benchmark asks: the WSGI handler itself, as a server would, with nothing of the test client between."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.wsgi import get_wsgi_application

Clock = Callable[[], float]


class Asker:
    """One process behind the product's own middleware."""

    def __init__(self) -> None:
        self.handler = get_wsgi_application()

    def get(self, address: str, expected: int = 200, **headers: str) -> tuple[dict[str, str], bytes]:
        """The answer's headers and body; AssertionError for another status."""
        path, _, query = address.partition("?")
        said: list[Any] = []
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "wsgi.input": BytesIO(), "wsgi.url_scheme": "http",
            **headers,
        }  # fmt: skip
        answer = self.handler(environ, lambda status, sent: said.append((int(status[:3]), dict(sent))))
        body = b"".join(answer)
        answer.close()
        if said[0][0] != expected:
            raise AssertionError(f"{address}: {said[0][0]} {body[:200]!r}")
        return said[0][1], body


def percentile(work: Callable[[], object], percent: int, times: int, clock: Clock = time.perf_counter) -> float:
    """Within how many seconds so many of a hundred are done: by the clock, or by `time.process_time` that of a core."""
    took = []
    for _ in range(times):
        began = clock()
        work()
        took.append(clock() - began)
    return sorted(took)[times * percent // 100]
