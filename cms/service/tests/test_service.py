"""What every page says for a while; and a paused house: reads stay up, writes say when they work again."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from candidate_api.accounts.models import Device
from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.conftest import box, twin
from candidate_api.registrations.actions import submit
from candidate_api.registrations.models import Registration
from cms.service.actions import change_notice, end_notice, post_notice
from cms.service.models import ServiceNotice
from cms.tests.factories import DESK, staff
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.edges import is_going_on
from portal.kernel.errors import Code, Problem
from tests import life

__all__ = ["box", "twin"]
pytestmark = pytest.mark.django_db
STARTS = clock.at(date(2027, 1, 10), 22)
ENDS = clock.at(date(2027, 1, 11), 6)
SECOND = timedelta(seconds=1)
TEXT = "系统升级维护"
SENTENCE = "系统维护中，预计2027年1月11日 06:00恢复办理。没有提交任何内容，请届时再办；登录和查询不受影响。"
CANDIDATE = Actor(user_id=7, name="李考生", channel="api", is_candidate=True)


def posted(*, pauses: bool = True, **more: Any) -> ServiceNotice:
    """A notice that was posted before it begins."""
    values = {"text": TEXT, "starts_at": STARTS, "ends_at": ENDS, "pauses": pauses} | more
    with time_machine.travel(STARTS - timedelta(days=1), tick=False):
        return post_notice(**values, by=DESK)


def paused_now(**length: int) -> ServiceNotice:
    now = clock.now()
    return post_notice(text=TEXT, starts_at=now, ends_at=now + timedelta(**length), pauses=True, by=DESK)


# -- what is announced ------------------------------------------------------------------------------------------------
def test_each_change_has_its_reason_and_its_row(client: Client) -> None:
    made, other = posted(), posted(text="另一条")
    with time_machine.travel(STARTS, tick=False):
        change_notice(made.pk, by=DESK, reason="提前完成", ends_at=ENDS - timedelta(hours=1))
    with time_machine.travel(STARTS + SECOND, tick=False):
        end_notice(made.pk, by=DESK, reason="已完成")
        with pytest.raises(Problem) as refusal:
            change_notice(made.pk, by=DESK, reason="再改", ends_at=ENDS)
        assert refusal.value.code is Code.STATE_CONFLICT
    with time_machine.travel(STARTS - SECOND, tick=False):
        end_notice(other.pk, by=DESK, reason="不再需要")
    assert list(ServiceNotice.objects.values_list("pk", "ends_at")) == [(made.pk, STARTS + SECOND)]
    rows = AuditEntry.objects.order_by("pk").values_list("verb", "subject_id", "note")
    assert list(rows) == [
        ("service.post", str(made.pk), ""),
        ("service.post", str(other.pk), ""),
        ("service.change", str(made.pk), "提前完成"),
        ("service.end", str(made.pk), "已完成"),
        ("service.end", str(other.pk), "不再需要"),
    ]
    changed = AuditEntry.objects.get(verb="service.change").data
    assert (changed["before"]["ends_at"], changed["after"]["ends_at"]) == (
        "2027-01-11T06:00:00+08:00",
        "2027-01-11T05:00:00+08:00",
    )


@pytest.mark.parametrize("by", [CANDIDATE, Actor(user_id=None, name="", channel="web")])
def test_staff_alone_and_nothing_that_makes_no_sense(by: Actor) -> None:
    made = posted()
    values = {"text": TEXT, "starts_at": STARTS, "ends_at": ENDS}
    refused: list[tuple[Callable[[], Any], Code]] = [
        (lambda: post_notice(**values, by=by), Code.PERMISSION_DENIED),
        (lambda: change_notice(made.pk, by=by, reason="x", text="y"), Code.PERMISSION_DENIED),
        (lambda: end_notice(made.pk, by=by, reason="x"), Code.PERMISSION_DENIED),
        (lambda: change_notice(made.pk, by=DESK, reason=" ", text="y"), Code.VALIDATION_FAILED),
        (lambda: change_notice(made.pk, by=DESK, reason="x", ends_at=STARTS), Code.VALIDATION_FAILED),
        (lambda: post_notice(**values | {"text": ""}, by=DESK), Code.VALIDATION_FAILED),
        (lambda: post_notice(**values | {"starts_at": ENDS}, by=DESK), Code.VALIDATION_FAILED),
        (lambda: end_notice(made.pk + 1, by=DESK, reason="x"), Code.NOT_FOUND),
    ]
    with time_machine.travel(STARTS - timedelta(days=1), tick=False):
        for attempt, code in refused:
            with pytest.raises(Problem) as refusal:
                attempt()
            assert refusal.value.code is code
    with time_machine.travel(ENDS, tick=False), pytest.raises(Problem):
        post_notice(**values, by=DESK)
    assert list(ServiceNotice.objects.values_list("text", "starts_at", "ends_at")) == [(TEXT, STARTS, ENDS)]
    assert AuditEntry.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceNotice.objects.create(text=TEXT, starts_at=ENDS, ends_at=STARTS)


@pytest.mark.parametrize("pauses", [True, False])
def test_every_page_says_it_from_the_first_second_to_the_last(client: Client, pauses: bool) -> None:
    posted(pauses=pauses)
    for at, is_shown in [(STARTS - SECOND, False), (STARTS, True), (ENDS - SECOND, True), (ENDS, False)]:
        with time_machine.travel(at, tick=False):
            for address in ("/business/", "/login/", "/services/"):
                page = client.get(address).content.decode()
                assert (TEXT in page) is is_shown, (at, address)
                assert ("预计2027年1月11日 06:00恢复" in page) is (is_shown and pauses)


def test_the_home_of_the_app_says_it_to_the_second(api: Any) -> None:
    posted()
    tags = []
    for at, is_shown in [(STARTS - SECOND, False), (STARTS, True), (ENDS, False)]:
        with time_machine.travel(at, tick=False):
            answer = api.get("/api/v1/home/")
        told = [
            {
                "text": TEXT,
                "starts_at": "2027-01-10T22:00:00+08:00",
                "ends_at": "2027-01-11T06:00:00+08:00",
                "pauses": True,
            }
        ]
        assert answer.json()["service_notices"] == (told if is_shown else [])
        tags.append(answer["ETag"])
    assert len(set(tags)) == 3


def test_stored_markup_stays_text(client: Client) -> None:
    posted(text="<script>alert(1)</script>", pauses=False)
    with time_machine.travel(STARTS, tick=False):
        page = client.get("/business/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


# -- what is paused ---------------------------------------------------------------------------------------------------
@pytest.fixture
def person(reference: None) -> Candidate:
    life.open_window()
    return life.enrolled()


def test_writes_say_when_they_work_again_and_nothing_has_changed(api: Any, person: Candidate) -> None:
    api.force_authenticate(person.user)
    body = {"session": "2026-10", "entries": [{"course": "02324", "district": "450100"}]}
    made = paused_now(hours=2)

    refused = api.post("/api/v1/me/registrations/", body)
    assert (refused.status_code, refused.json()["code"]) == (503, "service_paused")
    assert 7100 < int(refused["Retry-After"]) <= 7200
    assert "恢复办理" in refused.json()["detail"]
    assert api.patch("/api/v1/me/profile/", {"address": "新地址2号"}).status_code == 503
    assert api.get("/api/v1/me/").status_code == 200
    assert api.get("/api/v1/me/registrations/").json()["count"] == 0
    assert (Registration.objects.count(), Order.objects.count()) == (0, 0)
    person.refresh_from_db(fields=["address"])
    assert person.address == "民族大道1号"

    end_notice(made.pk, by=DESK, reason="已完成")
    assert api.post("/api/v1/me/registrations/", body).status_code == 201


def test_a_page_says_it_too_and_a_part_of_a_page_has_it_said_by_the_whole(person: Candidate) -> None:
    web = Client()
    posted()
    with time_machine.travel(ENDS - timedelta(minutes=10), tick=False):
        web.force_login(person.user)
        refused = web.post("/me/profile/", {"address": "新地址2号"})
        assert (refused.status_code, refused["Retry-After"]) == (503, "600")
        assert SENTENCE in refused.content.decode()
        assert web.get("/me/profile/").status_code == 200
        part = web.post("/me/profile/", {"address": "新地址2号"}, headers={"HX-Request": "true"})
        assert (part.status_code, part["HX-Refresh"]) == (503, "true")


def test_people_sign_in_and_out_meanwhile(api: Any, person: Candidate) -> None:
    paused_now(hours=2)
    given = {"account": person.user.mobile, "password": life.PASSWORD}
    answer = api.post("/api/v1/auth/login/password/", given)
    assert answer.status_code == 200
    assert api.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}").status_code == 200
    assert api.post("/api/v1/auth/captcha/").status_code in (200, 201)
    web = Client()
    assert web.post("/login/", {"way": "password", **given}).status_code == 302
    assert web.get("/me/").status_code == 200
    assert Device.objects.count() == 2
    assert web.post("/logout/").status_code == 302
    assert web.post("/elder/", {"elder": "1", "next": "/login/"}).status_code == 302


def test_money_that_was_paid_is_recorded_and_staff_go_on(person: Candidate, twin: Any, client: Client) -> None:
    order = _ordered(person)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    paused_now(hours=2)
    _url, headers, body = shop.letter(twin, attempt)
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answer = client.post("/api/v1/payments/wechat/notify/", body, content_type="application/json", **named)
    assert answer.status_code == 204
    assert PaymentAttempt.objects.get().state == "succeeded"
    assert set(Registration.objects.values_list("state", flat=True)) == {"confirmed"}

    client.force_login(staff("administrator"))
    window = {
        "business": "graduation",
        "phase": "apply",
        "session": "",
        "opens_at": "2027-02-24 09:00",
        "closes_at": "2027-03-04 18:00",
        "notice": "",
    }
    assert client.post("/admin/windows/new/", window).status_code == 302


def _ordered(person: Candidate) -> Order:
    return submit("2026-10", [("02324", "450100")], by=life.actor(person)).order


def _views(resolver: URLResolver, under: str = "") -> Any:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield under + str(entry.pattern), entry.callback
        else:
            yield from _views(entry, under + str(entry.pattern))


def test_what_goes_on_is_signing_in_and_out_reading_and_money_that_was_paid() -> None:
    going_on = {path for path, view in _views(get_resolver()) if is_going_on(view)}
    assert going_on == {
        "api/v1/auth/captcha/",
        "api/v1/auth/sms-codes/",
        "api/v1/auth/login/password/",
        "api/v1/auth/login/sms/",
        "api/v1/auth/login/passkey/begin/",
        "api/v1/auth/login/passkey/complete/",
        "api/v1/auth/logout/",
        "api/v1/me/messages/<row:message_id>/read/",
        "api/v1/me/orders/<str:number>/confirm/",
        "api/v1/payments/alipay/notify/",
        "api/v1/payments/wechat/notify/",
        "login/",
        "login/passkey/",
        "login/passkey/begin/",
        "logout/",
        "me/messages/read/",
        "me/messages/<row:message_id>/read/",
        "business/orders/<str:number>/confirm/",
        "api/v1/me/waiting-room/",
        "elder/",
        "language/",
    }


# -- the desk ---------------------------------------------------------------------------------------------------------
def test_administrators_post_change_and_end_at_the_desk(client: Client) -> None:
    administrator = staff("administrator")
    form = {"text": TEXT, "starts_at": "2027-01-10 22:00", "ends_at": "2027-01-11 06:00", "pauses": "on"}
    with time_machine.travel(STARTS - timedelta(minutes=5), tick=False):
        client.force_login(administrator)
        assert client.post("/admin/service/new/", form).status_code == 302
        made = ServiceNotice.objects.get()
        assert (made.starts_at, made.ends_at, made.pauses) == (STARTS, ENDS, True)
        assert "未开始" in client.get("/admin/service/").content.decode()
        assert client.post(f"/admin/service/edit/{made.pk}/", form).status_code == 200, "without a reason"
        changed = form | {"ends_at": "2027-01-11 05:00", "reason": "提前完成"}
        assert client.post(f"/admin/service/edit/{made.pk}/", changed).status_code == 302
        assert client.post(f"/admin/service/delete/{made.pk}/", {"reason": "不再需要"}).status_code == 302
    verbs = AuditEntry.objects.filter(verb__startswith="service.").order_by("pk").values_list("verb", "note", "channel")
    assert list(verbs) == [
        ("service.post", "", "admin"),
        ("service.change", "提前完成", "admin"),
        ("service.end", "不再需要", "admin"),
    ]
    assert ServiceNotice.objects.count() == 0


@pytest.mark.parametrize("role", ["editor"])
def test_nobody_else_at_the_desk_pauses_the_house(client: Client, role: str) -> None:
    made = paused_now(hours=1)
    client.force_login(staff(role))
    for path in ("new/", f"edit/{made.pk}/", f"delete/{made.pk}/"):
        assert client.post(f"/admin/service/{path}", {"reason": "x"}).headers["Location"] == "/admin/"
    assert "/admin/service/" not in client.get("/admin/").content.decode()
    assert ServiceNotice.objects.values_list("ends_at", flat=True).get() == made.ends_at
