"""What Alipay would answer: orders, queries, closing, refunds, bills, and the notices of what has happened."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from candidate_api.payments.providers.alipay.twin import signing
from candidate_api.payments.providers.alipay.twin.keys import load
from candidate_api.payments.providers.twin.gateway import Gateway, Letter, Notify
from candidate_api.payments.providers.twin.ledger import Refused, Trade

CHINA = ZoneInfo("Asia/Shanghai")
CLOCK = "%Y-%m-%d %H:%M:%S"
# Which scene each way to open an order is.
SCENES = {
    "alipay.trade.app.pay": "app",
    "alipay.trade.wap.pay": "h5",
    "alipay.trade.page.pay": "page",
    "alipay.trade.precreate": "native",
}
PRODUCTS = {"app": "QUICK_MSECURITY_PAY", "h5": "QUICK_WAP_WAY", "page": "FAST_INSTANT_TRADE_PAY"}
# What the books refuse, in Alipay's words.
SUB_CODES = {
    "ORDER_NOT_EXIST": "ACQ.TRADE_NOT_EXIST",
    "RESOURCE_NOT_EXISTS": "ACQ.TRADE_NOT_EXIST",
    "ORDERPAID": "ACQ.TRADE_HAS_SUCCESS",
    "ORDER_CLOSED": "ACQ.TRADE_HAS_CLOSE",
    "INVALID_REQUEST": "ACQ.CONTEXT_INCONSISTENT",
}


class AlipayGateway(Gateway):
    name = "alipay"
    retry_after = (240, 600, 600, 3600, 7200, 21600, 54000)
    answer_lies = ("http_500", "timeout", "wrong_signature", "wrong_amount", "wrong_order")

    def __init__(self, directory: Path, notify: Notify, time_scale: float) -> None:
        self.keys = load(directory)
        super().__init__(directory, notify, time_scale)

    # -- the merchant's calls -----------------------------------------------------------------------------------
    def open(self, fields: dict[str, str]) -> Trade:
        """Enter the order of a signed request; the same again is the same entry."""
        scene, asked = SCENES.get(fields.get("method", "")), content(fields)
        if scene is None or fields.get("app_id") != self.keys.app_id:
            raise Refused(400, "ACQ.INVALID_PARAMETER", "method 或 app_id 不正确")
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", str(asked.get("out_trade_no", ""))):
            raise Refused(400, "ACQ.INVALID_PARAMETER", "out_trade_no 不正确")
        if not re.fullmatch(r"[0-9]{1,9}\.[0-9]{2}", str(asked.get("total_amount", ""))) or not asked.get("subject"):
            raise Refused(400, "ACQ.INVALID_PARAMETER", "total_amount 或 subject 不正确")
        if asked.get("product_code") != PRODUCTS.get(scene):
            raise Refused(400, "ACQ.INVALID_PARAMETER", "product_code 不正确")
        if urlsplit(fields.get("notify_url", "")).scheme not in {"http", "https"}:
            raise Refused(400, "ACQ.INVALID_PARAMETER", "notify_url 不正确")
        try:
            ends_at = datetime.strptime(asked["time_expire"], CLOCK).replace(tzinfo=CHINA)
        except (KeyError, TypeError, ValueError):
            raise Refused(400, "ACQ.INVALID_PARAMETER", "time_expire 不正确") from None
        if ends_at <= datetime.now(CHINA) and not self.ledger.trade(asked["out_trade_no"]):
            raise Refused(400, "ACQ.INVALID_PARAMETER", "time_expire 已过")
        total = int(asked["total_amount"].replace(".", ""))
        return self.ledger.open(
            scene,
            {
                "out_trade_no": asked["out_trade_no"],
                "amount": {"total": total},
                "description": asked["subject"],
                "notify_url": fields["notify_url"],
                "time_expire": ends_at.isoformat(),
            },
        )

    def query(self, out_trade_no: str) -> dict[str, Any]:
        trade = self.ledger.trade(out_trade_no)
        if trade is None:
            raise Refused(200, "ORDER_NOT_EXIST", "交易不存在")
        total = trade.asked["amount"]["total"] + (1 if self.lies("wrong_amount", "answer") else 0)
        wrong = self.lies("wrong_order", "answer")
        told = {
            "trade_no": trade.transaction_id or f"2026{trade.prepay_id[2:26]}",
            "out_trade_no": f"{out_trade_no}0" if wrong else out_trade_no,
            "buyer_logon_id": "159****5620",
            "trade_status": self.status(trade),
            "total_amount": yuan(total),
        }
        return told | ({"send_pay_date": china(trade.success_time)} if trade.success_time else {})

    def status(self, trade: Trade) -> str:
        if trade.now == "REFUND":
            back = sum(r["amount"] for r in self.ledger.refunds() if r["out_trade_no"] == trade.out_trade_no)
            return "TRADE_CLOSED" if back >= trade.asked["amount"]["total"] else "TRADE_SUCCESS"
        return {"NOTPAY": "WAIT_BUYER_PAY", "SUCCESS": "TRADE_SUCCESS", "CLOSED": "TRADE_CLOSED"}[trade.now]

    def close(self, out_trade_no: str) -> dict[str, Any]:
        trade = self.ledger.trade(out_trade_no)
        if trade is not None and trade.now != "NOTPAY":
            raise Refused(200, "ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        self.ledger.close_trade(out_trade_no)
        return {"out_trade_no": out_trade_no}

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        number, text = str(asked.get("out_request_no", "")), str(asked.get("refund_amount", ""))
        trade = self.ledger.trade(str(asked.get("out_trade_no", "")))
        if not number or not re.fullmatch(r"[0-9]{1,9}\.[0-9]{2}", text) or trade is None:
            raise Refused(200, "ORDER_NOT_EXIST" if trade is None else "ACQ.INVALID_PARAMETER", "参数不正确")
        known = self.ledger.refund_row(number)
        amount = {"refund": int(text.replace(".", "")), "total": trade.asked["amount"]["total"]}
        row = self.ledger.refund(
            {"out_trade_no": trade.out_trade_no, "out_refund_no": number, "amount": amount, "reason": ""}
        )
        self.ledger.end_refund(number)
        if known is None:
            self.ledger.announce(trade.out_trade_no, out_refund_no=number)
        return {
            "out_trade_no": trade.out_trade_no,
            "trade_no": trade.transaction_id,
            "fund_change": "N" if known else "Y",
            "refund_fee": yuan(row["amount"]),
        }

    def query_refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self.ledger.refund_row(str(asked.get("out_request_no", "")))
        if row is None or row["out_trade_no"] != asked.get("out_trade_no"):
            return {}  # as the real one does: a success that tells nothing
        amount = row["amount"] + (1 if self.lies("wrong_amount", "answer") else 0)
        return {
            "out_trade_no": row["out_trade_no"],
            "out_request_no": row["out_refund_no"],
            "refund_amount": yuan(amount),
            "refund_status": "REFUND_SUCCESS" if row["status"] == "SUCCESS" else "",
        }

    # -- notices ------------------------------------------------------------------------------------------------
    def taken(self, status: int, body: bytes) -> bool:
        return status == 200 and body.strip() == b"success"

    def letter(self, trade: Trade, event_id: str) -> Letter:
        return self._signed(trade.asked["notify_url"], self.story(trade, event_id))

    def refund_letter(self, out_refund_no: str, event_id: str) -> Letter:
        self.ledger.end_refund(out_refund_no)
        row = self.ledger.refund_row(out_refund_no)
        assert row is not None  # noqa: S101 -- notices are of refunds that were made
        trade = self.ledger.trade(row["out_trade_no"])
        assert trade is not None  # noqa: S101 -- refunds are of trades
        back = sum(r["amount"] for r in self.ledger.refunds() if r["out_trade_no"] == trade.out_trade_no)
        told = {"out_biz_no": out_refund_no, "refund_fee": yuan(back), "gmt_refund": china(row["created_at"])}
        return self._signed(trade.asked["notify_url"], self.story(trade, event_id) | told)

    def story(self, trade: Trade, event_id: str) -> dict[str, str]:
        """What a notice tells, not signed yet."""
        total = yuan(trade.asked["amount"]["total"] + (1 if self.lies("wrong_amount", "notify") else 0))
        age = timedelta(hours=30 if self.lies("stale_timestamp", "notify") else 0)
        seller = "2088000000000000" if self.lies("wrong_merchant", "notify") else self.keys.seller_id
        return {
            "notify_time": (datetime.now(CHINA) - age).strftime(CLOCK),
            "notify_type": "trade_status_sync",
            "notify_id": event_id,
            "app_id": self.keys.app_id,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": trade.transaction_id or "",
            "out_trade_no": trade.out_trade_no,
            "buyer_id": "2088102122524333",
            "seller_id": seller,
            "trade_status": self.status(trade),
            "total_amount": total,
            "receipt_amount": total,
            "subject": trade.asked["description"],
            "gmt_payment": china(trade.success_time) if trade.success_time else "",
        }

    def _signed(self, url: str, story: dict[str, str]) -> Letter:
        sign = signing.signature(self.keys, signing.text_of(story), spoilt=self.lies("wrong_signature", "notify"))
        form = urlencode({name: value for name, value in story.items() if value} | {"sign_type": "RSA2", "sign": sign})
        return url, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, form.encode()


def content(fields: dict[str, str]) -> dict[str, Any]:
    try:
        asked = json.loads(fields.get("biz_content", ""))
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "ACQ.INVALID_PARAMETER", "biz_content 不是 JSON 对象")
    return asked


def china(at: str | None) -> str:
    return datetime.fromisoformat(at or "").astimezone(CHINA).strftime(CLOCK)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
