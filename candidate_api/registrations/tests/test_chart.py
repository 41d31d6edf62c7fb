"""近14天报考科次 on the desk's first page."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from candidate_api.candidates.models import Candidate
from candidate_api.registrations import actions
from candidate_api.registrations.models import Registration
from home.tests.conftest import SESSION, candidate  # noqa: F401 -- a fixture
from portal.kernel.tests.staff import member
from tests import life

pytestmark = pytest.mark.django_db


def test_each_day_in_guangxi_has_its_bar_and_its_line(candidate: Candidate, client: Client) -> None:  # noqa: F811
    actions.submit(SESSION, [("02324", "450100"), ("00023", "450100")], by=life.actor(candidate))
    day = Registration.objects.all()[0].created_at
    client.force_login(member("finance"))

    today = client.get("/admin/").content.decode()
    with time_machine.travel(day + timedelta(days=14), tick=False):
        client.force_login(member("finance", number=2))
        later = client.get("/admin/").content.decode()

    assert ("共 2 科次" in today, today.count('fill="#9bbcf0"')) == (True, 14)
    assert ("共 0 科次" in later, 'fill="#9bbcf0"' in later) == (True, False)
