"""The product as it runs in production: granian with the options of deploy/systemd, production's settings."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "systemd" / "zikao-web.service"
PATIENCE = 900.0  # seconds until it must answer, also on a machine with much else to do


class Server:
    """One granian with its workers, on a port of its own."""

    def __init__(self, environment: dict[str, str], application: str = "portal.wsgi:application") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        command = [*options(), "--port", str(self.port), application]
        self._log = (ROOT / "var" / f"bench-{self.port}.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", *command],
            cwd=ROOT,
            env=os.environ | environment | {"LOG_LEVEL": "WARNING"},
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            asked = HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                asked.request("GET", "/api/v1/health/live/")
                asked.getresponse().read()  # whatever it says: it is there
            except (OSError, HTTPException):
                time.sleep(0.2)
            else:
                return self
            finally:
                asked.close()
        self._stop()
        raise RuntimeError(f"granian does not answer:\n{Path(self._log.name).read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self._stop()
        Path(self._log.name).unlink(missing_ok=True)

    def _stop(self) -> None:
        """Let it end its work; what is left of it after a while is killed, workers and all."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._log.close()

    def peaks(self) -> list[int]:
        """The most memory that each worker has held, in MB; nothing where the system does not tell."""
        found = []
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                said = status.read_text()
            except OSError:
                continue
            parent = re.search(r"^PPid:\t(\d+)", said, re.MULTILINE)
            peak = re.search(r"^VmHWM:\t *(\d+) kB", said, re.MULTILINE)
            if parent and peak and int(parent[1]) == self.process.pid:  # it has no other children
                found.append(int(peak[1]) // 1024)
        return sorted(found)


def options() -> list[str]:
    """What the unit gives granian, but for where it listens."""
    text = UNIT.read_text().replace("\\\n", " ")
    words = shlex.split(re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)[1])[1:-1]  # type: ignore[index]
    at = words.index("--port")
    return [*words[:at], *words[at + 2 :]]


@contextmanager
def running(environment: dict[str, str], application: str = "portal.wsgi:application") -> Iterator[Server]:
    """A server that is gone afterwards."""
    with Server(environment, application) as server:
        yield server
