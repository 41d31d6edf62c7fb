from datetime import timedelta

import pytest
from django.test import Client
from wagtail.models import Page, Site

from cms.tests.factories import draft, news, publish, window
from cms.tiles.models import Banner
from home.front.models import HomePage
from home.front.seed import seed_site
from portal.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site() -> None:
    seed_site("http://testserver")


def test_the_site_stands_once() -> None:
    before = list(Page.objects.order_by("pk").values())
    seed_site("http://testserver")

    assert list(Page.objects.order_by("pk").values()) == before
    site = Site.objects.get()
    assert (site.hostname, site.port, site.root_page.specific) == ("testserver", 80, HomePage.objects.get())
    assert not HomePage.can_create_at(Page.get_first_root_node())


def test_a_notice_is_on_the_front_page_as_soon_as_it_is_published(client: Client) -> None:
    page = draft("广西自学考试2026年上半年报名通知")
    assert "报名通知" not in client.get("/").content.decode()

    publish(page)

    for path in ("/", "/news/"):
        assert "广西自学考试2026年上半年报名通知" in client.get(path).content.decode()


def test_tiles_say_whether_they_are_open(client: Client) -> None:
    now = clock.now()
    window("course-registration", opens=now - timedelta(hours=1), closes_at=now + timedelta(days=2, hours=1))
    Banner.objects.create(title="诚信考试", target="/news/")

    response = client.get("/")

    first = next(entry for entry in response.context["tiles"] if entry.tile.group == "business")
    assert (first.tile.slug, first.is_open, first.state_label) == ("course-registration", True, "进行中 剩2天")
    assert "诚信考试" in response.content.decode()


def test_the_front_page_costs_the_same_with_any_number_of_notices(
    client: Client, django_assert_num_queries: object
) -> None:
    for count in (1, 50):
        for number in range(count):
            news(f"公告{count}-{number}")
        client.get("/")
        with django_assert_num_queries(11):  # type: ignore[operator]
            client.get("/")
