"""How often somebody may have it tried, how often an unanswered question is asked again."""

from datetime import timedelta

TRIES_A_DAY = 5
FIRST_RETRY = timedelta(minutes=1)
SELDOM = timedelta(minutes=30)
GIVE_UP = timedelta(days=3)


def retry_after(tries: int) -> timedelta:
    """How long to wait after the so-manieth try without an answer: twice as long each time, up to SELDOM."""
    doubled: int = 2 ** min(tries - 1, 10)
    return min(FIRST_RETRY * doubled, SELDOM)
