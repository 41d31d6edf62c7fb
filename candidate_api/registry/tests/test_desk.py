"""The desk: found and masked, each office its own; what staff do to an account has a reason and an end."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_to
from candidate_api.registry import actions
from candidate_api.registry.models import Freeze, Merger
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LIST, FIND = "/admin/candidates/", "/admin/candidates/find/"
ACTS = ("unmask", "freeze", "unfreeze", "mobile", "school", "merge")
REASON = "考生本人来电申请"
NOBODY = "没有找到考生。证件号码、准考证号、手机号码须填写完整"
GUILIN, NANNING = "450300", "450100"


def at_desk(role: str = "archive", office: str = NANNING, number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


def as_staff(role: str = "archive", office: str = NANNING, number: int = 1) -> Actor:
    return Actor.of(member(role, office, number), "admin")


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


def page(client: Client, path: str, **post: str) -> str:
    return (client.post(path, post) if post else client.get(path)).content.decode()


def everything() -> dict[str, object]:
    models = (User, Candidate, Freeze, Merger, Message)
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
    for row in rows["User"]:
        row.pop("last_login")
    rows["audit"] = list(AuditEntry.objects.filter(verb__startswith="registry.").values())
    return rows


# -- finding ----------------------------------------------------------------------------------------------------------
def test_found_by_whole_numbers_and_by_name_and_shown_masked(person):
    life.enrolled(name="陆大海")
    desk = at_desk()
    asked = (
        person.id_number,
        person.id_number.lower(),
        person.user.mobile,
        person.candidate_number,
        "韦小莉",
        "韦小",
        f" {person.user.mobile} ",
    )
    for text in asked:
        html = page(desk, FIND, text=text)
        assert "找到 1 名考生" in html, text
        assert "韦*莉" in html
        assert person.masked_id_number in html
        for hidden in ("韦小莉", person.id_number, person.user.mobile):
            assert hidden not in html


@pytest.mark.parametrize("text", ["", "1380", "4501", "010126", "小莉", "%", "  ", "\0", "'; --", "x" * 500])
def test_parts_of_numbers_find_nobody(person, text):
    assert NOBODY in page(at_desk(), FIND, text=text)


def test_what_was_asked_for_is_in_no_address(person):
    desk = at_desk()
    assert desk.get(f"{FIND}?text={person.id_number}").headers["Location"] == LIST
    answer = desk.post(FIND, {"text": person.id_number})
    assert "no-store" in answer["Cache-Control"]
    assert person.id_number not in answer.content.decode()


def test_the_page_of_a_person_is_masked(person):
    html = page(at_desk("support"), f"{LIST}{person.pk}/")
    assert "韦*莉" in html
    assert person.masked_id_number in html
    for hidden in ("韦小莉", person.id_number, person.user.mobile, "民族大道1号"):
        assert hidden not in html
    for act in ACTS:
        assert f"/{person.pk}/{act}/" not in html


# -- whose ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("office", "sees"),
    [
        ("45", {"南宁", "桂林", "未选"}),
        (NANNING, {"南宁", "未选"}),
        (GUILIN, {"桂林", "未选"}),
        ("s10595", {"南宁", "桂林"}),
    ],
)
def test_each_office_sees_its_own(office, sees):
    life.enrolled(name="南宁")
    life.enrolled(name="桂林", district=GUILIN)
    life.registered(name="未选")
    law = life.registered(name="法学")
    Candidate.objects.filter(pk=law.pk).update(district=None)
    by = as_staff(office=office)
    expected = sees | ({"法学"} if "未选" in sees else set())  # nobody's yet
    assert {candidate.user.name for candidate in visible_to(by)} == expected


@pytest.mark.parametrize("role", ["archive", "first_reviewer", "second_reviewer", "support", "administrator"])
@pytest.mark.parametrize("office", [GUILIN])
def test_another_offices_candidate_does_not_exist(person, role, office):
    """Every address under the list × every role of the desk."""
    keep = life.enrolled(name="桂林", district=GUILIN)
    merger = actions.propose(person.pk, life.enrolled(name="韦小莉").candidate_number, REASON, by=as_staff(office="45"))
    desk, before = at_desk(role, office), everything()
    given = {
        "reason": REASON,
        "what": "id_number",
        "mobile": "13700000001",
        "code": "123456",
        "target": keep.candidate_number,
    }
    paths = [f"{LIST}{person.pk}/", *(f"{LIST}{person.pk}/{act}/" for act in ACTS)]
    paths += [f"{LIST}mergers/{merger.pk}/{act}/" for act in ("approve", "refuse")]
    for path in paths:
        for answer in (desk.get(path), desk.post(path, given), desk.post(path, given | {"send": "1"})):
            # Not this role's business, no such person, or (the page of a person) nothing to post to.
            refused = answer.status_code == 302 and answer.headers["Location"] == "/admin/"
            assert refused or answer.status_code in (404, 405), (path, answer.status_code)
            assert person.masked_id_number not in answer.content.decode()
    for text in (person.id_number, person.user.mobile, person.candidate_number, "韦小莉"):
        assert NOBODY in page(desk, FIND, text=text)
    assert person.masked_id_number not in page(desk, LIST)
    if role == "archive":
        assert str(person.candidate_number) not in page(desk, f"{LIST}mergers/")
        # Not even as the other side of a merger.
        answer = page(desk, f"{LIST}{keep.pk}/merge/", target=str(person.candidate_number), reason=REASON)
        assert "没有这个准考证号" in answer
    assert everything() == before


@pytest.mark.parametrize("role", ["editor", "finance", "auditor"])
def test_roles_without_candidates_have_no_list(person, role):
    desk = at_desk(role)
    for path in (LIST, f"{LIST}results/", FIND, f"{LIST}{person.pk}/", f"{LIST}mergers/"):
        assert desk.get(path).headers["Location"] == "/admin/"
        assert desk.post(path, {"text": "韦小莉"}).headers["Location"] == "/admin/"
    assert f'"{LIST}"' not in page(desk, "/admin/")


def test_support_sees_and_does_nothing(person):
    desk, before = at_desk("support"), everything()
    for act in ACTS:
        assert desk.post(f"{LIST}{person.pk}/{act}/", {"reason": REASON}).headers["Location"] == "/admin/"
    assert everything() == before


def test_candidates_and_visitors_are_sent_to_the_sign_in(person):
    client = Client()
    client.force_login(person.user)
    for who in (Client(), client):
        for path in (LIST, FIND, f"{LIST}{person.pk}/", f"{LIST}{person.pk}/unmask/"):
            assert who.post(path).headers["Location"].startswith("/admin/login/")


def test_lists_of_fifty_ask_no_more_than_lists_of_one():
    desk = at_desk(office="45")
    page(desk, LIST)
    counts = []
    for first, after in ((0, 1), (1, 50)):
        for _number in range(first, after):
            life.registered(name="韦小莉")
        with CaptureQueriesContext(connection) as captured:
            rows = desk.get(LIST).context["object_list"]
        with CaptureQueriesContext(connection) as found:
            assert f"找到 {after} 名考生" in page(desk, FIND, text="韦小莉")
        counts.append((len(rows), len(captured), len(found)))
    (one, *of_one), (fifty, *of_fifty) = counts
    assert (one, fifty) == (1, 50)
    assert of_fifty == of_one
    assert max(of_fifty) <= 17


# -- unmask -----------------------------------------------------------------------------------------------------------
def test_a_whole_number_is_shown_once_and_the_log_says_to_whom_and_why(person):
    desk = at_desk("first_reviewer")
    path = f"{LIST}{person.pk}/unmask/"
    shown = desk.post(path, {"what": "id_number", "reason": REASON})
    assert person.id_number in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert person.user.mobile in page(desk, path, what="mobile", reason=REASON)
    assert person.user.name in page(desk, path, what="name", reason=REASON)
    assert person.id_number not in page(desk, path)
    read = AuditEntry.objects.filter(verb="registry.unmask").order_by("pk")
    assert [(row.note, row.data, row.subject_id) for row in read] == [
        (REASON, {"what": what}, str(person.pk)) for what in ("id_number", "mobile", "name")
    ]


@pytest.mark.parametrize("given", [{"what": "id_number"}, {"reason": REASON}, {"what": "photo", "reason": REASON}])
def test_nothing_is_shown_without_a_reason(person, given):
    html = page(at_desk(), f"{LIST}{person.pk}/unmask/", **given)
    assert person.id_number not in html
    assert not AuditEntry.objects.filter(verb="registry.unmask").exists()


# -- freeze -----------------------------------------------------------------------------------------------------------
def test_a_frozen_person_is_out_at_once_and_comes_back_when_it_is_lifted(person, api):
    token = _token(api, person)
    web, desk = Client(), at_desk("administrator")
    web.force_login(person.user)
    assert web.get("/me/").status_code == 200

    desk.post(f"{LIST}{person.pk}/freeze/", {"reason": REASON})

    assert web.get("/me/").headers["Location"].startswith("/login/")
    assert api.get("/api/v1/me/", HTTP_AUTHORIZATION=token).status_code == 401
    refused = _sign_in(api, person.user.mobile)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_frozen")
    assert "市招生考试院" in refused.json()["detail"]
    assert Message.objects.filter(template="account_frozen", channel="sms", recipient=person.user).count() == 1
    assert "已冻结" in page(desk, FIND, text="韦小莉")
    html = page(desk, f"{LIST}{person.pk}/freeze/", reason=REASON)
    assert "已冻结或已停用" in html

    desk.post(f"{LIST}{person.pk}/unfreeze/", {"reason": REASON})

    assert web.get("/me/").headers["Location"].startswith("/login/")
    assert _sign_in(api, person.user.mobile).status_code == 200
    assert "没有冻结" in page(desk, f"{LIST}{person.pk}/unfreeze/", reason=REASON)
    verbs = AuditEntry.objects.filter(verb__in=["registry.freeze", "registry.unfreeze"]).order_by("pk")
    assert [(row.verb, row.to_state, row.note) for row in verbs] == [
        ("registry.freeze", "active", REASON),
        ("registry.unfreeze", "lifted", REASON),
    ]


def _sign_in(api, account: str):
    return api.post("/api/v1/auth/login/password/", {"account": account, "password": life.PASSWORD})


def _token(api, person: Candidate) -> str:
    return "Bearer " + _sign_in(api, person.user.mobile).json()["token"]


# -- mobile -----------------------------------------------------------------------------------------------------------
def test_a_new_mobile_is_proved_and_the_old_one_told(person, api):
    token, old = _token(api, person), person.user.mobile
    desk, path = at_desk("first_reviewer"), f"{LIST}{person.pk}/mobile/"
    other = life.registered()
    sent = Message.objects.filter(template="code_on_site")
    assert "已绑定" in page(desk, path, mobile=other.user.mobile, send="1")
    assert not sent.exists(), "nobody else's telephone gets a code"
    assert "已发送" in page(desk, path, mobile="13700000001", send="1")
    code = life.code_sent_to("13700000001")
    wrong = "111111" if code != "111111" else "222222"
    assert "不正确" in page(desk, path, mobile="13700000001", code=wrong, reason=REASON)
    assert "不正确" in page(desk, path, mobile="13700000002", code=code, reason=REASON)
    assert "验证码" in page(desk, path, mobile="13700000001", code="", reason=REASON)
    assert User.objects.get(pk=person.user_id).mobile == old

    assert desk.post(path, {"mobile": "13700000001", "code": code, "reason": REASON}).status_code == 302

    assert User.objects.get(pk=person.user_id).mobile == "13700000001"
    assert api.get("/api/v1/me/", HTTP_AUTHORIZATION=token).status_code == 401
    assert _sign_in(api, "13700000001").status_code == 200
    assert _sign_in(api, old).status_code == 401
    told = Message.objects.get(template="mobile_changed_on_site", channel="sms")
    assert (told.address, "137****0001" in told.text) == (old, True)
    entry = AuditEntry.objects.get(verb="registry.change_mobile")
    assert (entry.note, entry.data) == (REASON, {"verified": True})


def test_an_office_that_allows_it_changes_without_a_code(person, settings):
    desk, path = at_desk(), f"{LIST}{person.pk}/mobile/"
    settings.ON_SITE_MOBILE_NEEDS_CODE = False
    other = life.enrolled(name="陆大海")
    before = everything()
    for mobile, sentence in (
        (other.user.mobile, "已绑定其他账号"),
        (person.user.mobile, "与原号码相同"),
        ("12345", "11位手机号码"),
    ):
        assert sentence in page(desk, path, mobile=mobile, reason=REASON)
    assert everything() == before
    desk.post(path, {"mobile": "13700000001", "reason": REASON})
    assert AuditEntry.objects.get(verb="registry.change_mobile").data == {"verified": False}
