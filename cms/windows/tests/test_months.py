from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from cms.tests.factories import DESK, staff, window
from cms.windows.actions import change_window
from cms.windows.months import around, last_day, month_of, sheet
from portal.kernel import clock

OPENS = clock.at(date(2027, 2, 24), 9)
CLOSES = clock.at(date(2027, 3, 4), 24)


@dataclass
class Span:
    opens_at: datetime
    ends_at: datetime


def test_a_month_is_named_or_todays() -> None:
    today = date(2026, 11, 24)
    assert [month_of(text, today) for text in ("2027-02", "", "2027-13", "x", "\0")] == [
        date(2027, 2, 1),
        *[date(2026, 11, 1)] * 4,
    ]
    assert around(date(2026, 12, 1)) == (date(2026, 11, 1), date(2027, 1, 1))


def test_each_day_has_what_opens_and_closes_on_it() -> None:
    span = Span(OPENS, CLOSES)
    assert last_day(CLOSES) == date(2027, 3, 4)
    weeks = sheet([span], date(2027, 2, 1))
    days = {day.date: day for week in weeks for day in week}
    assert (weeks[0][0].date, weeks[-1][-1].date) == (date(2027, 2, 1), date(2027, 2, 28))
    assert [day.date for day in days.values() if day.opens] == [date(2027, 2, 24)]
    assert [day.date for day in days.values() if day.running] == [date(2027, 2, n) for n in range(24, 29)]
    weeks = sheet([span], date(2027, 3, 1))
    assert [day.date for week in weeks for day in week if day.closes] == [date(2027, 3, 4)]
    assert [day.is_inside for day in weeks[-1]] == [True, True, True, False, False, False, False]


@pytest.mark.django_db
def test_the_desk_turns_the_months(client: Client) -> None:
    client.force_login(staff("administrator"))
    made = window(opens=OPENS, closes_at=CLOSES, session="2027-04")
    february = client.get("/admin/windows/month/?month=2027-02").content.decode()
    march = client.get("/admin/windows/month/?month=2027-03").content.decode()
    name, href = "课程报考及缴费 网上申请 2027-04", f"/admin/windows/edit/{made.pk}/"
    assert f'href="{href}">09:00 开始 {name}' in february
    assert f'href="{href}">24:00 截止 {name}' in march
    assert "开始" not in march.partition("<table")[2]
    assert "2027年2月" in february
    assert client.get("/admin/windows/month/?month=nonsense").status_code == 200
    assert "/admin/windows/month/" in client.get("/admin/windows/").content.decode()


@pytest.mark.django_db
def test_who_looks_after_no_windows_sees_no_month(client: Client) -> None:
    client.force_login(staff("editor"))
    assert client.get("/admin/windows/month/").headers["Location"] == "/admin/"
    client.logout()
    assert client.get("/admin/windows/month/").headers["Location"].startswith("/admin/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("n", [1, 50])
def test_one_window_or_fifty_take_the_same_queries(client: Client, django_assert_num_queries, n: int) -> None:
    client.force_login(staff("administrator"))
    for number in range(n):
        window(opens=OPENS + timedelta(minutes=number), closes_at=CLOSES)
    client.get("/admin/windows/month/?month=2027-02")
    with django_assert_num_queries(13):
        client.get("/admin/windows/month/?month=2027-02")


@pytest.mark.django_db
def test_the_history_of_a_window_says_who_changed_what_and_why(client: Client) -> None:
    client.force_login(staff("administrator"))
    made, other = window(opens=OPENS, closes_at=CLOSES, session="2027-04"), window("graduation")
    change_window(made.pk, by=DESK, reason="台风影响，顺延一天", closes_at=CLOSES + timedelta(days=1))
    change_window(other.pk, by=DESK, reason="与前一个无关", notice="请提前准备")

    html = client.get(f"/admin/windows/history/{made.pk}/").content.decode()

    assert "截止时间：2027年3月4日 24:00 → 2027年3月5日 24:00" in html
    assert "业务：课程报考及缴费；环节：网上申请；考次：2027-04；开始时间：2027年2月24日 09:00" in html
    assert "台风影响，顺延一天" in html
    assert html.count("周编辑") >= 2
    assert "与前一个无关" not in html
    assert f"/admin/windows/history/{made.pk}/" in client.get(f"/admin/windows/edit/{made.pk}/").content.decode()
