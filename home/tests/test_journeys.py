"""From the list of courses to a paid order, and what a person keeps about themselves."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from candidate_api.candidates.models import Candidate
from candidate_api.payments.actions import expire_due
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.registrations import actions
from candidate_api.registrations import queries as registrations
from candidate_api.registrations.models import Registration
from home.tests.conftest import SESSION, inline
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.messages.queries import choices
from tests import life

pytestmark = pytest.mark.django_db
CHOOSE = "/business/registration/"


def test_choosing_and_submitting(web: Client, candidate: Candidate) -> None:
    given = {"course": ["02324", "00023"], "district": "450100", "submit": "1"}
    answer = web.post(CHOOSE, given)
    order = Order.objects.get()
    assert answer.url == reverse("home:order", args=[order.number])
    page = web.get(answer.url).content.decode()
    assert "80.00" in page
    assert "如果已经支付，请不要重复支付" in page
    assert "微信支付" in page
    assert inline(page).found == []
    assert "这门课程已经报考" in web.get(CHOOSE).content.decode()


def test_one_order_has_one_button_to_pay_it(web: Client, candidate: Candidate) -> None:
    order = actions.submit(SESSION, [("02324", "450100"), ("00023", "450100")], by=life.actor(candidate)).order
    page = web.get(reverse("home:my-registrations")).content.decode()
    assert (page.count("btn primary"), page.count("去缴费"), page.count("查看报考单")) == (1, 1, 2)
    assert ("待缴费 2 门" in page, "¥80.00" in page) == (True, True)
    pay = web.get(reverse("home:order", args=[order.number])).content.decode()
    assert ("微信支付</button>" in pay, "支付宝支付</button>" in pay) == (True, True)
    Order.objects.update(expires_at=clock.now())
    assert "去缴费" not in web.get(reverse("home:my-registrations")).content.decode()


def test_the_page_of_an_order_has_its_payment_asked_about(web: Client, candidate: Candidate, monkeypatch) -> None:
    woken = []
    monkeypatch.setattr("candidate_api.payments.actions.attempts.wake", woken.append)
    order = actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate)).order
    address = reverse("home:order", args=[order.number])
    web.get(address)
    begun = clock.now() - timedelta(seconds=20)
    PaymentAttempt.objects.create(
        order=order,
        channel="wechat",
        scene="h5",
        out_trade_no=f"{order.number}-01",
        amount_fen=order.amount_fen,
        client_ip="127.0.0.1",
        state="open",
        expires_at=order.expires_at,
        query_at=begun + timedelta(minutes=1),
        created_at=begun,
    )
    assert "正在等待支付结果" in web.get(address).content.decode()
    assert web.get(address, {"seen": "pending-1-0-0"}, headers={"HX-Request": "true"}).status_code == 204
    assert woken == ["payments.query_pending"]


def test_an_order_that_is_over_by_the_clock_promises_nothing_that_is_still_held(
    web, candidate, api, monkeypatch
) -> None:
    woken = []
    monkeypatch.setattr("candidate_api.payments.actions.attempts.wake", woken.append)
    by = life.actor(candidate)
    order = actions.submit(SESSION, [("02324", "450100")], by=by).order
    Order.objects.update(expires_at=clock.now())
    address = reverse("home:order", args=[order.number])
    page = web.get(address).content.decode()
    assert ("正在核对有没有付过款" in page, "重新报考</a>" in page, "hx-get" in page) == (True, False, True)
    api.force_authenticate(candidate.user)
    assert api.get(f"/api/v1/me/orders/{order.number}/").json()["state"] == "expired"
    assert woken == ["payments.expire_due"] * 2, "whoever looks, on the page and in the app"
    [row] = registrations.mine(by)
    assert registrations.allowed_actions(row, window_open=True) == []
    with pytest.raises(Problem, match="课程释放后可以重新报考"):
        actions.cancel(row.pk, by=by)
    expire_due(by=Actor.system("test"))
    page = web.get(address).content.decode()
    assert ("所选课程已释放" in page, "重新报考</a>" in page, "hx-get" in page) == (True, True, False)
    assert actions.submit(SESSION, [("02324", "450100")], by=by).order.state == "pending"


def test_the_bell_counts_what_waits_until_it_is_read(web: Client, candidate: Candidate) -> None:
    waiting = Message.objects.filter(recipient=candidate.user, channel="in_app", read_at=None)
    n = waiting.count()
    assert n
    assert f'<span aria-hidden="true">{n}</span>' in "".join(web.get("/business/").content.decode().split("\n"))
    assert web.post("/me/messages/read/").url == "/me/messages/"
    assert waiting.count() == 0
    page = web.get("/me/messages/").content.decode()
    assert ('class="dot"' in page, "全部标为已读" in page) == (False, False)
    assert Client().post("/me/messages/read/").status_code == 302


def test_a_clash_is_said_at_its_course_and_nothing_chosen_is_lost(web: Client) -> None:
    given = {"course": ["02324", "00023", "13003"], "district": "450100", "submit": "1"}
    page = web.post(CHOOSE, given).content.decode()
    assert '<a href="#course-13003">数据结构与算法：与同一场次的另一门课程时间冲突。</a>' in page
    assert page.count(" checked") == 3
    assert "<title>错误：" in page
    assert Registration.objects.count() == 0


def test_courses_of_both_lists_are_kept_while_changing_between_them(web: Client) -> None:
    page = web.post(
        CHOOSE, {"course": ["02324"], "district": "450200", "scope": "other", "q": "知识产权"}
    ).content.decode()
    assert "已选的课程" in page
    assert 'value="02324"' in page
    assert "知识产权法" in page
    assert '<option value="450200" selected>' in page


def test_a_district_has_to_be_chosen(web: Client) -> None:
    page = web.post(CHOOSE, {"course": ["02324"], "district": "", "submit": "1"}).content.decode()
    assert '<a href="#district">请选择考区。</a>' in page
    assert Order.objects.count() == 0


def test_two_districts_on_one_day_have_to_be_confirmed(web: Client, candidate: Candidate) -> None:
    actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate))
    given = {"course": ["00023"], "district": "450200", "submit": "1"}
    warning = "10月24日的课程分在不同考区：南宁市、柳州市。同一天可能赶不到，一般应当选同一个考区。"
    page = web.post(CHOOSE, given).content.decode()
    assert f'<a href="#confirmed">{warning}</a>' in page
    assert Registration.objects.count() == 1
    assert "分在不同考区" in web.post(CHOOSE, given | {"confirmed": "1"}).content.decode(), "another sentence"
    assert Registration.objects.count() == 1
    assert web.post(CHOOSE, given | {"confirmed": warning}).status_code == 302
    row = Registration.objects.get(course__code="00023")
    change = reverse("home:registration-change", args=[row.pk])
    assert web.post(change, {"course": "00023", "district": "450100"}).status_code == 302
    back = {"course": "00023", "district": "450200"}
    assert warning in web.post(change, back).content.decode()
    row.refresh_from_db(fields=["district"])
    assert row.district.code == "450100"
    assert web.post(change, back | {"confirmed": warning}).status_code == 302


def test_without_a_number_or_outside_the_window_the_page_says_why(client: Client, reference: None) -> None:
    client.force_login(life.registered().user)
    assert "有了准考证号才能报考" in client.get(CHOOSE).content.decode()
    client.force_login(life.enrolled().user)
    assert "现在不在课程报考时间内" in client.get(CHOOSE).content.decode()


def test_cancelling_before_payment_asks_back_first(web: Client, candidate: Candidate) -> None:
    actions.submit(SESSION, [("02324", "450100"), ("00023", "450100")], by=life.actor(candidate))
    row = Registration.objects.get(course__code="00023")
    here = reverse("home:registration-cancel", args=[row.pk])
    assert f'href="{here}"' in web.get(reverse("home:my-registrations")).content.decode()
    page = web.get(here).content.decode()
    assert "确定取消这门课程的报考吗" in page
    assert "报考单的金额相应减少" in page
    assert Order.objects.get().amount_fen == 8000, "looking changes nothing"
    page = web.post(here, follow=True).content.decode()
    assert "已取消报考“高等数学（工本）”" in page
    assert Order.objects.get().amount_fen == 4000
    assert web.get(here).status_code == 302, "there is nothing left to cancel"
    last = Registration.objects.get(course__code="02324")
    page = web.get(reverse("home:registration-cancel", args=[last.pk])).content.decode()
    assert "报考单一并关闭" in page


def test_an_unpaid_order_is_cancelled_as_a_whole(web: Client, candidate: Candidate) -> None:
    entries = [("02324", "450100"), ("00023", "450100")]
    order = actions.submit(SESSION, entries, by=life.actor(candidate)).order
    address, cancel = (reverse(f"home:{name}", args=[order.number]) for name in ("order", "order-cancel"))
    assert f'href="{cancel}"' in web.get(address).content.decode()
    page = web.get(cancel).content.decode()
    assert "确定取消整个报考单吗" in page
    assert "高等数学（工本）" in page
    assert Order.objects.get().state == "pending"
    assert "报考单已取消，所选课程已释放" in web.post(cancel, follow=True).content.decode()
    assert Order.objects.get().state == "cancelled"
    assert set(Registration.objects.values_list("state", flat=True)) == {"cancelled"}
    assert web.get(cancel).url == address
    stranger = Client()
    stranger.force_login(life.enrolled().user)
    assert [stranger.get(cancel).status_code, stranger.post(cancel).status_code] == [404, 404]


def test_an_order_says_the_truth_and_htmx_is_told_only_of_news(web: Client, candidate: Candidate) -> None:
    order = actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate)).order
    address = reverse("home:order", args=[order.number])
    same = web.get(address, {"seen": "pending-0-0-0"}, headers={"HX-Request": "true"})
    assert same.status_code == 204
    news = web.get(address, {"seen": "pending-1-0-0"}, headers={"HX-Request": "true"})
    assert news["HX-Refresh"] == "true"


def test_saving_the_profile_and_being_told_of_mistakes(web: Client, candidate: Candidate) -> None:
    given = life.profile() | {"district": "450100", "major": "080901", "address": "星湖路２号", "postcode": "53"}
    page = web.post("/me/profile/", given).content.decode()
    assert "邮政编码为6位数字。" in page
    assert "星湖路" in page
    assert web.post("/me/profile/", given | {"postcode": "530022"}).url == "/me/"
    candidate.refresh_from_db(fields=["address", "postcode"])
    assert (candidate.address, candidate.postcode) == ("星湖路2号", "530022")


def test_only_majors_that_take_new_candidates_are_offered(web: Client, candidate: Candidate) -> None:
    page = web.get("/me/profile/").content.decode()
    assert ("030101K 法学" in page, "050201 英语" in page, "590202" in page) == (True, False, False)
    given = life.profile() | {"district": "450100", "major": "050201"}
    assert "这个专业现在不接收新生，请选择其他专业。" in web.post("/me/profile/", given).content.decode()
    candidate.refresh_from_db(fields=["major"])
    assert candidate.major.code == "080901"


def test_each_rule_that_a_photo_breaks_is_named(client: Client, reference: None) -> None:
    person = life.registered()
    client.force_login(person.user)
    bad = SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")
    assert "照片须为完整的JPG、PNG或HEIC图片" in client.post("/me/photo/", {"photo": bad}).content.decode()
    assert "请填写选择照片" not in client.post("/me/photo/", {}).content.decode()
    good = SimpleUploadedFile("a.jpg", life.good_photo(), content_type="image/jpeg")
    assert client.post("/me/photo/", {"photo": good}).url == "/me/profile/"
    person.refresh_from_db(fields=["photo"])
    assert person.photo_id is not None


def test_a_message_is_read_once_it_is_opened(web: Client, candidate: Candidate) -> None:
    message = Message.objects.get(recipient=candidate.user, channel="in_app")
    assert "未读" in web.get("/me/messages/").content.decode()
    assert web.post(reverse("home:message-read", args=[message.pk])).url == "/me/"
    assert "未读" not in web.get("/me/messages/").content.decode()


def test_lists_ask_the_same_number_of_questions_at_one_and_at_four(
    web: Client, candidate: Candidate, django_assert_num_queries
) -> None:
    actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate))
    with django_assert_num_queries(5):
        web.get("/business/my-registrations/")
    actions.submit(SESSION, [(c, "450100") for c in ("00023", "04735", "13000")], by=life.actor(candidate))
    with django_assert_num_queries(5):
        web.get("/business/my-registrations/")


def test_staff_are_told_that_this_is_not_their_place(client: Client, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_superuser("chief", "x", name="主任"))
    answer = client.get("/me/")
    assert answer.status_code == 403
    assert "请使用考生账号登录" in answer.content.decode()


def test_an_unknown_code_is_refused_in_words(client: Client) -> None:
    answer = client.get("/verify/?code=ABCD-EFGH")
    assert answer.status_code == 404
    assert "没有这个核验码" in answer.content.decode()


def test_what_is_not_wanted_is_switched_off_on_the_page_of_the_messages(candidate: Candidate, web: Client) -> None:
    assert 'value="candidate_enrolled in_app"' in web.get("/me/notifications/").content.decode()
    assert web.post("/me/notifications/", {}).url == "/me/messages/"
    assert [choice.wanted for choice in choices(life.actor(candidate))] == [False, False, False]
    assert "checked" not in web.get("/me/notifications/").content.decode()
    web.post("/me/notifications/", {"wanted": ["candidate_enrolled in_app"]})
    assert [choice.wanted for choice in choices(life.actor(candidate))] == [True, False, False]
    refused = web.post("/me/notifications/", {"wanted": ["code_login sms"]})
    assert refused.status_code == 200
    assert "错误：" in refused.content.decode()


def test_where_two_sessions_are_open_one_chooses_between_them(web: Client, candidate: Candidate) -> None:
    life.open_window("2027-04")
    life.confirm_contact(candidate, "2027-04")
    page = web.get(CHOOSE).content.decode()
    assert [f'href="?session={code}"' in page for code in ("2026-10", "2027-04")] == [True, True]
    for code, name in (("2026-10", "2026年10月"), ("2027-04", "2027年4月")):
        shown = web.get(CHOOSE, {"session": code})
        if shown.status_code == 302:  # each session has mobile and address confirmed anew, and leads back to itself
            assert f"session%3D{code}" in shown.url
            life.confirm_contact(candidate, code)
            shown = web.get(CHOOSE, {"session": code})
        assert f'name="session" value="{code}"' in shown.content.decode()
        assert f'aria-current="page">{name}</a>' in shown.content.decode()
    given = {"session": "2027-04", "course": ["00023"], "district": "450100", "submit": "1"}
    assert web.post(CHOOSE, given).status_code == 302
    assert Registration.objects.get().session.code == "2027-04"
    assert web.get(CHOOSE, {"session": "1999-04"}).status_code in (200, 302)
