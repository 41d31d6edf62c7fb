from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from cms.tests.factories import DESK, window
from cms.windows.actions import change_window, create_window, delete_window
from cms.windows.models import BusinessWindow
from cms.windows.queries import current, require_open
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem

pytestmark = pytest.mark.django_db
OPENS = clock.at(date(2027, 2, 24), 9)
CLOSES = clock.at(date(2027, 3, 4), 18)
SECOND = timedelta(seconds=1)
CANDIDATE = Actor(user_id=7, name="李考生", channel="api", is_candidate=True)
VISITOR = Actor(user_id=None, name="", channel="web")


def test_an_open_window_lets_in_exactly_from_its_opening_to_its_closing() -> None:
    made = window(opens=OPENS, closes_at=CLOSES, session="2027-04")

    assert require_open("course-registration", "2027-04", user_id=None, at=OPENS) == made
    assert require_open("course-registration", "2027-04", user_id=None, at=CLOSES - SECOND) == made
    for at, sentence in [
        (OPENS - SECOND, "课程报考及缴费将于2027年2月24日 09:00开放。"),
        (CLOSES, "课程报考及缴费已于2027年3月4日 18:00截止。"),
    ]:
        with pytest.raises(Problem) as refusal:
            require_open("course-registration", "2027-04", user_id=None, at=at)
        assert refusal.value.code is Code.WINDOW_CLOSED
        assert refusal.value.document()["detail"] == sentence
        assert refusal.value.extra == {
            "opens_at": "2027-02-24T09:00:00+08:00",
            "closes_at": "2027-03-04T18:00:00+08:00",
        }


def test_a_window_of_another_session_phase_or_business_does_not_let_in() -> None:
    window(opens=OPENS, closes_at=CLOSES, session="2027-04")
    window("graduation", opens=OPENS, closes_at=CLOSES, phase="confirm")

    for business, session in [("course-registration", "2027-10"), ("graduation", None), ("exemption", None)]:
        with pytest.raises(Problem) as refusal:
            require_open(business, session, user_id=None, at=OPENS)
        assert refusal.value.extra == {"opens_at": None, "closes_at": None}


def test_tickets_and_scores_show_their_release() -> None:
    made = window("scores", opens=OPENS, closes_at=CLOSES, phase="release", session="2027-04")

    assert current("scores", user_id=None, at=OPENS) == made
    assert current("scores", phase="apply", user_id=None, at=OPENS) is None


def test_every_change_has_its_row_in_the_audit_log() -> None:
    made = window(opens=OPENS, closes_at=CLOSES, session="2027-04")
    later = CLOSES + timedelta(days=1)
    change_window(made.pk, by=DESK, reason="台风影响，顺延一天", closes_at=later)
    delete_window(made.pk, by=DESK, reason="重复设置")

    rows = list(AuditEntry.objects.order_by("pk"))
    assert [row.verb for row in rows] == ["window.create", "window.change", "window.delete"]
    assert {row.subject_id for row in rows} == {str(made.pk)}
    assert rows[1].note == "台风影响，顺延一天"
    assert rows[1].data["before"]["closes_at"] == "2027-03-04T18:00:00+08:00"
    assert rows[1].data["after"]["closes_at"] == "2027-03-05T18:00:00+08:00"
    assert not BusinessWindow.objects.exists()


@pytest.mark.parametrize("by", [CANDIDATE, VISITOR])
def test_only_staff_and_the_system_set_windows(by: Actor) -> None:
    made = window(opens=OPENS, closes_at=CLOSES)

    for attempt in (
        lambda: create_window(
            business="scores", phase="release", session="2027-04", opens_at=OPENS, closes_at=CLOSES, by=by
        ),
        lambda: change_window(made.pk, by=by, reason="x", closes_at=CLOSES + SECOND),
        lambda: delete_window(made.pk, by=by, reason="x"),
    ):
        with pytest.raises(Problem) as refusal:
            attempt()
        assert refusal.value.code is Code.PERMISSION_DENIED
    made.refresh_from_db()
    assert (made.closes_at, BusinessWindow.objects.count(), AuditEntry.objects.count()) == (CLOSES, 1, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"closes_at": OPENS}, "closes_at"),
        ({"business": "no-such-business"}, "business"),
        ({"phase": "never"}, "phase"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(values: dict[str, object], field: str) -> None:
    made = window(opens=OPENS, closes_at=CLOSES)

    with pytest.raises(Problem) as refusal:
        change_window(made.pk, by=DESK, reason="改错", **values)

    assert refusal.value.code is Code.VALIDATION_FAILED
    assert field in {error.field for error in refusal.value.errors}
    assert BusinessWindow.objects.values_list("business", "phase", "closes_at").get() == (
        "course-registration",
        "apply",
        CLOSES,
    )


def test_a_change_needs_a_reason() -> None:
    made = window(opens=OPENS, closes_at=CLOSES)

    with pytest.raises(Problem) as refusal:
        change_window(made.pk, by=DESK, reason=" ", closes_at=CLOSES + SECOND)

    assert [(error.field, error.code) for error in refusal.value.errors] == [("reason", "required")]
    made.refresh_from_db()
    assert made.closes_at == CLOSES


def test_the_database_says_it_again() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessWindow.objects.create(business="scores", opens_at=CLOSES, closes_at=OPENS)


def test_a_release_is_of_one_session_and_stands_once() -> None:
    release = {"phase": "release", "opens_at": OPENS, "closes_at": CLOSES, "by": DESK}
    made = create_window(business="scores", session="2027-04", **release)
    for session, field in (("", "session"), ("2027-04", "")):
        with pytest.raises(Problem) as refusal:
            create_window(business="scores", session=session, **release)
        assert [error.field for error in refusal.value.errors] == [field]
        assert list(BusinessWindow.objects.all()) == [made]
        with pytest.raises(IntegrityError), transaction.atomic():
            BusinessWindow.objects.create(
                business="scores", phase="release", session=session, opens_at=OPENS, closes_at=CLOSES
            )
