"""What `python -m candidate_api.payments.providers.<channel>.twin` does."""

import argparse
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(start: Callable[..., Any], name: str, port: int) -> None:
    """Run a stand-in until Ctrl-C."""
    parser = argparse.ArgumentParser(description=f"A stand-in for {name} on loopback.")
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--dir", type=Path, default=Path("var") / name)
    parser.add_argument("--time-scale", type=float, default=0.1, help="1 repeats notices as slowly as the channel does")
    given = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    twin = start(given.port, given.dir, time_scale=given.time_scale)
    stopped.wait()
    twin.stop()
