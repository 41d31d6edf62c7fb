"""Who looks after the outbox."""

DESK = ("support", "administrator")  # codes of review.offices.states.Role
