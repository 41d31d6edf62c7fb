"""More time for one person: granted with a reason, changed, ended; nobody else's window moves."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cms.tests.factories import DESK, window
from cms.windows.actions import delete_window, end_extension, extend
from cms.windows.models import BusinessWindow, WindowExtension
from cms.windows.queries import current, require_open
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User
from tests.races import threads

OPENS = clock.at(date(2027, 2, 24), 9)
CLOSES = clock.at(date(2027, 3, 4), 18)
UNTIL = clock.at(date(2027, 3, 6), 24)
SECOND = timedelta(seconds=1)
WHY = "住院期间无法办理，已核验证明"


def someone(number: int = 1) -> User:
    return User.objects.create_user(f"person-{number}", name="韦小莉", mobile=f"1360000000{number}", is_candidate=True)


def granted(made: BusinessWindow, user: User, until: datetime = UNTIL, at: datetime = OPENS) -> WindowExtension:
    with time_machine.travel(at, tick=False):
        return extend(made.pk, user, until, by=DESK, reason=WHY)


def announced(**more: str) -> BusinessWindow:
    return window(opens=OPENS, closes_at=CLOSES, session="2027-04", **more)


@pytest.mark.django_db
def test_one_person_is_let_in_to_the_second_and_nobody_else() -> None:
    made, user, other = announced(), someone(), someone(2)
    granted(made, user)

    for at in (OPENS, CLOSES - SECOND, CLOSES, UNTIL - SECOND):
        assert require_open("course-registration", "2027-04", user_id=user.pk, at=at) == made
    found = current("course-registration", user_id=user.pk, at=CLOSES)
    assert found is not None
    assert (found.ends_at, found.closes_at, found.is_extended) == (UNTIL, CLOSES, True)
    assert found.label_at(UNTIL - timedelta(hours=50)) == "进行中 剩2天"
    for user_id, at, closed in [
        (user.pk, OPENS - SECOND, "课程报考及缴费将于2027年2月24日 09:00开放。"),
        (user.pk, UNTIL, "课程报考及缴费已于2027年3月6日 24:00截止。"),
        (other.pk, CLOSES, "课程报考及缴费已于2027年3月4日 18:00截止。"),
        (None, CLOSES, "课程报考及缴费已于2027年3月4日 18:00截止。"),
    ]:
        with pytest.raises(Problem) as refusal:
            require_open("course-registration", "2027-04", user_id=user_id, at=at)
        assert (refusal.value.code, refusal.value.detail) == (Code.WINDOW_CLOSED, closed)
    assert refusal.value.extra["closes_at"] == "2027-03-04T18:00:00+08:00"


@pytest.mark.django_db
def test_each_change_is_told_and_written_down_once() -> None:
    made, user = announced(), someone()
    first = granted(made, user)
    assert granted(made, user) == first, "the same again changes nothing"
    later = clock.at(date(2027, 3, 8), 12)
    granted(made, user, later, at=CLOSES)
    ended_at = CLOSES + timedelta(days=1)
    with time_machine.travel(ended_at, tick=False):
        end_extension(first.pk, by=DESK, reason="已办理完毕")

    assert list(WindowExtension.objects.values_list("pk", "granted_at", "until", "reason", "changed_at")) == [
        (first.pk, OPENS, ended_at, "已办理完毕", ended_at)
    ]
    rows = AuditEntry.objects.filter(subject_type="cms.windowextension").order_by("pk")
    assert [(row.verb, row.note, row.data["before"], row.data["until"]) for row in rows] == [
        ("window.extend", WHY, "", "2027-03-07T00:00:00+08:00"),
        ("window.extend", WHY, "2027-03-07T00:00:00+08:00", "2027-03-08T12:00:00+08:00"),
        ("window.end_extension", "已办理完毕", "2027-03-08T12:00:00+08:00", "2027-03-05T18:00:00+08:00"),
    ]
    told = Message.objects.filter(recipient=user, channel="in_app").order_by("pk")
    assert [(row.template, row.text) for row in told] == [
        (
            "window_extended",
            "经核准，您的“课程报考及缴费 网上申请 2027-04”办理时间延长至2027年3月6日 24:00。"
            "请登录后在此之前办理，逾期不再受理。",
        ),
        (
            "window_extended",
            "经核准，您的“课程报考及缴费 网上申请 2027-04”办理时间延长至2027年3月8日 12:00。"
            "请登录后在此之前办理，逾期不再受理。",
        ),
        (
            "window_extension_ended",
            "您的“课程报考及缴费 网上申请 2027-04”个别延期已结束，不能再办理。如有疑问，请联系所属市招生考试院。",
        ),
    ]
    with time_machine.travel(ended_at, tick=False), pytest.raises(Problem) as refusal:
        end_extension(first.pk, by=DESK, reason="再次结束")
    assert refusal.value.code is Code.STATE_CONFLICT
    with pytest.raises(Problem):
        delete_window(made.pk, by=DESK, reason="设置有误")
    assert BusinessWindow.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("until", [CLOSES, CLOSES - SECOND, OPENS])
def test_no_earlier_than_the_close_for_all(until: datetime) -> None:
    made, user = announced(), someone()
    with pytest.raises(Problem) as refusal:
        granted(made, user, until)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("until", "not_later")]
    with pytest.raises(Problem):
        granted(made, user, UNTIL, at=UNTIL)
    assert (WindowExtension.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_staff_alone_with_a_reason_and_never_for_a_release() -> None:
    made, user = announced(), someone()
    release = window("scores", phase="release", session="2027-04", opens=OPENS, closes_at=CLOSES)
    candidate = Actor(user_id=user.pk, name="韦小莉", channel="api", is_candidate=True)
    with time_machine.travel(OPENS, tick=False):
        for place, by, reason, code in [
            (made, candidate, WHY, Code.PERMISSION_DENIED),
            (made, Actor(user_id=None, name="", channel="web"), WHY, Code.PERMISSION_DENIED),
            (made, DESK, " ", Code.VALIDATION_FAILED),
            (release, DESK, WHY, Code.VALIDATION_FAILED),
        ]:
            with pytest.raises(Problem) as refusal:
                extend(place.pk, user, UNTIL, by=by, reason=reason)
            assert refusal.value.code is code
    assert (WindowExtension.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_the_database_says_it_again() -> None:
    made, user = announced(), someone()
    granted(made, user)
    values = {"window": made, "user": user, "reason": WHY, "granted_at": OPENS, "changed_at": OPENS}
    for until in (UNTIL, OPENS - SECOND):
        with pytest.raises(IntegrityError), transaction.atomic():
            WindowExtension.objects.create(until=until, **values)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_at_the_desk_at_once_make_one_extension() -> None:
    made, user = window(), someone()
    later = made.closes_at + timedelta(days=1)
    ran = threads(8, lambda n: extend(made.pk, user, later + timedelta(hours=n), by=DESK, reason=WHY))

    assert ran.errors == {}
    assert WindowExtension.objects.count() == 1
    rows = AuditEntry.objects.filter(verb="window.extend").order_by("pk")
    told = [(row.data["before"], row.data["until"]) for row in rows]
    assert len(told) == 8
    assert [before for before, _until in told] == ["", *(until for _before, until in told[:-1])], "each saw the last"
