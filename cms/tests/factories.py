"""Things for tests, made as an editor would make them."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Collection, Locale, Page

from cms.news.models import NewsChannel, NewsIndexPage, NewsPage
from cms.seed import seed_channels, seed_roles
from cms.windows.actions import create_window
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.users.models import User

DESK = Actor(user_id=1, name="周编辑", channel="admin")


def root() -> Page:
    """The root of all pages; made anew after a test that has emptied the tables."""
    Locale.objects.get_or_create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    found: Page = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
    return found


def index() -> NewsIndexPage:
    """The news centre with its channels and roles."""
    found = NewsIndexPage.objects.first()
    if found is None:
        found = NewsIndexPage(title="资讯中心", slug="news")
        root().add_child(instance=found)
        seed_channels()
        seed_roles(found)
    return found


def draft(title: str = "关于系统维护的公告", **fields: Any) -> NewsPage:
    """A notice that is written and not published."""
    parent = index()
    text = fields.pop("text", "<p>正文</p>")
    channel = NewsChannel.objects.get(code=fields.pop("channel", "notices"))
    page = NewsPage(title=title, slug=f"n{NewsPage.objects.count()}", channel=channel, live=False, **fields)
    page.body = [("text", page.body.stream_block.child_blocks["text"].to_python(text))]
    parent.add_child(instance=page)
    page.save_revision()
    return page


def publish(page: NewsPage) -> NewsPage:
    page.get_latest_revision().publish()
    page.refresh_from_db()
    return page


def news(title: str = "关于系统维护的公告", **fields: Any) -> NewsPage:
    """A published notice."""
    return publish(draft(title, **fields))


def window(business: str = "course-registration", *, opens: datetime | None = None, **fields: Any) -> BusinessWindow:
    """A window that is open from an hour ago for two days, unless said otherwise."""
    opens = opens or clock.now() - timedelta(hours=1)
    values = {"phase": "apply", "closes_at": opens + timedelta(days=2)} | fields
    return create_window(business=business, opens_at=opens, by=DESK, **values)


def staff(role: str, number: int = 1) -> User:
    """A signed-in-able member of staff in one of the groups."""
    index()
    user = User.objects.create_user(f"{role}-{number}", "pw", name="周编辑", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user
