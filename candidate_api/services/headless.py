"""Wagtail's own headless API under `pages/`, read only: pages, and what they show of images and documents."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import conditional_page
from rest_framework.filters import BaseFilterBackend
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from wagtail.api.v2.filters import SearchFilter
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet
from wagtail.models import Page
from wagtail.utils.urlpatterns import decorate_urlpatterns

from candidate_api.services.versions import PUBLIC
from cms.built_pages.models import PlainPage
from cms.documents.queries import readable
from cms.news.models import NewsPage
from portal.kernel import clock
from portal.kernel.text import clean


class WordSearch(BaseFilterBackend):
    """`?search=` as everywhere in the house: every word stands in the title, or in the text of a notice or a page."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        for word in clean(request.GET.get("search", "")[:60]).split():
            found = Q(title__icontains=word)
            if issubclass(queryset.model, Page):
                for kind in (NewsPage, PlainPage):
                    found |= Q(pk__in=kind.objects.filter(search_text__icontains=word).values("pk"))
            queryset = queryset.filter(found)
        return queryset


def _with_words(backends: list[Any]) -> list[Any]:
    return [WordSearch if backend is SearchFilter else backend for backend in backends]


class _Public:
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer,)

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)  # type: ignore[misc]
        if response.status_code == 200:
            response.headers.setdefault("Cache-Control", PUBLIC)
        return response


class Pages(_Public, PagesAPIViewSet):
    filter_backends = _with_words(PagesAPIViewSet.filter_backends)

    def get_queryset(self) -> Any:
        # By the clock, also while no worker has taken an expired page down yet.
        pages = super().get_queryset().exclude(expire_at__lte=clock.now())
        return pages.select_related("channel") if pages.model is NewsPage else pages


class Images(_Public, ImagesAPIViewSet):
    filter_backends = _with_words(ImagesAPIViewSet.filter_backends)


class Documents(_Public, DocumentsAPIViewSet):
    filter_backends = _with_words(DocumentsAPIViewSet.filter_backends)

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(pk__in=readable().values("pk"))


class Router(WagtailAPIRouter):
    """Pages at the root, images and documents beneath, instead of three siblings."""

    def get_urlpatterns(self) -> list[URLPattern | URLResolver]:
        prefixes = {name: "" if name == "pages" else f"{name}/" for name in self._endpoints}
        patterns = [
            path(prefixes[name], include((endpoint.get_urlpatterns(), name), namespace=name))
            for name, endpoint in self._endpoints.items()
        ]
        decorate_urlpatterns(patterns, conditional_page)
        decorate_urlpatterns(patterns, self.wrap_view)
        return patterns


router = Router("api:headless")
router.register_endpoint("images", Images)
router.register_endpoint("documents", Documents)
router.register_endpoint("pages", Pages)
