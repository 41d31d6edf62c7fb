"""Where the manual's candidate lives: a furnished office where every business is open, made once for all chapters."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType

from candidate_api.applications.tests.acts import scored
from candidate_api.applications.tests.stories import last_session
from candidate_api.candidates.models import Candidate
from cms.windows.actions import change_window
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business
from portal.kernel import clock
from tests import life
from tests.e2e import databases
from tests.e2e.browse import Visitor
from tests.e2e.chapters.applying import Applicant
from tests.e2e.world import OFFICE, World

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME, NUMBER, MOBILE = "韦小莉", "450103199803124525", "13800000001"
CLOSED_IN_THE_SEED = (Business.EXEMPTION, Business.TRANSFER_OUT, Business.TRANSFER_IN, Business.THESIS_DEFENCE)
MARKS = {"02324": 78, "04735": 66, "02333": 54}


@pytest.fixture(scope="session")
def _template(_furnished: str, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    name = databases.name_of("inhabited", tmp_path_factory.mktemp("chapters"))
    with django_db_blocker.unblock():
        with databases.using(_furnished):
            databases.copy_to(name)
        with databases.using(name):
            ContentType.objects.clear_cache()
            _open_everything()
            _move_in()
        ContentType.objects.clear_cache()
    yield name
    with django_db_blocker.unblock():
        databases.drop(name)


def _open_everything() -> None:
    now = clock.now()
    for window in BusinessWindow.objects.filter(business__in=CLOSED_IN_THE_SEED, phase="apply"):
        week = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=7)}
        change_window(window.pk, **week, reason="办理手册的一周", by=OFFICE)
    last = last_session()
    last.scores_at = now - timedelta(hours=1)
    last.save(update_fields=["scores_at"])


def _move_in() -> None:
    candidate = life.enrolled(name=NAME, number=NUMBER, mobile=MOBILE)
    for code, mark in MARKS.items():
        status = "passed" if mark >= 60 else "failed"
        scored(candidate, code, session=last_session(), source="written", score=mark, status=status)


@pytest.fixture
def person(world: World) -> Candidate:
    return Candidate.objects.select_related("user", "major").get()


@pytest.fixture
def phone(world: World, browser: "Page", request: pytest.FixtureRequest, settings: Any) -> Visitor:
    """A telephone; pictures are named after the chapter. The portal has a name, since a passkey is bound to one."""
    url = settings.BASE_URL = world.url.replace("127.0.0.1", "localhost")
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [url]
    return Visitor(browser, url, request.path.stem.removeprefix("test_"))


@pytest.fixture
def mine(phone: Visitor, person: Candidate) -> Visitor:
    """Her own telephone, signed in."""
    phone.be(person.user, "/")
    return phone


@pytest.fixture
def applicant(mine: Visitor, person: Candidate) -> Applicant:
    return Applicant(mine, person)
