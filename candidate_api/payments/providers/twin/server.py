"""The stand-in's HTTP edge on loopback: what every channel's has, the pay page and the control."""

import json
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from candidate_api.payments.providers.twin import page
from candidate_api.payments.providers.twin.gateway import Gateway
from candidate_api.payments.providers.twin.ledger import Refused, Trade

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
MOST = 64 * 1024  # bytes of a body

Query = dict[str, list[str]]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, gateway: Gateway, handler: "type[Handler]") -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.gateway = gateway

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nobody's concern."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "payment-twin"

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the calling side logs."""

    # -- what each channel does in its own way ------------------------------------------------------------------
    def route(self, method: str, parts: list[str], query: Query, body: bytes) -> None:
        """Answer a request that is neither for the pay page nor for the control."""
        raise Refused(404, "NOT_FOUND", "没有这个接口")

    def refuse(self, refusal: Refused) -> None:
        self.send(refusal.status, JSON, dumps({"code": refusal.code, "message": refusal.message}))

    # -----------------------------------------------------------------------------------------------------------
    def _handle(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST:
            self.close_connection = True
            self.send(413, HTML, b"")
            return
        body = self.rfile.read(length)
        url = urlsplit(self.path)
        parts = [part for part in url.path.split("/") if part]
        try:
            if not parts and method == "GET":
                self.send(200, HTML, page.front_page(self.server.gateway.name))
            elif parts[:1] == ["pay"]:
                self._pay_page(method, parse_qs(url.query), body)
            elif parts[:1] == ["twin"]:
                self._control(method, parts[1:], body)
            else:
                self.route(method, parts, parse_qs(url.query), body)
        except Refused as refusal:
            self.refuse(refusal)

    def troubled(self) -> bool:
        """Whether the answer was the lie that there is none to be had."""
        gateway = self.server.gateway
        if gateway.lies("http_500", "answer"):
            raise Refused(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
        if gateway.lies("timeout", "answer"):
            gateway.wait()
            self.close_connection = True
            return True
        return False

    # -- the pay page -------------------------------------------------------------------------------------------
    def _pay_page(self, method: str, query: Query, body: bytes) -> None:
        gateway = self.server.gateway
        given = query | (parse_qs(body.decode(errors="replace")) if method == "POST" else {})
        trade = gateway.ledger.trade_of_prepay(given.get("prepay_id", [""])[0])
        redirect_url = given.get("redirect_url", [""])[0]
        if urlsplit(redirect_url).scheme not in {"http", "https"}:
            redirect_url = ""
        if trade is None:
            self.missing_page()
        elif method == "GET":
            self.pay_page(trade, redirect_url)
        else:
            gateway.act(trade.out_trade_no, given.get("result", [""])[0])
            if redirect_url:
                self.send(303, HTML, b"", Location=redirect_url)
            else:
                self.send(200, HTML, page.result_page(gateway.name, gateway.ledger.trade(trade.out_trade_no) or trade))

    def pay_page(self, trade: Trade, redirect_url: str) -> None:
        self.send(200, HTML, page.pay_page(self.server.gateway.name, trade, redirect_url))

    def missing_page(self) -> None:
        self.send(404, HTML, page.missing_page(self.server.gateway.name))

    # -- control ------------------------------------------------------------------------------------------------
    def _control(self, method: str, parts: list[str], body: bytes) -> None:
        """`POST /twin/lie {lie, times, on}`, `POST /twin/pay {out_trade_no, result}`, `GET /twin/books`,
        `POST /twin/misprint {number, fen}` (bills tell another amount, or with null nothing of it)."""
        gateway = self.server.gateway
        match method, parts:
            case "POST", ["lie"]:
                asked = json_object(body)
                gateway.lie(str(asked.get("lie")), int(asked.get("times", 1)), str(asked.get("on", "")))
                self.send(204, JSON, b"")
            case "POST", ["pay"]:
                asked = json_object(body)
                taken = gateway.act(str(asked.get("out_trade_no", "")), str(asked.get("result", "success")))
                self.send(200, JSON, dumps({"taken": taken}))
            case "POST", ["misprint"]:
                asked = json_object(body)
                fen = asked.get("fen")
                gateway.ledger.misprint(str(asked.get("number", "")), None if fen is None else int(fen))
                self.send(204, JSON, b"")
            case "GET", ["books"]:
                self.send(200, JSON, dumps(gateway.summary()))
            case _:
                raise Refused(404, "NOT_FOUND", "没有这个接口")

    # -- answers ------------------------------------------------------------------------------------------------
    def send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def dumps(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def json_object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "PARAM_ERROR", "请求体不是 JSON 对象")
    return asked


def bill_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(400, "PARAM_ERROR", "bill_date 不正确") from None
