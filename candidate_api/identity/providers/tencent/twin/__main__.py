"""`python -m candidate_api.identity.providers.tencent.twin --port 8003 --dir var/faceid`"""

import argparse
import signal
import threading
from pathlib import Path

from candidate_api.identity.providers.tencent.twin import credentials, start


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Tencent Cloud FaceID on loopback.")
    parser.add_argument("--port", type=int, default=8003)
    parser.add_argument("--dir", type=Path, default=Path("var/faceid"))
    given = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    twin = start(given.port, credentials(given.dir))
    stopped.wait()
    twin.stop()


main()
