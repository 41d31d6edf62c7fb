"""The gateway's HTTP edge on loopback: signed API, pay page, control."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from candidate_api.payments.providers.wechat.twin import page, signing
from candidate_api.payments.providers.wechat.twin.gateway import LIES, SCENES, Gateway, dumps
from candidate_api.payments.providers.wechat.twin.ledger import Refused

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
MOST = 64 * 1024  # bytes of a body


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, gateway: Gateway) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.gateway = gateway

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nobody's concern."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "wechat-pay-twin"

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the calling side logs."""

    def _handle(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST:
            self.close_connection = True
            self._send(413, HTML, b"")
            return
        body = self.rfile.read(length)
        url = urlsplit(self.path)
        parts = [part for part in url.path.split("/") if part]
        try:
            if parts[:1] == ["v3"]:
                self._api(method, parts[1:], parse_qs(url.query), body)
            elif parts[:1] == ["pay"]:
                self._pay_page(method, parse_qs(url.query), body)
            elif parts[:1] == ["twin"]:
                self._control(method, parts[1:], body)
            else:
                self._send(404, HTML, page.missing_page())
        except Refused as refusal:
            self._send(refusal.status, JSON, dumps({"code": refusal.code, "message": refusal.message}), signed=True)

    # -- the API ------------------------------------------------------------------------------------------------
    def _api(self, method: str, parts: list[str], query: dict[str, list[str]], body: bytes) -> None:
        gateway = self.server.gateway
        why = signing.refused(gateway.keys, self.headers.get("Authorization", ""), method, self.path, body)
        if why:
            raise Refused(401, "SIGN_ERROR", why)
        if gateway.lies("http_500", "answer"):
            raise Refused(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
        if gateway.lies("timeout", "answer"):
            gateway.wait()
            self.close_connection = True
            return
        match method, parts:
            case "POST", ["pay", "transactions", scene] if scene in SCENES:
                gateway.calls["prepare"] += 1
                self._prepared(scene, gateway.open(scene, _object(body)).prepay_id)
            case "GET", ["pay", "transactions", "out-trade-no", number]:
                gateway.calls["query"] += 1
                self._answer(gateway.query(number, query.get("mchid", [""])[0]))
            case "POST", ["pay", "transactions", "out-trade-no", number, "close"]:
                gateway.calls["close"] += 1
                gateway.ledger.close_trade(number)
                self._send(204, JSON, b"", signed=True)
            case "POST", ["refund", "domestic", "refunds"]:
                gateway.calls["refund"] += 1
                self._answer(gateway.refund(_object(body)))
            case "GET", ["refund", "domestic", "refunds", number]:
                gateway.calls["query_refund"] += 1
                self._answer(gateway.query_refund(number))
            case _:
                raise Refused(404, "NOT_FOUND", "没有这个接口")

    def _prepared(self, scene: str, prepay_id: str) -> None:
        address = f"{self.server.base_url}/pay/{scene}?prepay_id={quote(prepay_id)}"
        answers = {"app": {"prepay_id": prepay_id}, "h5": {"h5_url": address}, "native": {"code_url": address}}
        self._answer(answers[scene])

    # -- the pay page -------------------------------------------------------------------------------------------
    def _pay_page(self, method: str, query: dict[str, list[str]], body: bytes) -> None:
        gateway = self.server.gateway
        given = query | (parse_qs(body.decode(errors="replace")) if method == "POST" else {})
        trade = gateway.ledger.trade_of_prepay(given.get("prepay_id", [""])[0])
        redirect_url = given.get("redirect_url", [""])[0]
        if urlsplit(redirect_url).scheme not in {"http", "https"}:
            redirect_url = ""
        if trade is None:
            self._send(404, HTML, page.missing_page())
        elif method == "GET":
            self._send(200, HTML, page.pay_page(trade, redirect_url))
        else:
            gateway.act(trade.out_trade_no, given.get("result", [""])[0])
            if redirect_url:
                self._send(303, HTML, b"", Location=redirect_url)
            else:
                self._send(200, HTML, page.result_page(gateway.ledger.trade(trade.out_trade_no) or trade))

    # -- control ------------------------------------------------------------------------------------------------
    def _control(self, method: str, parts: list[str], body: bytes) -> None:
        """`POST /twin/lie {lie, times, on}`, `POST /twin/pay {out_trade_no, result}`, `GET /twin/books`."""
        gateway = self.server.gateway
        match method, parts:
            case "POST", ["lie"]:
                asked = _object(body)
                if asked.get("lie") not in LIES:
                    raise Refused(400, "PARAM_ERROR", f"lie: {', '.join(LIES)}")
                gateway.lie(asked["lie"], int(asked.get("times", 1)), str(asked.get("on", "")))
                self._send(204, JSON, b"")
            case "POST", ["pay"]:
                asked = _object(body)
                taken = gateway.act(str(asked.get("out_trade_no", "")), str(asked.get("result", "success")))
                self._send(200, JSON, dumps({"taken": taken}))
            case "GET", ["books"]:
                self._send(200, JSON, dumps(gateway.summary()))
            case _:
                raise Refused(404, "NOT_FOUND", "没有这个接口")

    # -- answers ------------------------------------------------------------------------------------------------
    def _answer(self, document: dict[str, Any]) -> None:
        self._send(200, JSON, dumps(document), signed=True)

    def _send(self, status: int, kind: str, body: bytes, *, signed: bool = False, **headers: str) -> None:
        gateway = self.server.gateway
        if signed:
            spoilt = status < 300 and gateway.lies("wrong_signature", "answer")
            headers |= signing.headers(gateway.keys, body, spoilt=spoilt)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "PARAM_ERROR", "请求体不是 JSON 对象")
    return asked
