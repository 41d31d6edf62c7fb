"""The record's own pages: contact before registration, the lock after a pass, 身份认证."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.identity.models import IdentityCheck
from candidate_api.identity.providers.tencent.twin import Twin, start
from candidate_api.identity.texts import CONSENT_VERSION
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from portal.kernel import clock
from review.types.models import ApplicationType
from tests import life


@pytest.fixture
def person(reference: None) -> Candidate:
    return life.enrolled(name="韦小莉", number="450103199803124525")


@pytest.fixture
def web(person: Candidate) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


@pytest.fixture
def records(settings: Any) -> Iterator[Twin]:
    twin = start(0, settings.TENCENT_FACEID)
    settings.TENCENT_FACEID = settings.TENCENT_FACEID | {"gateway": twin.base_url}
    yield twin
    twin.stop()


def test_registration_leads_to_the_contact_page_and_back_with_what_was_ticked(web: Client, person: Candidate) -> None:
    assert web.get("/me/contact/").status_code == 302, "nothing is open: nothing to confirm"
    life.open_window()
    there = web.post("/business/registration/", {"course": ["02324"], "district": "450100", "submit": "1"})
    assert there.url == "/me/contact/?session=2026-10&next=%2Fbusiness%2Fregistration%2F%3Fsession%3D2026-10"
    assert not Registration.objects.exists()
    page = web.get(there.url).content.decode()
    assert "138****" in page
    assert "民族大道1号" in page
    refused = web.post(there.url, {"address_area": "450103", "address": ""}).content.decode()
    assert "请填写详细地址。" in refused
    back = web.post(there.url, {"address_area": "450103", "address": "民族大道1号"})
    assert back.url == "/business/registration/?session=2026-10"
    ticked = re.findall(r'<input[^>]*value="(\d{5})"[^>]*checked', web.get(back.url).content.decode())
    assert ticked == ["02324"]
    person.refresh_from_db(fields=["contact_confirmed_for"])
    assert person.contact_confirmed_for == "2026-10"
    assert web.get("/me/contact/?next=https://elsewhere.example/").status_code == 200


def test_a_new_address_on_the_way_is_kept(web: Client, person: Candidate) -> None:
    life.open_window()
    sent = web.post("/me/contact/?next=//elsewhere.example", {"address_area": "450102", "address": "新民路４号"})
    assert sent.url == "/me/", "no way out of the portal"
    person.refresh_from_db(fields=["address", "address_area"])
    assert (person.address, person.address_area) == ("新民路4号", "450102")


def test_after_a_pass_the_pages_say_what_is_locked_and_where_to_go(web: Client, person: Candidate) -> None:
    assert "更正姓名、证件" in web.get("/me/profile/").content.decode()
    course = Course.objects.get(code="02324")
    Score.objects.create(candidate=person, course=course, score=80, status="passed", recorded_at=clock.now())
    for address in ("/me/profile/", "/me/photo/"):
        page = web.get(address).content.decode()
        assert '<a href="/business/apply/info-change/">办理考生信息变更</a>' in page
        assert 'name="name"' not in page
        assert 'name="photo"' not in page
    ApplicationType.objects.update(is_published=False)
    page = web.get("/me/profile/").content.decode()
    assert "考生信息变更" in page
    assert "/business/apply/" not in page, "no way to what is not offered"


def test_a_name_is_put_right_before_that(web: Client, person: Candidate) -> None:
    given = life.profile() | {"district": "450100", "major": "080901", "name": "韦晓莉"}
    assert web.post("/me/profile/", given).url == "/me/"
    person.user.refresh_from_db()
    assert person.user.name == "韦晓莉"
    wrong = web.post("/me/profile/", given | {"id_number": "123"}).content.decode()
    assert "身份证号为18位" in wrong
    assert '<details class="card form" open>' in wrong


def test_all_that_is_wrong_is_told_at_once(web: Client, person: Candidate) -> None:
    given = life.profile() | {"district": "450100", "major": "080901", "name": "123", "id_number": "123"}
    page = web.post("/me/profile/", given | {"address": "", "postcode": "1"}).content.decode()
    for sentence in ("请填写详细地址。", "邮政编码为6位数字。", "身份证号为18位", "姓名只能包含文字"):
        assert page.count(sentence) == 2, "in the summary and at its field"
    kept = Candidate.objects.get(pk=person.pk)
    assert (kept.user.name, kept.address) == ("韦小莉", "民族大道1号")


@pytest.mark.django_db(transaction=True)
def test_what_is_to_be_put_right_after_a_check_is_what_was_checked(reference: None, records: Twin) -> None:
    client = Client()
    client.force_login(life.enrolled(name="陆大海", number="450103199803124525").user)
    client.post("/me/identity/")
    page = client.get("/me/identity/").content.decode()
    assert "请核对姓名和身份证号，更正后" in page
    assert "身份证号和照片" not in page
    client.post("/me/identity/", {"face": "1", "consent": CONSENT_VERSION})
    assert IdentityCheck.objects.filter(kind="face", state="failed").exists()
    assert "请核对姓名、身份证号和照片" in client.get("/me/identity/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_identity_by_two_presses_and_the_offline_way(web: Client, person: Candidate, records: Twin) -> None:
    page = web.get("/me/identity/").content.decode()
    assert "现场核验" in page
    assert web.post("/me/identity/").url == "/me/identity/"
    assert "核验时间" in web.get("/me/identity/").content.decode()
    assert "已通过" in web.get("/me/").content.decode()
    assert "须先阅读并同意" in web.post("/me/identity/", {"face": "1"}).content.decode()
    records.server.be("http_500")
    assert web.post("/me/identity/", {"face": "1", "consent": CONSENT_VERSION}).status_code == 302
    assert "系统会自动重试" in web.get("/me/identity/").content.decode()
    assert list(IdentityCheck.objects.order_by("pk").values_list("kind", "state")) == [
        ("name_number", "passed"),
        ("face", "pending"),
    ]


def test_after_some_minutes_a_name_asks_who_it_is_and_what_was_typed_is_there_again(
    web: Client, person: Candidate
) -> None:
    given = life.profile() | {"district": "450100", "major": "080901", "name": "韦晓莉", "employer": "邕江软件"}
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        away = web.post("/me/profile/", given)
        assert away.url == "/me/security/proof/?next=%2Fme%2Fprofile%2F"
        assert "您填写的内容会为您保留" in web.get(away.url).content.decode()
        assert web.post(away.url, {"old_password": life.PASSWORD}).url == "/me/profile/"
        page = web.get("/me/profile/").content.decode()
        assert "已为您保留刚才填写的内容" in page
        assert '<details class="card form" open>' in page
        assert 'value="韦晓莉"' in page
        assert 'value="邕江软件"' in page
        assert Candidate.objects.get(pk=person.pk).user.name == "韦小莉", "nothing was saved on the way"
        assert web.post("/me/profile/", given).url == "/me/"
        assert Candidate.objects.get(pk=person.pk).user.name == "韦晓莉"


def test_what_is_wrong_is_told_before_anybody_is_asked_who_they_are(web: Client, person: Candidate) -> None:
    given = life.profile() | {"district": "450100", "major": "080901"}
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert "姓名只能包含文字" in web.post("/me/profile/", given | {"name": "123"}).content.decode()
        assert web.post("/me/profile/", given | {"employer": "邕江软件"}).url == "/me/", "all else asks for nothing"
    assert Candidate.objects.get(pk=person.pk).employer == "邕江软件"
