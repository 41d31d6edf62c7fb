"""What opens the door beside the app on the telephone, plugged in by the floor that knows how it works."""

from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import Words
from portal.kernel.users.models import User


@dataclass(frozen=True)
class Factor:
    """Another second factor, whose `devices` (all of them, with an owner `user`) are django-otp's; the names of its
    pages, and what it is called in a word and in full."""

    devices: Any
    name: Words
    label: Words
    setup: str
    verify: str
    manage: str

    def of(self, user: Any) -> Any:
        """The devices of `user`, who may also be a reference to one in a statement."""
        return self.devices.filter(user=user)


_plugged: list[Factor] = []


def plug(factor: Factor) -> None:
    """Make it known, at start."""
    _plugged.append(factor)


def plugged() -> list[Factor]:
    return list(_plugged)


def held_by(user: User) -> list[Factor]:
    """Those that this person can show."""
    return [factor for factor in _plugged if factor.of(user).exists()]
