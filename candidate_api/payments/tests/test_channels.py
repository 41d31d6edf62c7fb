"""Channels and scenes: what is offered, who switches, and that a closed channel is still listened to."""

import pytest

from candidate_api.payments import actions, queries
from candidate_api.payments.models import ChannelSwitch, Order, PaymentAttempt
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import Till
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
REASON = "渠道维护，暂停使用"


def staff(role: str = "finance", office: str = "/45/") -> Actor:
    return Actor(None, "李四", "admin", held=frozenset({(role, office)}))


def test_jsapi_needs_who_pays_and_is_signed_for_within_wechat(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    for scene, openid in (("jsapi", ""), ("h5", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")):
        with pytest.raises(Problem) as refused:
            actions.start_attempt(order.number, "wechat", scene, "127.0.0.1", by=shop.actor(user), openid=openid)
        assert refused.value.code == Code.VALIDATION_FAILED
    assert PaymentAttempt.objects.count() == 0
    by, openid = shop.actor(user), "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
    attempt = actions.start_attempt(order.number, "wechat", "jsapi", "127.0.0.1", by=by, openid=openid)
    assert sorted(attempt.invoke) == ["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"]
    trade = twin.gateway.ledger.trade(attempt.out_trade_no)
    assert trade is not None
    assert (trade.asked["payer"], attempt.invoke["package"]) == ({"openid": openid}, f"prepay_id={trade.prepay_id}")
    again = actions.start_attempt(order.number, "wechat", "jsapi", "127.0.0.1", by=by, openid=openid)
    assert again.pk == attempt.pk
    other = actions.start_attempt(order.number, "wechat", "jsapi", "127.0.0.1", by=by, openid="another")
    assert (other.out_trade_no[-2:], PaymentAttempt.objects.get(pk=attempt.pk).state) == ("02", "closed")


def test_a_closed_channel_is_not_offered_and_its_notices_still_count(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    actions.switch_channel("wechat", False, REASON, by=staff())
    assert "wechat" not in queries.offered_channels()
    before = shop.picture()
    with pytest.raises(Problem) as refused:
        shop.started(order)
    assert (refused.value.code, refused.value.errors[0].code) == (Code.VALIDATION_FAILED, "not_offered")
    assert shop.picture() == before
    shop.paid_at_gateway(twin, attempt)
    assert shop.receive(shop.letter(twin, attempt)).outcome == "paid"
    assert Order.objects.get().state == "paid"
    assert till.handed_over == [order.number]


def test_switching_is_audited_and_twice_is_once(twin: Twin) -> None:
    for offered in (False, False, True, True):
        actions.switch_channel("wechat", offered, REASON, by=staff())
    entries = AuditEntry.objects.filter(verb="payments.switch_channel").order_by("pk")
    assert [(entry.note, entry.data["offered"]) for entry in entries] == [(REASON, False), (REASON, True)]
    assert "wechat" in queries.offered_channels()


@pytest.mark.parametrize(("role", "office"), [("auditor", "/45/"), ("finance", "/45/450100/"), ("editor", "/45/")])
def test_who_may_not_switch(role: str, office: str) -> None:
    with pytest.raises(Problem) as refused:
        actions.switch_channel("wechat", False, REASON, by=staff(role, office))
    assert refused.value.code == Code.PERMISSION_DENIED
    assert ChannelSwitch.objects.count() == 0


def test_there_is_no_switch_for_what_there_is_not(twin: Twin) -> None:
    with pytest.raises(Problem) as refused:
        actions.switch_channel("barter", False, REASON, by=staff())
    assert refused.value.code == Code.VALIDATION_FAILED
    assert ChannelSwitch.objects.count() == 0
