"""The page of a case: nothing that was typed is lost, what the candidate will read is shown, looks are written down."""

import re
from datetime import timedelta

import pytest

from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from review.applications import actions
from review.applications.models import Application, Event
from review.applications.tests.conftest import person  # noqa: F401 -- a fixture
from review.applications.tests.scene import GUILIN, NANNING, fresh, made, passed, reviewer, submitted
from review.desk import queries
from review.desk.tests.test_desk import LIST, desk, html
from review.types import kinds
from review.types.kinds import Kind

pytestmark = pytest.mark.django_db
TYPED = {
    "verb": "return_",
    "target": ["phone", "id_card", ""],
    "reason": ["", "照片不清楚", ""],
    "text": ["请拨13800001111核对", "四角不全", ""],
    "days": "7",
}


def chosen(page: str, element: str) -> str:
    """The value that a select shows."""
    [inside] = re.findall(rf'<select id="{element}".*?</select>', page, re.DOTALL)
    return (re.findall(r'<option value="([^"]*)"\s+selected', inside) or [""])[0]


def typed_in(page: str) -> tuple[list[str], list[str], list[str], str]:
    """Targets, canned reasons, words and days as the form of a return shows them."""
    texts = [re.findall(rf'id="text-{n}".*?>([^<]*)</textarea>', page, re.DOTALL)[0].strip() for n in (1, 2, 3)]
    days = re.findall(r'id="days".*?value="(\d*)"', page, re.DOTALL)[0]
    ids = ("1", "2", "3")
    return [chosen(page, f"target-{n}") for n in ids], [chosen(page, f"reason-{n}") for n in ids], texts, days


ALL = (TYPED["target"], TYPED["reason"], TYPED["text"], "7")


def nothing_changed(application: Application) -> None:
    assert (fresh(application).state, Event.objects.filter(verb="return_").count()) == ("submitted", 0)


def test_a_return_that_is_refused_keeps_what_was_typed(person):  # noqa: F811
    made()
    application = submitted(person)
    answer = desk().post(f"{LIST}{application.pk}/", TYPED | {"revision": application.revision})
    assert answer.status_code == 400
    assert "请勿填写完整的证件号码或手机号码" in html(answer)
    assert typed_in(html(answer)) == ALL
    nothing_changed(application)


def test_a_stale_page_keeps_what_was_typed(person):  # noqa: F811
    made()
    application = submitted(person)
    Application.objects.filter(pk=application.pk).update(revision=application.revision + 1)
    answer = desk().post(f"{LIST}{application.pk}/", TYPED | {"revision": application.revision})
    assert answer.status_code == 409
    assert typed_in(html(answer)) == ALL
    assert f'name="revision" value="{application.revision + 1}"' in html(answer)
    nothing_changed(application)


def test_what_was_typed_comes_back_after_a_take_over(person):  # noqa: F811
    made()
    application = submitted(person)
    actions.claim(application.pk, by=reviewer("first_reviewer", NANNING, 2))
    case, client = f"{LIST}{application.pk}/", desk()
    refused = html(client.post(case, TYPED | {"revision": application.revision}))
    assert "照片不清楚四角不全" in refused
    form = refused[: refused.index('value="take_over"')].rsplit("<form", 1)[1]
    kept = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    given = {name: [value for key, value in kept if key == name] for name, _value in kept}
    taken = client.post(case, given | {"verb": "take_over"})
    assert (taken.status_code, typed_in(html(taken))) == (200, ALL)
    assert fresh(application).claimed_by_id == reviewer().user_id
    nothing_changed(application)


@pytest.mark.parametrize("verb", ["approve", "reject", "ask"])
def test_the_words_of_every_decision_come_back_where_they_were_typed(person, verb):  # noqa: F811
    made()
    reviewer("first_reviewer", GUILIN)
    application = submitted(person)
    given = {"verb": verb, "revision": application.revision, "note": "请拨13800001111", "office": GUILIN}
    page = html(desk().post(f"{LIST}{application.pk}/", given))
    places = {name: page.split(f'id="{name}-note"')[1].split("</form>")[0] for name in ("approve", "reject", "ask")}
    assert [name for name, place in places.items() if "请拨13800001111" in place] == [verb]


