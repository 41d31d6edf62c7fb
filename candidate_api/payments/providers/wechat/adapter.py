"""WeChat Pay v3 by the SDK `wechatpayv3`, with what the SDK leaves to its user: time-outs, age and owner of messages.

The setting WECHAT_PAY: mchid, appid, private_key (PEM), cert_serial, apiv3_key, public_key (PEM of WeChat Pay's key),
public_key_id, gateway (base URL), notify_url.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from wechatpayv3 import WeChatPay, WeChatPayType

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
from candidate_api.payments.providers.wechat import bill
from portal.kernel import clock

TIMEOUT = (3, 10)  # seconds to connect, to answer
MAX_AGE = timedelta(minutes=5)
CURRENCY = "CNY"
SIGNED_HEADERS = (
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Signature",
    "Wechatpay-Serial",
    "Wechatpay-Signature-Type",
)
TYPES = {
    "app": WeChatPayType.APP,
    "h5": WeChatPayType.H5,
    "jsapi": WeChatPayType.JSAPI,
    "native": WeChatPayType.NATIVE,
}
# How long the client may use what it is handed; a little less than the channel grants.
LONG = timedelta(minutes=110)
VALID = {"app": LONG, "h5": timedelta(minutes=4), "jsapi": LONG, "native": LONG}
STATES = {
    "SUCCESS": TradeState.PAID,
    "NOTPAY": TradeState.UNPAID,
    "PAYERROR": TradeState.UNPAID,
    "USERPAYING": TradeState.PAYING,
    "ACCEPT": TradeState.PAYING,
    "CLOSED": TradeState.CLOSED,
    "REVOKED": TradeState.CLOSED,
    # Paid and given back, by somebody else than us: nothing is left to fulfil.
    "REFUND": TradeState.CLOSED,
}
REFUND_STATES = {
    "SUCCESS": RefundState.SUCCEEDED,
    "PROCESSING": RefundState.PROCESSING,
    "CLOSED": RefundState.FAILED,
    "ABNORMAL": RefundState.FAILED,
}
NOT_THERE = {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}
# Refusals of a refund that time may cure: the merchant's account has to be filled, the channel is busy.
PASSING = {"NOT_ENOUGH", "FREQUENCY_LIMITED", "SYSTEM_ERROR", "BIZERR_NEED_RETRY"}


@lru_cache(maxsize=4)
def _sdk(config: tuple[tuple[str, str], ...]) -> WeChatPay:
    """The SDK with its keys loaded. With the platform's public key at hand its constructor calls nobody."""
    given = dict(config)
    loopback = urlsplit(given["gateway"]).hostname in {"127.0.0.1", "localhost"}
    sdk = WeChatPay(
        wechatpay_type=WeChatPayType.APP,
        mchid=given["mchid"],
        private_key=given["private_key"],
        cert_serial_no=given["cert_serial"],
        appid=given["appid"],
        apiv3_key=given["apiv3_key"],
        public_key=given["public_key"],
        public_key_id=given["public_key_id"],
        timeout=TIMEOUT,
        # A stand-in on this machine is never reached through a proxy.
        proxy={"no_proxy": "127.0.0.1,localhost"} if loopback else None,
    )
    sdk._core._gate_way = given["gateway"].rstrip("/")  # the SDK has no public way to say where the gateway is
    return sdk


