"""缴费管理 at the desk: troubles, refunds, channels; each failure has its button."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.payments import actions, queries
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
LIST, REFUNDS, CHANNELS = "/admin/payments/", "/admin/payments/refunds/", "/admin/payments/channels/"


def at_desk(role: str = "finance", office: str = "45", number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def unresolved(twin: Twin, till: Till, user: User) -> PaymentAttempt:
    """Money in the books that could not be handed over for an hour."""
    attempt = shop.started(shop.order_for(user))
    shop.paid_at_gateway(twin, attempt)
    till.fails_with = [RuntimeError("crash")]
    shop.receive(shop.letter(twin, attempt))
    PaymentAttempt.objects.update(paid_at=clock.now() - timedelta(hours=1))
    return PaymentAttempt.objects.get()


def failed_refunds(user: User, count: int) -> None:
    for _ in range(Refund.objects.count(), count):
        attempt = shop.started(shop.order_for(user))
        now = clock.now()
        PaymentAttempt.objects.filter(pk=attempt.pk).update(
            state="succeeded", transaction_id=f"42-{attempt.pk}", paid_at=now, resolved_at=now, refunded_fen=8000
        )
        Refund.objects.create(
            attempt=attempt,
            out_refund_no=f"{attempt.out_trade_no}-R1",
            amount_fen=8000,
            reason="granted",
            due_at=now,
            created_at=now,
        )
    Refund.objects.update(state="failed", last_error="NO_AUTH")


def test_money_that_led_nowhere_is_shown_and_resolved_by_its_button(twin: Twin, till: Till, user: User) -> None:
    attempt = unresolved(twin, till, user)
    desk = at_desk()
    assert "款项已到账，尚未办结" in page(desk, LIST)
    assert "缴费异常" in page(desk, "/admin/")
    assert desk.post(f"{LIST}{attempt.pk}/look-again/").headers["Location"] == LIST
    assert Order.objects.get().state == "paid"
    assert attempt.out_trade_no not in page(desk, LIST)
    assert AuditEntry.objects.filter(verb="payments.look_again").count() == 1


def test_a_silent_channel_is_asked_again(twin: Twin, till: Till, user: User) -> None:
    attempt = shop.started(shop.order_for(user))
    shop.paid_at_gateway(twin, attempt)
    PaymentAttempt.objects.update(expires_at=clock.now() - timedelta(hours=1))
    desk, button = at_desk(), f"{LIST}{attempt.pk}/look-again/"
    assert "渠道没有答复" in page(desk, LIST)
    twin.gateway.lie("http_500")
    away = desk.post(button)
    assert (away.status_code, "支付渠道暂时没有响应" in away.content.decode()) == (503, True)
    assert Order.objects.get().state == "pending"
    assert desk.post(button).status_code == 302
    assert Order.objects.get().state == "paid"


def test_what_did_not_fit_is_shown(twin: Twin, till: Till, user: User) -> None:
    attempt = shop.started(shop.order_for(user))
    shop.paid_at_gateway(twin, attempt)
    twin.gateway.lie("wrong_amount")
    shop.receive(shop.letter(twin, attempt))
    desk = at_desk()
    assert "渠道消息与本系统不符" in page(desk, LIST)
    assert attempt.out_trade_no in page(desk, f"{LIST}{attempt.pk}/look-again/")


@pytest.mark.parametrize(
    ("role", "office", "status", "sees"),
    [
        ("finance", "45", 200, True),
        ("auditor", "45", 200, True),
        ("administrator", "45", 200, True),
        ("finance", "450100", 200, False),
        ("editor", "45", 302, False),
        ("archive", "45", 302, False),
    ],
)
def test_whose_money_it_is(twin: Twin, till: Till, user: User, role: str, office: str, status: int, sees: bool) -> None:
    attempt = unresolved(twin, till, user)
    failed_refunds(user, 1)
    desk = at_desk(role, office)
    for path, number in ((LIST, attempt.out_trade_no), (REFUNDS, Refund.objects.get().out_refund_no)):
        answer = desk.get(path)
        assert (answer.status_code, number in answer.content.decode()) == (status, sees)


def test_who_only_reads_may_not_press(twin: Twin, till: Till, user: User) -> None:
    attempt = unresolved(twin, till, user)
    failed_refunds(user, 1)
    refund = Refund.objects.get()
    before = shop.picture()
    for desk in (at_desk("auditor"), at_desk("editor")):
        assert desk.post(f"{LIST}{attempt.pk}/look-again/").status_code == 302
        assert desk.post(f"{REFUNDS}{refund.pk}/retry/").status_code == 302
        assert desk.post(f"{CHANNELS}0/", {"reason": "渠道维护"}).status_code == 302
    city = at_desk("finance", "450100")
    assert city.post(f"{LIST}{attempt.pk}/look-again/").status_code == 404
    assert city.post(f"{REFUNDS}{refund.pk}/retry/").status_code == 404
    after = shop.picture()
    after["AuditEntry"] = after["AuditEntry"][: len(before["AuditEntry"])]
    assert after == before
    assert queries.offered_channels() == ["wechat", "alipay"]
    with pytest.raises(Problem) as refused:
        actions.look_again(attempt.pk, by=Actor.of(member("auditor", number=2), "admin"))
    assert refused.value.code == Code.PERMISSION_DENIED


def test_a_failed_refund_is_sent_again(twin: Twin, till: Till, user: User) -> None:
    failed_refunds(user, 1)
    refund = Refund.objects.get()
    desk, button = at_desk(), f"{REFUNDS}{refund.pk}/retry/"
    assert "NO_AUTH" in page(desk, button)
    assert desk.post(button).headers["Location"] == REFUNDS
    assert Refund.objects.get().state == "queued"
    again = desk.post(button)
    assert (again.status_code, "不能进行此操作" in again.content.decode()) == (409, True)


@pytest.mark.parametrize(("path", "number"), [(LIST, 11), (REFUNDS, 11)])
def test_one_and_fifty_rows_take_the_same_queries(twin: Twin, till: Till, user: User, path: str, number: int) -> None:
    desk = at_desk()
    desk.get(path)
    for count in (1, 50):
        failed_refunds(user, count)
        PaymentAttempt.objects.update(resolved_at=None, paid_at=clock.now() - timedelta(hours=1))
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(path).status_code == 200
        assert len(asked) == number


def test_a_channel_is_switched_off_and_on(twin: Twin, till: Till, user: User, client: Any) -> None:
    desk = at_desk()
    assert "停用" in page(desk, CHANNELS)
    assert desk.post(f"{CHANNELS}1/", {"reason": ""}).status_code == 200
    assert queries.offered_channels() == ["wechat", "alipay"]
    assert desk.post(f"{CHANNELS}1/", {"reason": "渠道维护，暂停使用"}).headers["Location"] == CHANNELS
    assert queries.offered_channels() == ["wechat"]
    client.force_login(user)
    shown = page(client, f"/business/orders/{shop.order_for(user).number}/")
    assert ("微信支付" in shown, "支付宝" in shown) == (True, False)
    assert "启用" in page(desk, f"{CHANNELS}1/")
    desk.post(f"{CHANNELS}1/", {"reason": "维护结束，恢复使用"})
    assert queries.offered_channels() == ["wechat", "alipay"]
    assert desk.get(f"{CHANNELS}2/").status_code == 404
    actions.run_refunds(by=SYSTEM)
