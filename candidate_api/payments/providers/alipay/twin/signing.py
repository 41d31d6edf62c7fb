"""RSA2 as the gateway makes and checks it, written from Alipay's pages and not from our client."""

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from candidate_api.payments.providers.alipay.twin.keys import Keys


def text_of(fields: Mapping[str, str], *left_out: str) -> str:
    return "&".join(f"{k}={fields[k]}" for k in sorted(fields) if fields[k] != "" and k not in left_out)


def signature(keys: Keys, text: str, *, spoilt: bool = False) -> str:
    """`spoilt` is for the lies."""
    signed = (text + "x" if spoilt else text).encode()
    return base64.b64encode(keys.signing.sign(signed, PKCS1v15(), SHA256())).decode()


def from_merchant(keys: Keys, fields: Mapping[str, str]) -> bool:
    """Whether the merchant has signed a request: everything but the signature itself."""
    try:
        given = base64.b64decode(fields.get("sign", ""))
        keys.merchant.verify(given, text_of(fields, "sign").encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
