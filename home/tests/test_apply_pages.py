"""The first page of every kind of business asks the database little, however much of a record its reader has."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.applications.tests.acts import scored
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, PlanCourse
from home.tests.test_pages import MOST_QUERIES
from portal.kernel import clock
from tests import life

pytestmark = pytest.mark.django_db
TYPES = json.loads((Path(settings.ROOT) / "fixtures" / "15_application_types.json").read_text())
SLUGS = [row["fields"]["slug"] for row in TYPES]


@pytest.fixture
def graduate(reference: None) -> Candidate:
    """Somebody to whom nothing is refused before everything was looked at."""
    person = life.enrolled(name="韦小莉")
    for line in PlanCourse.objects.filter(group__plan__major=person.major, group__plan__is_current=True):
        thesis = {"score": None, "grade": "良好", "source": "thesis"} if line.category == "graduation" else {}
        scored(person, line.course.code, **{"source": "written"} | thesis)
    for business in sorted({row["fields"]["business"] for row in TYPES} - {""}):
        life.open_window("", business)
    return person


@pytest.mark.parametrize("slug", SLUGS)
def test_a_first_page_asks_little_and_no_more_of_a_longer_record(graduate: Candidate, slug: str) -> None:
    web = Client()
    web.force_login(graduate.user)
    short = asked(web, slug)
    passed = Course.objects.exclude(pk__in=graduate.scores.values("course"))[:50]
    for number, course in enumerate(passed):
        scored(graduate, course.code, source="written", recorded_at=clock.now() - timedelta(days=number))
    assert asked(web, slug) == short
    assert len(short) <= MOST_QUERIES, "\n".join(short)


def asked(web: Client, slug: str) -> list[str]:
    """What the page asks, without what differs from one reader to the next."""
    address = f"/business/apply/{slug}/"
    assert web.get(address).status_code == 200
    with CaptureQueriesContext(connection) as found:
        web.get(address)
    return [re.split(r" WHERE |(?<=\d)\(", query["sql"])[0][-90:] for query in found]  # a prepared one by its name
