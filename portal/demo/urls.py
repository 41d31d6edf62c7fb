from django.urls import path

from portal.demo import pages

app_name = "demo"
urlpatterns = [
    path("components/", pages.components, name="components"),
    path("outbox/", pages.outbox, name="outbox"),
    path("outbox.json", pages.outbox_json, name="outbox-json"),
]
