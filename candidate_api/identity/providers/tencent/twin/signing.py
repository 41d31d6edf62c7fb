"""TC3-HMAC-SHA256, as the service checks it: every request proves that its sender has the secret key."""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

SERVICE = "faceid"
MAX_AGE = 300  # seconds
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/(\w+)/tc3_request, "
    r"SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})"
)


def refused(headers: Mapping[str, str], body: bytes, secret_id: str, secret_key: str) -> str:
    """The service's code for why a request's signature does not hold, or ""."""
    given = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if given is None:
        return "AuthFailure.SignatureFailure"
    name, day, service, signed, signature = given.groups()
    if name != secret_id:
        return "AuthFailure.SecretIdNotFound"
    timestamp = headers.get("X-TC-Timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > MAX_AGE:
        return "AuthFailure.SignatureExpire"
    if datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%d") != day or service != SERVICE:
        return "AuthFailure.SignatureFailure"
    if not {"content-type", "host"} <= set(signed.split(";")):
        return "AuthFailure.SignatureFailure"
    canonical = "".join(f"{header}:{headers.get(header, '').strip().lower()}\n" for header in signed.split(";"))
    request = f"POST\n/\n\n{canonical}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{day}/{service}/tc3_request\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return "" if hmac.compare_digest(expected, signature) else "AuthFailure.SignatureFailure"
