"""咨询投诉 over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from cms.complaints import actions
from cms.complaints.models import Complaint, ComplaintMessage
from cms.complaints.tests import desk
from portal.kernel.actor import Actor
from tests import life

pytestmark = pytest.mark.django_db
GIVEN = {"kind": "report", "category": "score", "title": "成绩没有公布", "content": "<b>请问</b>", "is_public": True}
BASE = "/api/v1/me/complaints/"


@pytest.fixture
def candidate(reference: None) -> Candidate:
    desk.category()
    return life.registered()


@pytest.fixture
def mine(api: Any, candidate: Candidate) -> Any:
    api.force_authenticate(candidate.user)
    return api


def test_the_categories_are_public(api: Any, candidate: Candidate) -> None:
    found = api.get("/api/v1/complaints/categories/").json()
    assert {"code": "score", "label": "成绩与复核"} in found["results"]


def test_a_life(mine: Any, candidate: Candidate) -> None:
    made = mine.post(BASE, GIVEN, format="json", HTTP_IDEMPOTENCY_KEY="once")
    again = mine.post(BASE, GIVEN, format="json", HTTP_IDEMPOTENCY_KEY="once")
    assert (made.status_code, again.status_code, made.json()) == (201, 201, again.json())
    told = made.json()
    assert {name: told[name] for name in GIVEN} == GIVEN
    assert (told["state"], told["state_label"], told["due"]) == ("pending", "待受理", "ok")
    assert told["allowed_actions"] == ["add_message", "attach", "close"]
    one = f"{BASE}{told['number']}/"
    assert mine.post(f"{one}messages/", {"text": "补充"}, format="json").json()["messages"][0]["text"] == "补充"
    file = SimpleUploadedFile("图.png", desk.jpeg())
    [kept] = mine.post(f"{one}attachments/", {"file": file}, format="multipart").json()["attachments"]
    assert (kept["name"], kept["content_type"]) == ("图.jpg", "image/jpeg")
    assert mine.get(f"{one}attachments/{kept['id']}/")["Content-Type"] == "image/jpeg"
    complaint = Complaint.objects.get()
    by = desk.supporter(complaint.team.code)
    actions.accept(complaint.pk, by=by)
    actions.note(complaint.pk, "绝密备注", by=by)
    actions.answer(complaint.pk, "已公布", seen=ComplaintMessage.objects.latest("pk").pk, by=by)
    seen = mine.get(one)
    assert "绝密" not in seen.content.decode()
    assert by.name not in seen.content.decode()
    assert [(m["from_staff"], m["text"]) for m in seen.json()["messages"]] == [(False, "补充"), (True, "已公布")]
    assert seen.json()["allowed_actions"] == ["rate", "reopen", "close"]
    assert mine.post(f"{one}rating/", {"rating": 6}, format="json").status_code == 400
    assert mine.post(f"{one}rating/", {"rating": 4, "comment": "好"}, format="json").json()["state"] == "rated"
    assert mine.post(f"{one}rating/", {"rating": 1}, format="json").status_code == 409
    assert mine.post(f"{one}reopen/", {"text": "还有"}, format="json").json()["state"] == "pending"
    assert mine.post(f"{one}close/").json()["state"] == "closed"


def test_a_strangers_number_is_not_there(mine: Any, candidate: Candidate) -> None:
    complaint = desk.complaint()
    file = actions.attach(complaint.number, desk.jpeg(), "图.jpg", by=desk.author(complaint)).file
    one = f"{BASE}{complaint.number}/"
    answers = [
        mine.get(one),
        mine.get(f"{one}attachments/{file.pk}/"),
        mine.post(f"{one}messages/", {"text": "x"}, format="json"),
        mine.post(f"{one}attachments/", {"file": SimpleUploadedFile("a.jpg", desk.jpeg())}, format="multipart"),
        mine.post(f"{one}rating/", {"rating": 5}, format="json"),
        mine.post(f"{one}close/"),
        mine.post(f"{one}reopen/", {"text": "x"}, format="json"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert not ComplaintMessage.objects.exists()


def test_what_is_wrong_is_told_and_nothing_is_kept(mine: Any, candidate: Candidate) -> None:
    for change in ({"kind": "praise"}, {"category": "none"}, {"title": ""}, {"content": "x" * 2001}, {"more": 1}):
        assert mine.post(BASE, {**GIVEN, **change}, format="json").status_code == 400
    assert not Complaint.objects.exists()
    complaint = desk.complaint(candidate.user)
    page = f"{BASE}{complaint.number}/attachments/"
    assert mine.post(page, {}, format="multipart").json()["errors"][0]["code"] == "required"
    assert mine.post(page, {"file": SimpleUploadedFile("a.svg", b"<svg/>")}, format="multipart").status_code == 400


def test_a_list_costs_the_same_with_one_and_with_fifty(mine: Any, candidate: Candidate) -> None:
    by = Actor.of(candidate.user, "api")
    first = actions.submit(**GIVEN, by=by)
    with CaptureQueriesContext(connection) as one:
        mine.get(BASE + "?page_size=100")
    facts = {f.attname: getattr(first, f.attname) for f in Complaint._meta.fields if f.name not in ("id", "number")}
    Complaint.objects.bulk_create([Complaint(number=f"ZX{n:016d}", **facts) for n in range(49)])
    with CaptureQueriesContext(connection) as fifty:
        assert mine.get(BASE + "?page_size=100").json()["count"] == 50
    assert len(one) == len(fifty) <= 12
