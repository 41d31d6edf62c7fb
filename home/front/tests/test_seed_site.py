"""An empty database becomes a portal that the office's own people can work on, without a shell."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cms.faq.models import FaqQuestion
from cms.tests.factories import root
from cms.tiles.models import Tile
from home.front.models import HomePage
from portal.kernel.tests.staff import OFFICES, member
from portal.kernel.users.models import User
from review.offices.models import Office, StaffRole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_root() -> None:
    root()


def seed(*arguments: str) -> str:
    said = StringIO()
    call_command("seed_site", *arguments, stdout=said)
    return said.getvalue()


def test_a_second_run_brings_rights_and_leaves_what_editors_have_changed() -> None:
    assert "已建立" in seed()
    assert FaqQuestion.objects.count() == 30
    Tile.objects.get(slug="plan").delete()
    FaqQuestion.objects.all().delete()
    assert "已更新各组权限" in seed()
    assert (HomePage.objects.count(), FaqQuestion.objects.count()) == (1, 0)
    assert not Tile.objects.filter(slug="plan").exists()


def test_the_first_administrator_comes_from_the_command() -> None:
    with pytest.raises(CommandError, match="没有名为 root 的工作人员账号"):
        seed("--administrator", "root")
    root = User.objects.create_superuser("root", "pw", name="根")
    with pytest.raises(CommandError, match="没有机构数据"):
        seed("--administrator", "root")
    name, kind, path = OFFICES["45"]
    Office.objects.create(code="45", name=name, kind=kind, path=path)
    assert f"根 现在是{name}的系统管理员。" in seed("--administrator", "root")
    assert [(held.role, held.office.code) for held in StaffRole.objects.filter(user=root)] == [("administrator", "45")]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "service/",
            "windows/",
            "windows/new/",
            "broadcasts/",
            "broadcasts/new/",
            "wordings/",
            "staff/",
            "staff/new/",
        ),
        *(f"snippets/cms/{name}/add/" for name in ("tile", "banner", "supportteam", "cannedanswer", "newschannel")),
    ],
)
def test_an_administrator_who_is_no_superuser_opens_what_the_office_keeps(path: str) -> None:
    """The demo's administrator is a superuser, to whom everything opens; in production it is the group that counts."""
    administrator = member("administrator")
    seed()
    client = Client()
    client.force_login(administrator)
    assert client.get(f"/admin/{path}").status_code == 200


@pytest.mark.parametrize("role", ["support", "finance", "archive", "auditor", "first_reviewer"])
def test_other_roles_do_not(role: str) -> None:
    someone = member(role)
    seed()
    client = Client()
    client.force_login(someone)
    for path in ("service/", "windows/new/", "snippets/cms/tile/", "broadcasts/new/", "wordings/", "staff/new/"):
        assert client.get(f"/admin/{path}").status_code in (302, 403), path
