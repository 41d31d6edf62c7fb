"""The daily bill as Alipay writes it: a zip of two files in GBK."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from candidate_api.payments.providers.alipay.twin.gateway import CHINA, CLOCK, china, yuan
from candidate_api.payments.providers.alipay.twin.keys import Keys
from candidate_api.payments.providers.twin.ledger import Ledger, Refused

READY_AT = 9  # o'clock on the next day
HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def write(keys: Keys, ledger: Ledger, day: date) -> bytes:
    """The zip. Raises Refused where there is none, or none yet."""
    now = datetime.now(CHINA)
    if now.date() <= day or (now.date() - day == timedelta(days=1) and now.hour < READY_AT):
        raise Refused(200, "isp.bill_not_exist", "账单不存在")
    paid, back = list(_paid(ledger, day)), list(_back(ledger, day))
    if not paid and not back:
        raise Refused(200, "isp.bill_not_exist", "账单不存在")
    rule = "#" + "-" * 41
    lines = [
        "#支付宝业务明细查询",
        f"#账号：[{keys.seller_id}0156]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day + timedelta(days=1):%Y年%m月%d日} 00:00:00]",
        f"{rule}业务明细列表{'-' * 40}",
        HEAD,
        *(row for _fen, row in paid + back),
        f"{rule}业务明细列表结束{'-' * 36}",
        f"#交易合计：{len(paid)}笔，商家实收共{yuan(sum(fen for fen, _row in paid))}元，商家优惠共0.00元",
        f"#退款合计：{len(back)}笔，商家实收退款共{yuan(sum(fen for fen, _row in back))}元，商家优惠退款共0.00元",
        f"#导出时间：[{now.strftime(CLOCK)}]",
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        name = f"{keys.seller_id}0156_{day:%Y%m%d}_业务明细"
        archive.writestr(f"{name}.csv", "\r\n".join(lines).encode("gbk", "replace"))
        archive.writestr(f"{name}(汇总).csv", "\r\n".join(lines[:3]).encode("gbk", "replace"))
    return packed.getvalue()


def _paid(ledger: Ledger, day: date) -> Iterator[tuple[int, str]]:
    misprints = ledger.misprints()
    for trade in ledger.trades():
        if trade.success_time and _day(trade.success_time) == day:
            fen = misprints.get(trade.out_trade_no, trade.asked["amount"]["total"])
            if fen is not None:
                name, when = trade.asked["description"], china(trade.success_time)
                yield fen, _row(trade.transaction_id, trade.out_trade_no, "交易", name, when, yuan(fen), "")


def _back(ledger: Ledger, day: date) -> Iterator[tuple[int, str]]:
    misprints = ledger.misprints()
    for refund in ledger.refunds():
        trade = ledger.trade(refund["out_trade_no"])
        if trade and _day(refund["created_at"]) == day:
            fen = misprints.get(refund["out_refund_no"], refund["amount"])
            if fen is not None:
                name, when = trade.asked["description"], china(refund["created_at"])
                number = refund["out_refund_no"]
                yield fen, _row(trade.transaction_id, trade.out_trade_no, "退款", name, when, f"-{yuan(fen)}", number)


def _row(transaction_id: str | None, number: str, kind: str, name: str, when: str, amount: str, refund: str) -> str:
    """Long numbers end in a tab, so that a spreadsheet leaves them alone."""
    fields = [
        *(f"{transaction_id}\t", f"{number}\t", kind, name.replace(",", " "), when, when),
        *("", "", "", "", "测试(159****5620)", amount, amount),
        *(
            "0.00",
            "0.00",
            "0.00",
            "0.00",
            "0.00",
            "",
            "0.00",
            "0.00",
            f"{refund}\t",
            "0.00",
            "0.00",
            name.replace(",", " "),
        ),
    ]
    return ",".join(fields)


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(CHINA).date()
