"""The keys of both sides, made on this machine at the first start and kept there (mode 0600)."""

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key

MERCHANT_FIELDS = ("mchid", "appid", "private_key", "cert_serial", "apiv3_key", "public_key", "public_key_id")


@dataclass(frozen=True)
class Keys:
    """What the gateway knows: its own private key, the merchant's public one, and the secret they share."""

    mchid: str
    appid: str
    apiv3_key: str
    cert_serial: str
    public_key_id: str
    private_key: str
    public_key: str
    gateway_private_key: str

    @cached_property
    def signing(self) -> RSAPrivateKey:
        key = serialization.load_pem_private_key(self.gateway_private_key.encode(), None)
        assert isinstance(key, RSAPrivateKey)  # noqa: S101 -- made below
        return key

    @cached_property
    def merchant(self) -> RSAPublicKey:
        key = serialization.load_pem_private_key(self.private_key.encode(), None)
        assert isinstance(key, RSAPrivateKey)  # noqa: S101 -- made below
        return key.public_key()


def load(directory: Path) -> Keys:
    """Read the keys in `directory`, or make them there; written whole or not at all, the first of two makers wins."""
    path = directory / "keys.json"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory / f"keys.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(_make()))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return Keys(**json.loads(path.read_text()))


def credentials(directory: Path) -> dict[str, str]:
    """What the merchant is given: everything that the setting WECHAT_PAY needs but the two addresses."""
    keys = load(directory)
    return {name: getattr(keys, name) for name in MERCHANT_FIELDS}


def _make() -> dict[str, str]:
    merchant, gateway = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    return {
        "mchid": f"19{secrets.randbelow(10**8):08d}",
        "appid": f"wx{secrets.token_hex(8)}",
        "apiv3_key": secrets.token_hex(16),
        "cert_serial": secrets.token_hex(20).upper(),
        "public_key_id": f"PUB_KEY_ID_{secrets.token_hex(16).upper()}",
        "private_key": _private_pem(merchant),
        "public_key": gateway.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
        "gateway_private_key": _private_pem(gateway),
    }


def _private_pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
