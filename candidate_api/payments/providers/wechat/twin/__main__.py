"""`python -m candidate_api.payments.providers.wechat.twin --port 8001 --dir var/wechat`"""

import argparse
import signal
import threading
from pathlib import Path

from candidate_api.payments.providers.wechat.twin import start


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for WeChat Pay v3 on loopback.")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--dir", type=Path, default=Path("var/wechat"))
    parser.add_argument("--time-scale", type=float, default=0.1, help="1 repeats notices as slowly as WeChat Pay does")
    given = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    twin = start(given.port, given.dir, time_scale=given.time_scale)
    stopped.wait()
    twin.stop()


main()
