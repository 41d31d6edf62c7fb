"""News as JSON, 2,000 pages: from the application's ready answers, beside Wagtail's own API as it comes."""

from uuid import uuid4

from django.test import override_settings
from django.urls import include, path
from rest_framework.renderers import JSONRenderer
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.models import Page, Site

from cms.news.models import NewsPage
from cms.tests.factories import index, news
from tests.bench.asking import Asker
from tests.bench.measure import Row, rate

PAGES = 2000


# Wagtail's router as its documentation shows it, behind the same middleware.
class Plain(PagesAPIViewSet):
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer,)


router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", Plain)
urlpatterns = [path("plain/", router.urls), path("", include("portal.urls"))]


def rows() -> list[Row]:
    """Rates beside Wagtail's list of twenty and its page with the same fields."""
    first = furnished()
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        get = Asker().get
        fields = "channel_code,published_at,source,summary,pinned_until,valid_until,is_correction"
        plain = rate(lambda: get(f"/plain/pages/?type=cms.NewsPage&limit=20&fields={fields}"))
        plain_page = rate(lambda: get(f"/plain/pages/{first}/?fields={fields},body"))
        etag = get("/api/v1/news/")[0]["ETag"]
        return [
            Row("Wagtail's API as it comes: twenty of 2,000", plain, plain),
            Row("news/: twenty of 2,000", rate(lambda: get("/api/v1/news/")), plain, goal=10),
            Row(
                "news/ that has not changed: 304",
                rate(lambda: get("/api/v1/news/", 304, HTTP_IF_NONE_MATCH=etag)),
                plain,
            ),
            Row("Wagtail's API as it comes: one page", plain_page, plain_page),
            Row("news/{id}/", rate(lambda: get(f"/api/v1/news/{first}/")), plain_page, goal=10),
        ]


def furnished() -> int:
    """Two thousand notices, and the id of one."""
    parent = index()
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": parent})
    first = news("关于系统维护的公告", text="<p>" + "系统维护期间暂停办理。" * 60 + "</p>")
    # Copied below Wagtail, whose tree and indexes would take minutes: pages first, then what a notice adds to each.
    plain = {f.attname: getattr(first, f.attname) for f in Page._meta.concrete_fields if not f.primary_key}
    own = {f.attname: getattr(first, f.attname) for f in NewsPage._meta.local_concrete_fields}
    copies = []
    for number in range(1, PAGES):
        slug, step = f"copy-{number}", Page._int2str(number + 1).rjust(Page.steplen, Page.alphabet[0])
        place = {"path": parent.path + step, "slug": slug, "url_path": f"{parent.url_path}{slug}/"}
        copies.append(Page(**plain | place | {"translation_key": uuid4()}))
    Page.objects.bulk_create(copies)
    notices = [NewsPage(**own | {"page_ptr_id": copy.pk}) for copy in copies]
    NewsPage._base_manager._insert(notices, fields=NewsPage._meta.local_concrete_fields)
    return int(first.pk)
