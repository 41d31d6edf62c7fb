"""What opens the door beside the app on the telephone, plugged in by the floor that knows how it works."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.kernel.errors import Words
from portal.kernel.users.models import User


@dataclass(frozen=True)
class Factor:
    """Another second factor, whose devices are django-otp's: the names of its pages, and how to take it away."""

    label: Words
    setup: str
    verify: str
    manage: str
    is_held_by: Callable[[User], bool]
    forget: Callable[[User], None]


_plugged: list[Factor] = []


def plug(factor: Factor) -> None:
    """Make it known, at start."""
    _plugged.append(factor)


def plugged() -> list[Factor]:
    return list(_plugged)


def held_by(user: User) -> list[Factor]:
    """Those that this person can show."""
    return [factor for factor in _plugged if factor.is_held_by(user)]
