"""What the stand-ins for payment channels have in common: books, pay page, notices that are repeated, lies, control.

A stand-in is a real server on loopback with keys of its own, for the demo and the tests; it speaks its channel's
protocol, checks every request's signature and signs every answer. It knows nothing of Django.
"""

import threading
from dataclasses import dataclass

from candidate_api.payments.providers.twin.gateway import Gateway, Notify, post
from candidate_api.payments.providers.twin.server import Handler, Server

__all__ = ["Notify", "Twin", "post", "run"]


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


def run(port: int, gateway: Gateway, handler: type[Handler]) -> Twin:
    """Listen on 127.0.0.1:`port` (0: any free one)."""
    try:
        server = Server(port, gateway, handler)
    except OSError:
        gateway.stop()
        raise
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"{gateway.name}-twin", daemon=True)
    thread.start()
    return Twin(gateway, server, thread)
