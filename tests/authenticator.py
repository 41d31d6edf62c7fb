"""A phone's authenticator in Python: makes passkeys and signs with them, as WebAuthn says, or wrongly on purpose."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, WITH_CREDENTIAL = 0x01, 0x04, 0x40


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def unb64(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "===")


@dataclass
class Authenticator:
    """One passkey (ES256). `count` grows with every signature; with `counts` False it says 0 for ever."""

    origin: str = "http://localhost"
    counts: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def create(self, options: dict[str, Any], *, flags: int = PRESENT | VERIFIED, **changed: Any) -> dict[str, Any]:
        """What `navigator.credentials.create()` answers, as JSON."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        made = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + encode_cbor(cose)
        data = self._data(changed.pop("rp_id", options["rp"]["id"]), flags | WITH_CREDENTIAL) + made
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client({"type": "webauthn.create", "challenge": options["challenge"]} | changed)
        return self._credential(
            {"clientDataJSON": b64(client), "attestationObject": b64(attestation), "transports": ["internal"]}
        )

    def get(self, options: dict[str, Any], *, flags: int = PRESENT | VERIFIED, **changed: Any) -> dict[str, Any]:
        """What `navigator.credentials.get()` answers, as JSON."""
        self.count += self.counts
        data = self._data(changed.pop("rp_id", options["rpId"]), flags)
        client = self._client({"type": "webauthn.get", "challenge": options["challenge"]} | changed)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        signed = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._credential({name: b64(value) for name, value in signed.items()} | {"userHandle": self.handle})

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, said: dict[str, Any]) -> bytes:
        return json.dumps({"origin": self.origin, "crossOrigin": False} | said).encode()

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
