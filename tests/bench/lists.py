"""Lists that grow: 10,000 complaints at the desk, 2,000 notices for editors, readers and apps; none may take 300 ms.

Each answer is asked for with what a browser shows (its session, no ETag) and nothing is answered from a memory. In
processor time of the web process, with the database's where that is SQLite: the slowest of twenty answers counts.
"""

import time
from datetime import timedelta
from importlib import import_module
from itertools import count

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from candidate_api.services.ready import shelf
from cms.complaints.models import Complaint
from cms.complaints.tests import desk
from cms.news.models import NewsPage
from cms.tests.factories import index, staff
from portal.kernel.users.models import User
from tests.bench.asking import Asker, percentile
from tests.bench.measure import Row
from tests.bench.public_reads import furnished as notices

COMPLAINTS = 10_000
GOAL = 0.3  # seconds for any list
TIMES = 20
# Screens that are Wagtail's alone: told, and not ours to hold.
WAGTAILS = {"… the tree below 资讯中心"}


def rows() -> list[Row]:
    """Rates of each list beside an answer in 300 ms."""
    notices()
    support = complaints()
    centre = index()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner knows what lies there, as on a machine that has been running
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        server = Asker()
        editor = staff("editor")
        asked = [
            ("咨询投诉 at the desk", reverse("complaints:index"), support),
            ("… 待受理", reverse("complaints:index") + "?state=pending", support),
            ("… overdue", reverse("complaints:index") + "?due=overdue", support),
            ("… page 150", reverse("complaints:index") + "?p=150", support),
            ("… 统计 of a year", reverse("complaints:figures") + "?days=365", support),
            ("全部资讯 at the desk", "/admin/news/", editor),
            ("… the tree below 资讯中心", reverse("wagtailadmin_explore", args=[centre.pk]), editor),
            ("资讯中心 on the portal", "/", None),
            ("… page 100", "/?page=100", None),
            ("… what has 维护 in it", "/?q=维护", None),
            ("news/", "/api/v1/news/", None),
            ("news/?q=维护", "/api/v1/news/?q=维护", None),
        ]
        found = [Row("an answer in 300 ms", 1 / GOAL, 1 / GOAL)]
        for what, address, who in asked:
            found.append(measured(server, what, address, who))
    return found


def measured(server: Asker, what: str, address: str, who: User | None) -> Row:
    """The rate of the slowest answers of one list."""
    headers = {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session(who)}"} if who else {}
    path, _, query = address.partition("?")
    asked = f"{path}?{query.encode().decode('latin-1')}"

    def ask() -> None:
        shelf.empty()  # the application's ready answers have a benchmark of their own
        server.get(asked, **headers)

    ask()
    slowest = percentile(ask, 95, TIMES, time.process_time)
    ours = None if what in WAGTAILS else 1
    return Row(f"{what}: {slowest * 1000:.0f} ms", 1 / slowest, 1 / GOAL, goal=ours)


def session(user: User) -> str:
    """A signed-in session's key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def complaints() -> User:
    """Ten thousand complaints of the last year, most of them answered, and somebody who sees them all."""
    by = desk.supporter()
    made = {state: desk.brought_to(state, by) for state in ("pending", "handling", "answered", "rated", "closed")}
    serial = count()
    copies = []
    for state, share in (("pending", 3), ("handling", 7), ("answered", 40), ("rated", 30), ("closed", 20)):
        plain = {f.attname: getattr(made[state], f.attname) for f in Complaint._meta.concrete_fields if f.name != "id"}
        for _ in range(COMPLAINTS * share // 100 - 1):
            number = next(serial)
            later = -timedelta(hours=number * 8_760 // COMPLAINTS)
            moved = {
                name: plain[name] + later
                for name in ("created_at", "accept_due_at", "answer_due_at", "accepted_at", "answered_at")
                if plain[name] is not None
            }
            copies.append(Complaint(**plain | moved | {"number": f"ZX{number:016d}"}))
    Complaint.objects.bulk_create(copies, batch_size=1000)
    if (there := Complaint.objects.count()) != COMPLAINTS or NewsPage.objects.count() < 2000:
        raise AssertionError(there)
    return User.objects.get(pk=by.user_id)
