"""The portal's addresses, by tab."""

from django.urls import URLPattern, path

from portal.kernel.files.pages import serve

app_name = "home"
urlpatterns: list[URLPattern] = [path("files/<uuid:file_id>/", serve, name="file")]
