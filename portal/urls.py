"""Every address of the house, by floor."""

from django.apps import apps
from django.conf import settings
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.approval.saving import one_save_at_a_time
from portal.kernel.staff_door.closed import close

handler400 = "portal.kernel.pages.bad_request"
handler404 = "portal.kernel.pages.not_found"
handler500 = "portal.kernel.pages.server_error"

urlpatterns = [
    path("admin/", include(close(one_save_at_a_time(wagtailadmin_urls.urlpatterns)))),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v1/", include("candidate_api.urls")),
]
if apps.is_installed("portal.demo"):
    urlpatterns.append(path("demo/", include("portal.demo.urls")))
if settings.MEDIA_URL.startswith("/") and settings.SERVE_MEDIA:
    # As nginx does: documents have an address of their own, which asks who may read them.
    media = rf"^{settings.MEDIA_URL[1:]}(?!documents/)(?P<path>.*)$"
    urlpatterns.append(re_path(media, serve, {"document_root": settings.MEDIA_ROOT}))
urlpatterns += [
    path("", include("home.urls")),
    path("", include(wagtail_urls)),
]
