"""Who reads the log."""

READERS = ("auditor", "administrator")  # codes of review.offices.states.Role
