"""Who hears that one person may do it for longer, or no longer: higher floors, in the same transaction.

Most ask for the window when somebody writes and need not hear of it; who has noted a deadline down follows here.
"""

from collections.abc import Callable
from datetime import datetime

from cms.windows.models import BusinessWindow

# the window, the person's id, when it ended for them before, when it ends now
Follower = Callable[[BusinessWindow, int, datetime, datetime], None]
_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """Have `follower` called in the transaction of every extension and of its end; for `apps.py`."""
    _followers.append(follower)


def tell(window: BusinessWindow, user_id: int, before: datetime | None, until: datetime) -> None:
    """For this person the window ends at `until` and no longer at `before`, or at its close for all where that is
    later."""
    closes_at = window.closes_at
    for follower in _followers:
        follower(window, user_id, max(closes_at, before or closes_at), max(closes_at, until))
