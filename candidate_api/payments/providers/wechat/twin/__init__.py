"""A stand-in for WeChat Pay v3: a real server on loopback with its own keys, for the demo and the tests.

It speaks the protocol, checks every request's signature and signs every answer; it repeats notices until they are
acknowledged, and lies when told to. It knows nothing of Django.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from candidate_api.payments.providers.wechat.twin.gateway import Gateway, Notify, post
from candidate_api.payments.providers.wechat.twin.keys import credentials
from candidate_api.payments.providers.wechat.twin.server import Server

__all__ = ["Twin", "credentials", "start"]


@dataclass(frozen=True)
class Twin:
    """A running stand-in; `gateway` can be asked and told things without HTTP."""

    gateway: Gateway
    server: Server
    thread: threading.Thread

    @property
    def base_url(self) -> str:
        return self.server.base_url

    def stop(self) -> None:
        """Stop listening and sending; the books stay in the directory."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.gateway.stop()


def start(port: int, directory: Path, notify: Notify = post, *, time_scale: float = 1.0) -> Twin:
    """Listen on 127.0.0.1:`port` (0: any free one) with keys and books in `directory`.

    `notify(url, headers, body) -> status` delivers a notice; `time_scale` shortens the pauses between its repeats.
    """
    gateway = Gateway(directory, notify, time_scale)
    try:
        server = Server(port, gateway)
    except OSError:
        gateway.stop()
        raise
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="wechat-twin", daemon=True)
    thread.start()
    return Twin(gateway, server, thread)
