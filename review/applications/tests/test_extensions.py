"""What waits for the candidate's word is due when their own time to confirm ends."""

from datetime import timedelta

import pytest
import time_machine

from cms.windows.actions import create_window, end_extension, extend
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from review.applications import actions
from review.applications.models import Application
from review.applications.tests.scene import (
    CONFIRM,
    OFFICE,
    SYSTEM,
    by,
    drafted,
    fresh,
    made,
    passed,
    person_named,
    reviewer,
    submitted,
)  # fmt: skip

pytestmark = pytest.mark.django_db
DESK = Actor(user_id=1, name="周工作", channel="admin")


def confirming(person: User) -> Application:
    """An application that waits for the candidate's word until the window for it closes."""
    now = clock.now()
    for phase in ("apply", "confirm"):
        create_window(
            business="transfer-out",
            phase=phase,
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=2),
            by=SYSTEM,
        )
    made(steps=[OFFICE, CONFIRM], business="transfer-out")
    application = submitted(person)
    passed(application, reviewer())
    return fresh(application)


def test_an_extension_of_the_confirmation_moves_what_waits_for_it(person):
    application, window = confirming(person), BusinessWindow.objects.get(phase="confirm")
    assert application.due_at == window.closes_at
    other = submitted(person_named("陆大海"))
    passed(other, reviewer())
    until = window.closes_at + timedelta(days=3)

    extension = extend(window.pk, person, until, by=DESK, reason="住院期间无法确认")

    assert (fresh(application).due_at, fresh(other).due_at) == (until, window.closes_at)
    with time_machine.travel(window.closes_at + timedelta(hours=1), tick=False):
        assert actions.expire_due(by=SYSTEM) == 1
        assert (fresh(application).state, fresh(other).state) == ("submitted", "expired")
        end_extension(extension.pk, by=DESK, reason="已办理完毕")
        with pytest.raises(Problem) as refusal:
            actions.confirm(application.number, by=by(person))
        assert refusal.value.code == "state_conflict"
        assert actions.expire_due(by=SYSTEM) == 1
    assert fresh(application).state == "expired"


def test_an_extension_lets_in_whom_the_window_keeps_out(person):
    window = create_window(
        business="transfer-out",
        phase="apply",
        opens_at=clock.now() - timedelta(days=3),
        closes_at=clock.now() - timedelta(days=1),
        by=SYSTEM,
    )
    made(business="transfer-out")
    with pytest.raises(Problem) as refusal:
        drafted(person)
    assert refusal.value.code == "window_closed"
    extend(window.pk, person, clock.now() + timedelta(days=1), by=DESK, reason="系统故障期间未能提交")
    assert submitted(person).state == "submitted"
    with pytest.raises(Problem):
        drafted(person_named("陆大海"))
    assert Application.objects.count() == 1
