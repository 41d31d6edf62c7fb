"""The address of a button, opened as a page: a sentence, and what it takes instead."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/logout/", "/me/messages/1/read/", "/business/orders/GX1/pay/"])
def test_it_says_that_it_is_no_page(web: Client, path: str) -> None:
    answer = web.get(path)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "请回到原来的页面" in answer.content.decode()
