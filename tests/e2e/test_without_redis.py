"""Nobody listens where REDIS_URL says (promise 34): the portal goes on, and what must be counted is counted elsewhere.

Nothing is put in the cache's place: a real client asks a port at which nobody listens, as after a crash.
"""

import socket
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.test import Client

from candidate_api.payments.models import Order
from candidate_api.registrations.queries import options
from candidate_api.sessions.models import ExamSession
from portal.kernel import limits
from portal.kernel.health import ready
from portal.kernel.users.models import User
from tests import life
from tests.contract import ContractClient
from tests.e2e.journeys.person import later, solved
from tests.e2e.world import World


@pytest.fixture
def dead_redis(settings: Any) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    from portal.settings import base

    settings.CACHES = base.redis(server)
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    return server


def test_there_is_nobody(dead_redis: str) -> None:
    """Control: the test's Redis is dead indeed."""
    with pytest.raises(Exception, match=r"(?i)connect|refused"):
        cache.incr("x")
    with pytest.raises(limits.Uncounted):
        limits.count(limits.Limit("x", 1, timedelta(minutes=1)), "x")
    with pytest.raises(limits.Uncounted):
        limits.reached(limits.Limit("x", 1, timedelta(minutes=1)), "x")
    assert ready()["cache"] is False


def test_a_candidate_signs_in_takes_courses_and_pays(world: World, dead_redis: str, now: Any) -> None:
    candidate = life.enrolled()
    life.confirm_contact(candidate, world.session)
    web = Client(HTTP_HOST="localhost")

    # every password asks for a captcha
    form = {"account": candidate.user.mobile, "password": life.PASSWORD}
    asked = web.post("/login/", form)
    assert (asked.status_code, "请完成校验后再点一次" in asked.content.decode()) == (200, True)
    signed_in = web.post("/login/", form | solved(asked.context["challenge"].captcha_id))
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/me/")

    session = ExamSession.objects.get(code=world.session)
    course = next(o.offering.course.code for o in options(candidate, session, None) if not o.blocked)
    made = web.post("/business/registration/", {"submit": "1", "course": [course], "district": "450100"})
    order = Order.objects.get()
    assert made.headers["Location"] == f"/business/orders/{order.number}/"
    leave = web.post(f"{made.url}pay/", {"scene": "h5"}).context["leave"]
    with requests.Session() as payer:
        payer.trust_env = False
        payer.post(leave, data={"result": "never"}, timeout=20, allow_redirects=False)
    assert web.post(f"{made.url}confirm/").status_code == 302
    page = web.get(made.url)
    assert (page.status_code, "报考成功" in page.content.decode()) == (200, True)
    assert Order.objects.get().state == "paid"
    assert web.post("/logout/").status_code == 302
    assert web.get("/me/").status_code == 302

    # a code by SMS, limited by the rows
    later(now)
    challenge = web.get("/login/?way=sms").context["challenge"]
    mobile = candidate.user.mobile
    web.post("/login/?way=sms", {"act": "code", "mobile": mobile, **solved(challenge.captcha_id)})
    form = {"mobile": mobile, "sms_code": life.code_sent_to(mobile)}
    assert web.post("/login/?way=sms", form).status_code == 302
    assert web.get("/me/").status_code == 200


def test_an_app_goes_on(world: World, dead_redis: str) -> None:
    candidate = life.enrolled()
    app = ContractClient()
    given = {"account": candidate.user.mobile, "password": life.PASSWORD}
    assert app.post("/api/v1/auth/login/password/", given).json()["code"] == "captcha_required"
    challenge = app.post("/api/v1/auth/captcha/").json()["captcha_id"]
    answer = app.post("/api/v1/auth/login/password/", given | solved(challenge)).json()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {answer['token']}")
    assert app.get("/api/v1/me/").status_code == 200


PUBLIC = ("/", "/news/", "/services/", "/business/majors/", "/search/?q=报考", "/api/v1/home/", "/api/v1/news/")
MACHINES = ("/api/v1/majors/", "/api/v1/exam-sessions/", "/api/v1/faq/", "/api/v1/health/live/")


@pytest.mark.parametrize("path", [*PUBLIC, *MACHINES])
def test_what_is_public_is_read(world: World, dead_redis: str, path: str) -> None:
    assert Client().get(path).status_code == 200


def test_staff_come_in(world: World, dead_redis: str) -> None:
    user = User.objects.get(username="archive")
    user.set_password("Qiu-Shi-1911")
    user.save()
    desk = Client()
    wrong = desk.post("/admin/login/", {"username": "archive", "password": "x"})
    assert (wrong.status_code, "用户名或密码不正确" in wrong.content.decode()) == (200, True)
    assert desk.post("/admin/login/", {"username": "archive", "password": "Qiu-Shi-1911"}).status_code == 302
    assert desk.get("/admin/").status_code == 200


def test_nobody_waits_for_one_time_out_after_another(world: World, settings: Any) -> None:
    """A server that takes connections and says nothing, as one that hangs."""
    from portal.settings import base

    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        settings.CACHES = base.redis(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = monotonic()
        for key in range(50):
            assert cache.get(f"x{key}") is None
        assert monotonic() - began < 10
