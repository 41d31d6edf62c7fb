"""People in a line, for tests."""

from datetime import UTC, datetime
from itertools import count

from candidate_api.waiting import actions
from candidate_api.waiting.models import WaitingPlace, WaitingRoom
from candidate_api.waiting.rules import OPENS_ABOVE, Mode
from portal.kernel.actor import Actor
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
_serial = count(1)


def somebody() -> Actor:
    user = User.objects.create_user(f"waits-{next(_serial)}", "pw", name="韦小莉", is_candidate=True)
    return Actor.of(user, "web")


def staff(role: str = "administrator", office: str = "45") -> Actor:
    return Actor.of(member(role, office, next(_serial)), "admin")


def opened(per_minute: int = 60, mode: str = Mode.ON, opens_above: int = OPENS_ABOVE) -> WaitingRoom:
    """The room as staff have set it."""
    return actions.set_room(mode, per_minute, opens_above, "报考首日", by=staff())


def admitted() -> list[int]:
    """Who was let in, by the order of arrival."""
    rows = WaitingPlace.objects.exclude(admitted_at=None).order_by("pk")
    return [row.user_id for row in rows]
