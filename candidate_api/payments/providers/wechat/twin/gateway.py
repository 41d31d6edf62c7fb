"""What WeChat Pay would answer: orders, queries, closing, refunds, and the notices of success."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from candidate_api.payments.providers.wechat.twin import signing
from candidate_api.payments.providers.wechat.twin.keys import load
from candidate_api.payments.providers.wechat.twin.ledger import Ledger, Notice, Refused, Trade

# What is told of a success until it is acknowledged: seconds between the tries, as WeChat Pay documents them.
RETRY_AFTER = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]
LATE = 300  # seconds that a late notice takes
NOTIFY_TIMEOUT = 5
SCENES = ("app", "h5", "native")
RESULTS = ("success", "fail", "late", "twice", "never")
NOTIFY_LIES = ("wrong_signature", "wrong_amount", "wrong_merchant", "stale_timestamp")
ANSWER_LIES = ("http_500", "timeout", "wrong_signature", "wrong_amount", "wrong_merchant")
LIES = tuple(dict.fromkeys([*NOTIFY_LIES, *ANSWER_LIES]))

Notify = Callable[[str, dict[str, str], bytes], int]


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send a notice over HTTP; the status it was answered with."""
    with requests.Session() as session:
        session.trust_env = False  # the merchant is on this machine: no proxy
        return session.post(url, data=body, headers=headers, timeout=NOTIFY_TIMEOUT, allow_redirects=False).status_code


