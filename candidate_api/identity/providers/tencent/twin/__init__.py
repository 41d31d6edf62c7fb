"""A stand-in for Tencent Cloud FaceID: a real server on loopback with a small register of residents.

It speaks API 3.0, checks every request's TC3-HMAC-SHA256 signature with its own key, and is slow, broken or away when
told to. It knows nothing of Django.
"""

import json
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from candidate_api.identity.providers.tencent.twin.server import Server

__all__ = ["Twin", "credentials", "start"]


@dataclass(frozen=True)
class Twin:
    """A running stand-in; `server` can be told things without HTTP."""

    server: Server
    thread: threading.Thread

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.server.stopped.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def credentials(directory: Path) -> dict[str, str]:
    """The key that both sides sign with, made on this machine at the first start and kept there (mode 0600)."""
    path = directory / "key.json"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        made = {"secret_id": f"AKID{secrets.token_hex(16)}", "secret_key": secrets.token_urlsafe(24)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def start(port: int, key: dict[str, str]) -> Twin:
    """Listen on 127.0.0.1:`port` (0: any free one); `key` as `credentials` gives it."""
    server = Server(port, key["secret_id"], key["secret_key"])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="faceid-twin", daemon=True)
    thread.start()
    return Twin(server, thread)
