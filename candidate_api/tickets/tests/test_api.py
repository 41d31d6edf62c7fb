import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from candidate_api.tickets.models import Pledge, Ticket
from candidate_api.tickets.tests.test_tickets import token_of

pytestmark = pytest.mark.django_db
BASE = "/api/v1/"
TICKETS = f"{BASE}me/admission-tickets/"


@pytest.fixture
def candidate(settings, time_machine) -> Candidate:
    """Somebody with two seated entries, the moment the tickets are released."""
    settings.BASE_URL = "https://zikao.example"
    time_machine.move_to(make.RELEASE, tick=False)
    [one] = make.people(1)
    make.give_photo(one)
    seated_in("2026-10", one)
    return one


def seated_in(code: str, who: Candidate) -> None:
    place = make.district()
    if not place.sites.exists():
        make.site(place, [30])
    make.entries([who], make.session(code, tickets_at=make.RELEASE), place, [1, 4])
    make.arrange(code)


@pytest.fixture
def mine(api: Any, candidate: Candidate) -> Any:
    api.force_authenticate(candidate.user)
    return api


def test_only_the_days_on_which_somebody_has_to_come_are_named(api: Any, client: Any, time_machine: Any) -> None:
    time_machine.move_to(make.RELEASE, tick=False)
    [one] = make.people(1)
    make.entries([one], make.session(), make.district(), [3, 4])
    api.force_authenticate(one.user)
    assert api.get(TICKETS).json()["results"][0]["days"] == ["2026-10-25"]
    client.force_login(one.user)
    page = client.get("/business/tickets/").content.decode()
    assert ("10月25日" in page, "10月24日" in page) == (True, False)


def test_tickets_say_how_far_it_is(mine: Any) -> None:
    [row] = mine.get(TICKETS).json()["results"]
    assert row.pop("pledge_text").startswith("我已认真阅读")
    assert row == {
        "session": "2026-10",
        "session_name": "2026年10月",
        "courses": 2,
        "days": ["2026-10-24", "2026-10-25"],
        "released": True,
        "released_at": "2026-10-13T09:00:00+08:00",
        "pledged": False,
        "pledged_at": None,
        "available": False,
    }


