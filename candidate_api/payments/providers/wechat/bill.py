"""WeChat Pay's daily bill (交易账单, ALL): a gz of CSV whose every field begins with a backtick.

Source: 微信支付 APIv3 申请交易账单, 账单字段说明.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping

from candidate_api.payments.providers.contract import BillLine, LineKind, ProviderUnavailable
from portal.kernel.money import fen

LARGEST = 256 * 1024 * 1024  # bytes unpacked: more than half a million lines
SUMMARY = "总交易单数"
COLUMNS = ("公众账号ID", "商户号", "微信订单号", "商户订单号", "交易状态", "订单金额")
REFUND_COLUMNS = ("微信退款单号", "商户退款单号", "退款状态", "申请退款金额")
NOTHING_MOVED = {"FAIL", "CLOSED"}  # a refund that ended so


def read(packed: bytes, digest: str, config: Mapping[str, str]) -> list[BillLine]:
    """The lines of a bill; `digest` is the SHA-1 of its text. Raises ProviderUnavailable unless it is whole."""
    text = _unpacked(packed, digest).decode("utf-8-sig", errors="replace")
    rows = ([field.removeprefix("`") for field in row] for row in csv.reader(io.StringIO(text)) if row)
    try:
        return list(_lines(rows, config))
    except (KeyError, ValueError, StopIteration, IndexError) as error:
        raise ProviderUnavailable(f"a bill that cannot be read: {error}"[:200]) from error


def _unpacked(packed: bytes, digest: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            text = file.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise ProviderUnavailable("a bill that cannot be unpacked") from error
    if len(text) > LARGEST:
        raise ProviderUnavailable("a bill that is too large")
    if hashlib.sha1(text, usedforsecurity=False).hexdigest() != digest.lower():  # the channel's choice of digest
        raise ProviderUnavailable("a bill that is damaged")
    return text


def _lines(rows: Iterator[list[str]], config: Mapping[str, str]) -> Iterator[BillLine]:
    head = next(rows)
    if missing := {*COLUMNS, *REFUND_COLUMNS} - {*head}:
        raise ValueError(f"without {sorted(missing)[0]}")
    for count, row in enumerate(rows):
        if row[0] == SUMMARY:
            if int(next(rows)[0]) != count:
                raise ValueError("not all lines")
            return
        line = dict(zip(head, row, strict=True))
        if (line["商户号"], line["公众账号ID"]) != (config["mchid"], config["appid"]):
            raise ValueError("another merchant's")
        match line["交易状态"]:
            case "SUCCESS":
                yield BillLine(LineKind.PAYMENT, line["商户订单号"], line["微信订单号"], fen(line["订单金额"]))
            case "REFUND" if line["退款状态"] not in NOTHING_MOVED:
                yield BillLine(LineKind.REFUND, line["商户退款单号"], line["微信退款单号"], fen(line["申请退款金额"]))
    raise ValueError("without its end")
