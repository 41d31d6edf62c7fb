"""The door of the admin speaks Chinese and says whose it is."""

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


def words(html: str) -> str:
    """What people read: text, placeholders and the title, without markup and scripts."""
    html = re.sub(r"<(script|noscript|style|template)\b.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", " ".join([re.sub(r"<[^>]+>", " ", html), *re.findall(r'placeholder="([^"]*)"', html)]))


def test_the_page_reads_in_chinese(client: Client) -> None:
    read = words(client.get(LOGIN).content.decode())
    for shown in ("登录广西自考管理后台", "用户名", "密码", "忘记密码？", "记住我", "请输入用户名", "请输入密码"):
        assert shown in read
    assert re.findall(r"[A-Za-z]{2,}", read) == []


def test_a_wrong_password_is_said_in_one_sentence(client: Client) -> None:
    answer = client.post(LOGIN, {"username": "nobody", "password": "wrong"})
    assert "用户名或密码不正确，请重试。" in answer.content.decode()
    assert not answer.wsgi_request.user.is_authenticated


def test_staff_come_in(client: Client) -> None:
    member("editor")
    answer = client.post(LOGIN, {"username": "editor-1", "password": "pw"}, follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert "控制面板 - 广西自考管理后台" in words(answer.content.decode())


def test_the_desk_sends_no_candidate_a_way_in(client: Client, mailoutbox: list[EmailMessage]) -> None:
    """A candidate who has bound an e-mail resets on the portal, where all devices are signed out."""
    User.objects.create_user("c-1", "pw", name="韦小莉", is_candidate=True, email="a@example.org")
    User.objects.create_user("chief", "pw", name="主任", is_staff=True, email="b@example.org")
    for email in ("a@example.org", "b@example.org"):
        assert client.post("/admin/password_reset/", {"email": email}).status_code == 302
    assert [mail.to for mail in mailoutbox] == [["b@example.org"]]
