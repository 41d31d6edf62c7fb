"""Signatures of WeChat Pay v3, as the gateway checks and makes them."""

import base64
import json
import re
import secrets
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from candidate_api.payments.providers.wechat.twin.keys import Keys

SCHEME = "WECHATPAY2-SHA256-RSA2048"
MAX_AGE = 300  # seconds
_FIELD = re.compile(r'(\w+)="([^"]*)"')


def refused(keys: Keys, authorization: str, method: str, target: str, body: bytes) -> str:
    """Why a request's Authorization does not hold, or ""."""
    scheme, _, rest = authorization.partition(" ")
    given = dict(_FIELD.findall(rest))
    if scheme != SCHEME:
        return "Authorization 认证类型不正确"
    if given.get("mchid") != keys.mchid or given.get("serial_no") != keys.cert_serial:
        return "商户号或证书序列号不正确"
    timestamp = given.get("timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > MAX_AGE:
        return "请求时间戳已过期"
    signed = b"\n".join(
        [method.encode(), target.encode(), timestamp.encode(), given.get("nonce_str", "").encode(), body]
    )
    try:
        keys.merchant.verify(base64.b64decode(given.get("signature", "")), signed + b"\n", PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return "签名错误"
    return ""


def headers(keys: Keys, body: bytes, *, age: int = 0, spoilt: bool = False) -> dict[str, str]:
    """The signature headers over `body`; `age` in seconds and `spoilt` are for the lies."""
    timestamp, nonce = str(int(time.time()) - age), secrets.token_hex(16).upper()
    signed = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = keys.signing.sign(signed + b"x" if spoilt else signed, PKCS1v15(), SHA256())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Serial": keys.public_key_id,
        "Wechatpay-Signature-Type": SCHEME,
    }


def envelope(
    keys: Keys,
    event_id: str,
    event_type: str,
    resource: dict[str, Any],
    created_at: str,
    *,
    original: str = "transaction",
) -> bytes:
    """A notification's body, its resource (`original`: transaction or refund) sealed with the APIv3 key."""
    nonce = secrets.token_hex(6)
    plain = json.dumps(resource, ensure_ascii=False).encode()
    sealed = AESGCM(keys.apiv3_key.encode()).encrypt(nonce.encode(), plain, original.encode())
    message = {
        "id": event_id,
        "create_time": created_at,
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": "支付成功" if original == "transaction" else "退款",
        "resource": {
            "original_type": original,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": original,
            "nonce": nonce,
        },
    }
    return json.dumps(message, ensure_ascii=False).encode()
