"""The stand-in is as strict as the real one, repeats itself until it is heard, and survives a restart."""

import sqlite3
import stat
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from candidate_api.payments.providers.wechat.adapter import WechatPay
from candidate_api.payments.providers.wechat.twin import Twin, credentials, start
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import Box, Till
from portal.kernel.users.models import User


def test_an_unsigned_or_wrongly_signed_request_is_refused(twin: Twin) -> None:
    address = f"{twin.base_url}/v3/pay/transactions/out-trade-no/GX1/close"
    for given in ("", "Basic x", 'WECHATPAY2-SHA256-RSA2048 mchid="1"'):
        answer = requests.post(address, data=b"{}", headers={"Authorization": given}, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert twin.gateway.calls == {}


def test_a_request_signed_by_another_merchant_is_refused(twin: Twin, settings: Any, tmp_path: Path) -> None:
    settings.WECHAT_PAY |= {"private_key": credentials(tmp_path / "other")["private_key"]}
    with pytest.raises(Exception, match="SIGN_ERROR"):
        WechatPay().query("GX26112300012345-01")


def test_keys_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    made = credentials(tmp_path)
    assert credentials(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert "gateway_private_key" not in made


@pytest.mark.django_db
def test_a_notice_is_repeated_until_it_is_taken(twin: Twin, till: Till, user: User, box: Box) -> None:
    attempt = shop.started(shop.order_for(user))
    box.status = 500
    twin.gateway.act(attempt.out_trade_no, "success")
    letters = box.wait(3)
    box.status = 204
    time.sleep(0.3)
    count = len(box.letters)
    time.sleep(0.3)
    assert len(box.letters) == count
    told = {WechatPay().parse_notification(headers, body) for _url, headers, body in letters}
    assert len(told) == 1  # the same event, signed afresh
    assert len({headers["Wechatpay-Nonce"] for _url, headers, _body in letters}) == len(letters)


@pytest.mark.django_db
def test_a_late_notice_is_late(twin: Twin, till: Till, user: User, box: Box) -> None:
    attempt = shop.started(shop.order_for(user))
    twin.gateway.act(attempt.out_trade_no, "late")
    assert box.letters == []
    assert WechatPay().query(attempt.out_trade_no).state == "paid"
    assert len(box.wait(1)) == 1


@pytest.mark.django_db
def test_the_books_survive_a_restart(till: Till, user: User, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text((settings.VAR / "wechat" / "keys.json").read_text())
    deaf = Box(status=500)
    twin = start(0, tmp_path, deaf, time_scale=0.02)
    settings.WECHAT_PAY |= {"gateway": twin.base_url}
    attempt = shop.started(shop.order_for(user))
    twin.gateway.act(attempt.out_trade_no, "success")
    deaf.wait(1)
    twin.stop()
    hearing = Box()
    twin = start(0, tmp_path, hearing, time_scale=0.02)
    settings.WECHAT_PAY |= {"gateway": twin.base_url}
    try:
        assert WechatPay().query(attempt.out_trade_no).state == "paid"
        assert shop.receive(hearing.wait(1)[0]).accepted
    finally:
        twin.stop()
    with pytest.raises(sqlite3.ProgrammingError):
        twin.gateway.ledger.trades()


@pytest.mark.django_db
def test_the_pay_page_offers_every_result_and_escapes(twin: Twin, till: Till, user: User) -> None:
    attempt = shop.started(shop.order_for(user, title="<b>报考</b>"))
    shown = requests.get(attempt.invoke["h5_url"], params={"redirect_url": 'http://x/"><i>'}, timeout=5).text
    assert "&lt;b&gt;报考&lt;/b&gt;" in shown
    assert "<i>" not in shown
    assert [f'value="{name}"' in shown for name in ("success", "fail", "late", "twice", "never")] == [True] * 5
    form = {"result": "fail", "redirect_url": "javascript:alert(1)"}
    failed = requests.post(attempt.invoke["h5_url"], data=form, timeout=5, allow_redirects=False)
    assert failed.status_code == 200
    assert "未支付" in failed.text
    assert requests.get(f"{twin.base_url}/pay/h5?prepay_id=x", timeout=5).status_code == 404


def test_control(twin: Twin) -> None:
    assert (
        requests.post(f"{twin.base_url}/twin/lie", json={"lie": "http_500", "times": 1}, timeout=5).status_code == 204
    )
    assert requests.post(f"{twin.base_url}/twin/lie", json={"lie": "white"}, timeout=5).status_code == 400
    taken = requests.post(f"{twin.base_url}/twin/pay", json={"out_trade_no": "none-00"}, timeout=5).json()
    assert taken == {"taken": False}
    assert requests.get(f"{twin.base_url}/twin/books", timeout=5).json()["trades"] == []
