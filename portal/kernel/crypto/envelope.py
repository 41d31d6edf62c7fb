"""Files at rest: each under a key of its own, which an encrypted column keeps.

So a key change rewrites columns alone (`manage.py rotate_keys`), and files are as safe as the columns are.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel.crypto.sealing import Undecipherable


def wrap(content: bytes) -> tuple[str, bytes]:
    """A new key, to be kept in an encrypted column, and the content under it (AES-256-GCM, nonce first)."""
    key, nonce = AESGCM.generate_key(256), os.urandom(12)
    return base64.b64encode(key).decode(), nonce + AESGCM(key).encrypt(nonce, content, None)


def unwrap(key: str, sealed: bytes) -> bytes:
    """What `wrap` was given; raises Undecipherable where it was altered or the key is another's."""
    try:
        return AESGCM(base64.b64decode(key)).decrypt(sealed[:12], sealed[12:], None)
    except (InvalidTag, ValueError) as error:
        raise Undecipherable("a file does not open") from error
