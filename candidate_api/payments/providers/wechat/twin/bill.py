"""The daily bill as WeChat Pay writes it: what was paid and what was given back on one day in China."""

import gzip
import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from candidate_api.payments.providers.twin.ledger import Ledger, Refused, Trade
from candidate_api.payments.providers.wechat.twin.keys import Keys

CHINA = ZoneInfo("Asia/Shanghai")
READY_AT = 10  # o'clock on the next day
HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def write(keys: Keys, ledger: Ledger, day: date) -> bytes:
    """The bill's text. Raises Refused: not there yet, or nothing moved."""
    now = datetime.now(CHINA)
    if now.date() <= day or (now.date() - day == timedelta(days=1) and now.hour < READY_AT):
        raise Refused(400, "STATEMENT_CREATING", "账单生成中")
    rows = list(_rows(keys, ledger, day))
    if not rows:
        raise Refused(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    paid = sum(int(row["total"]) for row in rows)
    back = sum(int(row["back"]) for row in rows)
    lines = [HEAD, *(_csv(row["fields"]) for row in rows), SUMMARY]
    lines.append(_csv([len(rows), _yuan(paid), _yuan(back), "0.00", "0.00000", _yuan(paid), _yuan(back)]))
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def digest(text: bytes) -> str:
    return hashlib.sha1(text, usedforsecurity=False).hexdigest()


def packed(text: bytes) -> bytes:
    return gzip.compress(text)


def _rows(keys: Keys, ledger: Ledger, day: date) -> Iterable[dict[str, Any]]:
    misprints = ledger.misprints()
    trades = {trade.out_trade_no: trade for trade in ledger.trades()}
    for trade in trades.values():
        if trade.success_time and _day(trade.success_time) == day:
            fen = misprints.get(trade.out_trade_no, trade.asked["amount"]["total"])
            if fen is not None:
                fields = _fields(keys, trade, trade.success_time, "SUCCESS", fen, 0)
                yield {"total": fen, "back": 0, "fields": fields}
    for refund in ledger.refunds():
        if _day(refund["created_at"]) == day:
            fen = misprints.get(refund["out_refund_no"], refund["amount"])
            if fen is not None:
                trade = trades[refund["out_trade_no"]]
                fields = _fields(keys, trade, refund["created_at"], "REFUND", 0, fen, refund)
                yield {"total": 0, "back": fen, "fields": fields}


def _fields(
    keys: Keys, trade: Trade, at: str, state: str, total: int, back: int, refund: dict[str, Any] | None = None
) -> list[Any]:
    known = refund or {"refund_id": "0", "out_refund_no": "0", "status": ""}
    kind = {"app": "APP", "h5": "MWEB", "jsapi": "JSAPI", "native": "NATIVE"}[trade.scene]
    when = datetime.fromisoformat(at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return [
        *(when, keys.appid, keys.mchid, "0", "", trade.transaction_id, trade.out_trade_no),
        *(f"o{trade.prepay_id[2:28]}", kind, state, "OTHERS", "CNY", _yuan(total), "0.00"),
        *(known["refund_id"], known["out_refund_no"], _yuan(back), "0.00"),
        *("ORIGINAL" if refund else "", known["status"], trade.asked["description"], ""),
        *("0.00000", "0.00%", _yuan(total), _yuan(back), ""),
    ]


def _csv(fields: Iterable[Any]) -> str:
    """Every field behind a backtick, so that a spreadsheet leaves long numbers alone."""
    return ",".join(f"`{str(field).replace(',', ' ')}" for field in fields)


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(CHINA).date()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
