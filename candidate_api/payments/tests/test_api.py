import json
import time
from dataclasses import replace
from typing import Any

import pytest
import requests
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from candidate_api.payments import actions
from candidate_api.payments.actions import notifications
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent
from candidate_api.payments.providers.wechat.twin import Twin, start
from candidate_api.payments.rules import UNSIGNED_KEPT
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel.users.models import User
from tests.contract import ContractClient

NOTIFY = "/api/v1/payments/wechat/notify/"


def client_of(user: User) -> APIClient:
    client = ContractClient()
    client.force_authenticate(user)
    return client


def notify(client: Any, sent: shop.Letter, **headers: str) -> Any:
    _url, given, body = sent
    return client.generic("POST", NOTIFY, body, content_type="application/json", headers=given | headers)


@pytest.mark.django_db
def test_an_order_is_read_paid_and_confirmed(twin: Twin, till: Till, user: User) -> None:
    client, order = client_of(user), shop.order_for(user)
    address = f"/api/v1/me/orders/{order.number}/"
    read = client.get(address).json()
    assert read["number"] == order.number
    assert (read["amount"], read["currency"]) == ("80.00", "CNY")
    assert (read["state"], read["state_label"]) == ("pending", "待缴费")
    assert read["lines"] == [{"title": "课程报考费", "amount": "80.00"}]
    assert read["allowed_actions"] == ["start_payment", "confirm", "cancel"]
    assert (read["payments"], read["paid_at"]) == ([], None)
    assert read["expires_at"].endswith("+08:00")

    started = client.post(f"{address}payments/", {"channel": "wechat", "scene": "h5"})
    assert started.status_code == 201
    payment = started.json()["payment"]
    assert (payment["id"], payment["channel"], payment["state"]) == (f"{order.number}-01", "wechat", "open")
    h5_url = started.json()["invoke"]["h5_url"]

    # The payer, on the gateway's page.
    assert "¥80.00" in requests.get(h5_url, timeout=5).text
    back = requests.post(
        h5_url, data={"result": "never", "redirect_url": "http://testserver/back"}, timeout=5, allow_redirects=False
    )
    assert (back.status_code, back.headers["Location"]) == (303, "http://testserver/back")

    assert client.get(address).json()["state"] == "pending"
    confirmed = client.post(f"{address}confirm/").json()
    assert (confirmed["state"], confirmed["state_label"]) == ("paid", "已支付")
    assert confirmed["allowed_actions"] == []
    assert confirmed["payments"][0]["state"] == "succeeded"
    assert confirmed["paid_at"] == confirmed["payments"][0]["paid_at"]

    again = client.post(f"{address}payments/", {"channel": "wechat", "scene": "h5"})
    assert (again.status_code, again.json()["code"]) == (409, "already_paid")
    cancelled = client.post(f"{address}cancel/")
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "already_paid")
    assert cancelled.json()["detail"] == till.paid_for_good


@pytest.mark.django_db
def test_refusals(twin: Twin, till: Till, user: User) -> None:
    client, order = client_of(user), shop.order_for(user)
    address = f"/api/v1/me/orders/{order.number}/"
    asked = {"channel": "wechat", "scene": "h5"}
    for wrong in ({}, {"channel": "cash", "scene": "h5"}, asked | {"amount": "1"}, {"channel": "wechat", "scene": "x"}):
        assert client.post(f"{address}payments/", wrong).status_code == 400
    desktop = client.post(f"{address}payments/", asked | {"scene": "page"})
    assert (desktop.status_code, desktop.json()["errors"][0]["code"]) == (400, "not_offered")
    nobody = client.post(f"{address}payments/", asked | {"scene": "jsapi"})
    assert (nobody.status_code, nobody.json()["errors"][0]["code"]) == (400, "required")
    twin.gateway.lie("http_500")
    down = client.post(f"{address}payments/", asked)
    assert (down.status_code, down.json()["code"], down["Retry-After"]) == (503, "provider_unavailable", "10")
    client.post(f"{address}payments/", asked)
    twin.gateway.lie("http_500")
    unknown = client.post(f"{address}payments/", asked | {"scene": "native"})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "payment_in_progress")
    assert client.post(f"{address}cancel/").json()["state"] == "cancelled"
    closed = client.post(f"{address}payments/", asked)
    assert (closed.status_code, closed.json()["code"]) == (409, "order_closed")


