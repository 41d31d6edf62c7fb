"""What Alipay and its merchant know of each other."""

import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from candidate_api.payments.providers.twin.keys import kept, new_key, private_pem, public_pem, read_private

MERCHANT_FIELDS = ("app_id", "seller_id", "private_key", "public_key")


@dataclass(frozen=True)
class Keys:
    """What the gateway knows: its own private key and the merchant's public one."""

    app_id: str
    seller_id: str
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
    """What the merchant is given: everything that the setting ALIPAY needs but the addresses."""
    keys = load(directory)
    return {name: getattr(keys, name) for name in MERCHANT_FIELDS}


def _make() -> dict[str, str]:
    merchant, gateway = new_key(), new_key()
    return {
        "app_id": f"2021{secrets.randbelow(10**12):012d}",
        "seller_id": f"2088{secrets.randbelow(10**12):012d}",
        "private_key": private_pem(merchant),
        "public_key": public_pem(gateway),
        "gateway_private_key": private_pem(gateway),
    }
