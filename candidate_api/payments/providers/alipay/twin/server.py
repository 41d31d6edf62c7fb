"""Alipay's gateway over HTTP on loopback: one address for the merchant's calls and for the payer's browser."""

import json
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from candidate_api.payments.providers.alipay.twin import bill, signing
from candidate_api.payments.providers.alipay.twin.gateway import SUB_CODES, AlipayGateway, content
from candidate_api.payments.providers.twin.ledger import Refused
from candidate_api.payments.providers.twin.server import JSON, Handler, Query, bill_day


class AlipayHandler(Handler):
    @property
    def gateway(self) -> AlipayGateway:
        return cast("AlipayGateway", self.server.gateway)

    def route(self, method: str, parts: list[str], query: Query, body: bytes) -> None:
        form = _fields(body.decode(errors="replace"))
        if parts == ["gateway.do"] and (method == "GET" or "result" in form):
            self._visit(_fields(urlsplit(self.path).query), form.get("result"))
        elif parts == ["gateway.do"]:
            self._called(form)
        elif method == "GET" and parts == ["bill"]:
            packed = bill.write(self.gateway.keys, self.gateway.ledger, bill_day(query.get("token", [""])[0]))
            self.send(200, "application/zip", packed)
        else:
            self.missing_page()

    def _visit(self, fields: dict[str, str], result: str | None) -> None:
        """The payer's browser brings a signed order: it is entered now, and its pay page shown."""
        if not signing.from_merchant(self.gateway.keys, fields):
            self.missing_page()
            return
        known = self.gateway.ledger.trade(str(content(fields).get("out_trade_no")))
        trade = known if known and known.now != "NOTPAY" else self.gateway.open(fields)
        if result is not None:
            self.gateway.act(trade.out_trade_no, result)
            trade = self.gateway.ledger.trade(trade.out_trade_no) or trade
        self.pay_page(trade, fields.get("return_url", ""))

    def _called(self, fields: dict[str, str]) -> None:
        gateway, method = self.gateway, fields.get("method", "")
        if fields.get("app_id") != gateway.keys.app_id or not signing.from_merchant(gateway.keys, fields):
            self._answer(method, {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"})
            return
        if self.troubled():
            return
        try:
            node = {"code": "10000", "msg": "Success"} | self._do(method, fields, content(fields))
        except Refused as refusal:
            sub_code = SUB_CODES.get(refusal.code, refusal.code)
            node = {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": refusal.message}
        self._answer(method, node)

    def _do(self, method: str, fields: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
        gateway, number = self.gateway, str(asked.get("out_trade_no", ""))
        match method:
            case "alipay.trade.precreate":
                gateway.calls["prepare"] += 1
                address = f"{self.server.base_url}/pay/native?prepay_id={gateway.open(fields).prepay_id}"
                return {"out_trade_no": number, "qr_code": address}
            case "alipay.trade.query":
                gateway.calls["query"] += 1
                return gateway.query(number)
            case "alipay.trade.close":
                gateway.calls["close"] += 1
                return gateway.close(number)
            case "alipay.trade.refund":
                gateway.calls["refund"] += 1
                return gateway.refund(asked)
            case "alipay.trade.fastpay.refund.query":
                gateway.calls["query_refund"] += 1
                return gateway.query_refund(asked)
            case "alipay.data.dataservice.bill.downloadurl.query":
                gateway.calls["statement"] += 1
                day = bill_day(str(asked.get("bill_date", "")))
                bill.write(gateway.keys, gateway.ledger, day)
                return {"bill_download_url": f"{self.server.base_url}/bill?token={day}"}
        raise Refused(200, "isv.invalid-method", "不存在的方法名")

    def _answer(self, method: str, node: dict[str, Any]) -> None:
        raw = json.dumps(node, ensure_ascii=False)
        sign = signing.signature(self.gateway.keys, raw, spoilt=self.gateway.lies("wrong_signature", "answer"))
        name = f"{method.replace('.', '_')}_response"
        self.send(200, JSON, f'{{"{name}":{raw},"sign":"{sign}"}}'.encode())


def _fields(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))
