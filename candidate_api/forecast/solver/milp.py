"""A mixed-integer linear programme, gathered row by row."""

from collections.abc import Iterable
from math import inf

Terms = list[tuple[int, float]]


class Milp:
    """Variables are numbers; `row` bounds a sum of terms; `minimise` answers the value of every variable."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.integer: list[bool] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def var(self, upper: float = 1.0, *, lower: float = 0.0, integer: bool = True) -> int:
        """A new variable, 0 or 1 unless said otherwise."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.lower) - 1

    def row(self, terms: Iterable[tuple[int, float]], lower: float = -inf, upper: float = inf) -> None:
        """`lower <= sum of terms <= upper`; a variable may come more than once."""
        self.rows.append((gathered(terms), lower, upper))

    def minimise(self, cost: Terms) -> list[float] | None:
        """The best values, the same for the same rows in the same order; None where no values keep all rows.

        `cost` must be whole numbers on whole variables. Raises `Unsolved`.
        """
        if not self.lower:  # HiGHS does not judge what has no variables
            return [] if all(lower <= 0 <= upper for _, lower, upper in self.rows) else None
        from candidate_api.forecast.solver.highs import solve  # noqa: PLC0415 -- 26 MB, not before somebody asks

        return solve(self, gathered(cost))


def gathered(terms: Iterable[tuple[int, float]]) -> dict[int, float]:
    total: dict[int, float] = {}
    for var, factor in terms:
        total[var] = total.get(var, 0.0) + factor
    return total


class Unsolved(Exception):
    """The solver gave up. No plan of the catalogue comes near its time limit."""
