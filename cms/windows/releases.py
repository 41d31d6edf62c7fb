"""Who hears that the instant of a release (准考证, 成绩) has been set, moved or taken back at the desk.

The window is where the office sets it. What is released lies on higher floors, which plug themselves in here and follow
in the same transaction.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from cms.windows.rules import Phase

# business, session code, the instant or None where the window is gone
Follower = Callable[[str, str, datetime | None], None]
_followers: list[Follower] = []


class Release(Protocol):
    business: str
    phase: str
    session: str
    opens_at: datetime


def follow(follower: Follower) -> None:
    """Have `follower` called in the transaction of every change; for `apps.py`."""
    _followers.append(follower)


def tell(window: Release) -> None:
    """This window stands now as it is."""
    _tell(window, window.opens_at)


def tell_gone(window: Release) -> None:
    """This window no longer stands for its business and session."""
    _tell(window, None)


def _tell(window: Release, at: datetime | None) -> None:
    if window.phase == Phase.RELEASE:
        for follower in _followers:
            follower(window.business, window.session, at)
