"""Every address of the desk's own lists × every role × what belongs to another office: nothing opens, nothing changes.

The city's people ask for Nanning's candidate, application, complaint and colleague while they work for Guilin, and for
things that there are not. Which role opens which list is each noun's own to say (`roles` of its screens); every other
address under /admin/, Wagtail's own too, is walked in tests/e2e/test_desk_doors.py.
"""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from candidate_api.applications.tests.acts import handed_in, scored
from cms.complaints.tests import desk
from portal.kernel.admin import ListingViewSet
from portal.kernel.audit.models import AuditEntry
from portal.kernel.tests.staff import member
from review.offices.models import StaffRole
from review.offices.states import Role
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
ELSEWHERE = "450300"
NOTHING = 10**9
SCREENS: list[Any] = sorted((made() for made in ListingViewSet.__subclasses__()), key=lambda screens: screens.name)
# Opened by name, not by row: their tests are their nouns'.
BY_NAME = {"wordings", "timetables"}
ADMINISTRATORS_SEE_ALL = {"complaints"}


def addresses(screens: Any) -> list[tuple[str, str]]:
    """Name and route of each address."""
    return [(f"{screens.name}:{pattern.name}", str(pattern.pattern)) for pattern in screens.get_urlpatterns()]


def filled(name: str, route: str, pk: int) -> str:
    """The address with `pk` for each row that it names."""
    return reverse(name, args=[pk] * len(re.findall(r"<row:\w+>", route)))


@pytest.fixture
def foreign() -> dict[str, int]:
    """By screens, a thing of Nanning's."""
    life.open_window("", "transfer-out")
    person = life.enrolled(district="450100")
    given = {"province": "44", "number": "190120261234", "reason": "工作调动", "address": "广州市"}
    scores = [str(scored(person, "02324", source="written").pk)]
    application = handed_in(person, "transfer-out", scores=scores, **given)
    return {
        "candidates": person.pk,
        "applications": application.pk,
        "complaints": desk.complaint(to="exam").pk,
        "staff": member("archive", "450100").pk,
    }


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_what_is_anothers_is_not_there_for_any_role(role: str, foreign: dict[str, int]) -> None:
    client = Client()
    client.force_login(member(role, ELSEWHERE, number=7))
    before = AuditEntry.objects.count(), StaffRole.objects.count()
    for screens in SCREENS:
        for name, route in addresses(screens):
            if "<row:" not in route or screens.name in BY_NAME:
                continue
            keys = [NOTHING, foreign.get(screens.name, NOTHING)]
            if role == "administrator" and screens.name in ADMINISTRATORS_SEE_ALL:
                keys = [NOTHING]
            for pk in keys:
                address = filled(name, route, pk)
                for answer in (client.get(address), client.post(address, {"reason": "越权试试，不应成功"})):
                    assert is_refused(answer), (role, address, answer.status_code)
    assert (AuditEntry.objects.count(), StaffRole.objects.count()) == before


def is_refused(answer: Any) -> bool:
    """Not there, not for this role (Wagtail leads back to the first page), or not by this method."""
    return answer.status_code in (403, 404, 405) or (
        answer.status_code == 302 and answer.headers["Location"] in ("/admin/", "/admin/login/")
    )


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_no_list_opens_to_a_role_that_its_noun_does_not_name(role: str) -> None:
    client = Client()
    client.force_login(member(role))
    for screens in SCREENS:
        for name, route in addresses(screens):
            if "<" in route:
                continue
            answer = client.get(reverse(name))
            assert answer.status_code < 500, name
            if role not in screens.roles:
                assert is_refused(answer), (role, name, answer.status_code)
            elif route == "":
                assert answer.status_code == 200, (role, name, answer.status_code)


@pytest.mark.parametrize("screens", SCREENS, ids=lambda screens: screens.name)
def test_candidates_and_visitors_are_shown_the_door(screens: Any, client: Client) -> None:
    person = life.enrolled()
    for user in (None, person.user):
        if user:
            client.force_login(user)
        for name, route in addresses(screens):
            if "<" in route and "<row:" not in route:
                continue
            answer = client.get(filled(name, route, person.pk))
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/admin/login/"), name
