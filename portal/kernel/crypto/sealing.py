"""AES-256-GCM for columns, HMAC-SHA256 for equality search over them."""

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel.crypto.keys import field_keys, index_keys


class Undecipherable(Exception):
    """The column holds something that no key of the ring opens: a wrong key, a moved or an altered value."""


def seal(text: str, purpose: str) -> str:
    """`label:base64(nonce + ciphertext)`, bound to `purpose` (the column), so that it opens nowhere else."""
    label, key = field_keys().current
    nonce = os.urandom(12)
    sealed = nonce + _cipher(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{label}:{base64.b64encode(sealed).decode()}"


def open_sealed(sealed: str, purpose: str) -> str:
    """The text that `seal` was given; raises Undecipherable, never hands back ciphertext."""
    label, _, encoded = sealed.partition(":")
    key = field_keys().keys.get(label)
    if key is None:
        raise Undecipherable(f"no key {label!r} for {purpose}")
    raw = base64.b64decode(encoded)
    try:
        return _cipher(key).decrypt(raw[:12], raw[12:], purpose.encode()).decode()
    except InvalidTag as error:
        raise Undecipherable(f"a value of {purpose} does not open") from error


def blind_index(text: str, purpose: str) -> str:
    """The keyed digest by which an encrypted value can be found, under the current key."""
    label, key = index_keys().current
    return f"{label}:{_digest(key, text, purpose)}"


def blind_indexes(text: str, purpose: str) -> list[str]:
    """The digests under every key of the ring: `column__in=` finds rows written before a key change too."""
    return [f"{label}:{_digest(key, text, purpose)}" for label, key in index_keys().keys.items()]


def _digest(key: bytes, text: str, purpose: str) -> str:
    digest = _keyed(key).copy()
    digest.update(f"{purpose}\0{text}".encode())
    return digest.hexdigest()


@cache
def _cipher(key: bytes) -> AESGCM:
    """One for each key of the ring: its schedule is worked out once."""
    return AESGCM(key)


@cache
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod=hashlib.sha256)
