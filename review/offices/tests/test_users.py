"""Wagtail's own 用户 is of staff alone: a candidate is no row of it, and no address of it leads to one."""

import pytest
from django.test import Client

from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db
LIST = "/admin/users/"


def test_a_superuser_meets_no_candidate_there() -> None:
    root = User.objects.create_superuser("root", "pw", name="管理员")
    editor = User.objects.create_user("editor", "pw", name="编辑", is_staff=True)
    person = life.registered(name="韦小莉").user
    desk = Client()
    desk.force_login(root)
    for path in (LIST, f"{LIST}results/", f"{LIST}?q=韦小莉"):
        page = desk.get(path).content.decode()
        assert person.username not in page
    assert editor.username in desk.get(LIST).content.decode()
    for page in ("edit", "delete", "history"):
        assert desk.get(f"{LIST}{page}/{editor.pk}/").status_code == 200
        assert desk.get(f"{LIST}{page}/{person.pk}/").status_code == 404
    assert desk.post(f"{LIST}delete/{person.pk}/").status_code == 404
    assert User.objects.filter(pk=person.pk).exists()
