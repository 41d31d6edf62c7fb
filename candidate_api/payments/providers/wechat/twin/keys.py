"""What WeChat Pay and its merchant know of each other."""

import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from candidate_api.payments.providers.twin.keys import kept, new_key, private_pem, public_pem, read_private

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
        return read_private(self.gateway_private_key)

    @cached_property
    def merchant(self) -> RSAPublicKey:
        return read_private(self.private_key).public_key()


def load(directory: Path) -> Keys:
    return Keys(**kept(directory, _make))


def credentials(directory: Path) -> dict[str, str]:
    """What the merchant is given: everything that the setting WECHAT_PAY needs but the two addresses."""
    keys = load(directory)
    return {name: getattr(keys, name) for name in MERCHANT_FIELDS}


def _make() -> dict[str, str]:
    merchant, gateway = new_key(), new_key()
    return {
        "mchid": f"19{secrets.randbelow(10**8):08d}",
        "appid": f"wx{secrets.token_hex(8)}",
        "apiv3_key": secrets.token_hex(16),
        "cert_serial": secrets.token_hex(20).upper(),
        "public_key_id": f"PUB_KEY_ID_{secrets.token_hex(16).upper()}",
        "private_key": private_pem(merchant),
        "public_key": public_pem(gateway),
        "gateway_private_key": private_pem(gateway),
    }