@pytest.mark.django_db
def test_an_order_expires_by_the_clock(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    shop.age(order)
    read = client_of(user).get(f"/api/v1/me/orders/{order.number}/").json()
    assert (read["state"], read["state_label"], read["allowed_actions"]) == ("expired", "超时关闭", [])


@pytest.mark.django_db
def test_money_on_its_way_is_told(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    till.fails_with = [RuntimeError("crash")]
    shop.receive(shop.letter(twin, attempt))
    read = client_of(user).get(f"/api/v1/me/orders/{order.number}/").json()
    assert (read["state_label"], read["allowed_actions"]) == ("支付处理中", ["confirm"])
    assert client_of(user).post(f"/api/v1/me/orders/{order.number}/confirm/").json()["state"] == "paid"


@pytest.mark.django_db
def test_anothers_order_is_404(twin: Twin, till: Till, user: User) -> None:
    order, stranger = shop.order_for(user), client_of(shop.payer("黄月英"))
    before = shop.picture()
    address = f"/api/v1/me/orders/{order.number}/"
    answers = [
        stranger.get(address),
        stranger.post(f"{address}payments/", {"channel": "wechat", "scene": "h5"}),
        stranger.post(f"{address}confirm/"),
        stranger.post(f"{address}cancel/"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert stranger.get("/api/v1/me/orders/").json()["count"] == 0
    assert ContractClient().get(address).status_code == 401
    assert shop.picture() == before


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_for_one_and_for_fifty(till: Till, user: User, rows: int) -> None:
    for _ in range(rows):
        shop.order_for(user)
    client = client_of(user)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/api/v1/me/orders/?page_size=100").json()
    assert answer["count"] == len(answer["results"]) == rows
    assert len(asked) == 4  # count, orders, attempts, channels on offer


@pytest.mark.django_db
def test_the_same_key_starts_once(twin: Twin, till: Till, user: User) -> None:
    client, order = client_of(user), shop.order_for(user)
    address, asked = f"/api/v1/me/orders/{order.number}/payments/", {"channel": "wechat", "scene": "h5"}
    first, second = (client.post(address, asked, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == json.loads(second.content)
    assert second["Idempotency-Replayed"] == "true"
    other = client.post(address, asked | {"scene": "native"}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert dict(twin.gateway.calls) == {"prepare": 1}


@pytest.mark.django_db
def test_the_callback_answers_as_the_channel_expects(twin: Twin, till: Till, user: User, client: Any) -> None:
    attempt = shop.started(shop.order_for(user))
    shop.paid_at_gateway(twin, attempt)
    truth = shop.letter(twin, attempt)
    forged = notify(client, truth, **{"Wechatpay-Nonce": "x"})
    assert (forged.status_code, forged.json()) == (401, {"code": "FAIL", "message": "验签失败"})
    twin.gateway.lie("wrong_amount")
    wrong = notify(client, shop.letter(twin, attempt, "event-2"))
    assert (wrong.status_code, wrong.json()) == (400, {"code": "FAIL", "message": "与商户订单不符"})
    assert Order.objects.get().state == "pending"
    taken = notify(client, truth)
    assert (taken.status_code, taken.content) == (204, b"")
    assert notify(client, truth).status_code == 204
    assert Order.objects.get().state == "paid"
    long = client.generic("POST", NOTIFY, b"x" * 70_000, content_type="application/json")
    assert long.status_code == 413
    assert client.get(NOTIFY).status_code == 405
    assert PaymentEvent.objects.filter(kind="notify").count() == 4


@pytest.mark.django_db
def test_nobody_fills_the_disk_with_forged_callbacks(
    twin: Twin, till: Till, user: User, client: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(notifications, "UNSIGNED_KEPT", replace(UNSIGNED_KEPT, most=2))
    attempt = shop.started(shop.order_for(user))
    shop.paid_at_gateway(twin, attempt)
    truth = shop.letter(twin, attempt)
    answers = [notify(client, truth, **{"Wechatpay-Nonce": f"x{n}"}) for n in range(4)]
    assert {(answer.status_code, answer.json()["message"]) for answer in answers} == {(401, "验签失败")}
    assert PaymentEvent.objects.filter(kind="notify").count() == 2
    assert notify(client, truth).status_code == 204, "the channel's own is heard all the same"
    assert Order.objects.get().state == "paid"
    assert PaymentEvent.objects.filter(kind="notify").count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("result", ["success", "twice"])
def test_the_gateway_calls_back_over_http(
    live_server: Any, till: Till, settings: Any, tmp_path: Any, result: str
) -> None:
    (tmp_path / "keys.json").write_text((settings.VAR / "wechat" / "keys.json").read_text())
    twin = start(0, tmp_path, time_scale=0.001)
    settings.WECHAT_PAY |= {"gateway": twin.base_url, "notify_url": f"{live_server.url}{NOTIFY}"}
    try:
        order = shop.order_for(shop.payer())
        attempt = shop.started(order)
        twin.gateway.act(attempt.out_trade_no, result)
        for _ in range(500):
            if PaymentEvent.objects.filter(kind="notify").count() == (2 if result == "twice" else 1):
                break
            time.sleep(0.02)
    finally:
        twin.stop()
    actions.resolve_recorded(by=SYSTEM)
    assert Order.objects.get().state == "paid"
    assert till.handed_over == [order.number]
    assert PaymentAttempt.objects.get().state == "succeeded"
