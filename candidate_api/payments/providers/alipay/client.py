"""Alipay's open platform: signing with RSA2, calling, and believing nothing that is not signed.

Source: 支付宝开放平台 公共请求参数, 自行实现签名, 自行实现验签. The setting ALIPAY: app_id, seller_id, private_key,
public_key (PEM of Alipay's key), gateway (address), notify_url, return_url (with `{number}` for the order's number).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from candidate_api.payments.providers.contract import ProviderUnavailable, Unverified
from portal.kernel import clock

TIMEOUT = (3, 10)  # seconds to connect, to answer
LARGEST_ANSWER = 1024 * 1024  # bytes
CHINA_TIME = "%Y-%m-%d %H:%M:%S"
OWN_HOSTS = ".alipay.com"  # where bills may lie


@lru_cache(maxsize=4)
def private_key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101 -- a setting of another kind is the operator's to mend
    return key


@lru_cache(maxsize=4)
def public_key(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)  # noqa: S101 -- a setting of another kind is the operator's to mend
    return key


def to_sign(values: Mapping[str, str], *left_out: str) -> bytes:
    """What is signed of a form: its fields by name, without the empty ones."""
    fields = sorted((name, value) for name, value in values.items() if value and name not in left_out)
    return "&".join(f"{name}={value}" for name, value in fields).encode()


def sign(key: RSAPrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def holds(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether this key has signed this text."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


class Client:
    """Signed requests of one merchant, and answers that Alipay has signed."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self.config = config
        self.gateway = config["gateway"]

    def signed(self, method: str, content: Mapping[str, Any], **more: str) -> dict[str, str]:
        """The fields of a request, signed; `more` are those that only some methods have (notify_url, return_url)."""
        fields = {
            "app_id": self.config["app_id"],
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": clock.local(clock.now()).strftime(CHINA_TIME),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            **more,
        }
        return fields | {"sign": sign(private_key(self.config["private_key"]), to_sign(fields, "sign"))}

    def address(self, method: str, content: Mapping[str, Any], **more: str) -> str:
        """The request as an address for the payer's browser."""
        return f"{self.gateway}?{urlencode(self.signed(method, content, **more))}"

    def call(self, method: str, content: Mapping[str, Any], **more: str) -> tuple[dict[str, Any], str]:
        """Ask now: the answer as an object and word for word. ProviderUnavailable unless Alipay has signed it."""
        answer = self._fetch(
            "POST", f"{self.gateway}?charset=utf-8", LARGEST_ANSWER, self.signed(method, content, **more)
        )
        text = answer.decode(errors="replace")
        node, raw, signature = _parts(text, f"{method.replace('.', '_')}_response")
        if not holds(public_key(self.config["public_key"]), raw.encode(), signature):
            raise ProviderUnavailable("an answer that is not signed")
        if node.get("code") in {"20000", "20001", "40001", "40002"}:  # away, or not our doing
            raise ProviderUnavailable(f"{node.get('code')} {node.get('sub_code', '')}"[:200])
        return node, raw

    def download(self, address: str, most: int) -> bytes:
        """A file that an answer points at; no key goes along. Raises ProviderUnavailable."""
        url, ours = urlsplit(address), urlsplit(self.gateway)
        known = (url.scheme, url.netloc) == (ours.scheme, ours.netloc)
        if not known and not (url.scheme == "https" and (url.hostname or "").endswith(OWN_HOSTS)):
            raise ProviderUnavailable("a file that lies elsewhere")
        return self._fetch("GET", address, most, None)

    def _fetch(self, how: str, address: str, most: int, form: Mapping[str, str] | None) -> bytes:
        loopback = urlsplit(address).hostname in {"127.0.0.1", "localhost"}
        try:
            with requests.Session() as session:
                session.trust_env = not loopback  # a stand-in on this machine is never reached through a proxy
                answer = session.request(how, address, data=form, timeout=TIMEOUT, allow_redirects=False, stream=True)
                body = bytearray()
                for piece in answer.iter_content(64 * 1024):
                    body += piece
                    if len(body) > most:
                        raise ProviderUnavailable("an answer that is too large")
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error
        if answer.status_code != 200:
            raise ProviderUnavailable(f"{answer.status_code}")
        return bytes(body)

    def read_form(self, body: bytes) -> dict[str, str]:
        """The fields of a callback that Alipay has signed. Raises Unverified."""
        try:
            fields = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100))
        except ValueError as error:
            raise Unverified("malformed") from error
        if fields.get("sign_type") != "RSA2" or fields.get("charset", "utf-8").lower() != "utf-8":
            raise Unverified("malformed")
        text = to_sign(fields, "sign", "sign_type")
        if not holds(public_key(self.config["public_key"]), text, fields.get("sign", "")):
            raise Unverified("signature")
        return fields


def _parts(text: str, name: str) -> tuple[dict[str, Any], str, str]:
    """The node of an answer, the very text of it that was signed, and the signature."""
    try:
        whole = json.loads(text)
        start = text.index(f'"{name}"') + len(name) + 2
        start = text.index("{", start)
        node, end = json.JSONDecoder().raw_decode(text, start)
        signature = whole["sign"]
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderUnavailable("an answer that cannot be read") from error
    if whole.get(name) != node or not isinstance(node, dict) or not isinstance(signature, str):
        raise ProviderUnavailable("an answer that cannot be read")
    return node, text[start:end], signature