class WechatPay:
    """The channel `wechat`."""

    signed_headers = SIGNED_HEADERS
    scenes = tuple(TYPES)

    def __init__(self) -> None:
        self.config: dict[str, str] = settings.WECHAT_PAY
        self.sdk = _sdk(tuple(sorted(self.config.items())))

    def prepare(self, request: PayRequest) -> Prepared:
        scene_info: dict[str, Any] = {"payer_client_ip": request.client_ip}
        if request.scene == "h5":
            scene_info["h5_info"] = {"type": "Wap"}
        status, raw = self._call(
            self.sdk.pay,
            description=request.title,
            out_trade_no=request.out_trade_no,
            amount={"total": request.amount_fen, "currency": CURRENCY},
            payer={"openid": request.openid} if request.openid else None,
            time_expire=clock.local(request.expires_at).isoformat(timespec="seconds"),
            scene_info=scene_info,
            notify_url=self.config["notify_url"],
            pay_type=TYPES[request.scene],
        )
        if status != 200:
            raise ProviderRefused(_code(raw))
        answer = _json(raw)
        try:
            invoke = self._invoke(request.scene, answer)
        except KeyError as error:
            raise ProviderUnavailable(f"the answer lacks {error}") from error
        return Prepared(invoke, clock.now() + VALID[request.scene], raw)

    def _invoke(self, scene: str, answer: dict[str, Any]) -> dict[str, Any]:
        if scene == "h5":
            return {"h5_url": answer["h5_url"]}
        if scene == "native":
            return {"code_url": answer["code_url"]}
        prepay_id, timestamp, nonce = answer["prepay_id"], str(int(clock.now().timestamp())), uuid4().hex
        appid = self.config["appid"]
        if scene == "jsapi":
            package = f"prepay_id={prepay_id}"
            return {
                "appId": appid,
                "timeStamp": timestamp,
                "nonceStr": nonce,
                "package": package,
                "signType": "RSA",
                "paySign": self.sdk.sign([appid, timestamp, nonce, package]),
            }
        return {
            "appid": appid,
            "partnerid": self.config["mchid"],
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": nonce,
            "timestamp": timestamp,
            "sign": self.sdk.sign([appid, timestamp, nonce, prepay_id]),
        }

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        given = {name: headers.get(name, "") for name in SIGNED_HEADERS}
        # For any other serial the SDK would call the gateway for certificates: nobody may make us do that.
        if given["Wechatpay-Serial"] != self.config["public_key_id"]:
            raise Unverified("serial")
        try:
            message = self.sdk.callback(given, body)
        except Exception as error:  # the SDK raises bare exceptions for what it cannot read
            raise Unverified("malformed") from error
        if not message:
            raise Unverified("signature")
        sent_at = given["Wechatpay-Timestamp"]
        if not sent_at.isdecimal() or abs(clock.now().timestamp() - int(sent_at)) > MAX_AGE.total_seconds():
            raise Unverified("timestamp")
        try:
            trade = message["resource"]
            if str(message["event_type"]).startswith("REFUND."):
                return self._refund_told(str(message["id"]), trade)
            if message["event_type"] != "TRANSACTION.SUCCESS":
                return Notification(str(message["id"]), "", None)
            self._check_owner(trade)
            _state, paid = _outcome(trade)
            return Notification(str(message["id"]), str(trade["out_trade_no"]), paid)
        except (KeyError, TypeError, ValueError) as error:
            raise Unverified("malformed") from error

    def _refund_told(self, event_id: str, told: dict[str, Any]) -> Notification:
        if told["mchid"] != self.config["mchid"]:
            raise Unverified("merchant")
        status, amount = str(told["refund_status"]), told["amount"]["refund"]
        if type(amount) is not int:
            raise Unverified("currency")
        refund = RefundTold(str(told["out_refund_no"]), amount, REFUND_STATES.get(status, RefundState.UNKNOWN), status)
        return Notification(event_id, str(told["out_trade_no"]), None, refund)

    def query(self, out_trade_no: str) -> Answer:
        status, raw = self._call(self.sdk.query, out_trade_no=out_trade_no)
        if status == 404 and _code(raw) in NOT_THERE:
            return Answer(TradeState.UNKNOWN, raw)
        if status != 200:
            raise ProviderUnavailable(f"{status} {_code(raw)}")
        trade = _json(raw)
        try:
            self._check_owner(trade)
            if trade["out_trade_no"] != out_trade_no:
                raise Unverified("order")
            state, paid = _outcome(trade)
        except (Unverified, KeyError, TypeError, ValueError) as error:
            raise ProviderUnavailable(f"an answer that cannot be ours: {error}") from error
        return Answer(state, raw, paid)

    def close(self, out_trade_no: str) -> TradeState:
        status, raw = self._call(self.sdk.close, out_trade_no=out_trade_no)
        code = "" if status == 204 else _code(raw)
        if status == 204 or code in NOT_THERE or code in {"ORDER_CLOSED", "ORDERCLOSED"}:
            return TradeState.CLOSED
        if code in {"ORDERPAID", "ORDER_PAID"}:
            return TradeState.PAID
        raise ProviderUnavailable(f"{status} {code}")

    def refund(self, request: RefundRequest) -> RefundAnswer:
        status, raw = self._call(
            self.sdk.refund,
            out_refund_no=request.out_refund_no,
            out_trade_no=request.out_trade_no,
            amount={"refund": request.amount_fen, "total": request.total_fen, "currency": CURRENCY},
            reason=request.reason,
            notify_url=self.config["notify_url"],
        )
        if status != 200:
            code = _code(raw)
            if code in PASSING:
                raise ProviderUnavailable(code)
            raise ProviderRefused(code)
        return self._refund_answer(raw, request.out_refund_no)

    def query_refund(self, request: RefundRequest) -> RefundAnswer:
        status, raw = self._call(self.sdk.query_refund, out_refund_no=request.out_refund_no)
        if status == 404 and _code(raw) in NOT_THERE:
            return RefundAnswer(RefundState.UNKNOWN, raw)
        if status != 200:
            raise ProviderUnavailable(f"{status} {_code(raw)}")
        return self._refund_answer(raw, request.out_refund_no)

    @staticmethod
    def _refund_answer(raw: str, out_refund_no: str) -> RefundAnswer:
        answer = _json(raw)
        state = REFUND_STATES.get(str(answer.get("status")))
        if state is None or answer.get("out_refund_no") != out_refund_no:
            raise ProviderUnavailable("an answer about another refund")
        return RefundAnswer(state, raw, str(answer["status"]))

    def statement(self, day: date) -> list[BillLine]:
        status, raw = self._call(self.sdk.trade_bill, bill_date=day.isoformat())
        if status == 400 and _code(raw) == "NO_STATEMENT_EXIST":
            return []
        if status != 200:
            raise ProviderUnavailable(f"{status} {_code(raw)}")
        answer = _json(raw)
        address = str(answer.get("download_url", ""))
        # Our signature goes along: to nobody but the gateway.
        if not address.startswith(f"{self.config['gateway'].rstrip('/')}/"):
            raise ProviderUnavailable("a bill that lies elsewhere")
        status, packed = self._ask(self.sdk.download_bill, url=address)
        if status != 200 or isinstance(packed, str):
            raise ProviderUnavailable(f"{status} no bill")
        return bill.read(packed, str(answer.get("hash_value", "")), self.config)

    def _check_owner(self, trade: dict[str, Any]) -> None:
        if trade["mchid"] != self.config["mchid"] or trade["appid"] != self.config["appid"]:
            raise Unverified("merchant")

    @classmethod
    def _call(cls, method: Callable[..., tuple[int, str | bytes]], **values: Any) -> tuple[int, str]:
        """Call the SDK for an answer in words."""
        status, answer = cls._ask(method, **values)
        return status, answer if isinstance(answer, str) else answer.decode(errors="replace")

    @staticmethod
    def _ask(method: Callable[..., tuple[int, str | bytes]], **values: Any) -> tuple[int, str | bytes]:
        """Call the SDK; whatever goes wrong on the way (it raises bare exceptions) leaves the outcome unknown."""
        try:
            status, answer = method(**values)
        except Exception as error:
            raise ProviderUnavailable(type(error).__name__) from error
        if status >= 500 or status in {401, 429}:
            text = answer if isinstance(answer, str) else answer.decode(errors="replace")
            raise ProviderUnavailable(f"{status} {_code(text)}")
        return status, answer


def _outcome(trade: dict[str, Any]) -> tuple[TradeState, Verified | None]:
    """The state of a trade and, where it is paid, the proof. An unknown state counts as unfinished."""
    state = STATES.get(trade["trade_state"], TradeState.PAYING)
    if state != TradeState.PAID:
        return state, None
    total, currency = trade["amount"]["total"], trade["amount"]["currency"]
    if currency != CURRENCY or type(total) is not int:
        raise Unverified("currency")
    paid_at = datetime.fromisoformat(trade["success_time"])
    if paid_at.tzinfo is None:
        raise ValueError("success_time without an offset")
    return state, Verified(str(trade["transaction_id"]), total, paid_at)


def _json(raw: str) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise ProviderUnavailable("an answer that is not JSON") from error
    if not isinstance(answer, dict):
        raise ProviderUnavailable("an answer that is not an object")
    return answer


def _code(raw: str) -> str:
    """The channel's error code, "" where the answer has none."""
    try:
        answer = json.loads(raw)
    except ValueError:
        return ""
    return str(answer.get("code", ""))[:60] if isinstance(answer, dict) else ""
