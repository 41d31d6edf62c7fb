"""How far back the page of sums looks. Plain values."""

from datetime import date, timedelta

SHOWN = 14  # days, where nobody asks for others
LONGEST = 92  # days, a registration and what follows it
# Roles (codes of review.offices.states.Role), held at the province.
MAY_READ = ("finance", "auditor", "administrator")
MAY_CLOSE = ("finance", "administrator")


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, no more than LONGEST of them, the last ones."""
    first = max(first, last - timedelta(days=LONGEST - 1))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
