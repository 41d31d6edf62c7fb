"""Deadlines, leases, and what has changed between two submissions. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from review.types.configuration import Answers, Configuration
from review.types.rules import shown

LEASE = timedelta(minutes=10)
DRAFT_LIFE = timedelta(days=60)  # since it was last saved
# Before a candidate's deadline, by name: each is told once.
REMINDERS = {"3d": timedelta(days=3), "1d": timedelta(days=1), "2h": timedelta(hours=2)}
FIRST_RETRY = timedelta(minutes=1)
SELDOM = timedelta(minutes=30)


def retry_after(asked: int) -> timedelta:
    """How long to wait after the so-manieth question without an answer: twice as long each time, up to SELDOM."""
    doubled: int = 2 ** min(max(asked - 1, 0), 10)
    return min(FIRST_RETRY * doubled, SELDOM)


def reminder(due_at: datetime, now: datetime) -> str | None:
    """The reminder that is due: the nearest of REMINDERS whose time has come; None before all, and after the end."""
    left = due_at - now
    due = [name for name, before in REMINDERS.items() if timedelta(0) < left <= before]
    return due[-1] if due else None


@dataclass(frozen=True)
class Remark:
    """One reason of a return: about a question or a kind of paper by its key, or (empty) the whole application."""

    target: str
    text: str


@dataclass(frozen=True)
class Foretold:
    """What a candidate will read of a decision: the state, the message, and each reason with what it is about."""

    state: str
    message: str
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class Verdict:
    """What was decided about one row; `note` is why not."""

    passed: bool
    note: str = ""


@dataclass(frozen=True)
class Difference:
    """What one question, or one kind of paper, said before and says now."""

    key: str
    label: str
    before: str
    now: str


Files = Sequence[Sequence[str]]


def differences(
    configuration: Configuration, before: tuple[Answers, Files], now: tuple[Answers, Files], options: Any
) -> list[Difference]:
    """What has changed between two submissions, in the order of the form. Files are told by how many came and went."""
    found = [
        Difference(q.key, q.label, shown(q, before[0], options), shown(q, now[0], options))
        for q in configuration.questions
        if before[0].get(q.key) != now[0].get(q.key)
    ]
    for rule in configuration.materials:
        old = {digest for key, digest in before[1] if key == rule.key}
        new = {digest for key, digest in now[1] if key == rule.key}
        if old != new:
            text = f"+{len(new - old)} −{len(old - new)}"
            found.append(Difference(rule.key, rule.label, str(len(old)), f"{len(new)} ({text})"))
    return found
