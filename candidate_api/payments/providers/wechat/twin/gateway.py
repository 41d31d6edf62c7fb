"""What WeChat Pay would answer: orders, queries, closing, refunds, and the notices of what has happened."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from candidate_api.payments.providers.twin.gateway import REFUND_TAKES, Gateway, Letter, Notify, refund_document
from candidate_api.payments.providers.twin.ledger import Refused, Trade
from candidate_api.payments.providers.wechat.twin import signing
from candidate_api.payments.providers.wechat.twin.keys import load

SCENES = ("app", "h5", "jsapi", "native")


class WechatGateway(Gateway):
    name = "wechat"
    retry_after = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
    answer_lies = ("http_500", "timeout", "wrong_signature", "wrong_amount", "wrong_merchant", "wrong_hash")

    def __init__(self, directory: Path, notify: Notify, time_scale: float) -> None:
        self.keys = load(directory)
        super().__init__(directory, notify, time_scale)

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
        if scene == "jsapi" and not (asked.get("payer") or {}).get("openid"):
            raise Refused(400, "PARAM_ERROR", "payer.openid 不能为空")
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
        known = self.ledger.refund_row(asked["out_refund_no"])
        made = self.ledger.refund(asked)
        if known is None and asked.get("notify_url"):
            after = REFUND_TAKES * self.time_scale
            self.ledger.announce(made["out_trade_no"], out_refund_no=made["out_refund_no"], after=after)
        return refund_document(made)

    def query_refund(self, out_refund_no: str) -> dict[str, Any]:
        row = self.ledger.refund_row(out_refund_no)
        if row is None:
            raise Refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        self.ledger.end_refund(out_refund_no)  # the bank is done by the time that somebody asks
        return refund_document(self.ledger.refund_row(out_refund_no) or row)

    # -- notices ------------------------------------------------------------------------------------------------
    def taken(self, status: int, body: bytes) -> bool:
        return status in {200, 204}

    def letter(self, trade: Trade, event_id: str) -> Letter:
        told = self._told(trade, "notify")
        body = signing.envelope(self.keys, event_id, "TRANSACTION.SUCCESS", told, trade.success_time or "")
        return self._signed(trade.asked["notify_url"], body)

    def refund_letter(self, out_refund_no: str, event_id: str) -> Letter:
        self.ledger.end_refund(out_refund_no)
        row = self.ledger.refund_row(out_refund_no)
        assert row is not None  # noqa: S101 -- notices are of refunds that were made
        trade = self.ledger.trade(row["out_trade_no"])
        amount = row["amount"] + (1 if self.lies("wrong_amount", "notify") else 0)
        told = {
            "mchid": "1900000000" if self.lies("wrong_merchant", "notify") else self.keys.mchid,
            "out_trade_no": row["out_trade_no"],
            "transaction_id": trade.transaction_id if trade else "",
            "out_refund_no": row["out_refund_no"],
            "refund_id": row["refund_id"],
            "refund_status": row["status"],
            "success_time": row["created_at"],
            "user_received_account": "支付用户零钱",
            "amount": {"total": row["total"], "refund": amount, "payer_total": row["total"], "payer_refund": amount},
        }
        event = {"SUCCESS": "REFUND.SUCCESS", "CLOSED": "REFUND.CLOSED"}.get(row["status"], "REFUND.ABNORMAL")
        body = signing.envelope(self.keys, event_id, event, told, row["created_at"], original="refund")
        return self._signed(json.loads(row["asked"])["notify_url"], body)

    def _signed(self, url: str, body: bytes) -> Letter:
        age = 3600 if self.lies("stale_timestamp", "notify") else 0
        signed = signing.headers(self.keys, body, age=age, spoilt=self.lies("wrong_signature", "notify"))
        return url, {"Content-Type": "application/json", **signed}, body

    def _told(self, trade: Trade, on: str) -> dict[str, Any]:
        """A trade as answers and notices show it."""
        total = trade.asked["amount"]["total"] + (1 if self.lies("wrong_amount", on) else 0)
        shown: dict[str, Any] = {
            "appid": self.keys.appid,
            "mchid": "1900000000" if self.lies("wrong_merchant", on) else self.keys.mchid,
            "out_trade_no": trade.out_trade_no,
            "trade_type": {"app": "APP", "h5": "MWEB", "jsapi": "JSAPI", "native": "NATIVE"}[trade.scene],
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