class Gateway:
    """The stand-in without its HTTP server. `time_scale` shortens every pause: 0.01 makes 15 s of it 0.15 s."""

    def __init__(self, directory: Path, notify: Notify, time_scale: float) -> None:
        self.keys = load(directory)
        self.ledger = Ledger(directory / "ledger.sqlite3")
        self.time_scale = time_scale
        self.calls: Counter[str] = Counter()
        self._notify = notify
        self._lies: dict[tuple[str, str], int] = {}
        self._lies_lock = threading.Lock()
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._sender = threading.Thread(target=self._send_notices, name="wechat-twin-notices", daemon=True)
        self._sender.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self._sender.join()
        self.ledger.close()

    # -- lies ---------------------------------------------------------------------------------------------------
    def lie(self, name: str, times: int = 1, on: str = "") -> None:
        """Be wrong in this way the next so many times, `on` "notify" or "answer" (by default where it fits first)."""
        place = on or ("notify" if name in NOTIFY_LIES else "answer")
        if name not in (NOTIFY_LIES if place == "notify" else ANSWER_LIES) or place not in {"notify", "answer"}:
            raise Refused(400, "PARAM_ERROR", f"unknown lie {name} on {place}")
        with self._lies_lock:
            self._lies[name, place] = times

    def lies(self, name: str, on: str) -> bool:
        """Whether to lie so now; each time counts."""
        with self._lies_lock:
            left = self._lies.get((name, on), 0)
            if left:
                self._lies[name, on] = left - 1
        return left > 0

    # -- the merchant's calls -----------------------------------------------------------------------------------
    def open(self, scene: str, asked: dict[str, Any]) -> Trade:
        self._check_order(scene, asked)
        return self.ledger.open(scene, asked)

    def _check_order(self, scene: str, asked: dict[str, Any]) -> None:
        amount, notify_url = asked.get("amount"), urlsplit(str(asked.get("notify_url", "")))
        if asked.get("mchid") != self.keys.mchid or asked.get("appid") != self.keys.appid:
            raise Refused(400, "APPID_MCHID_NOT_MATCH", "商户号与 appid 不匹配")
        if not re.fullmatch(r"[0-9A-Za-z_*-]{6,32}", str(asked.get("out_trade_no", ""))):
            raise Refused(400, "PARAM_ERROR", "out_trade_no 格式不正确")
        if not isinstance(amount, dict) or type(amount.get("total")) is not int or amount["total"] < 1:
            raise Refused(400, "PARAM_ERROR", "amount.total 不正确")
        if not 1 <= len(str(asked.get("description", ""))) <= 127:
            raise Refused(400, "PARAM_ERROR", "description 不正确")
        if notify_url.scheme not in {"http", "https"} or notify_url.query:
            raise Refused(400, "PARAM_ERROR", "notify_url 不正确")
        if scene == "h5" and not asked.get("scene_info", {}).get("payer_client_ip"):
            raise Refused(400, "PARAM_ERROR", "scene_info.payer_client_ip 不能为空")
        try:
            ends_at = datetime.fromisoformat(asked.get("time_expire", "9999-01-01T00:00:00+00:00"))
        except (TypeError, ValueError):
            raise Refused(400, "PARAM_ERROR", "time_expire 格式不正确") from None
        if ends_at.tzinfo is None or (ends_at <= datetime.now(UTC) and not self.ledger.trade(asked["out_trade_no"])):
            raise Refused(400, "PARAM_ERROR", "time_expire 不正确")

    def query(self, out_trade_no: str, mchid: str) -> dict[str, Any]:
        trade = self.ledger.trade(out_trade_no)
        if trade is None or mchid != self.keys.mchid:
            raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
        return self._told(trade, "answer")

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        amount = asked.get("amount")
        if not isinstance(amount, dict) or any(type(amount.get(name)) is not int for name in ("refund", "total")):
            raise Refused(400, "PARAM_ERROR", "amount 不正确")
        if not re.fullmatch(r"[0-9A-Za-z_|*@-]{1,64}", str(asked.get("out_refund_no", ""))) or amount["refund"] < 1:
            raise Refused(400, "PARAM_ERROR", "out_refund_no 或 amount 不正确")
        return _refund_document(self.ledger.refund(asked))

    def query_refund(self, out_refund_no: str) -> dict[str, Any]:
        row = self.ledger.refund_row(out_refund_no)
        if row is None:
            raise Refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        self.ledger.finish_refund(out_refund_no)  # the bank is done by the time that somebody asks
        return _refund_document(row | {"status": "SUCCESS"})

    # -- the payer ----------------------------------------------------------------------------------------------
    def act(self, out_trade_no: str, result: str) -> bool:
        """Do as the pay page's form says; whether money was taken.

        late: the notice takes its time; twice: it comes twice; never: it never comes; fail: nothing is paid.
        """
        if result not in RESULTS:
            raise Refused(400, "PARAM_ERROR", "result 不正确")
        if result == "fail" or not self.ledger.pay(out_trade_no):
            return False
        if result != "never":
            after = LATE * self.time_scale if result == "late" else 0
            self.ledger.announce(out_trade_no, after=after, copies=2 if result == "twice" else 1)
            self._wake.set()
        return True

    # -- notices ------------------------------------------------------------------------------------------------
    def _send_notices(self) -> None:
        while not self._stopped.is_set():
            for notice in self.ledger.due_notices():
                if self._stopped.is_set():
                    return
                self._send(notice)
            self._wake.wait(min(0.5, max(0.02, self.time_scale)))
            self._wake.clear()

    def _send(self, notice: Notice) -> None:
        trade = self.ledger.trade(notice.out_trade_no)
        assert trade is not None  # noqa: S101 -- notices are of trades
        url, headers, body = self.letter(trade, notice.event_id)
        try:
            status = self._notify(url, headers, body)
        except Exception:  # whatever keeps the merchant from answering, the notice is sent again
            status = 0
        taken = status in {200, 204}
        given_up = notice.tries >= len(RETRY_AFTER)
        self.ledger.noticed(notice, None if taken or given_up else RETRY_AFTER[notice.tries] * self.time_scale)

    def letter(self, trade: Trade, event_id: str) -> tuple[str, dict[str, str], bytes]:
        """A notice as it is sent: address, headers, body; the signature is of now."""
        body = signing.envelope(
            self.keys, event_id, "TRANSACTION.SUCCESS", self._told(trade, "notify"), trade.success_time or ""
        )
        age = 3600 if self.lies("stale_timestamp", "notify") else 0
        signed = signing.headers(self.keys, body, age=age, spoilt=self.lies("wrong_signature", "notify"))
        return trade.asked["notify_url"], {"Content-Type": "application/json", **signed}, body

    def _told(self, trade: Trade, on: str) -> dict[str, Any]:
        """A trade as answers and notices show it."""
        total = trade.asked["amount"]["total"] + (1 if self.lies("wrong_amount", on) else 0)
        shown: dict[str, Any] = {
            "appid": self.keys.appid,
            "mchid": "1900000000" if self.lies("wrong_merchant", on) else self.keys.mchid,
            "out_trade_no": trade.out_trade_no,
            "trade_type": {"app": "APP", "h5": "MWEB", "native": "NATIVE"}[trade.scene],
            "trade_state": trade.now,
            "trade_state_desc": trade.now,
            "attach": "",
            "amount": {"total": total, "currency": trade.asked["amount"].get("currency", "CNY")},
        }
        if trade.transaction_id:
            shown |= {
                "transaction_id": trade.transaction_id,
                "success_time": trade.success_time,
                "bank_type": "OTHERS",
                "payer": {"openid": f"o{trade.prepay_id[2:28]}"},
            }
            shown["amount"] |= {"payer_total": total, "payer_currency": "CNY"}
        return shown

    def wait(self) -> None:
        """Take as long as nobody waits for: the lie `timeout`."""
        self._stopped.wait(60 * min(1.0, self.time_scale) + 0.5)

    def summary(self) -> dict[str, Any]:
        """The books, for whoever wants to look: what the gateway believes."""
        return {
            "at": time.time(),
            "calls": dict(self.calls),
            "trades": [
                {"out_trade_no": t.out_trade_no, "state": t.now, "scene": t.scene} for t in self.ledger.trades()
            ],
            "refunds": [_refund_document(row) for row in self.ledger.refunds()],
        }


def _refund_document(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "refund_id": row["refund_id"],
        "out_refund_no": row["out_refund_no"],
        "out_trade_no": row["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": row["created_at"],
        "status": row["status"],
        "amount": {"total": row["total"], "refund": row["amount"], "currency": "CNY"},
    }


def dumps(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
