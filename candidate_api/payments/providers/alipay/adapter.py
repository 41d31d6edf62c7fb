"""Alipay on our own small client (client.py): app, phone's browser, desktop's browser, and a code to scan."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from candidate_api.payments.providers.alipay import bill
from candidate_api.payments.providers.alipay.client import CHINA_TIME, Client
from candidate_api.payments.providers.contract import (
    Answer,
    BillLine,
    Notification,
    PayRequest,
    Prepared,
    ProviderRefused,
    ProviderUnavailable,
    RefundAnswer,
    RefundRequest,
    RefundState,
    RefundTold,
    TradeState,
    Unverified,
    Verified,
)
from portal.kernel import clock
from portal.kernel.money import fen, yuan

# The last repeat of a notice comes after 25 hours; what is older has been kept by somebody.
MAX_AGE = timedelta(hours=26)
MAX_AHEAD = timedelta(minutes=5)
# Which product each scene is.
PRODUCTS = {
    "app": ("alipay.trade.app.pay", "QUICK_MSECURITY_PAY"),
    "h5": ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    "page": ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
}
NATIVE = "native"
STATES = {
    "WAIT_BUYER_PAY": TradeState.UNPAID,
    "TRADE_SUCCESS": TradeState.PAID,
    "TRADE_FINISHED": TradeState.PAID,
    # Never paid, or paid and given back whole: nothing is left to fulfil.
    "TRADE_CLOSED": TradeState.CLOSED,
}
OK = "10000"
NOT_THERE = "ACQ.TRADE_NOT_EXIST"
NO_BILL = {"isp.bill_not_exist", "ISP.BILL_NOT_EXIST"}
DONE_ALREADY = {"ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_HAS_CLOSE"}
# Refusals of a refund that time may cure: the merchant's account has to be filled, the channel is busy.
PASSING = {"ACQ.SELLER_BALANCE_NOT_ENOUGH", "ACQ.SYSTEM_ERROR", "AOP.ACQ.SYSTEM_ERROR", "ACQ.REFUND_PROCESSING"}


class Alipay:
    """The channel `alipay`."""

    signed_headers = ()  # the signature is a field of the form
    scenes = (*PRODUCTS, NATIVE)

    def __init__(self) -> None:
        self.config: dict[str, str] = settings.ALIPAY
        self.client = Client(self.config)

    def prepare(self, request: PayRequest) -> Prepared:
        """Only a code to scan is asked of the gateway; else the payer brings the signed order there himself."""
        ends = clock.local(request.expires_at)
        content = {
            "out_trade_no": request.out_trade_no,
            "total_amount": yuan(request.amount_fen),
            "subject": request.title,
            "time_expire": ends.strftime(CHINA_TIME),
        }
        notify_url = self.config["notify_url"]
        if request.scene == NATIVE:
            node, raw = self.client.call("alipay.trade.precreate", content, notify_url=notify_url)
            if node.get("code") != OK or node.get("out_trade_no") != request.out_trade_no:
                raise ProviderRefused(_code(node))
            return Prepared({"code_url": str(node["qr_code"])}, request.expires_at, raw)
        method, product = PRODUCTS[request.scene]
        content["product_code"] = product
        if request.scene == "app":
            address = self.client.address(method, content, notify_url=notify_url)
            invoke = {"order_string": address.partition("?")[2]}
        else:
            back = self.config["return_url"].format(number=request.out_trade_no.rpartition("-")[0])
            if request.scene == "h5":
                content["quit_url"] = back
            invoke = {"pay_url": self.client.address(method, content, notify_url=notify_url, return_url=back)}
        return Prepared(invoke, request.expires_at, "")

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        told = self.client.read_form(body)
        try:
            age = clock.now() - _instant(told["notify_time"])
            if not -MAX_AHEAD <= age <= MAX_AGE:
                raise Unverified("timestamp")
            if (told["app_id"], told["seller_id"]) != (self.config["app_id"], self.config["seller_id"]):
                raise Unverified("merchant")
            event_id, number = told["notify_id"], told["out_trade_no"]
            if told.get("out_biz_no") and told.get("gmt_refund"):
                # It tells the sum of all refunds, not this one's: reason enough to ask, not to believe.
                refund = RefundTold(told["out_biz_no"], None, RefundState.UNKNOWN, told["trade_status"])
                return Notification(event_id, number, None, refund)
            _state, paid = _outcome(told, "gmt_payment")
        except (KeyError, ValueError) as error:
            raise Unverified("malformed") from error
        return Notification(event_id, number, paid)

    def query(self, out_trade_no: str) -> Answer:
        node, raw = self.client.call("alipay.trade.query", {"out_trade_no": out_trade_no})
        if node.get("code") != OK:
            if node.get("sub_code") == NOT_THERE:
                return Answer(TradeState.UNKNOWN, raw)
            raise ProviderUnavailable(_code(node))
        try:
            if node["out_trade_no"] != out_trade_no:
                raise ValueError("another order")
            state, paid = _outcome(node, "send_pay_date")
        except (KeyError, ValueError, TypeError) as error:
            raise ProviderUnavailable(f"an answer that cannot be ours: {error}"[:200]) from error
        return Answer(state, raw, paid)

    def close(self, out_trade_no: str) -> TradeState:
        """An order that nobody has brought to the gateway yet is closed as far as it can be: whoever kept its address
        may still pay until it ends, and then the money goes back."""
        node, _raw = self.client.call("alipay.trade.close", {"out_trade_no": out_trade_no})
        if node.get("code") == OK or node.get("sub_code") == NOT_THERE:
            return TradeState.CLOSED
        if node.get("sub_code") in DONE_ALREADY:
            state = self.query(out_trade_no).state
            if state in {TradeState.PAID, TradeState.CLOSED}:
                return state
        raise ProviderUnavailable(_code(node))

    def refund(self, request: RefundRequest) -> RefundAnswer:
        node, raw = self.client.call(
            "alipay.trade.refund",
            {
                "out_trade_no": request.out_trade_no,
                "refund_amount": yuan(request.amount_fen),
                "out_request_no": request.out_refund_no,
                "refund_reason": request.reason,
            },
        )
        if node.get("code") != OK:
            if node.get("sub_code") in PASSING:
                raise ProviderUnavailable(_code(node))
            raise ProviderRefused(_code(node))
        if node.get("out_trade_no") != request.out_trade_no:
            raise ProviderUnavailable("an answer about another refund")
        # "Y": money has moved by this very call; else whoever asks will know.
        moved = node.get("fund_change") == "Y"
        return RefundAnswer(RefundState.SUCCEEDED if moved else RefundState.PROCESSING, raw)

    def query_refund(self, request: RefundRequest) -> RefundAnswer:
        node, raw = self.client.call(
            "alipay.trade.fastpay.refund.query",
            {"out_trade_no": request.out_trade_no, "out_request_no": request.out_refund_no},
        )
        if node.get("code") != OK:
            if node.get("sub_code") == NOT_THERE:
                return RefundAnswer(RefundState.UNKNOWN, raw)
            raise ProviderUnavailable(_code(node))
        if not node.get("refund_status"):
            return RefundAnswer(RefundState.UNKNOWN, raw)
        about = (node.get("out_trade_no"), node.get("out_request_no"), node.get("refund_amount"))
        if about != (request.out_trade_no, request.out_refund_no, yuan(request.amount_fen)):
            raise ProviderUnavailable("an answer about another refund")
        done = node["refund_status"] == "REFUND_SUCCESS"
        return RefundAnswer(RefundState.SUCCEEDED if done else RefundState.PROCESSING, raw, str(node["refund_status"]))

    def statement(self, day: date) -> list[BillLine]:
        asked = {"bill_type": "trade", "bill_date": day.isoformat()}
        node, _raw = self.client.call("alipay.data.dataservice.bill.downloadurl.query", asked)
        if node.get("code") != OK:
            if node.get("sub_code") in NO_BILL:
                return []
            raise ProviderUnavailable(_code(node))
        packed = self.client.download(str(node.get("bill_download_url", "")), bill.LARGEST_PACKED)
        return bill.read(packed, self.config["seller_id"], day)


def _outcome(trade: Mapping[str, Any], paid_at: str) -> tuple[TradeState, Verified | None]:
    """The state of a trade and, where it is paid, the proof. An unknown state counts as unfinished."""
    state = STATES.get(str(trade["trade_status"]), TradeState.PAYING)
    if state != TradeState.PAID:
        return state, None
    return state, Verified(str(trade["trade_no"]), fen(str(trade["total_amount"])), _instant(str(trade[paid_at])))


def _instant(text: str) -> datetime:
    """Alipay writes the wall clock of China."""
    return datetime.strptime(text, CHINA_TIME).replace(tzinfo=clock.SHANGHAI)


def _code(node: Mapping[str, Any]) -> str:
    return str(node.get("sub_code") or node.get("code") or "")[:60]
