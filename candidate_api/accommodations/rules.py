"""Who grants 合理便利, and how long its words may be. Plain values."""

MAY_GRANT = ("archive",)  # code of review.offices.states.Role, for the candidates of their own offices
MOST_WORDS = 200
