"""Throw-away secrets for the demo and the tests: made on the machine, kept under `var/`, never in the repository."""

import base64
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path


def keep(path: Path) -> dict[str, str]:
    """Read the secrets at `path`, or make them there on the first start (mode 0600, written whole or not at all)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": f"demo1:{_key()}",
            "BLIND_INDEX_KEYS": f"demo1:{_key()}",
            "SIGNING_KEY": _key(),
        }
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        with suppress(FileExistsError):  # another process was first: theirs is as good
            os.link(draft, path)
        draft.unlink()
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
