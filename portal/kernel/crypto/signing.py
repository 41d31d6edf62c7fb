"""Ed25519 signatures on what people carry around: anybody with the public key can check them, without asking us."""

import base64
import binascii
import json
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.kernel.crypto.keys import signing_key

_LONGEST = 4096


def sign(payload: dict[str, Any]) -> str:
    """A token `base64url(JSON).base64url(signature)`, without padding: fit for an address and for a QR code.

    The payload can be read by everyone who holds the token.
    """
    body = _encode(json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
    return f"{body}.{_encode(_key(signing_key()).sign(body.encode()))}"


def verify(token: str) -> dict[str, Any] | None:
    """The payload of a token that this house signed, None for everything else."""
    body, _, signature = token.partition(".")
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        _key(signing_key()).public_key().verify(_decode(signature), body.encode())
        payload = json.loads(_decode(body))
    except (InvalidSignature, binascii.Error, ValueError):
        return None
    return payload if isinstance(payload, dict) else None


def public_key_pem() -> str:
    """The key by which others check the tokens, PEM (SubjectPublicKeyInfo)."""
    key = _key(signing_key()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@cache
def _key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(raw) != text:
        raise ValueError("not the canonical spelling")
    return raw
