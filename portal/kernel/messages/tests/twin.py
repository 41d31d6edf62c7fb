"""A stand-in for two providers of text messages: a real server on loopback that speaks both protocols.

Tencent Cloud's TC3-HMAC-SHA256 and Alibaba Cloud's ACS3-HMAC-SHA256 are checked with the twin's own keys, written from
their documents and not from our adapters; it counts what it accepts and fails when told to.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass
class Books:
    """Keys, texts that were taken, and what to do to the next requests of each provider."""

    keys: dict[str, str] = field(default_factory=lambda: {"twin-id": "twin-key-of-tests-only"})
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=lambda: {"tencent": 0, "aliyun": 0})
    orders: dict[str, deque[str]] = field(default_factory=lambda: {"tencent": deque(), "aliyun": deque()})
    hold: threading.Event = field(default_factory=threading.Event)

    def tell(self, provider: str, order: str, times: int = 1) -> None:
        """`slow`, `http_500`, `garbage`, `hang_up`, or a refusal's own code, for the next `times` requests."""
        self.orders[provider].extend([order] * times)

    def next_order(self, provider: str) -> str:
        self.asked[provider] += 1
        return self.orders[provider].popleft() if self.orders[provider] else ""


class Twin(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.books = Books()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        self.books.hold.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    server: Twin
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        speak = _Tencent if "X-TC-Action" in self.headers else _Aliyun
        provider = speak(self.server.books, self, body)
        order = self.server.books.next_order(provider.name)
        if order == "slow":
            self.server.books.hold.wait(30)  # until the test is over: the caller's patience ends first
            order = ""
        if order == "hang_up":
            self.close_connection = True
            return
        if order in ("http_500", "garbage"):
            self._answer(500 if order == "http_500" else 200, b"<html>busy</html>", "text/html")
            return
        status, document = provider.answer(order)
        self._answer(status, json.dumps(document).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass
class _Spoken:
    books: Books
    request: Any
    body: bytes

    def header(self, name: str) -> str:
        return str(self.request.headers.get(name, ""))

    def signed_headers(self, names: str) -> str:
        return "".join(f"{name}:{self.header(name).strip()}\n" for name in names.split(";"))

    def sha(self, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()


class _Tencent(_Spoken):
    name = "tencent"

    def answer(self, order: str) -> tuple[int, dict[str, Any]]:
        why = self._unsigned()
        if why or order.startswith(("AuthFailure", "InternalError", "RequestLimitExceeded")):
            return 200, {"Response": {"Error": {"Code": why or order, "Message": "refused"}, "RequestId": "r-1"}}
        asked = json.loads(self.body)
        statuses = []
        for number in asked["PhoneNumberSet"]:
            statuses.append(
                {"PhoneNumber": number, "Code": order or "Ok", "Message": order or "send success", "Fee": 1}
                | {"SerialNo": "1:2", "SessionContext": "", "IsoCode": "CN"}
            )
            if not order:
                self.books.taken.append(
                    {
                        "by": self.name,
                        "to": number,
                        "template": asked["TemplateId"],
                        "values": asked["TemplateParamSet"],
                    }
                    | {"sign": asked["SignName"], "app": asked["SmsSdkAppId"]}
                )
        return 200, {"Response": {"SendStatusSet": statuses, "RequestId": "r-1"}}

    def _unsigned(self) -> str:
        """The code of what is wrong with the signature, or nothing."""
        shape = (
            r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
            r"SignedHeaders=([^,]+), Signature=(\w+)"
        )
        found = re.fullmatch(shape, self.header("Authorization"))
        if found is None:
            return "AuthFailure.SignatureFailure"
        who, day, names, signature = found.groups()
        if who not in self.books.keys:
            return "AuthFailure.SecretIdNotFound"
        stamp = self.header("X-TC-Timestamp")
        if abs(time.time() - int(stamp)) > 300 or time.strftime("%Y-%m-%d", time.gmtime(int(stamp))) != day:
            return "AuthFailure.SignatureExpire"
        request = "\n".join(["POST", "/", "", self.signed_headers(names), names, self.sha(self.body)])
        text = "\n".join(["TC3-HMAC-SHA256", stamp, f"{day}/sms/tc3_request", self.sha(request.encode())])
        key = ("TC3" + self.books.keys[who]).encode()
        for part in (day, "sms", "tc3_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        right = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(right, signature) else "AuthFailure.SignatureFailure"


class _Aliyun(_Spoken):
    name = "aliyun"

    def answer(self, order: str) -> tuple[int, dict[str, Any]]:
        why = self._unsigned()
        if why:
            return 403, {"Code": why, "Message": "refused", "RequestId": "r-1"}
        if order:
            return 200, {"Code": order, "Message": "refused", "RequestId": "r-1"}
        asked = dict(parse_qsl(urlsplit(self.request.path).query))
        self.books.taken.append(
            {"by": self.name, "to": asked["PhoneNumbers"], "template": asked["TemplateCode"]}
            | {"values": json.loads(asked["TemplateParam"]), "sign": asked["SignName"]}
        )
        return 200, {"Code": "OK", "Message": "OK", "BizId": "9006", "RequestId": "r-1"}

    def _unsigned(self) -> str:
        shape = r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=(\w+)"
        found = re.fullmatch(shape, self.header("Authorization"))
        if found is None:
            return "IncompleteSignature"
        who, names, signature = found.groups()
        if who not in self.books.keys:
            return "InvalidAccessKeyId.NotFound"
        if self.sha(self.body) != self.header("x-acs-content-sha256") or "x-acs-signature-nonce" not in names:
            return "SignatureDoesNotMatch"
        pairs = sorted(parse_qsl(urlsplit(self.request.path).query, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
        request = "\n".join(
            ["POST", "/", query, self.signed_headers(names), names, self.header("x-acs-content-sha256")]
        )
        text = "ACS3-HMAC-SHA256\n" + self.sha(request.encode())
        right = hmac.new(self.books.keys[who].encode(), text.encode(), hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(right, signature) else "SignatureDoesNotMatch"
