"""The canary test notices what it is there for: a number in each of the places that it watches."""

import base64
import hashlib
import logging
from typing import Any

import pytest
import structlog
from celery import current_app
from django.core.cache import cache
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from candidate_api.services.ready import _Kept, shelf
from portal.kernel import clock
from portal.kernel.files.actions import keep
from portal.kernel.users.models import User
from tests.canary import Canary, dump, watching

NUMBER, NAME = "13977109998", "韦莉安"
CANARY = Canary((NUMBER,), (NAME,))


def says(request: Any) -> HttpResponse:
    """Tells the number as the address asks for it."""
    place = request.GET["in"]
    response = HttpResponse(NUMBER if place in ("body", "private") else "")
    response["Cache-Control"] = "private, no-store" if place == "private" else "public"
    if place == "header":
        response["X-Name"] = "%E9%9F%A6%E8%8E%89%E5%AE%89"
    if place == "cookie":
        response.set_cookie("messages", base64.urlsafe_b64encode(NUMBER.encode()).decode())
    return response


urlpatterns = [path("says/", says)]


def test_a_number_is_heard_wherever_it_is_said() -> None:
    with watching() as watch:
        structlog.get_logger("portal").info("x", number=NUMBER)
        logging.getLogger("urllib3").debug("POST /%s", NUMBER)
        cache.set(f"of:{NUMBER}", 1)
        cache.set("who", {"mobile": NUMBER})
        shelf.put(("x",), _Kept((), "", NUMBER.encode(), {}), clock.now())
        current_app.send_task("messages.deliver_due", args=[NUMBER])
        watch.look_into_the_cache()
    places = [leak.partition(":")[0] for leak in watch.leaks(CANARY)]
    assert sorted(places) == ["cache", "cache", "cache", "log", "log", "task"]


@pytest.mark.parametrize(
    ("place", "heard"),
    [("header", 1), ("cookie", 1), ("body", 1), ("private", 0), (NUMBER, 1), ("nowhere", 0)],
)
@pytest.mark.django_db
def test_a_number_is_seen_wherever_an_answer_takes_it(place: str, heard: int) -> None:
    with override_settings(ROOT_URLCONF=__name__), watching() as watch:
        watch.web().get("/says/", {"in": place})
    assert len(watch.leaks(CANARY)) == heard


@pytest.mark.django_db(transaction=True)
def test_a_dump_tells_of_a_number_in_any_clothes() -> None:
    user = User.objects.create_user("c1", name=NAME, mobile=NUMBER, is_candidate=True)
    keep(f"my {NUMBER}".encode(), kind="x", owner=user, name="x", content_type="application/pdf")
    assert CANARY.told_by(dump()) == []
    for clothes in (NUMBER, NUMBER.encode().hex(), hashlib.sha256(NUMBER.encode()).hexdigest()):
        user.email = f"{clothes}@example.org"
        user.save()
        assert len(CANARY.told_by(dump())) == 1, clothes
