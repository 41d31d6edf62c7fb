"""准考证, 考场安排 and 真伪核验, as they are read in a browser."""

from typing import Any

import pytest
from django.test import Client

from candidate_api.arrangements.tasks import seat_late_entrants
from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.tickets.actions import sign_pledge
from candidate_api.tickets.tests.test_tickets import token_of

pytestmark = pytest.mark.django_db
WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50"}


@pytest.fixture
def seated(settings: Any, time_machine: Any) -> Candidate:
    """Somebody with two seats and a signed pledge, the moment the tickets are released."""
    settings.BASE_URL = "https://zikao.example"
    time_machine.move_to(make.RELEASE, tick=False)
    sitting, place = make.session(), make.district()
    make.site(place, [30])
    make.site(make.district("450300", "桂林市"), [5], code="07")
    [one] = make.people(1)
    make.give_photo(one)
    make.entries([one], sitting, place, [1, 4])
    make.arrange()
    sign_pledge("2026-10", by=make.actor(one))
    return one


@pytest.fixture
def own(client: Client, seated: Candidate) -> Client:
    client.force_login(seated.user)
    return client


def shown(client: Client, address: str, **headers: Any) -> str:
    return client.get(address, **headers).content.decode()


def test_download_downloads(own: Client) -> None:
    answer = own.get("/business/tickets/2026-10.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_in_wechat_the_address_can_be_copied(own: Client) -> None:
    field = 'value="http://testserver/business/tickets/"'
    assert field not in shown(own, "/business/tickets/")
    page = shown(own, "/business/tickets/", headers=WECHAT)
    assert (field in page, "readonly" in page, "选择用浏览器打开" in page) == (True, True, True)


def test_a_course_that_moved_is_being_seated_and_the_print_is_void(own: Client, client: Client) -> None:
    page = shown(own, "/business/arrangements/")
    assert (page.count("<article"), "安排中" in page) == (2, False)
    token = token_of(own.get("/business/tickets/2026-10.pdf").content)
    proof = shown(client, f"/verify/{token}/")
    assert ("核验通过" in proof, "南宁市第1中学" in proof, "考场 001" in proof) == (True, True, True)
    Registration.objects.filter(slot=4).update(district=make.district("450300"))

    page = shown(own, "/business/arrangements/")
    assert (page.count("<article"), page.count("安排中"), "桂林市" in page) == (2, 1, True)
    assert "桂林市第7中学" not in page
    proof = shown(client, f"/verify/{token}/")
    assert ("核验通过" in proof, "内容已变更，须重新打印" in proof) == (False, True)
    assert (proof.count("南宁市第1中学"), "桂林市" in proof) == (1, False)

    seat_late_entrants()
    page = shown(own, "/business/arrangements/")
    assert (page.count("<article"), "安排中" in page, "桂林市第7中学" in page) == (2, False, True)
    assert "内容已变更，须重新打印" in shown(client, f"/verify/{token}/")
    again = token_of(own.get("/business/tickets/2026-10.pdf").content)
    proof = shown(client, f"/verify/{again}/")
    assert ("核验通过" in proof, "桂林市第7中学" in proof) == (True, True)


def test_before_the_release_nothing_is_being_seated(own: Client, seated: Candidate) -> None:
    Registration.objects.filter(slot=4).update(district=make.district("450300"))
    make.ExamSession.objects.update(tickets_at=None)
    assert "<article" not in shown(own, "/business/arrangements/")
