"""The door of the admin speaks Chinese and says whose it is."""

import re

import pytest
from django.test import Client

from portal.kernel.tests.staff import member

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
