"""Table of contents: the reviewers' tasks by noun."""

from review.applications.tasks import ask_due, expire_due, remind_due
from review.bulk.tasks import run_bulk

__all__ = ["ask_due", "expire_due", "remind_due", "run_bulk"]
