"""The stand-in's HTTP edge: API 3.0 at `/`, control at `/twin/`."""

import base64
import json
import threading
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from candidate_api.identity.providers.tencent.twin import signing
from candidate_api.identity.providers.tencent.twin.register import AWAY, RESIDENTS

VERSION = "2018-03-01"
MOST = 4 * 1024 * 1024  # bytes of a body
SLOW = 60  # seconds; longer than anybody waits
MOODS = ("slow", "http_500", "away", "limit", "garbage")


class Server(ThreadingHTTPServer):
    """`calls` counts what was asked by action; `be(mood, times)` makes the next answers go wrong."""

    daemon_threads = True

    def __init__(self, port: int, secret_id: str, secret_key: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.secret_id, self.secret_key = secret_id, secret_key
        self.stopped = threading.Event()
        self.calls: Counter[str] = Counter()
        self._moods: dict[str, int] = {}
        self._lock = threading.Lock()

    def be(self, mood: str, times: int = 1) -> None:
        """Be `slow`, answer `http_500`, say that the records are `away` or over their `limit`, or talk `garbage`."""
        if mood not in MOODS:
            raise ValueError(mood)
        with self._lock:
            self._moods[mood] = times

    def is_in(self, mood: str) -> bool:
        with self._lock:
            left = self._moods.get(mood, 0)
            if left:
                self._moods[mood] = left - 1
        return left > 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nobody's concern."""


_NOTHING_TO_SEE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>身份认证（模拟）</title>'
    "<h1>这里没有要看的</h1><p>模拟身份认证只供系统调用，仅用于演示。</p></html>"
)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "faceid-twin"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: what is asked here is personal."""

    def do_GET(self) -> None:
        self._send(200, _NOTHING_TO_SEE.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST:
            self.close_connection = True
            self._send(413, b"")
            return
        body = self.rfile.read(length)
        if self.path == "/twin/mood":
            self._control(body)
        elif self.path == "/":
            self._api(body)
        else:
            self._send(404, b"")

    def _control(self, body: bytes) -> None:
        """`POST /twin/mood {mood, times}`"""
        try:
            asked = json.loads(body)
            self.server.be(str(asked["mood"]), int(asked.get("times", 1)))
        except (ValueError, KeyError, TypeError):
            self._send(400, json.dumps({"mood": MOODS}).encode())
        else:
            self._send(204, b"")

    def _api(self, body: bytes) -> None:
        server = self.server
        if server.is_in("http_500"):
            self._send(500, b"oops")
        elif server.is_in("slow"):
            server.stopped.wait(SLOW)
            self.close_connection = True
        elif server.is_in("garbage"):
            self._send(200, b"<html>")
        elif code := signing.refused(self.headers, body, server.secret_id, server.secret_key):
            self._refuse(code)
        elif self.headers.get("X-TC-Version") != VERSION:
            self._refuse("InvalidParameterValue.Version")
        else:
            self._act(self.headers.get("X-TC-Action", ""), body)

    def _act(self, action: str, body: bytes) -> None:
        self.server.calls[action] += 1
        try:
            asked = json.loads(body)
            name, number = str(asked["Name"]), str(asked["IdCard"])
        except (ValueError, KeyError, TypeError):
            self._refuse("MissingParameter")
            return
        if self.server.is_in("limit"):
            self._refuse("RequestLimitExceeded")
        elif action == "IdCardVerification":
            self._answer(_compared(name, number, away=self.server.is_in("away")))
        elif action == "ImageRecognitionV2":
            self._compare_face(name, number, str(asked.get("ImageBase64", "")))
        else:
            self._refuse("InvalidAction")

    def _compare_face(self, name: str, number: str, image: str) -> None:
        resident = RESIDENTS.get(number)
        try:
            is_picture = base64.b64decode(image, validate=True)[:2] == b"\xff\xd8"
        except ValueError:
            is_picture = False
        if number in AWAY or self.server.is_in("away"):
            self._refuse("FailedOperation.CompareLibServiceUnavailable")
        elif not is_picture:
            self._refuse("FailedOperation.ImageDecodeFailed")
        elif resident is None:
            self._refuse("FailedOperation.IdNoExistSystem")
        elif resident.name != name:
            self._refuse("FailedOperation.IdNameMisMatch")
        else:
            self._answer({"Sim": resident.likeness, "Result": "Success", "Description": "成功", "Extra": ""})

    # -- answers ------------------------------------------------------------------------------------------------
    def _refuse(self, code: str) -> None:
        self._answer({"Error": {"Code": code, "Message": code}})

    def _answer(self, document: dict[str, Any]) -> None:
        shown = {"Response": document | {"RequestId": str(uuid.uuid4())}}
        self._send(200, json.dumps(shown, ensure_ascii=False).encode())

    def _send(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _compared(name: str, number: str, *, away: bool) -> dict[str, str]:
    resident = RESIDENTS.get(number)
    if away or number in AWAY:
        return {"Result": "-4", "Description": "证件库服务异常"}
    if resident is None:
        return {"Result": "-5", "Description": "证件库中无此身份证记录"}
    if resident.name != name:
        return {"Result": "-1", "Description": "姓名和身份证号不一致"}
    return {"Result": "0", "Description": "姓名和身份证号一致"}
