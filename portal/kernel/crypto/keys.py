"""The key rings: the first key writes, all of them read, so that a key can be changed while the house is open."""

import base64
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class KeyRing:
    """Named 32-byte keys in order of preference."""

    keys: dict[str, bytes]

    @property
    def current(self) -> tuple[str, bytes]:
        return next(iter(self.keys.items()))


@cache
def _parse(name: str, text: str) -> KeyRing:
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        label, _, encoded = part.strip().partition(":")
        key = base64.b64decode(encoded, validate=True) if encoded else b""
        if not label.isalnum() or len(key) != 32:
            raise ImproperlyConfigured(f"{name} must read `label:base64 of 32 bytes[,label:…]`")
        keys[label] = key
    return KeyRing(keys)


def field_keys() -> KeyRing:
    """Keys of the encrypted columns (setting FIELD_KEYS)."""
    return _parse("FIELD_KEYS", settings.FIELD_KEYS)


def index_keys() -> KeyRing:
    """Keys of the blind indexes (setting BLIND_INDEX_KEYS); other keys than those that encrypt."""
    return _parse("BLIND_INDEX_KEYS", settings.BLIND_INDEX_KEYS)


def signing_key() -> bytes:
    """The seed of the Ed25519 key that signs what people can have verified (setting SIGNING_KEY)."""
    return base64.b64decode(settings.SIGNING_KEY, validate=True)
