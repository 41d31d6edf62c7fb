"""What else ends when somebody sets a new password by 找回密码: whoever keeps another way in plugs it in here.

A reset is what people do when they fear that a stranger is in; no way in that the stranger may have left stays.
"""

from collections.abc import Callable

from portal.kernel.actor import Actor
from portal.kernel.users.models import User

# Closes the person's ways in, in the caller's transaction, the person locked; how many there were.
Close = Callable[[User, Actor], int]
_closing: list[Close] = []


def register(close: Close) -> None:
    """Plug in; from `apps.ready`."""
    _closing.append(close)


def close_other_ways(user: User, *, by: Actor) -> int:
    """Close them all, in the caller's transaction; how many there were."""
    return sum(close(user, by) for close in _closing)
