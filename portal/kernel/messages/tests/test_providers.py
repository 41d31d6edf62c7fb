"""Two real providers over HTTP: what they are handed, what happens when one is slow, failing or refusing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal.kernel import clock
from portal.kernel.messages import actions, checks, providers
from portal.kernel.messages.models import Message
from portal.kernel.messages.providers import Sms, Undelivered, aliyun, tencent
from portal.kernel.messages.providers.contract import Away
from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import REGISTRY, Template
from portal.kernel.messages.tests.twin import Books, Twin

TEXT = Sms("13800001234", "【广西自考】验证码：123456", "code_login", {"code": "123456", "minutes": "10"})


@pytest.fixture
def books(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """Both providers, configured as in production, at a stand-in of this test's own."""
    monkeypatch.setattr(tencent, "TIMEOUT", 0.3)
    monkeypatch.setattr(aliyun, "TIMEOUT", (0.3, 0.3))
    twin = Twin()
    [(key_id, key)] = twin.books.keys.items()
    shared = {"sign_name": "广西自考", "endpoint": twin.base_url}
    settings.SMS_TENCENT = shared | {"secret_id": key_id, "secret_key": key, "app_id": "1400000001"}
    settings.SMS_TENCENT |= {"region": "ap-guangzhou", "templates": {"code_login": "1001", "code": "1002"}}
    settings.SMS_ALIYUN = shared | {"key_id": key_id, "key_secret": key, "templates": {"code_login": "SMS_1"}}
    settings.SMS_PROVIDERS = [
        "portal.kernel.messages.providers.tencent.Tencent",
        "portal.kernel.messages.providers.aliyun.Aliyun",
    ]
    yield twin.books
    twin.stop()


def test_tencent_is_handed_its_template_and_the_values_in_order(books: Books) -> None:
    tencent.Tencent().send(TEXT)

    assert books.taken == [
        {"by": "tencent", "to": "+8613800001234", "template": "1001", "values": ["123456", "10"]}
        | {"sign": "广西自考", "app": "1400000001"}
    ]


def test_aliyun_is_handed_its_template_and_the_values_by_name(books: Books) -> None:
    aliyun.Aliyun().send(Sms("13800001234", "…", "code_login", {"code": "1 2~3*4+/=%", "name": "韦𬭎·莉"}))

    assert books.taken == [
        {"by": "aliyun", "to": "13800001234", "template": "SMS_1", "sign": "广西自考"}
        | {"values": {"code": "1 2~3*4+/=%", "name": "韦𬭎·莉"}}
    ]


@pytest.mark.parametrize("provider", [tencent.Tencent(), aliyun.Aliyun()], ids=lambda one: one.name)
@pytest.mark.parametrize("order", ["slow", "http_500", "garbage", "hang_up"])
def test_no_answer_that_can_be_relied_on_says_something_of_the_provider(
    books: Books, provider: Any, order: str
) -> None:
    books.tell(provider.name, order)
    with pytest.raises(Away):
        provider.send(TEXT)


@pytest.mark.parametrize(
    ("provider", "code", "kind"),
    [
        (tencent.Tencent(), "LimitExceeded.PhoneNumberDailyLimit", Undelivered),
        (tencent.Tencent(), "FailedOperation.PhoneNumberInBlacklist", Undelivered),
        (tencent.Tencent(), "FailedOperation.InsufficientBalanceInSmsPackage", Away),
        (tencent.Tencent(), "LimitExceeded.AppMainlandChinaDailyLimit", Away),
        (tencent.Tencent(), "AuthFailure.SignatureFailure", Away),
        (tencent.Tencent(), "InternalError.Timeout", Away),
        (aliyun.Aliyun(), "isv.BUSINESS_LIMIT_CONTROL", Undelivered),
        (aliyun.Aliyun(), "isv.MOBILE_NUMBER_ILLEGAL", Undelivered),
        (aliyun.Aliyun(), "isv.AMOUNT_NOT_ENOUGH", Away),
        (aliyun.Aliyun(), "isp.SYSTEM_ERROR", Away),
    ],
)
def test_a_refusal_is_about_the_text_or_about_the_provider(
    books: Books, provider: Any, code: str, kind: type[Exception]
) -> None:
    books.tell(provider.name, code)
    with pytest.raises(Undelivered) as refused:
        provider.send(TEXT)
    assert type(refused.value) is kind
    assert code in str(refused.value)
    assert books.taken == []


