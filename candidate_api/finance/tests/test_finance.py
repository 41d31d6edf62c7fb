"""财务统计: sums by day, channel and city that agree with the books, and shutting a session's."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.finance import queries
from candidate_api.finance.rules import days_between
from candidate_api.invariants.tests.conftest import Province
from candidate_api.payments import actions as payments
from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import Till
from candidate_api.sessions import closing
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
PAGE = "/admin/finance/"


def at_desk(role: str = "finance", office: str = "45", number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


def test_the_sums_agree_with_the_books(province: Province) -> None:
    today = clock.today()
    found = queries.sums(days_between(today, today + timedelta(days=1)))
    received = PaymentAttempt.objects.filter(state="succeeded").aggregate(fen=Sum("amount_fen"))["fen"]
    returned = Refund.objects.filter(state="succeeded").aggregate(fen=Sum("amount_fen"))["fen"]
    assert (found.total.received_fen, found.total.returned_fen) == (received, returned)
    assert sum(flow.received_fen for flow in found.by_day.values()) == received
    assert {channel.value for channel in found.by_channel} == {"wechat"}
    assert found.by_city == [("450100", "南宁市", 2, "80.00"), ("450200", "柳州市", 1, "40.00")]


def test_both_channels_and_the_day_of_guangxi(twin: Twin, alipay: Twin, till: Till, user: User) -> None:
    evening = clock.at(clock.today() - timedelta(days=2), 23, 59)
    for channel, gateway, at in (
        ("wechat", twin, evening),
        ("alipay", alipay, evening + timedelta(minutes=2)),
    ):
        with time_machine.travel(at):
            order = shop.order_for(user)
            shop.paid_at_gateway(gateway, shop.started(order, channel=channel))
            payments.confirm(order.number, by=shop.actor(user))
    days = days_between(clock.today() - timedelta(days=2), clock.today() - timedelta(days=1))
    found = queries.sums(days)
    assert [found.by_day[day].received_fen for day in days] == [8000, 8000]
    assert {channel.value: flow.received_fen for channel, flow in found.by_channel.items()} == {
        "wechat": 8000,
        "alipay": 8000,
    }


def test_the_page_says_it(province: Province) -> None:
    html = at_desk().get(PAGE).content.decode()
    for said in ("微信支付", "南宁", "柳州", "<svg", "80.00"):
        assert said in html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("first=2026-10-02&last=2026-10-01", "起始日期不能晚于截止日期。"),
        ("first=2026-01-01&last=2026-10-01", "一次最多查看92天。"),
        ("first=yesterday", "help-critical"),
    ],
)
def test_a_span_that_cannot_be_is_said(asked: str, said: str) -> None:
    answer = at_desk().get(f"{PAGE}?{asked}")
    assert (answer.status_code, said in answer.content.decode()) == (200, True)


@pytest.mark.parametrize(
    ("role", "office", "status"),
    [
        ("finance", "45", 200),
        ("auditor", "45", 200),
        ("administrator", "45", 200),
        ("finance", "450100", 302),
        ("editor", "45", 302),
    ],
)
def test_the_provinces_money_is_the_provinces(role: str, office: str, status: int) -> None:
    assert at_desk(role, office).get(PAGE).status_code == status


def test_the_page_takes_the_same_queries_for_a_day_and_a_quarter(province: Province) -> None:
    desk = at_desk()
    desk.get(PAGE)
    today = clock.today()
    for days in (0, 91):
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(f"{PAGE}?first={today - timedelta(days=days)}&last={today}").status_code == 200
        assert len(asked) == 13


@pytest.mark.usefixtures("reference")
def test_a_session_is_closed_when_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    session = ExamSession.objects.get(code="2026-10")
    button, why, left = f"{PAGE}sessions/{session.pk}/close/", {"reason": "对账全部完成"}, ["还有一条差异。"]
    monkeypatch.setattr(closing, "_checks", [lambda _code: left])
    with time_machine.travel(clock.at(session.second_day, 12)):
        assert at_desk().get(button).status_code == 404  # not over yet
    with time_machine.travel(clock.at(session.second_day, 12) + timedelta(days=1)):
        desk = at_desk(number=2)
        assert f"{session.name} 关账" in desk.get(PAGE).content.decode()
        assert "还有一条差异。" in desk.get(button).content.decode()
        refused = desk.post(button, why)
        assert (refused.status_code, "还有一条差异。" in refused.content.decode()) == (409, True)
        assert at_desk("auditor").post(button, why).status_code == 302
        assert at_desk("finance", "450100").post(button, why).status_code == 404
        assert ExamSession.objects.get(code="2026-10").closed is False
        left.clear()
        assert desk.post(button, why).headers["Location"] == PAGE
        assert f"{session.name} 关账" not in desk.get(PAGE).content.decode()
    assert ExamSession.objects.get(code="2026-10").closed is True
