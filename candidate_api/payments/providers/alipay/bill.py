"""Alipay's daily bill (bill_type `trade`): a zip of two CSV files in GBK, one with the lines, one with the sums.

Source: 支付宝开放平台 查询对账单下载地址, 业务明细账单.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date

from candidate_api.payments.providers.contract import BillLine, LineKind, ProviderUnavailable
from portal.kernel.money import fen

LARGEST_PACKED = 64 * 1024 * 1024  # bytes
LARGEST = 256 * 1024 * 1024  # bytes unpacked: more than half a million lines
DETAILS = "业务明细"
SUMS = "汇总"
COLUMNS = ("支付宝交易号", "商户订单号", "业务类型", "订单金额（元）", "退款批次号/请求号")
COUNTED = re.compile(r"#(?:交易|退款)合计：(\d+)笔")


def read(packed: bytes, seller_id: str, day: date) -> list[BillLine]:
    """The lines of a bill. Raises ProviderUnavailable unless it is whole, of this seller and of this day."""
    try:
        return list(_lines(_unpacked(packed).decode("gbk", errors="replace"), seller_id, day))
    except (zipfile.BadZipFile, KeyError, ValueError, StopIteration) as error:
        raise ProviderUnavailable(f"a bill that cannot be read: {error}"[:200]) from error


def _unpacked(packed: bytes) -> bytes:
    """The file of the lines; a damaged one fails by its checksum."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for info in archive.infolist():
            # Names are written in GBK, and the archive does not say so.
            name = info.filename if info.flag_bits & 0x800 else info.filename.encode("cp437").decode("gbk", "replace")
            if DETAILS in name and SUMS not in name:
                if info.file_size > LARGEST:
                    raise ValueError("too large")
                with archive.open(info) as file:
                    return file.read(LARGEST)
    raise ValueError("no lines")


def _lines(text: str, seller_id: str, day: date) -> Iterator[BillLine]:
    notes = [line for line in text.splitlines() if line.startswith("#")]
    head = "\n".join(notes)
    if f"[{seller_id}" not in head or f"起始日期：[{day:%Y年%m月%d日}" not in head:
        raise ValueError("of another seller or day")
    counted = [int(number) for number in COUNTED.findall(head)]
    if len(counted) != 2:
        raise ValueError("without its end")
    rows = csv.reader(line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    names = [name.strip() for name in next(rows)]
    if missing := {*COLUMNS} - {*names}:
        raise ValueError(f"without {sorted(missing)[0]}")
    number = 0
    for row in rows:
        number += 1
        line = dict(zip(names, (field.strip() for field in row), strict=True))
        amount = abs(fen(line["订单金额（元）"]))
        if line["业务类型"] == "交易":  # data, no label
            yield BillLine(LineKind.PAYMENT, line["商户订单号"], line["支付宝交易号"], amount)
        elif line["业务类型"] == "退款":  # data, no label
            yield BillLine(LineKind.REFUND, line["退款批次号/请求号"], line["支付宝交易号"], amount)
    if number != sum(counted):
        raise ValueError("not all lines")