# -- what the candidate will read -------------------------------------------------------------------------------------
def test_a_return_is_read_before_it_is_made(person):  # noqa: F811
    made()
    application = submitted(person)
    case, client = f"{LIST}{application.pk}/", desk()
    given = TYPED | {"revision": application.revision, "text": ["号码有误。", "四角不全", ""]}
    page = html(client.post(case, given | {"verb": "preview_return_"}))
    told = re.sub(r"<[^>]*>|\s", "", page.split("desk-foretold")[1].split("<form")[0])
    assert "已退回，请修改" in told
    assert "联系电话：号码有误。身份证：照片不清楚四角不全" in told
    assert typed_in(page) == (given["target"], given["reason"], given["text"], "7")
    nothing_changed(application)
    assert "常用理由（第1版）" in page

    client.post(case, given)
    assert fresh(application).remarks == [
        {"target": "phone", "text": "号码有误。"},
        {"target": "id_card", "text": "照片不清楚四角不全"},
    ]
    message = Message.objects.get(template="application_returned", channel="in_app")
    assert message.text in re.sub(r"<[^>]*>|\s\s", "", page)
    assert AuditEntry.objects.get(verb="applications.return_").data["canned_of_version"] == 1


def test_a_rejection_is_read_before_it_is_made(person):  # noqa: F811
    made()
    application = submitted(person)
    case, client = f"{LIST}{application.pk}/", desk()
    given = {"verb": "preview_reject", "revision": application.revision, "canned": "照片不清楚", "note": "，多次未补"}
    page = html(client.post(case, given))
    assert "照片不清楚，多次未补" in page.split("desk-foretold")[1].split("<form")[0]
    assert fresh(application).state == "submitted"
    refused = client.post(case, given | {"canned": "", "note": " "})
    assert (refused.status_code, fresh(application).state) == (400, "submitted")
    client.post(case, given | {"verb": "reject"})
    assert application.events.get(verb="reject").note == "照片不清楚，多次未补"


# -- looks ------------------------------------------------------------------------------------------------------------
def looks() -> list[tuple[int, list[str]]]:
    rows = AuditEntry.objects.filter(verb="applications.open_numbers").order_by("pk")
    return [(row.actor_id, row.data["fields"]) for row in rows]


def test_who_reads_a_whole_number_is_written_down(person):  # noqa: F811
    made()
    application = submitted(person)  # its answers hold a telephone number
    case = f"{LIST}{application.pk}/"
    assert "13800001111" in html(desk().get(case))
    assert desk("first_reviewer", GUILIN).get(case).status_code == 404
    desk("auditor").get(case)
    assert looks() == [(reviewer().user_id, ["phone"]), (reviewer("auditor").user_id, ["phone"])]


def test_where_no_number_is_shown_nothing_is_written_but_documents_are_numbers_whatever_they_look_like(
    person,  # noqa: F811
    monkeypatch,
):
    class Documents(Kind):
        numbers = frozenset({"phone"})

    made()
    application = submitted(person, phone="E12345678")
    desk().get(f"{LIST}{application.pk}/")
    assert looks() == []
    monkeypatch.setitem(kinds.KINDS, "", Documents())
    desk().get(f"{LIST}{application.pk}/")
    assert looks() == [(reviewer().user_id, ["phone"])]


def test_other_offices_stand_by_their_level_and_the_reason_is_the_candidates_to_read(person):  # noqa: F811
    made()
    application = submitted(person)
    page = html(desk().get(f"{LIST}{application.pk}/"))
    assert "转交的理由（考生可见）" in page
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', page, re.DOTALL)
    assert [(label, re.findall(r'value="([^"]*)"', inside)) for label, inside in groups] == [
        ("自治区招生考试院", ["45"]),
        ("设区市招生考试院", [GUILIN]),
    ]


# -- figures ----------------------------------------------------------------------------------------------------------
def test_what_an_office_did_is_its_own_whoever_has_the_application_now(person):  # noqa: F811
    made()
    since = clock.now() - timedelta(days=1)
    asked = submitted(person)
    actions.ask(asked.pk, asked.revision, GUILIN, "考生在桂林上课", by=reviewer())
    guilin = reviewer("first_reviewer", GUILIN)
    passed(asked, guilin)
    other = submitted(person, course="02324")
    actions.reject(other.pk, other.revision, "不符合条件", by=reviewer())

    told = {row.label: (row.came, row.approved, row.rejected) for row in queries.by_office(reviewer(), since)}
    assert told == {"南宁市招生考试院": (2, 0, 1), "桂林市招生考试院": (0, 1, 0)}
    assert [event.office.code for event in Event.objects.exclude(office=None).order_by("pk")] == [
        NANNING,
        GUILIN,
        NANNING,
    ]
    mine = queries.of_oneself(guilin, since)
    assert (mine.came, mine.approved, mine.rejected, mine.waiting) == (None, 1, 0, 0)
    assert "本人办理" in html(desk().get(f"{LIST}figures/"))