@pytest.mark.parametrize("provider", [tencent.Tencent(), aliyun.Aliyun()], ids=lambda one: one.name)
def test_a_wrong_key_is_not_let_in(books: Books, settings: Any, provider: Any) -> None:
    settings.SMS_TENCENT |= {"secret_key": "another"}
    settings.SMS_ALIYUN |= {"key_secret": "another"}
    with pytest.raises(Away, match="Signature"):
        provider.send(TEXT)
    assert books.taken == []


def test_a_text_without_an_id_is_not_sent_and_is_warned_of(books: Books, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(checks, "REGISTRY", {"new": Template("new", "新", "新{a}", (Channel.SMS,))})
    with pytest.raises(Undelivered, match="no template id for new"):
        tencent.Tencent().send(Sms("13800001234", "新", "new", {"a": "1"}))
    assert books.asked == {"tencent": 0, "aliyun": 0}
    assert [found.msg for found in checks.every_text_has_an_id()] == [
        "SMS_TENCENT_TEMPLATES has no id for: new",
        "SMS_ALIYUN_TEMPLATES has no id for: new",
    ]


@pytest.mark.parametrize("order", ["slow", "http_500", "hang_up", "LimitExceeded.PhoneNumberDailyLimit"])
def test_the_second_is_asked_where_the_first_does_not_take_it(books: Books, order: str) -> None:
    books.tell("tencent", order)
    assert providers.send_sms(TEXT) == "aliyun"
    assert [text["by"] for text in books.taken] == ["aliyun"]
    assert providers.send_sms(TEXT) == "tencent", "one failure is no trouble"


def test_where_both_fail_the_last_one_says_why(books: Books) -> None:
    books.tell("tencent", "http_500")
    books.tell("aliyun", "isv.AMOUNT_NOT_ENOUGH")
    with pytest.raises(Undelivered, match="AMOUNT_NOT_ENOUGH"):
        providers.send_sms(TEXT)


def test_a_provider_in_trouble_is_asked_last_and_recovers_by_itself(books: Books) -> None:
    began = clock.at(clock.today(), 9)
    with time_machine.travel(began, tick=False) as moved:
        books.tell("tencent", "http_500", providers.TROUBLE.most)
        for _ in range(providers.TROUBLE.most + 5):
            assert providers.send_sms(TEXT) == "aliyun"
        assert books.asked["tencent"] == providers.TROUBLE.most, "and then it was left in peace"
        books.tell("aliyun", "isp.SYSTEM_ERROR")
        assert providers.send_sms(TEXT) == "tencent", "asked last is not never"
        moved.shift(2 * providers.TROUBLE.within)
        assert providers.send_sms(TEXT) == "tencent"


def test_what_is_wrong_with_numbers_is_no_trouble_of_the_provider(books: Books) -> None:
    books.tell("tencent", "FailedOperation.PhoneNumberInBlacklist", 5)
    for _ in range(5):
        assert providers.send_sms(TEXT) == "aliyun"
    assert providers.send_sms(TEXT) == "tencent"


@pytest.mark.django_db
def test_a_code_goes_from_the_outbox_by_its_template_and_is_wiped(books: Books, monkeypatch: Any) -> None:
    monkeypatch.setitem(
        REGISTRY, "code", Template("code", "码", "码{code}，{minutes}分钟", (Channel.SMS,), secret=True)
    )
    actions.say("code:1", "code", {"minutes": 10, "code": "123456", "unused": "x"}, mobile="13800001234")
    kept = Message.objects.get()
    assert kept.values == '{"code": "123456", "minutes": "10"}'
    assert actions.deliver(kept.pk)
    assert [(text["template"], text["values"]) for text in books.taken] == [("1002", ["123456", "10"])]
    kept = Message.objects.get()
    assert (kept.text, kept.values, kept.provider) == ("******", "", "tencent")


@pytest.mark.django_db
def test_while_no_provider_takes_it_the_message_waits(books: Books) -> None:
    books.tell("tencent", "slow")
    books.tell("aliyun", "slow")
    actions.say("code:1", "code_login", {"code": "123456"}, mobile="13800001234")
    message = Message.objects.get()
    assert not actions.deliver(message.pk)
    message = Message.objects.get()
    assert message.state == "queued"
    assert "13800001234" not in message.last_error
    with time_machine.travel(message.due_at + timedelta(seconds=1)):
        assert actions.deliver(message.pk)
    assert [text["by"] for text in books.taken] == ["tencent"]
