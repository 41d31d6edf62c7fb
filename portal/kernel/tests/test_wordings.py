"""Messages in the office's own words: every placeholder kept, nothing else in braces, each change a version."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages import actions, queries
from portal.kernel.messages.models import Message, Wording
from portal.kernel.messages.rules import MOST_WORDS, unfit
from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import REGISTRY, Template
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from tests.races import threads

NAMES = ["name", "due"]
BOSS = Actor(user_id=1, name="周主任", channel="admin", roles=frozenset({"administrator"}))
GIVEN = ("缴费提醒", "{name}，请于{due}前缴费，谢谢。")


@pytest.fixture(autouse=True)
def _templates(monkeypatch):
    every = (Channel.IN_APP, Channel.SMS, Channel.EMAIL)
    monkeypatch.setitem(REGISTRY, "t", Template("t", "缴费", "{name}在{due}前缴费", every))
    monkeypatch.setitem(REGISTRY, "s", Template("s", "短信", "短信 {name}", (Channel.SMS,)))
    monkeypatch.setitem(REGISTRY, "code", Template("code", "验证码", "码 {code}", (Channel.EMAIL,), secret=True))


@pytest.fixture
def user(db):
    return User.objects.create_user("a", name="甲", mobile="13800001234", email="a@example.cn", is_candidate=True)


def reword(title: str = GIVEN[0], text: str = GIVEN[1], *, seen: int = 0, by: Actor = BOSS, code: str = "t"):
    return actions.reword(code, title, text, seen=seen, reason="考生看不懂", by=by)


def told(user: User, event: str) -> dict[str, tuple[str, str]]:
    actions.say(event, "t", {"name": "甲", "due": "8日"}, to=user)
    return {row.channel: (row.title, row.text) for row in Message.objects.filter(event=event)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{name}在{due}前", ""),
        ("{due}前，{name}，{due}前", ""),
        ("{{}}{name}{due}", ""),
        ("{name}", "缺少占位符{due}。"),
        ("", "缺少占位符{name}、{due}。"),
        ("{name}{due}{number}", "没有占位符{number}。"),
        ("{name}{number}", "没有占位符{number}。缺少占位符{due}。"),
        ("{name}{due}{}", "没有占位符{}。"),
        ("{name}{due}{0}", "没有占位符{0}。"),
        ("{name.__class__}{due}", "没有占位符{name.__class__}。缺少占位符{name}。"),
        ("{name[0]}{due}", "没有占位符{name[0]}。缺少占位符{name}。"),
        ("{name!r}{due}", "没有占位符{name}。"),
        ("{name:>1000000}{due}", "没有占位符{name}。"),
        ("{name:{due}}", "没有占位符{name}。缺少占位符{due}。"),
        ("{name}{due", "花括号不成对。占位符须写作{名称}。"),
        ("{name}{due}}", "花括号不成对。占位符须写作{名称}。"),
    ],
)
def test_a_text_that_fits_has_all_placeholders_and_nothing_else_in_braces(text: str, why: str) -> None:
    assert unfit(text, NAMES) == why
    if not why:
        text.format(name="甲", due="8日")


def test_new_words_are_said_from_now_on_and_an_sms_keeps_what_its_provider_approved(user) -> None:
    before = told(user, "first")
    house, approved = ("缴费", "甲在8日前缴费"), ("缴费", "【广西自考】甲在8日前缴费")
    assert before == {"in_app": house, "sms": approved, "email": house}

    reword(text="{due}前请{name}缴费")

    assert told(user, "second") == {
        "in_app": ("缴费提醒", "8日前请甲缴费"),
        "sms": approved,
        "email": ("缴费提醒", "8日前请甲缴费"),
    }
    assert Message.objects.get(event="second", channel="sms").values == '{"name": "甲", "due": "8日"}'
    assert {row.text for row in Message.objects.filter(event="first")} == {house[1], approved[1]}, "what was said stays"

    actions.restore_words("t", seen=1, reason="恢复", by=BOSS)
    assert told(user, "third") == before
    assert list(queries.versions("t").values_list("version", "title", "text", "reason", "changed_by")) == [
        (2, "", "", "恢复", "周主任"),
        (1, "缴费提醒", "{due}前请{name}缴费", "考生看不懂", "周主任"),
    ]
    rows = AuditEntry.objects.order_by("pk").values_list("verb", "note", "data__version")
    assert list(rows) == [("messages.reword", "考生看不懂", 1), ("messages.restore_words", "恢复", 2)]


def test_a_value_with_braces_is_only_text(user) -> None:
    reword()
    actions.say("odd", "t", {"name": "{due}{0}", "due": "{name.__class__}"}, to=user)
    assert Message.objects.get(channel="in_app").text == "{due}{0}，请于{name.__class__}前缴费，谢谢。"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": "{name}"}, Code.VALIDATION_FAILED),
        ({"text": ""}, Code.VALIDATION_FAILED),
        ({"text": "{name}{due}" + "字" * MOST_WORDS}, Code.VALIDATION_FAILED),
        ({"title": " "}, Code.VALIDATION_FAILED),
        ({"title": "一\n二"}, Code.VALIDATION_FAILED),
        ({"code": "s", "text": "{name}"}, Code.NOT_FOUND),
        ({"code": "code", "text": "{code}"}, Code.NOT_FOUND),
        ({"code": "none"}, Code.NOT_FOUND),
        ({"seen": 1}, Code.STATE_CONFLICT),
        ({"by": Actor(user_id=2, name="客服", channel="admin", roles=frozenset({"support"}))}, Code.PERMISSION_DENIED),
        ({"by": Actor(user_id=3, name="考生", channel="web", is_candidate=True)}, Code.PERMISSION_DENIED),
    ],
)
def test_what_is_refused_changes_nothing(change, code) -> None:
    with pytest.raises(Problem) as refusal:
        reword(**change)
    assert refusal.value.code is code
    with pytest.raises(Problem):
        actions.restore_words("t", seen=0, reason="x", by=BOSS)
    assert (Wording.objects.count(), AuditEntry.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_the_database_says_it_again() -> None:
    made = reword()
    values = {"template": "t", "reason": "x", "changed_by": "x", "changed_at": made.changed_at}
    for wrong in (
        {"version": 1, "title": "a", "text": "b"},
        {"version": 2, "title": "a", "text": ""},
        {"version": 2, "title": "", "text": "b"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Wording.objects.create(**values, **wrong)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_makes_the_next_version() -> None:
    def change(n: int) -> str:
        try:
            reword(text=f"{{name}}{{due}}{n}")
        except Problem as problem:
            return problem.code
        return "made"

    ran = threads(8, change)
    assert ran.errors == {}
    assert sorted(ran.values.values()) == ["made", *["state_conflict"] * 7]
    assert Wording.objects.count() == 1


# -- the desk ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def desk(db) -> Client:
    client = Client()
    client.force_login(member("administrator"))
    return client


def test_a_preview_is_not_saved_and_saving_is(desk) -> None:
    path = "/admin/wordings/t/"
    form = {"title": GIVEN[0], "text": GIVEN[1], "seen": "0"}
    seen = desk.post(path, form | {"preview": "1"}).content.decode()
    assert "〔name〕，请于〔due〕前缴费，谢谢。" in seen
    assert "缺少占位符{due}" in desk.post(path, form | {"text": "{name}", "preview": "1"}).content.decode()
    assert Wording.objects.count() == 0
    assert desk.post(path, form).status_code == 200, "without a reason"
    assert "缺少占位符{due}" in desk.post(path, form | {"text": "{name}", "reason": "改短一些"}).content.decode()
    assert Wording.objects.count() == 0

    assert desk.post(path, form | {"reason": "考生看不懂"}).headers["Location"] == "/admin/wordings/"

    assert "第1版" in desk.get("/admin/wordings/").content.decode()
    assert "考生看不懂" in desk.get(path).content.decode()
    assert desk.post(path, form | {"reason": "又改一次"}).status_code == 409, "on what a colleague has changed since"
    assert desk.post(f"{path}restore/", {"seen": "1", "reason": "恢复系统文案"}).status_code == 302
    assert list(queries.versions("t").values_list("version", "text")) == [(2, ""), (1, GIVEN[1])]
    for other in ("s", "code", "none"):
        assert desk.post(f"/admin/wordings/{other}/", form | {"reason": "考生看不懂"}).status_code == 404


def test_stored_markup_is_inert(desk) -> None:
    reword(title="<b>粗</b>", text="{name}{due}<script>alert(1)</script>")
    for path in ("/admin/wordings/", "/admin/wordings/t/"):
        page = desk.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "<b>粗</b>" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["support", "editor", "finance", "archive"])
def test_other_roles_find_no_way_in(role) -> None:
    client = Client()
    client.force_login(member(role))
    for path in ("", "t/", "t/restore/"):
        answer = client.post(f"/admin/wordings/{path}", {"title": "a", "text": "b", "seen": "0", "reason": "试试看"})
        assert answer.headers["Location"] == "/admin/"
    assert Wording.objects.count() == 0


@pytest.mark.parametrize("n", [1, 50])
def test_the_list_takes_the_same_queries_at_any_length(desk, django_assert_num_queries, n) -> None:
    for version in range(n):
        reword(text=f"{{name}}{{due}}{version}", seen=version)
    desk.get("/admin/wordings/")
    with django_assert_num_queries(1):
        assert len(queries.all_worded()) > 10


@pytest.mark.parametrize("n", [1, 50])
def test_to_tell_many_takes_the_queries_of_telling_one(db, django_assert_num_queries, n) -> None:
    people = [User.objects.create_user(f"p{i}", name="甲") for i in range(n)]
    with django_assert_num_queries(2):
        actions.say_many("many", "t", {"name": "甲", "due": "8日"}, to=people)
    assert Message.objects.count() == n
    actions.say_many("many", "t", {"name": "甲", "due": "8日"}, to=people)
    assert Message.objects.count() == n


@pytest.mark.django_db
def test_codes_go_before_what_goes_to_many(user) -> None:
    actions.say_many("many", "t", {"name": "甲", "due": "8日"}, to=[user])
    actions.say("code:1", "code", {"code": "123456"}, email="b@example.cn")
    first = Message.objects.get(pk=actions.due_ids()[0])
    assert first.template == "code"
