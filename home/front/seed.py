from urllib.parse import urlsplit

from django.db import transaction
from wagtail.models import Collection, Page, PageLogEntry, Site

from cms.news.models import NewsIndexPage
from cms.seed import seed_channels, seed_faq, seed_roles, seed_tiles
from home.front.models import HomePage


@transaction.atomic
def seed_site(base_url: str) -> None:
    """The site at `base_url` with its front page and news centre, their channels, tiles, groups and workflow."""
    home = HomePage.objects.first() or _home()
    index = NewsIndexPage.objects.first()
    if index is None:
        index = NewsIndexPage(title="资讯中心", slug="news", show_in_menus=True)
        home.add_child(instance=index)
    address = urlsplit(base_url)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "root_page": home,
            "site_name": "广西自考",
            "hostname": address.hostname or "localhost",
            "port": address.port or (443 if address.scheme == "https" else 80),
        },
    )
    _remove_welcome()
    _name_the_roots()
    seed_channels()
    seed_tiles()
    seed_roles(home)


@transaction.atomic
def open_site(base_url: str) -> None:
    """`seed_site`, and the questions that an office is asked from the first day."""
    seed_site(base_url)
    seed_faq()


def _home() -> HomePage:
    home = HomePage(title="首页", slug="portal", hotline="0771-5550100")
    Page.get_first_root_node().add_child(instance=home)
    return home


def _remove_welcome() -> None:
    """Wagtail's first page, which says hello to its developer."""
    for page in Page.objects.filter(depth=2, slug="home").exclude(pk__in=HomePage.objects.values("pk")):
        if page.specific_class is Page:
            page.delete()
    PageLogEntry.objects.filter(label="Welcome to your new Wagtail site!").delete()


def _name_the_roots() -> None:
    """What lies above all pages and files, where an editor may read it."""
    Page.objects.filter(depth=1, title="Root").update(title="全部页面", draft_title="全部页面")
    Collection.objects.filter(depth=1, name="Root").update(name="全部文件")
