"""WeChat Pay's API over HTTP on loopback."""

from typing import Any, cast
from urllib.parse import quote

from candidate_api.payments.providers.twin.ledger import Refused
from candidate_api.payments.providers.twin.server import JSON, Handler, Query, bill_day, dumps, json_object
from candidate_api.payments.providers.wechat.twin import bill, signing
from candidate_api.payments.providers.wechat.twin.gateway import SCENES, WechatGateway


class WechatHandler(Handler):
    @property
    def gateway(self) -> WechatGateway:
        return cast("WechatGateway", self.server.gateway)

    def refuse(self, refusal: Refused) -> None:
        self.signed(refusal.status, dumps({"code": refusal.code, "message": refusal.message}))

    def route(self, method: str, parts: list[str], query: Query, body: bytes) -> None:
        if parts[:1] != ["v3"]:
            self.missing_page()
            return
        gateway = self.gateway
        why = signing.refused(gateway.keys, self.headers.get("Authorization", ""), method, self.path, body)
        if why:
            raise Refused(401, "SIGN_ERROR", why)
        if self.troubled():
            return
        match method, parts[1:]:
            case "POST", ["pay", "transactions", scene] if scene in SCENES:
                gateway.calls["prepare"] += 1
                self._prepared(scene, gateway.open(scene, json_object(body)).prepay_id)
            case "GET", ["pay", "transactions", "out-trade-no", number]:
                gateway.calls["query"] += 1
                self._answer(gateway.query(number, query.get("mchid", [""])[0]))
            case "POST", ["pay", "transactions", "out-trade-no", number, "close"]:
                gateway.calls["close"] += 1
                gateway.ledger.close_trade(number)
                self.signed(204, b"")
            case "POST", ["refund", "domestic", "refunds"]:
                gateway.calls["refund"] += 1
                self._answer(gateway.refund(json_object(body)))
            case "GET", ["refund", "domestic", "refunds", number]:
                gateway.calls["query_refund"] += 1
                self._answer(gateway.query_refund(number))
            case "GET", ["bill", "tradebill"]:
                gateway.calls["statement"] += 1
                self._bill(query.get("bill_date", [""])[0])
            case "GET", ["billdownload", "file"]:
                text = bill.write(gateway.keys, gateway.ledger, bill_day(query.get("token", [""])[0]))
                self.send(200, "application/x-gzip", bill.packed(text))
            case _:
                raise Refused(404, "NOT_FOUND", "没有这个接口")

    def _bill(self, asked: str) -> None:
        gateway, day = self.gateway, bill_day(asked)
        digest = bill.digest(bill.write(gateway.keys, gateway.ledger, day))
        if gateway.lies("wrong_hash", "answer"):
            digest = digest[::-1]
        address = f"{self.server.base_url}/v3/billdownload/file?token={day}"
        self._answer({"hash_type": "SHA1", "hash_value": digest, "download_url": address})

    def _prepared(self, scene: str, prepay_id: str) -> None:
        address = f"{self.server.base_url}/pay/{scene}?prepay_id={quote(prepay_id)}"
        answers = {"h5": {"h5_url": address}, "native": {"code_url": address}}
        self._answer(answers.get(scene, {"prepay_id": prepay_id}))

    def _answer(self, document: dict[str, Any]) -> None:
        self.signed(200, dumps(document))

    def signed(self, status: int, body: bytes) -> None:
        spoilt = status < 300 and self.gateway.lies("wrong_signature", "answer")
        self.send(status, JSON, body, **signing.headers(self.gateway.keys, body, spoilt=spoilt))
