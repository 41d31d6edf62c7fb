"""What every test may use: marks that skip with a reason, a browser, an API client that knows the contract.

Races have their helper in `tests/races.py`. No test leaves the machine (`tests/network.py`).
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import browser as chromium
from tests import network

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.contract import ContractClient

# What a test needs, by its mark: the reason to skip it, or "" where it is there.
NEEDS = {
    "postgresql": ""
    if os.environ.get("DATABASE_URL", "").startswith("postgres")
    else "needs PostgreSQL (DATABASE_URL)",
    "redis": "" if os.environ.get("REDIS_URL") else "needs Redis (REDIS_URL)",
    "rabbitmq": "" if os.environ.get("RABBITMQ_URL") else "needs RabbitMQ (RABBITMQ_URL)",
    "browser": "" if chromium.found() else "needs a Chromium (CHROMIUM)",
}


def pytest_configure(config: pytest.Config) -> None:
    network.close_the_door()
    from django.conf import settings  # noqa: PLC0415 -- needs pytest-django to have named them

    # Workers and browsers inherit it, so that one folder holds all, and goes with the run that made it.
    os.environ["TMPDIR"] = tempfile.tempdir = str(settings.VAR)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        for mark, reason in NEEDS.items():
            if reason and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """For `tests/run.py`: what ran before this stage and what was left out, just above pytest's own last line."""
    report = json.loads(os.environ.get("ZIKAO_REPORT", "{}"))
    if not report:
        return
    parts, _colour = terminalreporter.build_summary_stats_line()
    Path(os.environ["ZIKAO_SUMMARY"]).write_text(", ".join(text for text, _ in parts))
    if not report["earlier"] and not report["left_out"]:
        return
    terminalreporter.section("what ran", sep="-")
    for line in report["earlier"]:
        terminalreporter.line(line)
    terminalreporter.line(f"{report['stage']}: below")
    for line in report["left_out"]:
        terminalreporter.line(f"left out: {line}")


@pytest.fixture(autouse=True)
def _nothing_leaves_the_machine() -> Iterator[None]:
    network.attempts.clear()
    yield
    assert network.attempts == [], "the test tried to leave the machine"


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    """A roll-back is no publication: what a process keeps of one test is not true in the next."""
    from candidate_api.services.ready import shelf  # noqa: PLC0415 -- needs Django to be set up
    from candidate_api.waiting.queries import known  # noqa: PLC0415 -- needs Django to be set up

    shelf.empty()
    known.empty()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Between tests with real commits the harness empties all tables, which the audit log refuses to everybody.

    After the last test nobody may hold on to the database: a server's thread that is still ending would keep PostgreSQL
    from dropping it.
    """
    from django.db import connection  # noqa: PLC0415 -- needs Django to be set up

    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for table in ("kernel_auditentry", "kernel_auditlink"):
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER never_emptied")
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            connection.close()


@pytest.fixture
def api() -> "ContractClient":
    """DRF's test client; it fails the test on any answer that the OpenAPI document does not describe."""
    from tests.contract import ContractClient  # noqa: PLC0415 -- needs Django to be set up

    return ContractClient()


@pytest.fixture(scope="session")
def _chromium() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- not installed beside requirements.txt alone

    # Playwright's synchronous API keeps an event loop in this thread; Django would refuse the database in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.ARGUMENTS)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser(_chromium: "Browser") -> "Iterator[Page]":
    """A page of a phone's size in a fresh Chromium profile; use it with `live_server`.

    Afterwards the test fails on an uncaught script error, on a refusal by the content security policy and on any
    request that would have left the machine.
    """
    context = _chromium.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        service_workers="block",  # a first visit, every time; what is kept has home/tests/test_offline.py
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    troubles: list[str] = []
    page.troubles = troubles  # type: ignore[attr-defined]  # for a test that expects some
    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    page.on("console", lambda said: "Content Security Policy" in said.text and troubles.append(said.text))
    page.on("request", lambda request: _note_if_outside(request.url, troubles))
    yield page
    context.close()
    assert troubles == []


def _note_if_outside(url: str, troubles: list[str]) -> None:
    if url.startswith(("http:", "https:", "ws:", "wss:")) and not network.is_here(network.urlsplit(url).hostname):
        troubles.append(f"outside request: {url}")


@pytest.fixture
def reference(db: None) -> None:
    """The office's reference data: districts, plans, timetables, code lists."""
    from tests.reference import furnish  # noqa: PLC0415 -- needs Django to be set up

    furnish()


@pytest.fixture
def without_constraint() -> Any:
    """For control tests: `with without_constraint(Model, "name"):` the database does not hold that rule.

    A race test proves nothing unless it can be lost.
    """
    from django.db import connection  # noqa: PLC0415 -- needs Django to be set up

    @contextmanager
    def lifted(model: Any, name: str) -> Iterator[None]:
        constraint = next(c for c in model._meta.constraints if c.name == name)
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
        try:
            yield
        finally:
            with connection.schema_editor() as editor:
                editor.add_constraint(model, constraint)

    return lifted


@pytest.fixture(autouse=True)
def _nobody_is_throttled_for_another_test() -> None:
    from django.core.cache import cache  # noqa: PLC0415 -- needs Django to be set up

    cache.clear()
