"""Table of contents: the reviewers' side by noun."""

from review.offices.models import Office, StaffRole

__all__ = ["Office", "StaffRole"]