def test_from_the_pledge_to_the_paper(mine: Any) -> None:
    refused = mine.get(f"{TICKETS}2026-10.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "pledge_required")
    signed = mine.post(f"{TICKETS}2026-10/pledge/", headers={"Idempotency-Key": "k"})
    assert signed.status_code == 201
    assert (signed.json()["pledged"], signed.json()["available"]) == (True, True)
    again = mine.post(f"{TICKETS}2026-10/pledge/", headers={"Idempotency-Key": "k"})
    assert (again.json(), again["Idempotency-Replayed"]) == (signed.json(), "true")
    assert mine.post(f"{TICKETS}2026-10/pledge/").json() == signed.json()
    assert Pledge.objects.count() == 1
    for accepts in ("*/*", "application/pdf", "application/json"):
        answer = mine.get(f"{TICKETS}2026-10.pdf", headers={"Accept": accepts})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")


def test_refusals_are_problems_whatever_is_accepted(mine: Any, time_machine) -> None:
    time_machine.move_to(make.RELEASE - timedelta(seconds=1), tick=False)
    for accepts in ("*/*", "application/pdf"):
        answer = mine.get(f"{TICKETS}2026-10.pdf", headers={"Accept": accepts})
        assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
        assert (answer.json()["code"], answer.json()["opens_at"]) == ("not_released", "2026-10-13T09:00:00+08:00")
    assert mine.get(f"{TICKETS}2027-10.pdf").status_code == 404
    assert mine.post(f"{TICKETS}2027-10/pledge/").status_code == 404


def test_arrangements_say_where_to_sit(mine: Any) -> None:
    first, second = mine.get(f"{BASE}me/exam-arrangements/", {"session": "2026-10"}).json()["results"]
    seat = Seat.objects.get(slot=1)
    assert first == {
        "session": "2026-10",
        "course": "03708",
        "course_name": "中国近现代史纲要",
        "slot": 1,
        "slot_label": "第一天上午",
        "date": "2026-10-24",
        "starts_at": "2026-10-24T09:00:00+08:00",
        "ends_at": "2026-10-24T11:30:00+08:00",
        "district": "450100",
        "district_name": "南宁市",
        "site": "南宁市第1中学",
        "address": "南宁市民族大道1号",
        "room": "001",
        "seat": f"{seat.seat_no:02d}",
    }
    assert (second["slot"], second["date"]) == (4, "2026-10-25")


def test_nothing_of_seats_before_the_release(mine: Any, time_machine) -> None:
    time_machine.move_to(make.RELEASE - timedelta(seconds=1), tick=False)
    assert mine.get(f"{BASE}me/exam-arrangements/").json()["results"] == []
    assert mine.get(TICKETS).json()["results"][0]["released"] is False
    time_machine.move_to(make.RELEASE, tick=False)
    assert len(mine.get(f"{BASE}me/exam-arrangements/").json()["results"]) == 2


def test_nothing_of_anybody_else(api: Any, candidate: Candidate) -> None:
    [other] = make.people(1)
    api.force_authenticate(other.user)
    assert api.get(TICKETS).json()["results"] == []
    assert api.get(f"{BASE}me/exam-arrangements/").json()["results"] == []
    assert api.get(f"{TICKETS}2026-10.pdf").status_code == 404
    assert api.post(f"{TICKETS}2026-10/pledge/").status_code == 404


def test_signing_in_is_needed(api: Any, candidate: Candidate) -> None:
    paths = ("me/admission-tickets/", "me/admission-tickets/2026-10.pdf", "me/exam-arrangements/")
    assert [api.get(f"{BASE}{path}").status_code for path in paths] == [401] * 3


@pytest.mark.parametrize("path", ["me/admission-tickets/", "me/exam-arrangements/"])
def test_lists_cost_the_same_however_long_they_are(path: str, mine: Any, candidate: Candidate) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            mine.get(f"{BASE}{path}", {"page_size": 100})
        return len(caught)

    one = cost()
    for year in range(2001, 2026):
        seated_in(f"{year}-10", candidate)
    assert mine.get(f"{BASE}{path}", {"page_size": 100}).json()["count"] in {26, 52}
    assert cost() == one


class TestVerify:
    @pytest.fixture
    def seats(self, mine: Any) -> list[dict[str, str]]:
        return list(mine.get(f"{BASE}me/exam-arrangements/").json()["results"])

    @pytest.fixture
    def token(self, mine: Any, seats: Any) -> str:
        mine.post(f"{TICKETS}2026-10/pledge/")
        token = token_of(mine.get(f"{TICKETS}2026-10.pdf").content)
        mine.force_authenticate(None)
        return token

    def test_proves_what_is_printed_with_the_name_masked(
        self, api: Any, token: str, seats: Any, candidate: Candidate
    ) -> None:
        answer = api.get(f"{BASE}verify/{Ticket.objects.get().code}/")
        assert answer.status_code == 200
        shown = answer.json()
        assert shown == {
            "kind": "admission_ticket",
            "code": shown["code"],
            "title": "准考证",
            "session": "2026-10",
            "session_name": "2026年10月",
            "name": "张" + "*" * (len(candidate.user.name) - 2) + "三",
            "number": candidate.candidate_number[-4:],
            "issued_at": "2026-10-13T09:00:00+08:00",
            "signed": False,
            "current": None,
            "sittings": [
                {name: row[name] for name in ("course", "course_name", "starts_at", "ends_at", "site", "room", "seat")}
                for row in seats
            ],
        }
        for secret in (candidate.user.name, candidate.candidate_number, candidate.id_number):
            assert secret not in answer.content.decode()
        signed = api.get(f"{BASE}verify/{token}/").json()
        assert signed == shown | {"signed": True, "current": True}

    def test_knows_nothing_of_the_forged_and_the_unknown(self, api: Any, token: str) -> None:
        body, _, signature = token.partition(".")
        forged = base64.urlsafe_b64encode(json.dumps({"kind": "admission_ticket"}).encode()).rstrip(b"=").decode()
        for code in (f"{forged}.{signature}", f"{body}.{signature[:-2]}", "2345678923456789", "x"):
            answer = api.get(f"{BASE}verify/{code}/")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_can_be_done_without_us(self, api: Any, token: str) -> None:
        key = load_pem_public_key(api.get(f"{BASE}verify/public-key/").json()["public_key"].encode())
        assert isinstance(key, Ed25519PublicKey)
        body, _, signature = token.partition(".")
        key.verify(base64.urlsafe_b64decode(signature + "=="), body.encode())
        assert json.loads(base64.urlsafe_b64decode(body + "=="))["session"] == "2026-10"
