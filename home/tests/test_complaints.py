"""咨询投诉 on the portal: a candidate's journey, and markup that stays text everywhere."""

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from candidate_api.candidates.models import Candidate
from cms.complaints import actions
from cms.complaints.models import Complaint
from cms.complaints.tests import desk
from home.tests.conftest import inline
from portal.kernel.users.models import User

if TYPE_CHECKING:
    from playwright.sync_api import Page

GIVEN = {"kind": "consult", "category": "score", "title": "成绩没有公布", "content": "请问何时公布？", "contact": ""}
PAYLOADS = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>\"'><a href=javascript:alert(4)>点"
)


@pytest.mark.django_db
def test_one_asks_adds_rates_and_asks_again(web: Client, candidate: Candidate) -> None:
    desk.category()
    file = SimpleUploadedFile("截图.png", desk.jpeg())
    answer = web.post("/services/complaints/new/", {**GIVEN, "file": file}, follow=True)
    complaint = Complaint.objects.get()
    page = answer.content.decode()
    assert complaint.number in page
    assert "截图.jpg" in page
    assert inline(page).found == []
    one = f"/services/complaints/{complaint.number}/"
    assert web.post(one, {"act": "add_message", "text": ""}).status_code == 200
    web.post(one, {"act": "add_message", "text": "考次是2026年10月"})
    by = desk.supporter(complaint.team.code)
    actions.accept(complaint.pk, by=by)
    actions.note(complaint.pk, "绝密备注", by=by)
    actions.answer(complaint.pk, "已经公布", seen=complaint.thread.filter(is_staff=False).latest("pk").pk, by=by)
    page = web.get(one).content.decode()
    assert "已经公布" in page
    assert "绝密" not in page
    assert by.name not in page
    assert web.post(one, {"act": "add_message", "text": "晚了"}).status_code == 409
    web.post(one, {"act": "rate", "rating": "5", "comment": ""})
    web.post(one, {"act": "reopen", "text": "还有一门没有"})
    web.post(one, {"act": "close"})
    complaint.refresh_from_db(fields=["rating"])
    assert Complaint.objects.values_list("state", flat=True).get() == "closed"
    assert complaint.title in web.get("/services/complaints/").content.decode()


@pytest.mark.django_db
def test_a_bad_file_loses_no_words(web: Client, candidate: Candidate) -> None:
    desk.category()
    bad = SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>")
    page = web.post("/services/complaints/new/", {**GIVEN, "file": bad}, follow=True).content.decode()
    assert "附件没有上传" in page
    assert Complaint.objects.get().content == GIVEN["content"]


@pytest.mark.django_db
def test_a_strangers_complaint_is_not_there(web: Client, candidate: Candidate) -> None:
    complaint = desk.complaint()
    one = f"/services/complaints/{complaint.number}/"
    assert web.get(one).status_code == 404
    assert web.post(one, {"act": "close"}).status_code == 404
    assert Client().get(one).status_code == 302
    assert Complaint.objects.get().state == "pending"


def come_in(page: "Page", live_server: Any, user: User) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])


@pytest.mark.django_db(transaction=True)
def test_a_journey_of_candidate_and_desk_where_markup_runs_nowhere(browser: "Page", live_server: Any) -> None:
    dialogs: list[str] = []
    browser.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    category = desk.category()
    person, by = desk.person(), desk.supporter()
    come_in(browser, live_server, person)
    browser.goto(f"{live_server.url}/services/complaints/new/")
    browser.get_by_label("投诉", exact=True).check()
    browser.get_by_label("业务分类").select_option(category.code)
    browser.get_by_label("标题").fill(PAYLOADS[:60])
    browser.get_by_label("内容").fill(PAYLOADS)
    browser.get_by_role("button", name="提交").click()
    browser.get_by_text("已提交，编号").wait_for()
    complaint = Complaint.objects.get()
    assert complaint.content == PAYLOADS

    come_in(browser, live_server, User.objects.get(pk=by.user_id))
    browser.set_viewport_size({"width": 1280, "height": 800})
    for address in ("", f"{complaint.pk}/", "figures/", f"{complaint.pk}/transfer/"):
        browser.goto(f"{live_server.url}/admin/complaints/{address}")
        browser.get_by_text("咨询投诉").first.wait_for()
    browser.goto(f"{live_server.url}/admin/complaints/{complaint.pk}/accept/")
    browser.get_by_role("button", name="受理").click()
    browser.get_by_label("内容").fill("您好，" + PAYLOADS)
    browser.get_by_role("button", name="答复").click()
    browser.get_by_text("已答复，系统会通知考生").wait_for()

    come_in(browser, live_server, person)
    browser.goto(f"{live_server.url}/services/complaints/{complaint.number}/")
    browser.get_by_text("您好，<script>").wait_for()
    browser.get_by_label("5分 非常满意").check()
    browser.get_by_label("说明").fill(PAYLOADS)
    browser.get_by_role("button", name="评价").click()
    browser.get_by_text("5 / 5").wait_for()
    browser.goto(f"{live_server.url}/services/complaints/")
    browser.goto(f"{live_server.url}/me/messages/")
    assert dialogs == []
