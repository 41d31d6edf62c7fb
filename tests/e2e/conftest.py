"""The whole system for each test: a furnished office, its portal on a port, the stand-in gateway on another."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest
import requests
import time_machine
from django.conf import settings as conf
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Collection, Locale, Page

from candidate_api.identity.tests.conftest import records
from candidate_api.payments.providers.twin import Twin, post
from candidate_api.payments.providers.wechat.twin import start
from candidate_api.sessions.models import ExamSession
from home.front.seed import seed_site
from portal.demo import seed
from portal.kernel import clock
from tests.e2e import databases
from tests.e2e.browse import PHONE, Visitor
from tests.e2e.world import Letter, World

if TYPE_CHECKING:
    from playwright.sync_api import Page as BrowserPage

__all__ = ["records"]


@dataclass
class Postman:
    """Carries the gateway's notices to the portal over HTTP, and keeps what was carried."""

    letters: "Queue[Letter]"

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        status, text = post(url, headers, body)
        self.letters.put(Letter(url, headers, body, status))
        return status, text


@pytest.fixture(scope="session")
def _portal() -> Iterator[str]:
    """The portal's address. Each request has a thread, and a connection to the database in use then."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture(scope="session")
def _furnished(
    _portal: str, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a database in which the office stands, without a candidate; registration is open."""
    with django_db_blocker.unblock():
        name = databases.name_of("furnished", tmp_path_factory.mktemp("e2e"))
        databases.copy_to(name)
        with databases.using(name):
            cache.clear()
            ContentType.objects.clear_cache()
            _wagtails_roots()
            coming, _last = seed.furnish()
            seed_site(_portal)
            # The demo squeezes time; here tickets are released when the test says so.
            ExamSession.objects.filter(pk=coming.pk).update(tickets_at=clock.at(coming.first_day, 0))
    yield name
    with django_db_blocker.unblock():
        databases.drop(name)


def _wagtails_roots() -> None:
    """What Wagtail's migrations made, where another test's flush has taken it away."""
    Locale.objects.get_or_create(language_code=get_supported_content_language_variant(conf.LANGUAGE_CODE))
    if not Page.objects.filter(depth=1).exists():
        Page.add_root(instance=Page(title="Root", slug="root"))
    if not Collection.objects.filter(depth=1).exists():
        Collection.add_root(name="Root")


@pytest.fixture(scope="session")
def _template(_furnished: str) -> str:
    """The database that each test has a copy of; a folder of tests may put one of its own in its place."""
    return _furnished


@pytest.fixture
def db(_template: str, django_db_blocker: Any, tmp_path: Path) -> Iterator[None]:
    """In this folder: a copy of the template, for this test, its portal and its gateway."""
    name = databases.name_of("e2e", tmp_path)
    with django_db_blocker.unblock():
        with databases.using(_template):
            databases.copy_to(name)
        with databases.using(name):
            ContentType.objects.clear_cache()
            yield
            _when_idle()
        ContentType.objects.clear_cache()
        databases.drop(name)


@pytest.fixture
def world(_portal: str, db: None, settings: Any, tmp_path: Path) -> Iterator[World]:
    """An office on the morning of registration, and nobody has come yet."""
    letters: Queue[Letter] = Queue()
    # Making keys takes a while: all tests share the ones that the settings have made.
    (tmp_path / "keys.json").write_text((settings.VAR / "wechat" / "keys.json").read_text())
    twin: Twin = start(0, tmp_path, Postman(letters), time_scale=0.001)
    settings.BASE_URL = settings.WAGTAILADMIN_BASE_URL = settings.WAGTAILAPI_BASE_URL = _portal
    settings.WECHAT_PAY = settings.WECHAT_PAY | {
        "gateway": twin.base_url,
        "notify_url": f"{_portal}/api/v1/payments/wechat/notify/",
    }
    yield World(_portal, twin, letters)
    twin.stop()


@pytest.fixture
def plain(world: World, browser: "BrowserPage") -> Iterator[Visitor]:
    """A telephone whose browser runs no script."""
    launched = browser.context.browser
    assert launched is not None
    context = launched.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    yield Visitor(context.new_page(), world.url, "plain", script=False)
    context.close()


@pytest.fixture
def now() -> Iterator[Any]:
    """The clock, which goes on and can be put forward."""
    with time_machine.travel(clock.now(), tick=True) as traveller:
        yield traveller


def _when_idle() -> None:
    """The portal answers nobody any longer: every request's thread has ended. A stand-in's threads are left alone: they
    end with the connections that our adapters keep open to it."""
    for thread in threading.enumerate():
        server = getattr(getattr(thread, "_target", None), "__self__", None)  # of a thread that still runs
        if isinstance(server, ThreadedWSGIServer):
            thread.join(10)


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """Plain HTTP, as any client would speak it."""
    with requests.Session() as session:
        session.trust_env = False
        yield session
