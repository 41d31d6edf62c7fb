"""Numbers and predicates of the desk that answers."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from cms.complaints.states import COMPLAINT, Due
from portal.kernel.limits import Limit
from portal.kernel.states import Who

# Codes of review.offices.states.Role: support sees its teams' complaints, administrators see all.
SUPPORT, ADMINISTRATOR = "support", "administrator"
DESK = (SUPPORT, ADMINISTRATOR)

ANSWER_WORKING_DAYS = 3
SOON = timedelta(hours=4)
LEASE = timedelta(minutes=15)
REOPEN_WITHIN = timedelta(days=7)

OPEN_AT_MOST = 10
NEW = Limit("complaint-new", 5, timedelta(hours=1))
MESSAGES = Limit("complaint-message", 20, timedelta(hours=1))
FILES = Limit("complaint-file", 20, timedelta(hours=1))
FILES_AT_MOST = 6
TITLE, CONTENT, CONTACT, COMMENT = 60, 2000, 60, 500

_LONG_NUMBER = re.compile(r"\d{11}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
PLACEHOLDERS = ("number", "title", "category")


def has_long_number(title: str) -> bool:
    """Whether it looks as though somebody had put an ID or mobile number where lists show it."""
    return bool(_LONG_NUMBER.search(title))


def due(state: str, accept_due: datetime, answer_due: datetime, at: datetime) -> Due:
    """How it stands at `at`: until it is accepted the one deadline counts, then the other."""
    if state not in ("pending", "handling"):
        return Due.NONE
    deadline = accept_due if state == "pending" else answer_due
    if at >= deadline:
        return Due.OVERDUE
    return Due.SOON if deadline - at <= SOON else Due.OK


def candidates_moves(state: str, answered_at: datetime | None, at: datetime) -> list[str]:
    """What the candidate may do now: as the table says, and asking again only for a week after the answer."""
    moves = COMPLAINT.allowed(state, Who.CANDIDATE)
    return [move for move in moves if move != "reopen" or may_reopen(answered_at, at)]


def may_reopen(answered_at: datetime | None, at: datetime) -> bool:
    return answered_at is not None and at < answered_at + REOPEN_WITHIN


def unknown_placeholders(text: str) -> list[str]:
    """The `{names}` of a canned answer that mean nothing."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def filled(text: str, values: dict[str, str]) -> str:
    """A canned answer with its placeholders filled; other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def middle(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None
