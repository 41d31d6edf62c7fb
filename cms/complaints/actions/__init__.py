"""The verbs: what candidates do, what the desk does."""

from cms.complaints.actions.answering import accept, answer, claim, export, note, release, transfer
from cms.complaints.actions.asking import add_message, attach, close, rate, reopen, submit

__all__ = [
    "accept",
    "add_message",
    "answer",
    "attach",
    "claim",
    "close",
    "export",
    "note",
    "rate",
    "release",
    "reopen",
    "submit",
    "transfer",
]
