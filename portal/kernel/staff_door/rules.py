"""How hard the door of the admin is to force, in one place. What the office sets itself stands in the settings."""

import re
from datetime import datetime, timedelta

from portal.kernel.limits import Limit

RECOVERY_CODES = 10
# Wrong second factors in a row before the next must wait; each further one doubles the wait, up to the longest.
WRONG_CODES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
# Wrong passwords for one name from one address, and for all names from one address, until they are forgotten.
# Never by name alone: a stranger's guesses must not keep the right person out.
WRONG_PASSWORDS = 5
WRONG_PASSWORDS_OF_ADDRESS = 50
FAILURES_FORGOTTEN = timedelta(minutes=15)
# Recovery codes of whoever has no app that counts the wrong ones.
RECOVERIES = Limit("staff_door.recoveries", 5, timedelta(minutes=15))

LEAST_PASSWORD = 10
_KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[^A-Za-z\d]"))


def is_complex(password: str) -> bool:
    """等保三级 身份鉴别: long enough, and of three of the four kinds: small and capital letters, digits, signs."""
    return len(password) >= LEAST_PASSWORD and sum(1 for kind in _KINDS if kind.search(password)) >= 3


def wait_after(wrong_codes: int) -> timedelta:
    """How long the next second factor must wait after so many wrong ones in a row."""
    if wrong_codes < WRONG_CODES:
        return timedelta()
    doublings: int = min(wrong_codes - WRONG_CODES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_overdue(changed_at: datetime | None, days: int, now: datetime) -> bool:
    """Whether a password must be changed: older than `days`, or nobody knows how old. 0 days: never."""
    return days > 0 and (changed_at is None or now - changed_at > timedelta(days=days))


def clean_code(text: str) -> str:
    """A code as typed: without spaces and dashes, in small letters."""
    return re.sub(r"[\s-]", "", text).lower()
