"""The front page, arranged by whoever edits it, through Wagtail's real screens."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from cms.seed import seed_tiles
from cms.tests.factories import index
from cms.tiles.models import Banner, Tile
from cms.tiles.rules import icon_choices
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db
TILE = {
    "label": "补办准考证",
    "slug": "ticket-again",
    "icon": "ticket",
    "group": "business",
    "target": "/business/tickets/",
    "is_shown": "on",
}


@pytest.fixture
def editor(client: Client) -> Client:
    index()
    client.force_login(member("editor"))
    return client


def test_an_editor_arranges_tiles_and_banners(editor: Client) -> None:
    menu = editor.get("/admin/").content.decode()
    for address in ("/admin/snippets/cms/tile/", "/admin/snippets/cms/banner/"):
        assert editor.get(address).status_code == 200
        assert address in menu
    assert editor.post("/admin/snippets/cms/tile/add/", TILE).status_code == 302
    tile = Tile.objects.get()
    assert (tile.label, tile.icon, tile.is_shown) == ("补办准考证", "ticket", True)
    assert editor.post(f"/admin/snippets/cms/tile/edit/{tile.pk}/", TILE | {"label": "补证"}).status_code == 302
    tile.refresh_from_db()
    assert tile.label == "补证"
    assert editor.post("/admin/snippets/cms/tile/add/", TILE | {"slug": "later"}).status_code == 302
    assert list(Tile.objects.values_list("slug", "order")) == [("ticket-again", 1), ("later", 2)]

    assert editor.post("/admin/snippets/cms/banner/add/", {"title": "诚信考试"}).status_code == 302
    assert Banner.objects.get().title == "诚信考试"


@pytest.mark.parametrize("role", ["support", "finance", "auditor"])
def test_others_do_not(client: Client, role: str) -> None:
    index()
    client.force_login(member(role))
    assert client.post("/admin/snippets/cms/tile/add/", TILE).headers["Location"] == "/admin/"
    assert not Tile.objects.exists()
    assert "/admin/snippets/cms/tile/" not in client.get("/admin/").content.decode()


def test_an_icon_is_chosen_by_its_picture_and_name(editor: Client) -> None:
    form = editor.get("/admin/snippets/cms/tile/add/").content.decode()
    shown = re.findall(r'<input type="radio" name="icon" value="([a-z]+)"', form)
    assert shown == [name for name, _label in icon_choices()]
    assert re.search(r"#ticket\"></use></svg>\s*准考证", form)

    answer = editor.post("/admin/snippets/cms/tile/add/", TILE | {"icon": "no-such"})

    assert answer.status_code == 200
    assert not Tile.objects.exists()


def test_what_stands_on_the_front_page_may_be_saved_again() -> None:
    seed_tiles()
    for tile in Tile.objects.all():
        tile.full_clean()
    sheet = Path(settings.ROOT / "home/assets/img/icons.svg").read_text()
    assert {name for name, _label in icon_choices()} <= set(re.findall(r'<symbol id="([\w-]+)"', sheet))
