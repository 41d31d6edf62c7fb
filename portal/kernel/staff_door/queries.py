from typing import Any

from django.conf import settings
from django.core.cache import cache
from django_otp import user_has_device

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.errors import Code, Problem
from portal.kernel.staff_door.models import Authenticator, RecoveryCode
from portal.kernel.staff_door.rules import WRONG_PASSWORDS, WRONG_PASSWORDS_OF_ADDRESS, is_overdue
from portal.kernel.text import clean
from portal.kernel.users.models import User

SETUP, VERIFY, PASSWORD = "setup", "verify", "password"


def due(user: User, *, verified: bool) -> str:
    """What this member of staff must do before anything else, or "": `setup`, `verify`, `password`.

    Any confirmed device of django-otp counts as a second factor, whichever kind it is.
    """
    if settings.STAFF_SECOND_FACTOR and not verified:
        return VERIFY if user_has_device(user) else SETUP
    if is_overdue(user.password_changed_at, settings.STAFF_PASSWORD_DAYS, clock.now()):
        return PASSWORD
    return ""


def authenticator(actor: Actor, *, confirmed: bool) -> Authenticator | None:
    """The actor's own, as it is."""
    found: Authenticator | None = _own(Authenticator.objects.all(), actor, confirmed)
    return found


def authenticator_for_update(actor: Actor, *, confirmed: bool) -> Authenticator:
    """The actor's own, locked; raises `not_found` where there is none."""
    found: Authenticator | None = _own(
        Authenticator.objects.select_for_update(of=("self",), no_key=True), actor, confirmed
    )
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def _own(rows: Any, actor: Actor, confirmed: bool) -> Any:
    return rows.filter(user_id=actor.user_id or 0, confirmed=confirmed).first()


def recovery_codes_left(actor: Actor) -> int:
    return RecoveryCode.objects.filter(user_id=actor.user_id or 0, used_at=None).count()


# -- wrong passwords ------------------------------------------------------------------------------------------------
def failure_keys(username: str, address: str) -> dict[str, int]:
    """The counters that a wrong password raises, and how far each may go."""
    name = blind_index(f"{clean(username).lower()}\0{address}", "staff_door.failures")
    return {
        f"staff-failures:{name}": WRONG_PASSWORDS,
        f"staff-failures-from:{address}": WRONG_PASSWORDS_OF_ADDRESS,
    }


def is_shut(username: str, address: str) -> bool:
    """Whether this name may not be tried from this address for now. Somewhere else it still may."""
    return any(cache.get(key, 0) >= most for key, most in failure_keys(username, address).items())
