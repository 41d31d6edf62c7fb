"""The verbs of an application, by whose they are."""

from review.applications.actions.applying import (
    arrive,
    confirm,
    consent,
    dispute,
    problems_of,
    recall,
    save_draft,
    start,
    submit,
    withdraw,
)
from review.applications.actions.claims import claim, claim_next, let_go, take_over
from review.applications.actions.clockwork import ask_due, ask_now, expire_due, remind_due
from review.applications.actions.deciding import (
    approve,
    ask,
    foretell_reject,
    foretell_return,
    reject,
    release,
    return_,
)
from review.applications.actions.papers import add_paper, look, open_paper, remove_paper, reuse_paper

__all__ = [
    "add_paper",
    "approve",
    "arrive",
    "ask",
    "ask_due",
    "ask_now",
    "claim",
    "claim_next",
    "confirm",
    "consent",
    "dispute",
    "expire_due",
    "foretell_reject",
    "foretell_return",
    "let_go",
    "look",
    "open_paper",
    "problems_of",
    "recall",
    "reject",
    "release",
    "remind_due",
    "remove_paper",
    "return_",
    "reuse_paper",
    "save_draft",
    "start",
    "submit",
    "take_over",
    "withdraw",
]
