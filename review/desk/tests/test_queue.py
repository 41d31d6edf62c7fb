"""The list: its filters on the screen, what is looked for, how much time is left, and what is handed out of it."""

import re
from datetime import date, datetime

import pytest
import time_machine
from django.utils import timezone

from cms.workdays.models import SpecialDay
from portal.kernel import clock
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.tests.conftest import person  # noqa: F401 -- a fixture
from review.applications.tests.scene import (
    CONFIRM,
    GUILIN,
    NANNING,
    OFFICE,
    PROVINCE,
    made,
    passed,
    person_named,
    reviewer,
    submitted,
)
from review.desk.rules import Left, time_left
from review.desk.states import Due
from review.desk.tests.test_desk import LIST, desk, html

pytestmark = pytest.mark.django_db


def numbers(page: str) -> list[str]:
    """The applications that a list shows, in its order."""
    return re.findall(r"^\s*(\d{12})\s*$", re.sub(r"<[^>]*>", "\n", page), re.MULTILINE)


# -- filters and search -----------------------------------------------------------------------------------------------
def test_filters_stand_on_the_screen_and_lead_on_to_files_and_bulk(person):  # noqa: F811
    made()
    made(slug="other", title="别的业务")
    first, second = submitted(person), submitted(person, "other")
    client = desk()
    client.post(f"{LIST}filters/", {"name": "待我审", "query": "turn=office"})
    page = html(client.get(LIST))
    assert set(re.findall(r'name="(type|turn|state|due|office)"', page)) == {"type", "turn", "state", "due", "office"}
    assert "待我审（2）" in page
    assert numbers(page) == [first.number, second.number]

    query = f"type={second.type_id}&turn=office"
    results = html(client.get(f"{LIST}results/?{query}&state=&p=1&_w_filter_fragment=1"))
    assert numbers(results) == [second.number]
    encoded = query.replace("&", "&amp;")
    kept = f"type={second.type_id}&amp;turn=office"
    assert {f'{where}?{kept}"' in results for where in (f"{LIST}export/", "/admin/bulk/new/")} == {True}
    assert f'name="query" value="{encoded}"' in results


@pytest.mark.parametrize(("given", "finds"), [("number", True), ("韦小莉", True), ("韦", False), ("", False)])
def test_looking_for_one_by_its_number_or_by_whose_it_is(person, given, finds):  # noqa: F811
    made()
    application = submitted(person)
    submitted(person_named("陆大海"))
    text = application.number if given == "number" else given
    page = html(desk().post(f"{LIST}find/", {"text": text}))
    assert numbers(page) == ([application.number] if finds else [])
    assert numbers(html(desk("first_reviewer", GUILIN).post(f"{LIST}find/", {"text": text}))) == []
    assert desk().get(f"{LIST}find/?text={text}").url == LIST


# -- time left --------------------------------------------------------------------------------------------------------
def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant in December 2026; the 1st is a Tuesday."""
    return clock.at(date(2026, 12, day), hour, minute)


FRIDAY_OFF = {date(2026, 12, 4): False}


@pytest.mark.parametrize(
    ("due_at", "now", "due", "words"),
    [
        (at(8, 24), at(1, 9), Due.OK, "剩4个工作日"),
        (at(2, 24), at(1, 9), Due.SOON, "剩1个工作日"),
        (at(2, 14, 36), at(1, 15), Due.SOON, "剩1个工作日"),
        (at(1, 24), at(1, 9), Due.SOON, "今天24:00到期"),
        (at(1, 14, 36), at(1, 9), Due.SOON, "今天14:36到期"),
        (at(1, 14, 36), at(1, 14, 36), Due.OVERDUE, "已超期"),
        (at(1, 24), at(2, 0), Due.OVERDUE, "已超期1个工作日"),
        # Over a weekend no working day goes by; a holiday is none either.
        (at(5, 24), at(5, 9), Due.SOON, "今天24:00到期"),
        (at(6, 12), at(5, 9), Due.SOON, "2026年12月6日 12:00到期"),
        (at(5, 24), at(6, 12), Due.OVERDUE, "已超期"),
        (at(7, 24), at(3, 9), Due.SOON, "剩1个工作日"),
    ],
)
def test_time_left_is_counted_in_working_days_to_the_instant(due_at, now, due, words):
    found = time_left(due_at, now, FRIDAY_OFF)
    assert (found.due, found.words) == (due, words)
    assert isinstance(found, Left)


def test_what_is_late_or_due_soon_says_so_by_text_and_colour_and_can_be_filtered(person):  # noqa: F811
    made()
    SpecialDay.objects.create(day=date(2026, 12, 4), name="假日", is_working=False)
    found = [submitted(person_named(f"考生{number}")) for number in range(4)]
    dues = [at(1, 24), at(7, 24), at(8, 24), at(1, 9)]
    for application, due_at in zip(found, dues, strict=True):
        Application.objects.filter(pk=application.pk).update(due_at=due_at)
    with time_machine.travel(at(3, 10), tick=False):
        assert timezone.now() == at(3, 10)
        page = html(desk().get(LIST))
        cells = re.findall(r'<span class="w-status ([^"]*)">([^<]*)</span>', page)
        shown = {due: numbers(html(desk().get(f"{LIST}?due={due}"))) for due in Due.values}
    assert [words for _tone, words in cells] == ["已超期2个工作日", "已超期2个工作日", "剩1个工作日", "剩2个工作日"]
    assert ["critical" in tone and "bold" in tone for tone, _words in cells] == [True, True, False, False]
    assert ["warning" in tone and "bold" in tone for tone, _words in cells] == [False, False, True, False]
    assert shown == {
        "overdue": [found[3].number, found[0].number],
        "soon": [found[1].number],
        "ok": [found[2].number],
    }


# -- what is handed out -----------------------------------------------------------------------------------------------
def test_nobody_is_handed_what_waits_at_an_office_below(person):  # noqa: F811
    made(steps=[OFFICE, PROVINCE])
    application = submitted(person)
    province = reviewer("first_reviewer", "45")
    assert (actions.claim_next(by=province), queries.waiting(province)["count"]) == (None, 0)
    # It stays reachable on purpose: opened from the list, it is taken, and is then what they have in hand.
    assert [row.pk for row in queries.listed(province)] == [application.pk]
    actions.claim(application.pk, by=province)
    assert actions.claim_next(by=province) == application
    actions.let_go(application.pk, by=province)
    assert actions.claim_next(by=reviewer()) == application


def test_first_and_second_reviewers_are_handed_their_own_looks(person):  # noqa: F811
    made(steps=[PROVINCE, CONFIRM])
    application = submitted(person)
    first, second = reviewer("first_reviewer", "45"), reviewer("second_reviewer", "45")
    assert actions.claim_next(by=second) is None
    assert actions.claim_next(by=first) == application
    passed(application, first)
    assert actions.claim_next(by=first) is None
    assert actions.claim_next(by=reviewer("first_reviewer", "45", 2)) is None
    assert actions.claim_next(by=second) == application


def test_the_next_case_after_a_decision_is_of_ones_own_office(person):  # noqa: F811
    made(slug="here", steps=[PROVINCE])
    made(slug="there", steps=[OFFICE])
    own, below = submitted(person, "here"), submitted(person_named("陆大海"), "there")
    client, case = desk("first_reviewer", "45"), f"{LIST}{own.pk}/"
    answer = client.post(case, {"verb": "approve", "revision": own.revision, "then": "next"})
    assert answer.url == LIST
    assert Application.objects.get(pk=below.pk).claimed_by is None
    assert numbers(html(desk("first_reviewer", NANNING).get(LIST))) == [below.number]
